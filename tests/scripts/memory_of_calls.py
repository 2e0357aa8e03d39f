"""Prints by how many blocks of memory 2000 calls of each function grow a process that made them before."""

import contextlib
import gc
import sys

from sum_up_to import Add, add_up_to, create_python_object, sum_as_string


def use() -> None:
    for n in (5, True, 10**12, 10**30):
        add = Add(n)
        assert add.up_to() >= n
        assert hash(add) == hash(add)
        assert repr(add)
        assert add == add  # noqa: PLR0124
        assert add.__reduce__()
        assert sum_as_string(n, n)
    with contextlib.suppress(TypeError):
        add_up_to(1.0)  # type: ignore[arg-type]
    create_python_object()


def blocks() -> int:
    for _ in range(2000):
        use()
    gc.collect()
    return sys.getallocatedblocks()


if __name__ == "__main__":
    blocks()
    print(blocks() - blocks())
