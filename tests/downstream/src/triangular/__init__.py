"""Triangular numbers of any size: sums of ranges, and which numbers are triangular."""

from math import isqrt

from sum_up_to import add_up_to

__all__ = ["is_triangular", "range_sum", "triangular_root"]


def range_sum(first: int, last: int) -> int:
    """Return the exact sum of the integers from `first` to `last`, both included.

    Args:
        first: The lowest integer of the range; it may be negative.
        last: The highest integer of the range.

    Returns:
        The sum, which is 0 for an empty range (`last < first`).

    Examples:
        >>> range_sum(51, 100)
        3775
        >>> range_sum(-3, 5)
        9
    """
    if last < first:
        return 0
    return _signed_triangular(last) - _signed_triangular(first - 1)


def triangular_root(number: int) -> int:
    """Return the largest n whose triangular number 1 + 2 + … + n is at most `number`.

    It inverts n (n + 1) / 2: https://en.wikipedia.org/wiki/Triangular_number#Triangular_roots_and_tests_for_triangular_numbers

    Args:
        number: A number that is not negative.

    Returns:
        The triangular root, rounded down.

    Raises:
        ValueError: If `number` is negative.

    Examples:
        >>> triangular_root(5050)
        100
        >>> triangular_root(5049)
        99
    """
    if number < 0:
        message = "`number` must not be negative"
        raise ValueError(message)
    return (isqrt(8 * number + 1) - 1) // 2


def is_triangular(number: int) -> bool:
    """Return whether `number` is 1 + 2 + … + n for some n, with 0 as the sum of nothing.

    Args:
        number: Any integer.

    Returns:
        Whether it is triangular.

    Examples:
        >>> [number for number in range(20) if is_triangular(number)]
        [0, 1, 3, 6, 10, 15]
    """
    return number >= 0 and add_up_to(triangular_root(number)) == number


def _signed_triangular(n: int) -> int:
    """Return n (n + 1) / 2 also for a negative n, where the polynomial mirrors itself at -1/2."""
    return add_up_to(n if n >= 0 else -n - 1)
