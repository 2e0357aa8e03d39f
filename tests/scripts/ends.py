"""Ends a process in one of many ways: `python -I tests/scripts/ends.py WAY`.

`WAYS` says how each of them must end. `test_exit.py` reads it, and runs the ways in processes of their own.

`asyncio` is imported only by the ways that need it: the import takes three quarters of the time of a short process.
"""

import atexit
import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, NoReturn

# Hooks run in reverse order, so these calls run after the hook that the import of the package registers.
very_last: list[Callable[[], object]] = []
atexit.register(lambda: [call() for call in very_last])

from sum_up_to import add_up_to_after, in_thread, sum_of, sum_of_async, sum_on_tokio  # noqa: E402


class Way(NamedTuple):
    """A way to end, with the exit code and a regular expression for all of stderr."""

    end: Callable[[], object]
    code: int
    stderr: str


WAYS: dict[str, Way] = {}


def way(code: int = 0, stderr: str = "") -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Adds a function to `WAYS` under its own name."""

    def add(end: Callable[[], object]) -> Callable[[], object]:
        WAYS[end.__name__] = Way(end, code, stderr)
        return end

    return add


def way_of_daemon_threads() -> Callable[[Callable[[], object]], Callable[[], object]]:
    """The same, for a daemon thread that sums in threads.

    CPython 3.10 itself rarely crashes at such an end. It reads freed memory when a thread gets the interpreter last.
    """
    return way() if sys.version_info >= (3, 11) else lambda end: end


# One for each call of `endless` and of `waits` that has begun.
begun = threading.Semaphore(0)


def short(i: int) -> int:
    return i


def endless(i: int) -> NoReturn:  # noqa: ARG001
    begun.release()
    while True:
        pass


def waits(i: int) -> int:
    begun.release()
    time.sleep(3600)
    return i


async def turn(i: int) -> int:
    import asyncio

    await asyncio.sleep(0)
    return i


def run_loop(main: Coroutine[Any, Any, object]) -> None:
    import asyncio

    async def patient() -> None:
        # Debug mode logs each callback that takes longer, which on a busy machine may be any of them.
        asyncio.get_running_loop().slow_callback_duration = math.inf
        await main

    asyncio.run(patient())


async def start_and_leave(*calls: Coroutine[Any, Any, object]) -> None:
    """Lets each call begin, and returns before it ends."""
    import asyncio

    tasks = [asyncio.ensure_future(call) for call in calls]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    # The loop itself keeps no reference to a task.
    del tasks


def start_daemon(target: Callable[[], object], calls: int = 0) -> threading.Thread:
    """Starts a thread that the process does not wait for.

    Args:
        target: The function that the thread runs.
        calls: The number of calls of `endless` or `waits` that have begun when this returns.

    Returns:
        The thread, which runs.
    """
    is_running = threading.Event()

    def run() -> None:
        is_running.set()
        target()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    is_running.wait()
    for _ in range(calls):
        begun.acquire()
    return thread


def wait_for_threads(count: int) -> None:
    """Waits until so many threads of sums run. Python refuses to start one while it ends."""
    while sum(thread.name.startswith("sum_of") for thread in threading.enumerate()) < count:
        time.sleep(0.001)


@way()
def at_once() -> None:
    sum_of(short, 10, threads=4)


@way(1, "Traceback .*\nZeroDivisionError: .*\n")
def after_an_exception() -> None:
    sum_of(lambda i: i // 0, 10, threads=4)


@way(1)
def exit_in_threads() -> None:
    sum_of(sys.exit, 3, threads=3)


@way()
def daemon_short_calls() -> None:
    start_daemon(lambda: sum_of(short, 10**15))


@way()
def daemon_c_calls() -> None:
    start_daemon(lambda: sum_of(math.isqrt, 10**15))


@way()
def daemon_endless_call() -> None:
    start_daemon(lambda: sum_of(endless, 10), calls=1)


@way()
def daemon_call_that_waits() -> None:
    start_daemon(lambda: sum_of(waits, 10), calls=1)


@way_of_daemon_threads()
def daemon_threads_short_calls() -> None:
    start_daemon(lambda: sum_of(short, 10**15, threads=3))
    wait_for_threads(3)


@way_of_daemon_threads()
def daemon_threads_c_calls() -> None:
    start_daemon(lambda: sum_of(math.isqrt, 10**15, threads=3))
    wait_for_threads(3)


@way_of_daemon_threads()
def daemon_threads_endless_call() -> None:
    start_daemon(lambda: sum_of(endless, 10, threads=3), calls=3)


@way_of_daemon_threads()
def daemon_threads_call_that_waits() -> None:
    start_daemon(lambda: sum_of(waits, 10, threads=3), calls=3)


@way()
def daemon_again_and_again() -> None:
    def survive() -> NoReturn:
        while True:
            # Not `contextlib.suppress`, in which the exception could arrive and end the loop.
            try:  # noqa: SIM105
                sum_of(short, 5)
            except BaseException:  # noqa: BLE001, PERF203, S110
                pass

    start_daemon(survive)


@way(1, "Traceback .*\nLookupError\n")
def several_daemons_and_an_exception() -> NoReturn:
    start_daemon(lambda: sum_of(short, 10**15, threads=1))
    start_daemon(lambda: sum_of(short, 10**15, threads=2))
    start_daemon(lambda: sum_of(short, 10**15, threads=3))
    wait_for_threads(5)
    raise LookupError


@way()
def asyncio_at_once() -> None:
    run_loop(sum_of_async(turn, 50))


@way()
def asyncio_in_the_middle() -> None:
    run_loop(start_and_leave(sum_of_async(turn, 50)))


@way(1, "Traceback .*\nTypeError: .*\n")
def asyncio_exception() -> None:
    run_loop(sum_of_async(abs, 5))  # type: ignore[arg-type]


@way()
def asyncio_daemon() -> None:
    has_begun = threading.Event()

    async def f(i: int) -> int:
        has_begun.set()
        return await turn(i)

    start_daemon(lambda: run_loop(sum_of_async(f, 10**15)))
    has_begun.wait()


@way()
def in_thread_right_after_the_last_result() -> None:
    run_loop(in_thread(short, 5))


@way()
def in_thread_after_many() -> None:
    async def main() -> None:
        import asyncio

        await asyncio.gather(*(in_thread(short, i) for i in range(20)))

    run_loop(main())


@way()
def in_thread_in_the_middle() -> None:
    run_loop(start_and_leave(in_thread(time.sleep, 0.01), in_thread(short, 1)))


@way(1, "Traceback .*\nZeroDivisionError: .*\n")
def in_thread_exception() -> None:
    run_loop(in_thread(lambda: 1 // 0))


@way(3)
def in_thread_exit_in_a_thread() -> None:
    run_loop(in_thread(sys.exit, 3))


@way()
def in_thread_daemon() -> None:
    has_begun = threading.Event()

    def f() -> None:
        has_begun.set()
        time.sleep(0.01)

    start_daemon(lambda: run_loop(in_thread(f)))
    has_begun.wait()


@way()
def tokio_right_after_the_last_result() -> None:
    run_loop(sum_on_tokio(turn, 20, tasks=3))


@way()
def tokio_in_the_middle() -> None:
    run_loop(start_and_leave(sum_on_tokio(turn, 50), add_up_to_after(5, 3600)))


@way(1, "Traceback .*\nZeroDivisionError: .*\n")
def tokio_exception() -> None:
    async def f(i: int) -> int:
        return 1 // (i - 7)

    run_loop(sum_on_tokio(f, 20, tasks=4))


@way()
def tokio_daemon() -> None:
    has_begun = threading.Event()

    async def f(i: int) -> int:
        has_begun.set()
        return await turn(i)

    start_daemon(lambda: run_loop(sum_on_tokio(f, 10**15)))
    has_begun.wait()


@way()
def tokio_daemon_that_waits() -> None:
    # Until the loop of the daemon has begun to wait.
    has_begun = threading.Event()

    async def main() -> None:
        import asyncio

        asyncio.get_running_loop().call_later(0.01, has_begun.set)
        await add_up_to_after(5, 3600)

    start_daemon(lambda: run_loop(main()))
    has_begun.wait()


@way()
def after_the_hook_of_the_package() -> None:
    very_last.append(lambda: sum_of(short, 10))


@way(0, ".*RuntimeError: cannot start a thread at interpreter shutdown\n")
def threads_after_the_hook_of_the_package() -> None:
    very_last.append(lambda: sum_of(short, 10, threads=2))


@way(0, ".*RuntimeError: cannot start a thread at interpreter shutdown\n")
def in_thread_after_the_hook_of_the_package() -> None:
    very_last.append(lambda: run_loop(in_thread(short, 10)))


@way(0, ".*RuntimeError: cannot start a thread at interpreter shutdown\n")
def tokio_after_the_hook_of_the_package() -> None:
    very_last.append(lambda: run_loop(sum_on_tokio(turn, 10)))


def interrupt_the_end() -> None:
    """Arranges for a signal that ends the wait of the package's hook.

    The signal arrives before that wait or during it. Either way the hook is the first that handles it, because no
    Python code runs before the hook does.
    """
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    atexit.register(signal.setitimer, signal.ITIMER_REAL, 0.05)


# Python says the same of its own threads, since 3.15 without a colon.
IGNORED = "Exception ignored in.*\nKeyboardInterrupt(: )?\n"

# Windows has no `setitimer`.
if sys.platform != "win32":

    @way(0, IGNORED)
    def interrupted_while_a_call_waits() -> None:
        interrupt_the_end()
        run_loop(start_and_leave(in_thread(time.sleep, 3600)))

    @way(0, IGNORED)
    def interrupted_during_an_endless_call() -> None:
        interrupt_the_end()
        run_loop(start_and_leave(in_thread(endless, 1)))


if __name__ == "__main__":
    WAYS[sys.argv[1]].end()
