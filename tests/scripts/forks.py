"""Forks a process that has used the package, and uses it again in both: `python -I tests/scripts/forks.py [daemon]`.

With `daemon`, a thread is inside the package when the process forks.
"""

import asyncio
import math
import os
import sys
import threading
import warnings
from collections.abc import Coroutine
from typing import Any

from sum_up_to import in_thread, sum_of, sum_of_async, sum_on_tokio

EXPECTED = [55] * 5


async def turn(i: int) -> int:
    return i


def run_loop(main: Coroutine[Any, Any, int]) -> int:
    async def patient() -> int:
        # Debug mode logs each callback that takes longer, which on a busy machine may be any of them.
        asyncio.get_running_loop().slow_callback_duration = math.inf
        return await main

    return asyncio.run(patient())


def every_door() -> list[int]:
    return [
        sum_of(abs, 10),
        sum_of(abs, 10, threads=2),
        run_loop(sum_of_async(turn, 10)),
        run_loop(in_thread(sum_of, abs, 10)),
        run_loop(sum_on_tokio(turn, 10)),
    ]


def start_daemon() -> None:
    has_begun = threading.Event()

    def f(i: int) -> int:
        has_begun.set()
        return i

    threading.Thread(target=sum_of, args=(f, 10**15), kwargs={"threads": 2}, daemon=True).start()
    has_begun.wait()


def main() -> int:
    # Python warns of forks beside threads.
    warnings.simplefilter("ignore", DeprecationWarning)
    assert every_door() == EXPECTED
    if sys.argv[1:] == ["daemon"]:
        start_daemon()
    child = os.fork()
    assert every_door() == EXPECTED
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if child else 0


if __name__ == "__main__":
    sys.exit(main())
