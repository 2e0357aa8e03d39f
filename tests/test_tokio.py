"""`add_up_to_after` and `sum_on_tokio`: Python awaits futures of Rust, and Rust awaits awaitables of Python."""

import asyncio
import gc
import math
import os
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sum_up_to import add_up_to, add_up_to_after, sum_on_tokio

# Seconds after which something hangs.
LIMIT = float(os.environ.get("SUM_UP_TO_LIMIT", "600"))


async def turns(i: int, count: int = 1) -> int:
    for _ in range(count):
        await asyncio.sleep(0)
    return i


async def until(is_true: Callable[[], object]) -> None:
    """Lets the event loop run until a condition holds."""
    end = time.monotonic() + LIMIT
    while not is_true():
        assert time.monotonic() < end
        await asyncio.sleep(0.001)


@given(st.integers(-5, 10**30))
def test_add_up_to_after_is_add_up_to(n: int) -> None:
    assert asyncio.run(add_up_to_after(n, 0)) == add_up_to(n)


def test_event_loop_goes_on_while_rust_waits() -> None:
    async def main() -> None:
        waiting = asyncio.create_task(add_up_to_after(5, 0.2))
        await turns(0, 20)
        assert not waiting.done()
        assert await waiting == 15

    asyncio.run(main())


def test_many_wait_at_the_same_time() -> None:
    async def main() -> None:
        started = time.monotonic()
        assert await asyncio.gather(*(add_up_to_after(i, 1) for i in range(100))) == [add_up_to(i) for i in range(100)]
        # One after the other they would take 100 s.
        assert time.monotonic() - started < 50

    asyncio.run(main())


@pytest.mark.parametrize("seconds", [-1.0, math.inf, math.nan, 1e300])
def test_impossible_times(seconds: float) -> None:
    with pytest.raises(ValueError, match="`seconds` cannot be "):
        add_up_to_after(1, seconds)  # type: ignore[unused-coroutine]


def test_cancelling_drops_the_future_of_rust() -> None:
    async def main() -> None:
        n = 10**30
        before = sys.getrefcount(n)
        task = asyncio.create_task(add_up_to_after(n, LIMIT))
        await turns(0, 3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task

        async def is_dropped() -> bool:
            # What tokio dropped is given back when a thread of Rust attaches next.
            await add_up_to_after(1, 0)
            return sys.getrefcount(n) == before

        end = time.monotonic() + LIMIT
        while not await is_dropped():
            assert time.monotonic() < end

    asyncio.run(main())


@given(st.lists(st.tuples(st.fractions(), st.integers(0, 5))), st.integers(1, 9))
def test_exact_whatever_comes_first(values: list[tuple[Fraction, int]], tasks: int) -> None:
    async def f(i: int) -> Fraction:
        value, count = values[i - 1]
        await turns(i, count)
        return value

    assert asyncio.run(sum_on_tokio(f, len(values), tasks=tasks)) == sum(value for value, _ in values)


def test_values_are_added_in_order_in_threads_of_tokio() -> None:
    threads: set[str] = set()

    class Word(str):
        """Text that records how it was added, and in which threads."""

        __slots__ = ()

        def __add__(self, other: object) -> "Word":
            threads.add(threading.current_thread().name)
            return Word(f"({self}+{other})")

        def __radd__(self, other: object) -> "Word":
            threads.add(threading.current_thread().name)
            return Word(f"({other}+{self})")

    async def f(i: int) -> Word:
        assert threading.current_thread() is threading.main_thread()
        await turns(i, 9 - i)
        return Word(i)

    assert asyncio.run(sum_on_tokio(f, 4, tasks=4)) == "((((0+1)+2)+3)+4)"
    assert threads
    assert threading.main_thread().name not in threads


def test_works_on_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is made for neither Windows nor the newest Python")
    loop = uvloop.new_event_loop()
    loop.slow_callback_duration = math.inf
    try:
        assert loop.run_until_complete(sum_on_tokio(turns, 100, tasks=5)) == 5050
    finally:
        loop.close()


def test_any_awaitable_will_do() -> None:
    async def main() -> None:
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        done.set_result(7)
        assert await sum_on_tokio(lambda _: done, 3) == 21
        assert await sum_on_tokio("asyncio:sleep", 0) == 0
        assert await sum_on_tokio(lambda i: add_up_to_after(i, 0), 3) == 10

    asyncio.run(main())


def test_exception_is_unchanged_with_its_traceback_and_cancels_the_rest() -> None:
    error, started, cancelled = LookupError("mine"), [], []

    async def f(i: int) -> int:
        if i == 3:
            raise error
        started.append(i)
        try:
            await asyncio.sleep(LIMIT)
        except asyncio.CancelledError:
            cancelled.append(i)
            raise
        return i

    async def main() -> None:
        with pytest.raises(LookupError) as caught:
            await sum_on_tokio(f, 5, tasks=5)
        assert caught.value is error
        assert traceback.extract_tb(caught.tb)[-1].name == "f"
        assert len(asyncio.all_tasks()) == 1
        # Those that the error came before did not start.
        assert sorted(cancelled) == sorted(started)

    asyncio.run(main())


def test_exception_of_the_call_itself_and_of_plus() -> None:
    def f(i: int) -> Coroutine[Any, Any, Any]:
        if i == 4:
            raise LookupError
        return turns(i)

    with pytest.raises(LookupError):
        asyncio.run(sum_on_tokio(f, 10, tasks=2))
    with pytest.raises(TypeError, match="unsupported operand"):
        asyncio.run(sum_on_tokio(lambda _: asyncio.sleep(0), 10, tasks=2))  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match="coroutine or an awaitable"):
        asyncio.run(sum_on_tokio(abs, 10))  # type: ignore[arg-type]


def test_cancelling_the_caller_cancels_what_rust_awaits() -> None:
    started, cancelled = [], []

    async def f(i: int) -> int:
        started.append(i)
        try:
            await asyncio.sleep(LIMIT)
        except asyncio.CancelledError:
            cancelled.append(i)
            raise
        return i

    async def main() -> None:
        task = asyncio.create_task(sum_on_tokio(f, 4, tasks=4))
        await until(lambda: len(started) == 4)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(asyncio.all_tasks()) == 1
        assert sorted(started) == sorted(cancelled) == [1, 2, 3, 4]

    asyncio.run(main())


def test_cancelling_waits_for_what_takes_its_time_to_end() -> None:
    ended: list[int] = []

    async def f(i: int) -> int:
        try:
            await asyncio.sleep(LIMIT)
        finally:
            await turns(i, 20 * i)
            ended.append(i)
        return i

    async def main() -> None:
        task = asyncio.create_task(sum_on_tokio(f, 3, tasks=3))
        await until(lambda: len(asyncio.all_tasks()) == 5)
        await turns(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sorted(ended) == [1, 2, 3]

    asyncio.run(main())


def test_closed_coroutine_cancels_what_rust_awaits() -> None:
    async def main() -> None:
        coroutine = sum_on_tokio(lambda _: asyncio.sleep(LIMIT, 1), 3, tasks=3)
        assert asyncio.isfuture(coroutine.send(None))
        await until(lambda: len(asyncio.all_tasks()) == 4)
        coroutine.close()
        await until(lambda: len(asyncio.all_tasks()) == 1)

    asyncio.run(main())


def test_awaitable_that_is_cancelled_cancels_the_sum() -> None:
    async def f(i: int) -> int:
        task = asyncio.current_task()
        assert task is not None
        if i == 2:
            task.cancel()
        return await turns(i)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(sum_on_tokio(f, 5))


def test_context_reaches_the_callable() -> None:
    variable: ContextVar[int] = ContextVar("variable")

    async def f(i: int) -> int:
        seen = variable.get()
        variable.set(-i)
        return await turns(seen)

    async def main() -> None:
        variable.set(5)
        assert await sum_on_tokio(f, 50, tasks=3) == 250
        assert variable.get() == 5

    asyncio.run(main())


def test_sums_within_sums() -> None:
    assert asyncio.run(sum_on_tokio(lambda i: sum_on_tokio(turns, i, tasks=2), 10, tasks=3)) == 220


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"f": 5, "n": 1}, TypeError, "`f` must be callable, not `int`"),
        ({"f": turns, "n": 1.0}, TypeError, "`n` must be an integer, not `float`"),
        ({"f": turns, "n": 1, "tasks": 0}, ValueError, "`tasks` must be at least 1"),
        ({"f": turns, "n": 1, "tasks": None}, TypeError, "`tasks` must be an integer, not `NoneType`"),
    ],
)
def test_wrong_arguments_are_refused_at_once(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sum_on_tokio(**arguments)  # type: ignore[unused-coroutine]
    assert str(caught.value) == message


def test_coroutine_that_is_not_awaited_says_so() -> None:
    with pytest.warns(RuntimeWarning, match="coroutine 'sum_on_tokio' was never awaited"):
        sum_on_tokio(turns, 1)  # type: ignore[unused-coroutine]


def test_loop_that_ends_first_leaves_no_message(capfd: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        tasks = [asyncio.create_task(sum_on_tokio(turns, 10**6)), asyncio.create_task(add_up_to_after(1, 0.001))]
        await turns(0, 3)
        del tasks

    for _ in range(20):
        asyncio.run(main())
    asyncio.run(add_up_to_after(1, 0.01))
    assert capfd.readouterr() == ("", "")


def test_loop_that_is_closed_meanwhile_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    coroutine = add_up_to_after(1, 0.01)

    async def begin() -> None:
        coroutine.send(None)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(begin())
    loop.close()
    asyncio.run(add_up_to_after(1, 0.2))
    assert unraisable == []
    coroutine.close()


def test_abandoned_cycle_is_collected() -> None:
    class Function:
        coroutine: object

        def __call__(self, i: int) -> Coroutine[Any, Any, int]:
            return turns(i)

    function = Function()
    function.coroutine = coroutine = sum_on_tokio(function, 5)
    coroutine.close()
    reference = weakref.ref(function)
    del function, coroutine
    gc.collect()
    assert reference() is None
