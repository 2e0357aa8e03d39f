"""`Add`: an immutable value that agrees with `add_up_to`, compares, hashes, copies, pickles and matches."""

import copy
import itertools
import pickle
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sum_up_to import Add, add_up_to, sum_as_string

RunScript = Callable[..., subprocess.CompletedProcess[str]]

LIMITS = [0, 1, -1, 5, 2**63, -(2**63), 10**30]


@given(st.integers())
def test_agrees_with_the_function(n: int) -> None:
    assert Add(n).up_to() == add_up_to(n)


@pytest.mark.parametrize("given_limit", [5, True, -(10**5000)], ids=["word", "bool", "large"])
def test_limit_is_a_plain_int(given_limit: int) -> None:
    limit = Add(given_limit).n
    assert type(limit) is int
    assert limit == given_limit


def test_accepts_a_keyword() -> None:
    assert Add(n=5) == Add(5)


def test_wrong_limit_is_a_type_error_that_names_it() -> None:
    with pytest.raises(TypeError) as caught:
        Add(5.0)  # type: ignore[arg-type]
    assert str(caught.value) == "`n` must be an integer, not `float`"


def test_repr_evaluates_to_an_equal_value() -> None:
    for n in LIMITS:
        assert repr(Add(n)) == str(Add(n)) == f"Add({n})"
        assert eval(repr(Add(n)), {"Add": Add}) == Add(n), n  # noqa: S307


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.usefixtures("digits_limit")
def test_repr_beyond_the_limit_on_digits_is_hexadecimal(sign: int) -> None:
    n = sign * 10**5000
    try:
        expected = str(n)
    except ValueError:
        expected = hex(n)
    assert repr(Add(n)) == f"Add({expected})"
    assert eval(expected) == n  # noqa: S307


@given(st.integers(), st.integers())
def test_equality_and_hash_are_those_of_the_limit(a: int, b: int) -> None:
    assert (Add(a) == Add(b)) is (a == b)
    assert (Add(a) != Add(b)) is (a != b)
    assert Add(a) == Add(int(str(a)))
    assert hash(Add(a)) == hash(Add(int(str(a))))


def test_hashes_of_different_limits_differ() -> None:
    # Python's hash of an integer is not random, so the number of collisions is the same in every run.
    assert len({hash(Add(n)) for n in range(1000)}) == 1000


@pytest.mark.parametrize("other", [5, 15, "Add(5)", None, object()])
def test_equal_to_nothing_else(other: object) -> None:
    assert Add(5) != other
    assert other != Add(5)
    assert Add(5).__eq__(other) is NotImplemented


def test_has_no_order() -> None:
    with pytest.raises(TypeError):
        sorted([Add(2), Add(1)])  # type: ignore[type-var]


def test_works_as_a_key() -> None:
    assert {Add(5): "five"}[Add(5)] == "five"
    assert len({Add(n % 3) for n in range(10)}) == 3


def test_copies_are_equal() -> None:
    for n in LIMITS:
        assert copy.copy(Add(n)) == Add(n), n
        assert copy.deepcopy(Add(n)) == Add(n), n


def test_pickles_under_its_public_name() -> None:
    for n, protocol in itertools.product(LIMITS, range(pickle.HIGHEST_PROTOCOL + 1)):
        pickled = pickle.dumps(Add(n), protocol)
        assert pickle.loads(pickled) == Add(n), (n, protocol)
        assert b"_native" not in pickled, (n, protocol)


def test_knows_where_it_lives() -> None:
    assert (Add.__module__, Add.__qualname__) == ("sum_up_to", "Add")


def test_matches_by_position_and_by_name() -> None:
    assert Add.__match_args__ == ("n",)
    match Add(5):
        case Add(n):
            assert n == 5
        case _:
            pytest.fail("did not match by position")
    match Add(5):
        case Add(n=4):
            pytest.fail("matched the wrong limit")
        case Add(n=5):
            pass
        case _:
            pytest.fail("did not match by name")


def test_is_frozen() -> None:
    add = Add(5)
    with pytest.raises(AttributeError):
        add.n = 6  # type: ignore[misc]
    with pytest.raises(AttributeError):
        add.other = 6  # type: ignore[attr-defined]
    assert add == Add(5)


def test_is_final() -> None:
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Subclass", (Add,), {})


def test_keeps_no_reference_that_it_does_not_need() -> None:
    n = 10**30
    before = sys.getrefcount(n)
    for _ in range(100):
        add = Add(n)
        add.up_to(), add.n, hash(add), repr(add), add.__reduce__(), add_up_to(n), sum_as_string(n, n)
    del add
    assert sys.getrefcount(n) == before


def test_calls_leave_no_memory_behind(run_script: RunScript) -> None:
    finished = run_script("memory_of_calls.py", options=())
    assert (finished.returncode, finished.stderr) == (0, "")
    # One leaked object per call would be 2000.
    assert abs(int(finished.stdout)) < 200
