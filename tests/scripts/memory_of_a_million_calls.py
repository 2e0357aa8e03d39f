"""Makes a million calls and compares references, blocks of memory and the peak of memory before and after."""

import contextlib
import gc
import sys
from typing import Any

from sum_up_to import Add, add_up_to, create_python_object, sum_as_string, sum_of

small, large = 10**6, 10**30
not_an_integer: Any = object()

CALLS_OF_USE = 15


def use() -> None:
    add_up_to(small)
    add_up_to(n=large)
    with contextlib.suppress(TypeError):
        add_up_to(not_an_integer)
    with contextlib.suppress(TypeError):
        sum_of(not_an_integer, small)
    create_python_object()
    add = Add(large)
    add.up_to(), add.n, hash(add), repr(add), add == Add(small), add.__reduce__()
    sum_as_string(small, large)
    sum_of(large.__add__, 3)


def peak() -> float:
    """The most memory that the process has ever had, in KiB; 0 where Python cannot tell."""
    try:
        import resource
    except ImportError:
        return 0
    # In bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)


def state() -> tuple[list[int], int, float]:
    gc.collect()
    held = [sys.getrefcount(value) for value in (small, large, not_an_integer, Add, add_up_to, TypeError)]
    return held, sys.getallocatedblocks(), peak()


def main() -> None:
    for _ in range(10_000):
        use()
    first = state()
    for _ in range(1_000_000 // CALLS_OF_USE):
        use()
    last = state()
    assert first[0] == last[0], (first, last)
    # One for each call would be a million blocks, and 16 MiB at the least.
    assert last[1] - first[1] < 1_000, (first, last)
    assert last[2] - first[2] < 8 * 1024, (first, last)
    print("measured")


if __name__ == "__main__":
    main()
