"""Forked and spawned processes, sub-interpreters and many threads: what works works, and the rest says so."""

import asyncio
import gc
import multiprocessing
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from sum_up_to import Add, add_up_to, add_up_to_after, in_thread, sum_of, sum_of_async, sum_of_code, sum_on_tokio

RunScript = Callable[..., subprocess.CompletedProcess[str]]


async def turn(i: int) -> int:
    await asyncio.sleep(0)
    return i


def every_door() -> list[int]:
    return [
        sum_of(abs, 100),
        sum_of(abs, 100, threads=3),
        sum_of_code("f = abs", 100),
        asyncio.run(sum_of_async(turn, 100, limit=7)),
        asyncio.run(in_thread(add_up_to, 100)),
        asyncio.run(sum_on_tokio(turn, 100, tasks=7)),
        asyncio.run(add_up_to_after(100, 0)),
        Add(100).up_to(),
    ]


EXPECTED = [5050] * 8


def test_spawned_processes() -> None:
    every_door()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        results: list[int] = list(pool.map(add_up_to, [100, 10**30]))
        assert results == [5050, add_up_to(10**30)]
        assert pool.submit(sum_of, "math:isqrt", 100, threads=2).result() == 625
        assert pool.submit(Add(100).up_to).result() == 5050


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("arguments", [[], ["daemon"]], ids=["alone", "beside a thread"])
def test_forked_process_uses_every_door_and_exits_cleanly(arguments: list[str], run_script: RunScript) -> None:
    for _ in range(5):
        finished = run_script("forks.py", *arguments, options=("-X", "dev"))
        assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_threads_through_every_door() -> None:
    barrier = threading.Barrier(8)

    def work(_: int) -> list[list[int]]:
        barrier.wait()
        return [every_door() for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [[EXPECTED] * 5] * 8


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces a limit on address space")
def test_too_few_threads_are_an_exception_and_leave_nothing_queued(run_script: RunScript) -> None:
    finished = run_script("too_many_threads.py", options=())
    assert (finished.returncode, finished.stderr) == (0, "")
    refused = "can't start new thread"
    assert finished.stdout.splitlines() == [f"{refused} 5050", refused, refused, "[2] 15"]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="3.14 has `concurrent.interpreters` instead of this module")
def test_sub_interpreter_gets_an_import_error(run_script: RunScript) -> None:
    finished = run_script("subinterpreter.py", options=())
    assert (finished.returncode, finished.stderr) == (0, "")
    second, first = sorted(finished.stdout.splitlines(), reverse=True)
    assert re.fullmatch("ImportError: .* (does not support loading in subinterpreters|cannot import it: .*)", second)
    assert first == "5050"


CALLS: list[Callable[[], object]] = [
    lambda: sum_of(abs, 5),
    lambda: sum_of(abs, 5, threads=2),
    lambda: sum_of_code("f = abs", 5),
    lambda: asyncio.run(sum_of_async(turn, 5)),
    lambda: asyncio.run(in_thread(abs, 5)),
    lambda: asyncio.run(sum_on_tokio(turn, 5)),
    lambda: asyncio.run(add_up_to_after(5, 0)),
]


@pytest.mark.parametrize(
    "call",
    CALLS,
    ids=["sum_of", "threads", "sum_of_code", "sum_of_async", "in_thread", "sum_on_tokio", "add_up_to_after"],
)
def test_calls_leave_no_memory_behind(call: Callable[[], object]) -> None:
    def blocks() -> int:
        for _ in range(200):
            call()
        gc.collect()
        return sys.getallocatedblocks()

    blocks()
    state = [blocks() for _ in range(2)]
    # One leaked object per call would be 200, each time. A thread may let go of its last objects some time later.
    while state[-1] - state[-2] >= 100 and len(state) < 10:
        state.append(blocks())
    assert state[-1] - state[-2] < 100, state
