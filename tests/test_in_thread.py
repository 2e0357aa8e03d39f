"""`in_thread`: a call beside the event loop, with its result, its exception and its context."""

import asyncio
import gc
import os
import sys
import threading
import time
import weakref
from contextvars import ContextVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sum_up_to import in_thread

# Seconds after which something hangs.
LIMIT = float(os.environ.get("SUM_UP_TO_LIMIT", "600"))


@given(st.lists(st.integers()), st.dictionaries(st.text(), st.integers()))
def test_passes_everything_on(args: list[int], kwargs: dict[str, int]) -> None:
    def f(*args: int, **kwargs: int) -> tuple[object, ...]:
        return args, kwargs

    assert asyncio.run(in_thread(f, *args, **kwargs)) == (tuple(args), kwargs)


def test_string_names_a_callable() -> None:
    assert asyncio.run(in_thread("math:isqrt", 17)) == 4


def test_runs_in_another_thread() -> None:
    assert asyncio.run(in_thread(threading.get_ident)) != threading.get_ident()


def test_loop_goes_on_meanwhile() -> None:
    async def main() -> None:
        loop_went_on = threading.Event()
        turns = 0
        # The call ends only if the loop runs while it waits.
        call = asyncio.create_task(in_thread(loop_went_on.wait, LIMIT))
        while turns < 100:
            await asyncio.sleep(0)
            assert not call.done()
            turns += 1
        loop_went_on.set()
        assert await call is True

    asyncio.run(main())


def test_python_code_leaves_the_loop_its_turns() -> None:
    async def main() -> int:
        done = False
        turns = 0

        def busy() -> None:
            # Ends after the loop had a hundred turns, however long those take.
            while turns < 100:
                pass

        async def count() -> None:
            nonlocal turns
            while not done:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        await in_thread(busy)
        done = True
        await counting
        return turns

    assert asyncio.run(main()) >= 100


def test_calls_run_at_the_same_time() -> None:
    async def main() -> list[int]:
        barrier = threading.Barrier(8)
        return await asyncio.gather(*(in_thread(barrier.wait, LIMIT) for _ in range(8)))

    assert sorted(asyncio.run(main())) == list(range(8))


@pytest.mark.parametrize("error", [LookupError("mine"), SystemExit(3), asyncio.CancelledError()])
def test_exception_comes_through_unchanged(error: BaseException) -> None:
    def f() -> None:
        raise error

    async def main() -> None:
        with pytest.raises(type(error)) as caught:
            await in_thread(f)
        assert caught.value is error
        assert caught.traceback[-1].name == "f"

    asyncio.run(main())


def test_stop_iteration_is_what_it_is_in_every_coroutine() -> None:
    with pytest.raises(RuntimeError, match="coroutine raised StopIteration"):
        asyncio.run(in_thread(next, iter(())))


def test_context_reaches_the_callable() -> None:
    variable: ContextVar[int] = ContextVar("variable")

    async def main() -> None:
        variable.set(5)
        assert await in_thread(variable.get) == 5
        await in_thread(variable.set, 6)
        assert variable.get() == 5

    asyncio.run(main())


def test_cancelling_ends_the_wait_and_not_the_call() -> None:
    async def main() -> None:
        started, go_on, ended = threading.Event(), threading.Event(), threading.Event()

        def f() -> None:
            started.set()
            go_on.wait()
            ended.set()

        task = asyncio.create_task(in_thread(f))
        await in_thread(started.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        assert ended.wait(LIMIT)
        # Its late result finds nobody, and says nothing.
        assert await in_thread(int) == 0

    asyncio.run(main())


def test_nothing_starts_before_it_is_awaited() -> None:
    calls: list[int] = []
    coroutine = in_thread(calls.append, 1)
    coroutine.close()
    assert asyncio.run(in_thread(list, calls)) == []


def test_wrong_arguments_are_refused_at_once() -> None:
    with pytest.raises(TypeError, match="`f` must be callable, not `int`"):
        in_thread(5)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        in_thread()  # type: ignore[call-overload]


def test_references_are_given_back() -> None:
    value = object()
    before = sys.getrefcount(value)
    for _ in range(100):
        assert asyncio.run(in_thread(lambda given: given, value)) is value
    # A thread lets go of its last references just after the result is there.
    end = time.monotonic() + LIMIT
    while sys.getrefcount(value) > before:
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_works_in_a_forked_process() -> None:
    assert asyncio.run(in_thread(abs, -5)) == 5
    child = os.fork()
    if child == 0:
        os._exit(asyncio.run(in_thread(abs, -7)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_child_of_a_fork_in_the_thread_ends_when_the_call_does() -> None:
    child = asyncio.run(in_thread(os.fork))
    end = time.monotonic() + LIMIT
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert ended == (child, 0)


def test_abandoned_cycle_is_collected() -> None:
    class Function:
        coroutine: object

        def __call__(self) -> None:
            """Is never called."""

    function = Function()
    function.coroutine = coroutine = in_thread(function)
    coroutine.close()
    reference = weakref.ref(function)
    del function, coroutine
    gc.collect()
    assert reference() is None
