"""A million calls leave neither references nor memory behind, of Python's objects and of what Rust allocates."""

import subprocess
import sys

SCRIPT = """
import gc, sys

try:
    import resource
except ImportError:
    resource = None

from sum_up_to import Add, add_up_to, create_python_object, sum_as_string, sum_of

small, large = 10**6, 10**30
not_an_integer = object()


def use():
    add_up_to(small)
    add_up_to(n=large)
    try:
        add_up_to(not_an_integer)
    except TypeError:
        pass
    try:
        sum_of(not_an_integer, small)
    except TypeError:
        pass
    add = Add(large)
    add.up_to(), add.n, hash(add), repr(add), add == Add(small), add.__reduce__()
    sum_as_string(small, large)
    sum_of(large.__add__, 3)


def state():
    gc.collect()
    held = [sys.getrefcount(value) for value in (small, large, not_an_integer, Add, add_up_to, TypeError)]
    # In KiB, or in bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if resource else 0
    return held, sys.getallocatedblocks(), peak / (1024 if sys.platform == "darwin" else 1)


CALLS_OF_USE = 15
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
"""


def test_a_million_calls_leave_nothing_behind() -> None:
    finished = subprocess.run([sys.executable, "-I", "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "measured\n", "")
