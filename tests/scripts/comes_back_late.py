"""Ends a process while a call is under way that returns when the interpreter finalizes.

`python -I tests/scripts/comes_back_late.py WAY [BITS]` prints `late` once the threads of the call have come back. It
prints `early` if the call ended before the interpreter began to finalize. `test_exit.py` reads `WAYS` and
`INTERRUPTED_WAYS`, and runs each in a process of its own.
"""

import asyncio
import atexit
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from sum_up_to import add_up_to, in_thread, sum_as_string, sum_of, sum_of_code

# Who reads from this pipe waits in C, without the interpreter, until the gate opens.
read_end, write_end = os.pipe()

# The threads that are to come back late, and a count of them.
threads: list[int] = []
begun = threading.Semaphore(0)

has_ended = threading.Event()


def state(thread: int) -> str:
    """The state of a thread of this process as Linux names it: `R` for running, `S` for waiting.

    Empty if the thread is gone, or if this system does not tell.
    """
    if sys.platform != "linux":
        return ""
    try:
        # As bytes, because the interpreter may have lost its codecs by now.
        content = Path(f"/proc/self/task/{thread}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return chr(content.rpartition(b")")[2].split()[0][0])


def wait_until_all(expected: str) -> None:
    """Waits until all threads are in a state, or gone, at three looks in a row."""
    looks = 0
    while looks < 3:
        looks = looks + 1 if all(state(thread) in ("", expected) for thread in threads) else 0
        time.sleep(0.02)


class Gate:
    """Lets the calls return when it is deleted, and waits until their threads have come back.

    Only a module refers to it, so the interpreter deletes it when it finalizes.
    """

    def __del__(self) -> None:
        is_late = sys.is_finalizing() and not has_ended.is_set()
        # The end of the file wakes all readers at once. Each runs until the interpreter, or the package, stops it.
        os.close(write_end)
        wait_until_all("S")
        os.write(1, b"late" if is_late else b"early")


def begin() -> None:
    """Says that the calling thread is one of those that are to come back late."""
    threads.append(threading.get_native_id())
    begun.release()


def late(i: int) -> int:
    begin()
    os.read(read_end, 1)
    has_ended.set()
    return i


class Late:
    """Returns late from whatever of it is called."""

    def __call__(self, i: int) -> int:
        return late(i)

    def __index__(self) -> int:
        return late(1)

    def __radd__(self, other: int) -> int:
        return late(other)


def digits() -> None:
    large = 1 << int(sys.argv[2])
    begin()
    try:
        sum_as_string(large, 1)
    finally:
        has_ended.set()


def is_added_late(_: int) -> Any:  # noqa: ANN401
    return Late()


class Way(NamedTuple):
    """A call, and the number of threads in which it comes back late."""

    call: Callable[[], object]
    threads: int = 1


WAYS = {
    "value": Way(lambda: sum_of(late, 3)),
    "value in threads": Way(lambda: sum_of(late, 3, threads=2), 2),
    "addition": Way(lambda: sum_of(is_added_late, 3)),
    "addition in threads": Way(lambda: sum_of(is_added_late, 3, threads=2)),
    "method": Way(lambda: sum_of(Late(), 3)),
    "source": Way(lambda: sum_of_code("from __main__ import late\nlate(0)\nf = abs", 3)),
    "index": Way(lambda: add_up_to(Late())),
    "digits": Way(digits),
}


class InterruptedWay(NamedTuple):
    """A call that the package's hook waits for until a signal arrives, and the number of threads as above."""

    call: Callable[[], Coroutine[Any, Any, object]]
    threads: int = 1


INTERRUPTED_WAYS = {
    "call": InterruptedWay(lambda: in_thread(late, 1)),
    "sum": InterruptedWay(lambda: in_thread(sum_of, late, 3)),
    "sum in threads": InterruptedWay(lambda: in_thread(sum_of, late, 3, threads=2), 2),
}


async def start_and_leave(way: InterruptedWay) -> None:
    # Debug mode logs each callback that takes longer, which on a busy machine may be any of them.
    asyncio.get_running_loop().slow_callback_duration = math.inf
    task = asyncio.ensure_future(way.call())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task


def main(name: str) -> None:
    if name in WAYS:
        threading.Thread(target=WAYS[name].call, daemon=True).start()
        count = WAYS[name].threads
    else:
        # The hook is the first that handles the signal, since no Python code runs before it.
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0.05)
        asyncio.run(start_and_leave(INTERRUPTED_WAYS[name]))
        count = INTERRUPTED_WAYS[name].threads
    for _ in range(count):
        begun.acquire()
    if name == "digits":
        # This thread has the interpreter when it looks, so one that runs does so without it.
        wait_until_all("R")
    keeper = ModuleType("keeper")
    keeper.gate = Gate()  # type: ignore[attr-defined]
    sys.modules["keeper"] = keeper


if __name__ == "__main__":
    main(sys.argv[1])
