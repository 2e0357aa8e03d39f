"""Prints the exception of each function that gets a number for which the process has too little memory."""

import resource

from sum_up_to import add_up_to, sum_as_string


def main() -> None:
    n = 1 << 2**29
    resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))
    try:
        add_up_to(n)
    except MemoryError as error:
        print(type(error).__name__)
    try:
        sum_as_string(n, 0)
    except MemoryError as error:
        print(type(error).__name__)


if __name__ == "__main__":
    main()
