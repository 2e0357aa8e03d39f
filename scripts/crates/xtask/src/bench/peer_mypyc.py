"""The closed form, compiled by mypyc."""


def add_up_to(n: int) -> int:
    """The sum 1 + 2 + … + n."""
    return n * (n + 1) // 2
