"""A process that uses the package ends without a crash, a hang or a message, wherever its threads are.

Each case is a script of its own, run `SUM_UP_TO_EXITS` times (20 unless set), since what can go wrong is a race.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

TIMES = int(os.environ.get("SUM_UP_TO_EXITS", "20"))

FUNCTIONS = """
import asyncio, atexit, logging, math, signal, sys, threading, time, types

# Asyncio's debug mode would tell of a slow machine.
logging.getLogger("asyncio").setLevel(logging.ERROR)

very_last = []
atexit.register(lambda: [call() for call in very_last])

from sum_up_to import add_up_to, in_thread, sum_as_string, sum_of, sum_of_async, sum_of_code

def short(i):
    return i

def long(i):
    while True:
        pass

def waits(i):
    time.sleep(3600)

async def turn(i):
    await asyncio.sleep(0)
    return i

async def start_and_leave(*calls):
    tasks = [asyncio.ensure_future(call) for call in calls]
    await asyncio.sleep(0)
    await asyncio.sleep(0)

def daemon(target):
    started = threading.Event()
    def run():
        started.set()
        target()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait()
    return thread

def survives(target):
    while True:
        try:
            target()
        except BaseException:
            pass
"""

# What a process does until it ends, its exit code, and the last line of its messages.
CASES = {
    "at once": ("sum_of(short, 10, threads=4)", 0, ""),
    "after an exception": ("sum_of(lambda i: i // 0, 10, threads=4)", 1, "ZeroDivisionError"),
    "by exit in threads": ("sum_of(sys.exit, 3, threads=3)", 1, ""),
    "daemon, short calls": ("daemon(lambda: sum_of(short, 10**15))", 0, ""),
    "daemon, C calls": ("daemon(lambda: sum_of(math.isqrt, 10**15))", 0, ""),
    "daemon, endless call": ("daemon(lambda: sum_of(long, 10))", 0, ""),
    "daemon, call that waits": ("daemon(lambda: sum_of(waits, 10))", 0, ""),
    "daemon, threads, short calls": ("daemon(lambda: sum_of(short, 10**15, threads=3))", 0, ""),
    "daemon, threads, C calls": ("daemon(lambda: sum_of(math.isqrt, 10**15, threads=3))", 0, ""),
    "daemon, threads, endless call": ("daemon(lambda: sum_of(long, 10, threads=3))", 0, ""),
    "daemon, threads, call that waits": ("daemon(lambda: sum_of(waits, 10, threads=3))", 0, ""),
    "daemon, again and again": ("daemon(lambda: survives(lambda: sum_of(short, 5)))", 0, ""),
    "several daemons and an exception": (
        "for threads in (1, 2, 3):\n    daemon(lambda: sum_of(short, 10**15, threads=threads))\nraise LookupError",
        1,
        "LookupError",
    ),
    "asyncio, at once": ("asyncio.run(sum_of_async(turn, 50))", 0, ""),
    "asyncio, in the middle": ("asyncio.run(start_and_leave(sum_of_async(turn, 50)))", 0, ""),
    "asyncio, exception": ("asyncio.run(sum_of_async(abs, 5))", 1, "TypeError"),
    "asyncio, daemon": ("daemon(lambda: asyncio.run(sum_of_async(turn, 10**15)))\ntime.sleep(0.01)", 0, ""),
    "tokio, right after the last result": ("asyncio.run(in_thread(short, 5))", 0, ""),
    "tokio, after many": (
        "async def main():\n    await asyncio.gather(*(in_thread(short, i) for i in range(20)))\nasyncio.run(main())",
        0,
        "",
    ),
    "tokio, in the middle": ("asyncio.run(start_and_leave(in_thread(time.sleep, 0.01), in_thread(short, 1)))", 0, ""),
    "tokio, exception": ("asyncio.run(in_thread(lambda: 1 // 0))", 1, "ZeroDivisionError"),
    "tokio, exit in a thread": ("asyncio.run(in_thread(sys.exit, 3))", 3, ""),
    "tokio, daemon": ("daemon(lambda: asyncio.run(in_thread(time.sleep, 0.01)))\ntime.sleep(0.01)", 0, ""),
    "after the package's own hook": (
        "very_last.append(lambda: (sum_of(short, 10), sum_of(short, 10, threads=2)))",
        0,
        "",
    ),
    "a hook that waits for a daemon": (
        "thread = daemon(lambda: sum_of(short, 10**15))\nvery_last.append(thread.join)",
        0,
        "",
    ),
}


def run(body: str) -> tuple[int, str, str]:
    command = [sys.executable, "-I", "-X", "dev", "-W", "error", "-c", f"{FUNCTIONS}\n{body}\n"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return finished.returncode, finished.stdout, finished.stderr


@pytest.mark.parametrize("case", CASES)
def test_ends_cleanly(case: str) -> None:
    body, code, message = CASES[case]
    with ThreadPoolExecutor(4) as pool:
        for returncode, stdout, stderr in pool.map(run, [body] * TIMES):
            assert (returncode, stdout) == (code, ""), stderr
            last = stderr.splitlines()[-1] if stderr else ""
            assert last.startswith(message) if message else not stderr


def test_call_under_way_is_waited_for() -> None:
    body = (
        "def late():\n    time.sleep(0.2)\n    print('done', flush=True)\nasyncio.run(start_and_leave(in_thread(late)))"
    )
    assert run(body) == (0, "done\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no `setitimer`")
@pytest.mark.parametrize("call", ["time.sleep, 3600", "long, 1"])
def test_signal_ends_that_wait(call: str) -> None:
    body = (
        "signal.signal(signal.SIGALRM, signal.default_int_handler)\n"
        "atexit.register(signal.setitimer, signal.ITIMER_REAL, 0.05)\n"
        f"asyncio.run(start_and_leave(in_thread({call})))"
    )
    with ThreadPoolExecutor(4) as pool:
        for returncode, stdout, stderr in pool.map(run, [body] * TIMES):
            assert (returncode, stdout) == (0, "")
            # As Python says it for its own threads, since 3.15 without a colon.
            assert "Exception ignored in" in stderr
            assert stderr.splitlines()[-1].rstrip(": ") == "KeyboardInterrupt"


# While the interpreter finalizes, it clears its modules, and one of them with what gives the calls time to return.
FINALIZES_SLOWLY = """
class Slow:
    sleep = time.sleep
    def __del__(self):
        self.sleep(1.5)

sys.modules["slow"] = types.ModuleType("slow")
sys.modules["slow"].slow = Slow()

class Sleeper:
    def __init__(self, *arguments):
        pass
    def __call__(self, i):
        return time.sleep(1.3)
    def __index__(self):
        time.sleep(1.3)
        return 1
    def __radd__(self, other):
        time.sleep(1.3)

large = 10**2_000_000
"""


# What is still under way when the interpreter finalizes, each in a way of its own, and comes back to it then.
LATE = [
    "daemon(lambda: sum_of(lambda i: time.sleep(1.3), 3))",
    "daemon(lambda: sum_of(lambda i: time.sleep(1.3), 3, threads=2))",
    "daemon(lambda: sum_of(Sleeper, 3))",
    "daemon(lambda: sum_of(Sleeper, 3, threads=2))",
    "daemon(lambda: sum_of(Sleeper(1.3), 3))",
    "daemon(lambda: sum_of_code('import time\\ntime.sleep(1.3)\\nf = abs', 3))",
    "daemon(lambda: add_up_to(Sleeper()))",
    "daemon(lambda: sum_as_string(large, 1))",
]
LATE_DESPITE_AN_INTERRUPT = [
    "in_thread(time.sleep, 1.3)",
    "in_thread(sum_of, lambda i: time.sleep(1.3), 3)",
    "in_thread(sum_of, lambda i: time.sleep(1.3), 3, threads=2)",
]


def test_what_comes_back_too_late_goes_nowhere() -> None:
    bodies = [f"{FINALIZES_SLOWLY}{body}\ntime.sleep(0.05)" for body in LATE]
    with ThreadPoolExecutor(4) as pool:
        for body, outcome in zip(LATE, pool.map(run, bodies), strict=True):
            assert outcome == (0, "", ""), body


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no `setitimer`")
def test_what_comes_back_after_an_interrupted_wait_goes_nowhere() -> None:
    interrupted = (
        f"{FINALIZES_SLOWLY}"
        "signal.signal(signal.SIGALRM, signal.default_int_handler)\n"
        "atexit.register(signal.setitimer, signal.ITIMER_REAL, 0.05)\n"
    )
    bodies = [f"{interrupted}asyncio.run(start_and_leave({call}))" for call in LATE_DESPITE_AN_INTERRUPT]
    with ThreadPoolExecutor(4) as pool:
        for body, (returncode, stdout, stderr) in zip(LATE_DESPITE_AN_INTERRUPT, pool.map(run, bodies), strict=True):
            assert (returncode, stdout) == (0, ""), (body, stderr)
            assert stderr.splitlines()[-1].rstrip(": ") == "KeyboardInterrupt", body


def test_each_case_runs() -> None:
    assert TIMES > 0
