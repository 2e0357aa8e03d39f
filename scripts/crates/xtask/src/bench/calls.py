"""Measures calls of `sum_up_to` and its peers in turn: `python calls.py ROUNDS`, with the peers on `PYTHONPATH`.

Prints a JSON list with the name and the contenders of each group. A contender has a name and the nanoseconds of a call
in each round. Each round measures all contenders of a group one after the other, so that a machine that slows down
affects all of them.
"""

import asyncio
import importlib
import importlib.util
import json
import math
import random
import sys
from collections.abc import Awaitable, Callable
from timeit import Timer
from typing import Any

from sum_up_to import Add, add_up_to, in_thread, sum_of, sum_of_async, sum_on_tokio

SMALL = 10**6
VALUES = 10_000
TASKS = 1_000
LIMIT = 100
THREADS = 100
ROUND_SECONDS = 0.02


def closed_form(n: int) -> int:
    """The sum in closed form, in Python."""
    return n * (n + 1) // 2


def loop(n: int) -> int:
    """The sum as a loop, in Python."""
    total = 0
    for i in range(1, n + 1):
        total += i
    return total


def timer(function: Callable[[Any], object], argument: object) -> Timer:
    """A timer of one call, without other work."""
    return Timer("function(argument)", globals={"function": function, "argument": argument})


def small_contenders() -> dict[str, Timer]:
    """Sums up to a small limit, and a call of similar cost."""
    contenders: dict[str, Timer] = {}
    for name, module in (("C, `METH_O`", "peer_c"), ("Cython", "peer_cython"), ("mypyc", "peer_mypyc")):
        # A peer that could not be built is left out. The caller reports it.
        if importlib.util.find_spec(module):
            contenders[name] = timer(importlib.import_module(module).add_up_to, SMALL)
    add = Add(SMALL)
    contenders["`add_up_to(n)`"] = timer(add_up_to, SMALL)
    contenders["`Add.up_to()`"] = Timer("method()", globals={"method": add.up_to})
    contenders["`Add(n)`"] = timer(Add, SMALL)
    contenders["`Add(n).up_to()`"] = timer(lambda n: Add(n).up_to(), SMALL)
    contenders["`math.isqrt(n)`"] = timer(math.isqrt, SMALL)
    contenders["closed form in Python"] = timer(closed_form, SMALL)
    contenders["`sum(range(n + 1))`"] = timer(lambda n: sum(range(n + 1)), SMALL)
    contenders["loop in Python"] = timer(loop, SMALL)
    return contenders


def large_contenders(bits: int) -> dict[str, Timer]:
    """Sums up to a limit with a number of bits."""
    # The digits are random, because Python multiplies faster if a factor has few bits.
    limit = random.Random(bits).getrandbits(bits) | 1 << (bits - 1)  # noqa: S311
    return {
        "`n * (n + 1) // 2` in Python": timer(closed_form, limit),
        "`(n * n + n) >> 1` in Python": timer(lambda n: (n * n + n) >> 1, limit),
        "`add_up_to(n)`": timer(add_up_to, limit),
    }


def identity(i: int) -> int:
    """The smallest function."""
    return i


def loop_of(f: Callable[[int], int]) -> int:
    """The values of a function, added in a loop."""
    total = 0
    for i in range(1, VALUES + 1):
        total += f(i)
    return total


def contenders_for_values(f: Callable[[int], int]) -> dict[str, Timer]:
    """Sums of the values of a function."""
    return {
        "`for` loop": timer(loop_of, f),
        "`sum(map(f, range(1, n + 1)))`": timer(lambda f: sum(map(f, range(1, VALUES + 1))), f),
        "`sum_of(f, n)`": timer(lambda f: sum_of(f, VALUES), f),
        "`sum_of(f, n, threads=2)`": timer(lambda f: sum_of(f, VALUES, threads=2), f),
    }


async def turn(i: int) -> int:
    """Wait for one turn of the event loop."""
    await asyncio.sleep(0)
    return i


async def gathered(f: Callable[[int], Awaitable[int]]) -> int:
    """A sum of the results of tasks, limited with asyncio's semaphore."""
    semaphore = asyncio.Semaphore(LIMIT)

    async def limited(i: int) -> int:
        async with semaphore:
            return await f(i)

    return sum(await asyncio.gather(*(limited(i) for i in range(1, TASKS + 1))))


async def worked(f: Callable[[int], Awaitable[int]]) -> int:
    """A sum of the results of plain asyncio workers. Each takes the next integer when it has one result."""
    integers, total = iter(range(1, TASKS + 1)), 0

    async def work() -> None:
        nonlocal total
        for i in integers:
            total += await f(i)

    await asyncio.gather(*(work() for _ in range(LIMIT)))
    return total


def contenders_for_tasks() -> dict[str, Timer]:
    """Sums of the results of awaitables, each with its event loop."""
    return {
        "`limit` plain asyncio workers": timer(lambda f: asyncio.run(worked(f)), turn),
        "`asyncio.gather` and `Semaphore`": timer(lambda f: asyncio.run(gathered(f)), turn),
        "`sum_of_async(f, n)`": timer(lambda f: asyncio.run(sum_of_async(f, TASKS, limit=LIMIT)), turn),
        "`sum_on_tokio(f, n)`": timer(lambda f: asyncio.run(sum_on_tokio(f, TASKS, tasks=LIMIT)), turn),
    }


def contenders_for_threads() -> dict[str, Timer]:
    """Calls in threads, one after the other and at the same time, each group with its event loop."""

    async def in_sequence(start: Callable[..., Awaitable[int]]) -> None:
        for i in range(THREADS):
            await start(identity, i)

    async def together(start: Callable[..., Awaitable[int]]) -> None:
        await asyncio.gather(*(start(identity, i) for i in range(THREADS)))

    return {
        "`asyncio.to_thread`, in sequence": timer(lambda start: asyncio.run(in_sequence(start)), asyncio.to_thread),
        "`in_thread`, in sequence": timer(lambda start: asyncio.run(in_sequence(start)), in_thread),
        "`asyncio.to_thread`, together": timer(lambda start: asyncio.run(together(start)), asyncio.to_thread),
        "`in_thread`, together": timer(lambda start: asyncio.run(together(start)), in_thread),
    }


def in_turn(contenders: dict[str, Timer], rounds: int) -> list[tuple[str, list[float]]]:
    """The nanoseconds of one call of each contender in each round."""
    numbers = {}
    for name, contender in contenders.items():
        once = max(contender.timeit(1), contender.timeit(1), 1e-9)
        trial = max(1, int(ROUND_SECONDS / 10 / once))
        numbers[name] = max(1, int(ROUND_SECONDS / contender.timeit(trial) * trial))
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            times[name].append(contender.timeit(numbers[name]) / numbers[name] * 1e9)
    return list(times.items())


rounds = int(sys.argv[1])
groups = {f"n = {SMALL:_}": small_contenders()}
groups |= {f"n of {bits:_} bits": large_contenders(bits) for bits in (1_000, 10_000, 1_000_000)}
groups[f"f in Python, n = {VALUES:_}"] = contenders_for_values(identity)
groups[f"f = `math.isqrt`, n = {VALUES:_}"] = contenders_for_values(math.isqrt)
groups[f"an `async def` that waits for one turn, n = {TASKS:_}, {LIMIT} at a time"] = contenders_for_tasks()
groups[f"{THREADS} calls in threads"] = contenders_for_threads()
json.dump([(name, in_turn(contenders, rounds)) for name, contenders in groups.items()], sys.stdout)
