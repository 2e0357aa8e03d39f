"""What the tests share."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Properties are judged by their result, never by their time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def digits_limit() -> Iterator[int]:
    """The lowest limit on decimal digits, in force wherever Python has one (from 3.10.7 on)."""
    lowest = 640
    if not hasattr(sys, "set_int_max_str_digits"):
        yield lowest
        return
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(lowest)
    with pytest.raises(ValueError, match="Exceeds the limit"):
        str(10**lowest)
    yield lowest
    sys.set_int_max_str_digits(before)
