"""The sum as one writes it in Python: a loop."""


def up_to(n: int) -> int:
    """Return 1 + 2 + … + n, by adding one integer after the other."""
    total = 0
    for i in range(1, n + 1):
        total += i
    return total
