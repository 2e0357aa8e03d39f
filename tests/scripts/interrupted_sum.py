"""Interrupts an endless sum by a signal, and sums again.

`python -I tests/scripts/interrupted_sum.py FUNCTION THREADS`
"""

import signal
import sys

from sum_up_to import sum_of


def f(i: int) -> int:
    return i


def main(name: str, threads: int) -> None:
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        sum_of(name, 10**15, threads=threads)
    except KeyboardInterrupt:
        print("interrupted", sum_of(f, 100, threads=2))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
