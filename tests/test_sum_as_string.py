"""`sum_as_string`: the digits of every sum, however many there are."""

import itertools
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sum_up_to import sum_as_string

WORDS = [0, 1, -1, 2**31, 2**62, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64]


def test_exact_around_the_machine_word() -> None:
    for a, b in itertools.product(WORDS, WORDS):
        assert sum_as_string(a, b) == str(a + b), (a, b)


@given(st.integers(), st.integers())
def test_digits_of_the_sum(a: int, b: int) -> None:
    assert sum_as_string(a, b) == str(a + b)
    assert type(sum_as_string(a, b)) is str


@given(st.integers(0, 20_000), st.integers(1, 9))
def test_any_number_of_digits(zeros: int, digit: int) -> None:
    assert sum_as_string(digit * 10**zeros, 0) == f"{digit}{'0' * zeros}"
    assert sum_as_string(0, -digit * 10**zeros) == f"-{digit}{'0' * zeros}"


def test_limit_on_digits_does_not_apply_and_stays_as_it_was(digits_limit: int) -> None:
    assert sum_as_string(10**digits_limit, 0) == "1" + "0" * digits_limit
    assert getattr(sys, "get_int_max_str_digits", lambda: digits_limit)() == digits_limit


def test_accepts_what_operator_index_accepts() -> None:
    assert sum_as_string(True, np.uint64(2**64 - 1)) == str(2**64)
    assert sum_as_string(a=2, b=3) == "5"


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (1.0, 2, "`a` must be an integer, not `float`"),
        (1, "2", "`b` must be an integer, not `str`"),
        (None, None, "`a` must be an integer, not `NoneType`"),
    ],
)
def test_type_error_names_argument_and_type(a: object, b: object, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        sum_as_string(a, b)  # type: ignore[arg-type]
    assert str(caught.value) == message
