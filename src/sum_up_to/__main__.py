"""`python -m sum_up_to N`: the sum, and how long Rust and Python take for it."""

import argparse
import sys

from . import add_up_to, race, sum_as_string


def integer(text: str) -> int:
    """The integer that a command-line argument stands for.

    Args:
        text: The argument, as Python writes integers.

    Returns:
        The integer.

    Raises:
        argparse.ArgumentTypeError: If it is not an integer, or has more digits than Python converts.
    """
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main() -> int:
    """Runs the command.

    Returns:
        The exit code: 0, or 130 if the race was interrupted. A wrong command line exits with 2.
    """
    parser = argparse.ArgumentParser(
        prog="python -m sum_up_to",
        description="Prints the exact sum 1 + 2 + ... + N, and the time that Rust and a Python loop take for it.",
        epilog="exit codes: 0 done, 2 wrong command line, 130 interrupted",
    )
    parser.add_argument("n", metavar="N", type=integer, help="an integer of any size, such as 1_000_000")
    n = parser.parse_args().n
    try:
        # Before the race, which takes long for a large limit; and by a function that knows no limit on digits.
        print(sum_as_string(add_up_to(n), 0), flush=True)
        seconds = race(n)
    except KeyboardInterrupt:
        print("interrupted: the Python loop was still running", file=sys.stderr)
        return 130
    print()
    for name, time in sorted(seconds.items(), key=lambda item: item[1]):
        print(f"{name:<8}{time:>15.9f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
