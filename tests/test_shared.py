"""Objects that many threads use at the same time, which on free-threaded Python really do."""

import asyncio
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sum_up_to import Add, sum_of, sum_of_async, sum_on_tokio

THREADS = 8
ROUNDS = 300


def in_threads(work: Callable[[], object]) -> list[Any]:
    """What comes of the same work in several threads, which begin together."""
    barrier = threading.Barrier(THREADS)

    def run(_: int) -> object:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_one_value_in_many_threads() -> None:
    for add in (Add(100), Add(10**30), Add(1 << 5000)):
        expected = (add.up_to(), hash(add), repr(add), add.n)

        def work(add: Add = add, expected: tuple[object, ...] = expected) -> None:
            for _ in range(ROUNDS // 10):
                assert (add.up_to(), hash(add), repr(add), add.n) == expected
                assert pickle.loads(pickle.dumps(add)) == add

        in_threads(work)


def test_each_integer_is_handed_out_once_and_added_once() -> None:
    n = THREADS * ROUNDS
    coroutine: Any = sum_of_async(lambda i: asyncio.sleep(0, i), n)
    integers = coroutine.cr_frame.f_locals["integers"]
    coroutine.close()
    given: list[int] = []

    def work() -> None:
        for i in integers:
            given.append(i)
            integers.add(i, i)

    in_threads(work)
    assert sorted(given) == list(range(1, n + 1))
    assert integers.total() == n * (n + 1) // 2


def test_sums_within_threads() -> None:
    shared: list[int] = []

    def f(i: int) -> int:
        shared.append(i)
        return i

    assert in_threads(lambda: sum_of(f, ROUNDS, threads=3)) == [ROUNDS * (ROUNDS + 1) // 2] * THREADS
    assert len(shared) == THREADS * ROUNDS


def test_event_loops_in_many_threads_share_tokio() -> None:
    async def f(i: int) -> int:
        await asyncio.sleep(0)
        return i

    def work() -> int:
        return asyncio.run(sum_on_tokio(f, ROUNDS, tasks=5))

    assert in_threads(work) == [ROUNDS * (ROUNDS + 1) // 2] * THREADS
