"""The exact sum of the first n integers, computed in Rust.

Examples:
    >>> import sum_up_to
    >>> sum_up_to.add_up_to(1_000_000)
    500000500000
    >>> sum_up_to.Add(100).up_to()
    5050
"""

from ._native import (
    Add,
    accept_args,
    add_up_to,
    add_up_to_after,
    create_python_object,
    in_thread,
    race,
    sum_as_string,
    sum_of,
    sum_of_async,
    sum_of_code,
    sum_on_tokio,
)
from ._native import __version__ as __version__

__all__ = [
    "Add",
    "accept_args",
    "add_up_to",
    "add_up_to_after",
    "create_python_object",
    "in_thread",
    "race",
    "sum_as_string",
    "sum_of",
    "sum_of_async",
    "sum_of_code",
    "sum_on_tokio",
]
