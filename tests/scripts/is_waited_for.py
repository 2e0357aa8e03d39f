"""Ends a process while a call of `in_thread` is under way that prints `done` when it ends.

The call goes on only when the hooks at exit run, so it cannot end before.
"""

import asyncio
import atexit
import math
import threading
import time

from sum_up_to import in_thread

is_ending = threading.Event()


def late() -> None:
    is_ending.wait()
    # For a process that does not wait, this is time enough to be gone.
    time.sleep(0.2)
    print("done", flush=True)


async def start_and_leave() -> None:
    # Debug mode logs each callback that takes longer, which on a busy machine may be any of them.
    asyncio.get_running_loop().slow_callback_duration = math.inf
    call = asyncio.ensure_future(in_thread(late))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del call


if __name__ == "__main__":
    # Runs before the hook of the package, which was registered earlier.
    atexit.register(is_ending.set)
    asyncio.run(start_and_leave())
