"""Asks for more threads than the process can have, prints the exceptions, and sums in fewer threads then.

With `in_thread`, a call that gets no thread must not be made later: the number of calls is printed.
"""

import asyncio
import resource
import threading
from pathlib import Path
from unittest import mock

from sum_up_to import add_up_to_after, in_thread, sum_of


def forbid_threads() -> None:
    """Leaves the process too little memory for the stack of a thread."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    size = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize:"))
    limit = size * 1024 + 6 * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def sum_in_too_many() -> None:
    refused = threading.Event()
    start = threading.Thread.start

    def start_or_tell(thread: threading.Thread) -> None:
        try:
            start(thread)
        except RuntimeError:
            refused.set()
            raise

    def f(i: int) -> int:
        # So that the thread is there until another one is refused.
        refused.wait()
        return i

    # So large that a thread fails for its stack, and not for the small memory that it takes later. For want of that,
    # `Thread.start` of Python up to 3.12 waits forever.
    threading.stack_size(2**28)
    resource.setrlimit(resource.RLIMIT_AS, (2**31, resource.RLIM_INFINITY))
    with mock.patch.object(threading.Thread, "start", start_or_tell):
        try:
            sum_of(f, 10**15, threads=10**12)
        except RuntimeError as error:
            print(error, sum_of(abs, 100, threads=2))
    threading.stack_size(0)


async def main() -> None:
    calls: list[int] = []
    for refused in (in_thread(calls.append, 1), add_up_to_after(1, 0)):
        try:
            await refused
        except RuntimeError as error:  # noqa: PERF203
            print(str(error).partition(":")[0])
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await in_thread(calls.append, 2)
    print(calls, await add_up_to_after(5, 0))


if __name__ == "__main__":
    sum_in_too_many()
    forbid_threads()
    asyncio.run(main())
