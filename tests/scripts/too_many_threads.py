"""Asks for more threads than the process can have, prints the exception, and sums in fewer threads then."""

import resource

from sum_up_to import sum_of


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
    try:
        sum_of(abs, 10**15, threads=10**12)
    except OSError as error:
        print(type(error).__name__, sum_of(abs, 100, threads=2))


if __name__ == "__main__":
    main()
