# cython: language_level=3
"""The closed form, compiled by Cython."""


def add_up_to(long long n):
    """The sum 1 + 2 + … + n, for n below 2**31."""
    return n * (n + 1) // 2
