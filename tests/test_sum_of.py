"""`sum_of`: any callable and any type that can be added, in the order of i, with errors as they were raised."""

import math
import operator
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from types import FrameType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sum_up_to import add_up_to, sum_of

RunScript = Callable[..., subprocess.CompletedProcess[str]]

# Seconds after which something hangs.
LIMIT = float(os.environ.get("SUM_UP_TO_LIMIT", "600"))

THREADS = st.integers(1, 9)


class Word(str):
    """Text that records how it was added."""

    __slots__ = ()

    def __add__(self, other: object) -> "Word":
        return Word(f"({self}+{other})")

    def __radd__(self, other: object) -> "Word":
        return Word(f"({other}+{self})")


class FloatWithPlus(float):
    """A subclass that overrides `+`."""

    def __radd__(self, other: float) -> float:
        return other - float(self)


def plain(values: list[Any]) -> Any:  # noqa: ANN401
    """What Python's `+` gives, beginning with 0; `sum` compensates for what it rounds off floats since 3.12."""
    total: Any = 0
    for value in values:
        total = total + value
    return total


def failing_at(failures: dict[int, BaseException]) -> Callable[[int], int]:
    def f(i: int) -> int:
        if i in failures:
            raise failures[i]
        return i

    return f


@given(st.lists(st.integers() | st.integers(2**62, 2**63) | st.booleans()), THREADS)
def test_integers_of_any_size(values: list[int], threads: int) -> None:
    result = sum_of(lambda i: values[i - 1], len(values), threads=threads)
    assert result == sum(values)
    assert type(result) is int


@given(st.lists(st.floats() | st.integers() | st.fractions()))
def test_mixed_types_are_added_as_plus_does(values: list[Any]) -> None:
    try:
        expected = plain(values)
    except OverflowError as error:
        with pytest.raises(OverflowError, match=str(error)):
            sum_of(lambda i: values[i - 1], len(values))
    else:
        result = sum_of(lambda i: values[i - 1], len(values))
        assert type(result) is type(expected)
        assert repr(result) == repr(expected)


@given(st.lists(st.fractions()), THREADS)
def test_exact_types_do_not_depend_on_threads(values: list[Fraction], threads: int) -> None:
    assert sum_of(lambda i: values[i - 1], len(values), threads=threads) == sum(values)


@given(st.lists(st.floats(), min_size=1), THREADS)
def test_floats_are_the_same_at_each_run(values: list[float], threads: int) -> None:
    first, second = (sum_of(lambda i: values[i - 1], len(values), threads=threads) for _ in range(2))
    assert repr(first) == repr(second)


def test_order_of_additions() -> None:
    assert sum_of(lambda i: Word(i), 3) == "(((0+1)+2)+3)"  # noqa: PLW0108
    assert sum_of(lambda i: Word(i), 5, threads=2) == "((((0+1)+2)+3)+(4+5))"  # noqa: PLW0108


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda i: np.uint8(100 * (i % 2)), np.int64),
        (lambda i: np.array([i, 2 * i]), np.ndarray),
        (lambda i: Decimal(i) / 10, Decimal),
        (lambda i: 1j * i, complex),
        (lambda _: FloatWithPlus(1), float),
    ],
)
def test_other_types_follow_their_own_plus(f: Callable[[int], Any], expected: type) -> None:
    with np.errstate(over="ignore"):
        result, by_hand = sum_of(f, 4), plain([f(i) for i in range(1, 5)])
    assert type(result) is type(by_hand)
    assert np.array_equal(result, by_hand)
    assert isinstance(result, (expected, np.generic))


@pytest.mark.parametrize("n", [0, -1, -(10**30), False])
def test_nothing_to_add_is_zero(n: int) -> None:
    calls: list[int] = []
    assert (sum_of(calls.append, n), sum_of(calls.append, n, threads=3)) == (0, 0)  # type: ignore[arg-type]
    assert calls == []


@pytest.mark.parametrize("threads", [1, 2, 3, 100])
def test_each_integer_is_passed_once(threads: int) -> None:
    calls: list[int] = []
    assert sum_of(lambda i: calls.append(i) or i, 100, threads=threads) == 5050  # type: ignore[func-returns-value]
    assert sorted(calls) == list(range(1, 101))
    if threads == 1:
        assert calls == sorted(calls)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("math:isqrt", 625), ("operator:index", 5050), ("builtins:int.bit_length", 580), ("os.path:os.abs", None)],
)
def test_string_names_a_callable(name: str, expected: int | None) -> None:
    if expected is None:
        with pytest.raises(AttributeError, match="module 'os' has no attribute 'abs'"):
            sum_of(name, 100)
    else:
        assert sum_of(name, 100) == expected == sum_of(name, 100, threads=3)


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        ("math.isqrt", ValueError, "`f` must be callable or written as `module:attribute`, not `math.isqrt`"),
        (":isqrt", ValueError, "`f` must be callable or written as `module:attribute`, not `:isqrt`"),
        ("math:", ValueError, "`f` must be callable or written as `module:attribute`, not `math:`"),
        ("", ValueError, "`f` must be callable or written as `module:attribute`, not ``"),
        ("math:pi", TypeError, "`f` must be callable, not `float`"),
        ("math:isqrt.", AttributeError, "'builtin_function_or_method' object has no attribute ''"),
        ("no_such_module:f", ModuleNotFoundError, "No module named 'no_such_module'"),
        (5, TypeError, "`f` must be callable, not `int`"),
        (None, TypeError, "`f` must be callable, not `NoneType`"),
    ],
)
def test_what_cannot_be_called(f: Any, error: type[Exception], message: str) -> None:  # noqa: ANN401
    for n in (0, 5):
        with pytest.raises(error) as caught:
            sum_of(f, n)
        assert (type(caught.value), str(caught.value)) == (error, message), n


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n": 2.0}, TypeError, "`n` must be an integer, not `float`"),
        ({"n": 2**63}, OverflowError, "`n` must be at most 9223372036854775807"),
        ({"n": 1, "threads": 0}, ValueError, "`threads` must be at least 1"),
        ({"n": 1, "threads": "2"}, TypeError, "`threads` must be an integer, not `str`"),
        ({"n": 1, "threads": None}, TypeError, "`threads` must be an integer, not `NoneType`"),
    ],
)
def test_wrong_numbers(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sum_of(abs, **arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(
    "error", [ValueError("mine"), StopIteration(5), KeyboardInterrupt(), SystemExit(3), StopAsyncIteration()]
)
def test_exception_comes_through_unchanged(error: BaseException, threads: int) -> None:
    with pytest.raises(type(error)) as caught:
        sum_of(failing_at({7: error}), 10, threads=threads)
    assert caught.value is error
    assert error.__cause__ is error.__context__ is None
    assert traceback.extract_tb(caught.tb)[-1].name == "f"


@given(st.sets(st.integers(1, 60), min_size=1), THREADS)
def test_first_exception_in_order_is_raised(failures: set[int], threads: int) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        sum_of(failing_at({i: ZeroDivisionError(i) for i in failures}), 60, threads=threads)
    assert caught.value.args == (min(failures),)


def test_nothing_is_called_after_an_exception() -> None:
    calls: list[int] = []
    values: list[Any] = [1, 2, None, 4]
    with pytest.raises(TypeError):
        sum_of(lambda i: [calls.append(i), values[i - 1]][1], 4)  # type: ignore[func-returns-value]
    assert calls == [1, 2, 3]


def test_largest_n_is_taken() -> None:
    with pytest.raises(LookupError):
        sum_of(failing_at({5: LookupError()}), 2**63 - 1)
    with pytest.raises(LookupError):
        sum_of(failing_at({5: LookupError(), 2**62 + 1: KeyError()}), 2**63 - 1, threads=2)


@pytest.mark.parametrize("threads", [1, 2])
def test_may_call_itself(threads: int) -> None:
    assert sum_of(lambda i: sum_of(operator.index, i, threads=threads), 20, threads=threads) == 1540
    assert sum_of(add_up_to, 20, threads=threads) == 1540


@pytest.mark.parametrize("threads", [1, 3])
def test_context_of_an_exception_is_that_of_the_caller(threads: int) -> None:
    def f(i: int) -> int:
        if i < 7:
            return i
        try:
            return [][i]
        except IndexError:
            return i // 0

    def handling(error: BaseException | None) -> list[type | None]:
        try:
            if error is not None:
                raise error
            return chain()
        except KeyError:
            return chain()

    def chain() -> list[type | None]:
        with pytest.raises(ZeroDivisionError) as caught:
            sum_of(f, 10, threads=threads)
        first = caught.value.__context__
        assert first is not None
        return [type(first), type(first.__context__)]

    assert handling(None) == [IndexError, type(None)]
    assert handling(KeyError("handled")) == [IndexError, KeyError]


@pytest.mark.parametrize("threads", [1, 3])
def test_context_of_the_exception_that_is_handled_does_not_become_a_ring(threads: int) -> None:
    inner, outer = KeyError("inner"), LookupError("outer")
    try:
        try:
            raise inner
        except KeyError:
            raise outer from None
    except LookupError:
        with pytest.raises(KeyError) as caught:
            sum_of(failing_at({2: inner}), 5, threads=threads)
    assert caught.value is inner
    seen: list[BaseException] = []
    error: BaseException | None = inner
    while error is not None:
        assert error not in seen
        seen.append(error)
        error = error.__context__


def test_threads_are_seen_by_profilers_and_have_names() -> None:
    profiled: list[tuple[str, str]] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is f.__code__:
            profiled.append((threading.current_thread().name, frame.f_code.co_name))

    def f(i: int) -> int:
        return i

    threading.setprofile(profile)
    try:
        assert sum_of(f, 5, threads=5) == 15
    finally:
        threading.setprofile(None)
    assert sorted(profiled) == [(f"sum_of-{index}", "f") for index in range(5)]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("sum_of", "Dummy"))]


def test_chunk_that_fails_stops_those_after_it() -> None:
    # The second chunk would take longer than anybody waits.
    is_at_work = threading.Event()
    end = time.monotonic() + LIMIT
    went_on = False

    def f(i: int) -> int:
        nonlocal went_on
        if i == 1:
            is_at_work.wait(LIMIT)
            raise LookupError
        is_at_work.set()
        went_on = time.monotonic() > end
        return i // (not went_on)

    with pytest.raises(LookupError):
        sum_of(f, 2**40, threads=2)
    assert not went_on


def test_chunk_that_fails_does_not_stop_those_before_it() -> None:
    has_failed = threading.Event()

    def f(i: int) -> int:
        if i > 50:
            has_failed.set()
            raise KeyError
        has_failed.wait(LIMIT)
        # The other thread takes a moment to tell that it has failed.
        time.sleep(0.002)
        if i == 50:
            raise LookupError("the first in order")
        return i

    with pytest.raises(LookupError, match="the first in order"):
        sum_of(f, 100, threads=2)


@pytest.mark.parametrize("threads", [1, 4])
def test_context_reaches_the_callable(threads: int) -> None:
    with localcontext() as context:
        context.prec = 50
        result = sum_of(lambda i: Decimal(1) / i, 8, threads=threads)
        assert result == plain([Decimal(1) / i for i in range(1, 9)])
    assert len(str(result)) > 40


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("f", ["math:isqrt", "__main__:f"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no `setitimer`")
def test_signal_ends_it(f: str, threads: int, run_script: RunScript) -> None:
    finished = run_script("interrupted_sum.py", f, str(threads), options=())
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "interrupted 5050\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no `pthread_kill`")
def test_second_signal_gives_up_the_threads(run_script: RunScript) -> None:
    finished = run_script("interrupted_twice.py", options=())
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "waits\ninterrupted\n", "")


def test_references_are_given_back() -> None:
    value: Any = object()
    f = Fraction(1, 3).__add__
    before = sys.getrefcount(value), sys.getrefcount(f)
    for threads in (1, 3):
        for _ in range(50):
            sum_of(f, 10, threads=threads)
            with pytest.raises(TypeError):
                sum_of(lambda _: value, 10, threads=threads)
    assert (sys.getrefcount(value), sys.getrefcount(f)) == before
    assert math.isclose(sum_of(math.sqrt, 3), 1 + 2**0.5 + 3**0.5)
