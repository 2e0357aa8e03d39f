"""`sum_of_async`: bounded tasks on any event loop, in order, with cancellation and errors as asyncio users expect."""

import asyncio
import gc
import math
import os
import sys
import weakref
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sum_up_to import sum_of_async

# Seconds after which something hangs. What waits so long is to be cancelled long before.
LIMIT = float(os.environ.get("SUM_UP_TO_LIMIT", "600"))

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def run_on_uvloop(main: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
    import uvloop

    loop = uvloop.new_event_loop()
    # Debug mode logs each callback that takes longer, which on a busy machine may be any of them.
    loop.slow_callback_duration = math.inf
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()


def run_within_a_task(main: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
    async def outer() -> Any:  # noqa: ANN401
        return await asyncio.create_task(main)

    return asyncio.run(outer())


RUNS = [asyncio.run, run_within_a_task]
# uvloop is made for neither Windows nor, yet, the newest Python: there it is not installed.
if sys.platform != "win32" and sys.version_info < (3, 15):
    RUNS.append(run_on_uvloop)


class Word(str):
    """Text that records how it was added."""

    __slots__ = ()

    def __add__(self, other: object) -> "Word":
        return Word(f"({self}+{other})")

    def __radd__(self, other: object) -> "Word":
        return Word(f"({other}+{self})")


async def turns(i: int, count: int = 1) -> int:
    for _ in range(count):
        await asyncio.sleep(0)
    return i


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_sums_on_every_loop(run: Run, limit: int) -> None:
    assert run(sum_of_async(turns, 200, limit=limit)) == 20100


@pytest.mark.parametrize("run", RUNS)
def test_exception_on_every_loop(run: Run) -> None:
    async def f(i: int) -> int:
        return await turns(1 // (i - 7))

    with pytest.raises(ZeroDivisionError):
        run(sum_of_async(f, 20, limit=4))


@given(st.lists(st.tuples(st.fractions(), st.integers(0, 5))), st.integers(1, 9))
def test_exact_whatever_comes_first(values: list[tuple[Fraction, int]], limit: int) -> None:
    async def f(i: int) -> Fraction:
        value, count = values[i - 1]
        await turns(i, count)
        return value

    assert asyncio.run(sum_of_async(f, len(values), limit=limit)) == sum(value for value, _ in values)


def test_results_are_added_in_order() -> None:
    async def f(i: int) -> Word:
        await turns(i, 9 - i)
        return Word(i)

    assert asyncio.run(sum_of_async(f, 4)) == "((((0+1)+2)+3)+4)"


@given(st.integers(1, 9), st.integers(0, 30))
def test_limit_is_reached_and_kept(limit: int, n: int) -> None:
    running: set[int] = set()
    most = 0

    async def f(i: int) -> int:
        nonlocal most
        running.add(i)
        most = max(most, len(running))
        await turns(i, 3)
        running.remove(i)
        return i

    assert asyncio.run(sum_of_async(f, n, limit=limit)) == n * (n + 1) // 2
    assert most == min(limit, n)


@pytest.mark.parametrize("n", [0, -1, -(10**30)])
def test_nothing_to_add_is_zero(n: int) -> None:
    assert asyncio.run(sum_of_async(turns, n)) == 0


def test_any_awaitable_will_do() -> None:
    class Awaitable:
        def __await__(self) -> Any:  # noqa: ANN401
            return asyncio.sleep(0, 5).__await__()

    async def main() -> None:
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        done.set_result(7)
        assert await sum_of_async(lambda _: done, 3) == 21
        assert await sum_of_async(lambda _: Awaitable(), 3) == 15
        assert await sum_of_async(lambda i: asyncio.create_task(turns(i)), 3) == 6
        assert await sum_of_async("asyncio:sleep", 0) == 0

    asyncio.run(main())


def test_exception_cancels_the_rest_and_is_unchanged() -> None:
    error, cancelled, started = LookupError("mine"), [], []

    async def f(i: int) -> int:
        started.append(i)
        if i == 3:
            raise error
        try:
            await asyncio.sleep(LIMIT)
        except asyncio.CancelledError:
            await turns(i, i)
            cancelled.append(i)
            raise
        return i

    with pytest.raises(LookupError) as caught:
        asyncio.run(sum_of_async(f, 5, limit=5))
    assert caught.value is error
    # As in `asyncio.TaskGroup`, a task that was to start after the error does not.
    assert started == [1, 2, 3]
    assert sorted(cancelled) == [1, 2]


def test_exception_of_the_call_itself_and_of_plus() -> None:
    def f(i: int) -> Coroutine[Any, Any, Any]:
        if i == 4:
            raise LookupError
        return turns(i)

    with pytest.raises(LookupError):
        asyncio.run(sum_of_async(f, 10, limit=2))
    with pytest.raises(TypeError, match="unsupported operand"):
        asyncio.run(sum_of_async(lambda _: asyncio.sleep(0), 10, limit=2))  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match="await"):
        asyncio.run(sum_of_async(abs, 10))  # type: ignore[arg-type]


def test_cancelling_cancels_the_tasks_and_waits_for_them() -> None:
    ended: list[int] = []

    async def f(i: int) -> int:
        try:
            await asyncio.sleep(LIMIT)
        finally:
            await turns(i, 3 * i)
            ended.append(i)
        return i

    async def main() -> None:
        task = asyncio.create_task(sum_of_async(f, 4, limit=4))
        await turns(0, 3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sorted(ended) == [1, 2, 3, 4]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_error_counts_more_than_a_cancellation_that_follows() -> None:
    async def f(i: int) -> int:
        if i == 1:
            raise LookupError
        try:
            await asyncio.sleep(LIMIT)
        finally:
            # While this goes on, the caller is cancelled.
            await turns(i, 5)
        return i

    async def main() -> None:
        task = asyncio.create_task(sum_of_async(f, 3, limit=3))
        await turns(0, 4)
        task.cancel()
        with pytest.raises(LookupError):
            await task

    asyncio.run(main())


def test_error_while_being_cancelled_counts_more_than_the_cancellation() -> None:
    async def f(i: int) -> int:
        try:
            await asyncio.sleep(LIMIT)
        except asyncio.CancelledError:
            raise LookupError(i) from None
        return i

    async def main() -> None:
        task = asyncio.create_task(sum_of_async(f, 10, limit=3))
        await turns(0, 3)
        task.cancel()
        with pytest.raises(LookupError) as caught:
            await task
        assert caught.value.args == (1,)

    asyncio.run(main())


def test_addition_that_comes_back_here_is_not_counted_twice() -> None:
    class Again:
        """Adds the next value while it is added itself."""

        def __radd__(self, other: int) -> int:
            frame = coroutine.cr_frame
            assert frame is not None
            frame.f_locals["integers"].add(2, 20)
            return other + 10

    async def f(i: int) -> Any:  # noqa: ANN401
        return Again() if i == 1 else await asyncio.sleep(0, 0)

    coroutine: Any = sum_of_async(f, 1)
    assert asyncio.run(coroutine) == 30


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in 3.12")
def test_eager_tasks() -> None:
    async def main() -> None:
        factory = getattr(asyncio, "eager_task_factory")  # noqa: B009
        asyncio.get_running_loop().set_task_factory(factory)
        assert await sum_of_async(turns, 20, limit=3) == 210
        assert await sum_of_async(lambda i: asyncio.sleep(-1, i), 20, limit=3) == 210
        with pytest.raises(ZeroDivisionError):
            await sum_of_async(lambda i: asyncio.sleep(-1, 1 // (i - 5)), 20, limit=3)

    asyncio.run(main())


def test_cancelling_again_reaches_the_tasks_again() -> None:
    cancelled: list[int] = []
    later: list[int] = []

    async def f(i: int) -> int:
        if i > 2:
            later.append(i)
            return i
        for _ in range(2):
            try:
                await asyncio.sleep(LIMIT)
            except asyncio.CancelledError:  # noqa: PERF203
                cancelled.append(i)
        return i

    async def main() -> None:
        task = asyncio.create_task(sum_of_async(f, 100, limit=2))
        await turns(0, 3)
        task.cancel()
        await turns(0, 3)
        assert sorted(cancelled) == [1, 2]
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sorted(cancelled) == [1, 1, 2, 2]
        # A task that outlives its cancellation takes no other integer.
        assert later == []

    asyncio.run(main())


def test_task_cancelled_from_elsewhere_ends_the_sum() -> None:
    async def f(i: int) -> int:
        task = asyncio.current_task()
        assert task is not None
        if i == 2:
            task.cancel()
        return await turns(i)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(sum_of_async(f, 5))


def test_context_reaches_the_callable() -> None:
    variable: ContextVar[int] = ContextVar("variable")

    async def f(i: int) -> int:
        seen = variable.get()
        variable.set(-i)
        return await turns(seen)

    async def main() -> None:
        variable.set(5)
        assert await sum_of_async(f, 50, limit=50) == 250
        assert variable.get() == 5

    asyncio.run(main())


def test_sums_within_sums() -> None:
    assert asyncio.run(sum_of_async(lambda i: sum_of_async(turns, i, limit=2), 10, limit=3)) == 220


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"f": 5, "n": 1}, TypeError, "`f` must be callable, not `int`"),
        ({"f": turns, "n": 1.0}, TypeError, "`n` must be an integer, not `float`"),
        ({"f": turns, "n": 1, "limit": 0}, ValueError, "`limit` must be at least 1"),
        ({"f": turns, "n": 1, "limit": None}, TypeError, "`limit` must be an integer, not `NoneType`"),
    ],
)
def test_wrong_arguments_are_refused_at_once(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sum_of_async(**arguments)  # type: ignore[unused-coroutine]
    assert str(caught.value) == message


def test_coroutine_that_is_not_awaited_says_so() -> None:
    with pytest.warns(RuntimeWarning, match="coroutine 'sum_of_async' was never awaited"):
        sum_of_async(turns, 1)  # type: ignore[unused-coroutine]


def test_closed_coroutine_cancels_its_tasks() -> None:
    async def main() -> None:
        coroutine = sum_of_async(lambda _: asyncio.sleep(LIMIT, 1), 3, limit=3)
        assert asyncio.isfuture(coroutine.send(None))
        await turns(0)
        assert len(asyncio.all_tasks()) == 4
        coroutine.close()
        await turns(0, 2)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_abandoned_cycle_is_collected() -> None:
    class Function:
        coroutine: object

        def __call__(self, i: int) -> Coroutine[Any, Any, int]:
            return turns(i)

    function = Function()
    function.coroutine = coroutine = sum_of_async(function, 5)
    coroutine.close()
    reference = weakref.ref(function)
    del function, coroutine
    gc.collect()
    assert reference() is None


def test_value_that_waits_for_its_turn_is_collected_with_its_sum() -> None:
    class Value:
        integers: object

    value = Value()
    coroutine = sum_of_async(turns, 5)
    integers = coroutine.cr_frame.f_locals["integers"]  # type: ignore[attr-defined]
    value.integers = integers
    integers.add(3, value)
    coroutine.close()
    reference = weakref.ref(value)
    del value, integers, coroutine
    gc.collect()
    assert reference() is None
