"""Interrupts a sum in threads while all its calls wait: `python -I tests/scripts/interrupted_twice.py`.

Prints `waits` when the first signal was heard and the sum waits for its threads. The second one must end the wait.
"""

import os
import signal
import sys
import threading
import time
from types import FrameType

from sum_up_to import sum_of

begun = threading.Semaphore(0)
go_on = threading.Event()
heard = threading.Semaphore(0)


def f(i: int) -> int:
    begun.release()
    go_on.wait()
    return i


def interrupted(number: int, _: FrameType | None) -> None:
    heard.release()
    raise KeyboardInterrupt(number)


def interrupt_twice() -> None:
    begun.acquire()
    begun.acquire()
    os.kill(os.getpid(), signal.SIGINT)
    heard.acquire()
    # Whoever does not wait for the threads now is back long before.
    time.sleep(0.5)
    if not is_back.is_set():
        print("waits", flush=True)
    os.kill(os.getpid(), signal.SIGINT)


is_back = threading.Event()

if __name__ == "__main__":
    signal.signal(signal.SIGINT, interrupted)
    threading.Thread(target=interrupt_twice, daemon=True).start()
    try:
        sum_of(f, 2, threads=2)
    except KeyboardInterrupt:
        is_back.set()
        print("interrupted", flush=True)
    sys.exit(0)
