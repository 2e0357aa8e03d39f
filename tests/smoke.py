"""Proves in a second that an installed `sum_up_to` works: `python -I -W error -X dev tests/smoke.py`.

Needs the standard library alone, so that it runs wherever a wheel can be installed. Prints one line of JSON and exits
with 0, or names every check that failed and exits with 1. Without `assert`, because `-O` removes it.
"""

import asyncio
import contextlib
import importlib.machinery
import importlib.metadata
import importlib.resources
import io
import json
import os
import pickle
import platform
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sum_up_to
from sum_up_to import (
    Add,
    _native,
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

passed = 0
failures: list[str] = []


def check(what: str, got: object, expected: object) -> None:
    """Counts a check that holds, and remembers one that does not.

    Args:
        what: What is checked, as the failure is to name it.
        got: The value that was found.
        expected: The value that it must be equal to, and of the same type as.
    """
    global passed  # noqa: PLW0603
    if type(got) is type(expected) and got == expected:
        passed += 1
    else:
        failures.append(f"{what}: got `{got!r}`, expected `{expected!r}`")


def error_of(call: Callable[[Any], object], value: object) -> str:
    """The type and message of the exception that a call with this value raises, or what it returned instead."""
    try:
        result = call(value)
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return f"no exception but {result!r}"


def check_origin() -> None:
    """The package is the installed one, complete, for this Python and its ABI."""
    prefix = Path(sys.prefix).resolve()
    for module in (sum_up_to, _native):
        origin = Path(module.__file__ or "")
        check(
            f"`{module.__name__}` at {origin} lies in {prefix}", origin.resolve().is_relative_to(prefix), expected=True
        )
    extension = Path(_native.__file__ or "").name
    suffix = extension.removeprefix("_native")
    check(f"{extension} has a suffix of this Python", suffix in importlib.machinery.EXTENSION_SUFFIXES, expected=True)
    # Windows has no suffix for the stable ABI, and free-threaded Python got one in 3.15.
    if os.name != "nt" and not sysconfig.get_config_var("Py_GIL_DISABLED"):
        check(f"{extension} uses the stable ABI", ".abi3" in suffix, expected=True)
    for name in ("py.typed", "_native.pyi"):
        check(f"{name} is installed", importlib.resources.files(sum_up_to).joinpath(name).is_file(), expected=True)
    public = [
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
    check("sum_up_to.__all__", sum_up_to.__all__, public)
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        check("the GIL after the import", getattr(sys, "_is_gil_enabled", lambda: True)(), expected=False)


def check_functions() -> None:
    """Every function returns the exact value, and refuses what it must refuse."""
    for n in (-(10**40), -1, 0, 1, 100, 2**31, 2**32, 2**63, 2**64, 10**40, 10**2000):
        check(f"add_up_to of {n.bit_length()} bits", add_up_to(n), n * (n + 1) // 2 if n > 0 else 0)
    check("add_up_to(1_000_000)", add_up_to(1_000_000), 500000500000)
    check("add_up_to(n=True)", add_up_to(n=True), 1)
    for value, given in ((5.0, "float"), ("5", "str"), (None, "NoneType")):
        message = f"TypeError: `n` must be an integer, not `{given}`"
        check(f"add_up_to({value!r})", error_of(add_up_to, value), message)
    check("sum_as_string of words", sum_as_string(2, -5), "-3")
    check("sum_as_string of 5001 digits", sum_as_string(10**5000, 0), "1" + "0" * 5000)
    check("create_python_object()", create_python_object(), "Hello from Python!")
    check("sum_of a Python function", sum_of(lambda i: i * i, 1000), 333833500)
    check("sum_of a name in threads", sum_of("math:isqrt", 100, threads=4), 625)
    check("sum_of_code", sum_of_code("def f(i): return i", 1000), 500500)
    check("sum_of_async", asyncio.run(sum_of_async(lambda i: asyncio.sleep(0, i), 100, limit=7)), 5050)
    check("sum_on_tokio", asyncio.run(sum_on_tokio(lambda i: asyncio.sleep(0, i), 100, tasks=7)), 5050)
    check("add_up_to_after", asyncio.run(add_up_to_after(100, 0.001)), 5050)
    check("in_thread", asyncio.run(in_thread(pow, 2, 10, mod=1000)), 24)
    check("race", sorted(race(1000)), ["python", "rust"])
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        accept_args("Ada", 1, key="value")
    check("accept_args", stream.getvalue(), "Hey Ada\nGot: 1\nGot: key=value\n")


def check_class() -> None:
    """`Add` agrees with the function and behaves as a value."""
    add = Add(1_000_000)
    check("Add.n", add.n, 1_000_000)
    check("Add.up_to", add.up_to(), 500000500000)
    check("repr", repr(add), "Add(1000000)")
    check("equality", (add == Add(1_000_000), add == Add(1), add == 1_000_000), (True, False, False))
    check("hash", hash(add), hash(Add(1_000_000)))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        check(f"pickle protocol {protocol}", pickle.loads(pickle.dumps(add, protocol)), add)
    matched = None
    match add:
        case Add(n):
            matched = n
    check("match", matched, 1_000_000)
    check("Add(5.0)", error_of(Add, 5.0), "TypeError: `n` must be an integer, not `float`")


def main() -> int:
    """Runs every check and reports.

    Returns:
        The exit code: 0 if all checks hold, 1 if not.
    """
    check_origin()
    check_functions()
    check_class()
    if failures:
        print(*(f"smoke: {failure}" for failure in failures), sep="\n", file=sys.stderr)
        return 1
    report = {
        "package": "sum_up_to",
        "version": importlib.metadata.version("sum-up-to"),
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "platform": sysconfig.get_platform(),
        "extension": Path(_native.__file__ or "").name,
        "checks": passed,
    }
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
