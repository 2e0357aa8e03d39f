"""`sum_of_code`: source that becomes a module of its own, with errors that point at its lines."""

import linecache
import re
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sum_up_to import add_up_to, sum_of_code

HIDDEN = "a name of the caller"


@given(st.integers(-5, 200), st.integers(), st.integers())
def test_agrees_with_the_closed_form(n: int, factor: int, offset: int) -> None:
    source = f"def f(i):\n    return {factor} * i + {offset}\n"
    assert sum_of_code(source, n) == factor * add_up_to(n) + offset * max(n, 0)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f = abs", 55),
        ("from math import isqrt as f", 19),
        ("f = lambda i: g(i)\ng = abs", 55),
        ("f = 'math:isqrt'", 19),
        ("from fractions import Fraction\nf = Fraction", 55),
        ("state = []\ndef f(i):\n    state.append(i)\n    return len(state)", 55),
    ],
)
def test_any_way_to_define_it(source: str, expected: int) -> None:
    assert sum_of_code(source, 10) == expected


@pytest.mark.parametrize("source", ["f = lambda _: HIDDEN", "f = lambda _: source"])
def test_names_of_the_caller_are_not_seen(source: str) -> None:
    with pytest.raises(NameError):
        sum_of_code(source, 1)


def test_future_imports_of_the_caller_do_not_hold() -> None:
    caller = Path(__file__).with_name("scripts") / "future_annotations.py"
    assert runpy.run_path(str(caller))["result"] == 6


def test_module_is_not_left_behind() -> None:
    before = set(sys.modules)
    assert sum_of_code("f = abs\nname = __name__", 1) == 1
    assert set(sys.modules) == before


def test_error_points_at_its_line_in_its_own_source() -> None:
    errors = []
    for divisor in ("i - 3", "3 - i"):
        with pytest.raises(ZeroDivisionError) as caught:
            sum_of_code(f"# first line\ndef f(i):\n    return 1 // ({divisor})\n", 10)
        errors.append((divisor, caught.tb))
    # Looked at after the other source has failed too.
    for divisor, trace in errors:
        last = traceback.extract_tb(trace)[-1]
        assert re.fullmatch("<sum_of_code [0-9a-f]{16}>", last.filename)
        assert (last.lineno, last.name, last.line) == (3, "f", f"return 1 // ({divisor})")


def test_lines_are_kept_while_the_source_runs_and_after_an_error_alone() -> None:
    source = (
        "import linecache\nlines = []\ndef f(i):\n    lines[:] = linecache.getlines(f.__code__.co_filename)\n    {}"
    )

    def kept() -> list[str]:
        return [name for name in linecache.cache if name.startswith("<sum_of_code")]

    linecache.clearcache()
    assert sum_of_code(source.format("return len(lines)"), 1) == 5
    assert kept() == []
    with pytest.raises(LookupError):
        sum_of_code(source.format("raise LookupError"), 1)
    assert len(kept()) == 1


def test_syntax_error_points_at_its_line() -> None:
    with pytest.raises(SyntaxError) as caught:
        sum_of_code("x = 1\ndef f(i) return i\n", 1)
    assert re.fullmatch("<sum_of_code [0-9a-f]{16}>", caught.value.filename or "")
    assert (caught.value.lineno, caught.value.text) == (2, "def f(i) return i\n")


@pytest.mark.parametrize(
    ("source", "n", "error", "message"),
    [
        ("", 1, ValueError, "`source` must define `f`"),
        ("f = 5", 1, TypeError, "`f` must be callable, not `int`"),
        ("raise LookupError('mine')", 0, LookupError, "mine"),
        (b"f = abs", 1, TypeError, "`source` must be a string, not `bytes`"),
        ("f = abs", 1.0, TypeError, "`n` must be an integer, not `float`"),
    ],
)
def test_wrong_arguments(source: Any, n: Any, error: type[Exception], message: str) -> None:  # noqa: ANN401
    with pytest.raises(error) as caught:
        sum_of_code(source, n)
    assert (type(caught.value), str(caught.value)) == (error, message)
