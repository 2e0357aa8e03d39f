"""A process that uses the package ends without a crash, a hang or a message, wherever its threads are.

A race between threads can break this, so each way to end is tried in 20 processes, or in as many as the environment
variable `SUM_UP_TO_EXITS` says. One process is enough to see that a way works at all.
"""

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

TIMES = int(os.environ.get("SUM_UP_TO_EXITS", "20"))

# Processes at a time. Some wait, so these are more than most machines have processors.
PROCESSES = 4

SCRIPTS = Path(__file__).with_name("scripts")
WAYS: dict[str, Any] = runpy.run_path(str(SCRIPTS / "ends.py"))["WAYS"]
LATE = runpy.run_path(str(SCRIPTS / "comes_back_late.py"))
INTERRUPTED = "Exception ignored in .*\nKeyboardInterrupt(: )?\n"

RunScript = Callable[..., subprocess.CompletedProcess[str]]


def test_each_way_is_tried() -> None:
    assert TIMES > 0
    assert len(WAYS) > 20


@pytest.mark.parametrize("way", WAYS)
def test_ends_cleanly(way: str, run_script: RunScript) -> None:
    with ThreadPoolExecutor(PROCESSES) as pool:
        for finished in pool.map(run_script, ["ends.py"] * TIMES, [way] * TIMES):
            assert (finished.returncode, finished.stdout) == (WAYS[way].code, ""), finished.stderr
            assert re.fullmatch(WAYS[way].stderr, finished.stderr, re.DOTALL), finished.stderr


def test_call_under_way_is_waited_for(run_script: RunScript) -> None:
    finished = run_script("is_waited_for.py")
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "done\n", "")


def test_what_comes_back_too_late_goes_nowhere(run_script: RunScript) -> None:
    ways = [way for way in LATE["WAYS"] if way != "digits"]
    with ThreadPoolExecutor(PROCESSES) as pool:
        for way, finished in zip(ways, pool.map(run_script, ["comes_back_late.py"] * len(ways), ways), strict=True):
            assert (finished.returncode, finished.stdout, finished.stderr) == (0, "late", ""), way


def test_digits_that_come_back_too_late_go_nowhere(run_script: RunScript) -> None:
    # On any machine some number has so many digits that they take longer than the way to the end.
    for exponent in range(23, 27):
        finished = run_script("comes_back_late.py", "digits", str(2**exponent))
        assert (finished.returncode, finished.stderr) == (0, "")
        if finished.stdout == "late":
            return
        assert finished.stdout == "early"
    pytest.fail("the largest number of digits was there too early")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no `setitimer`")
def test_what_comes_back_after_an_interrupted_wait_goes_nowhere(run_script: RunScript) -> None:
    ways = list(LATE["INTERRUPTED_WAYS"])
    with ThreadPoolExecutor(PROCESSES) as pool:
        for way, finished in zip(ways, pool.map(run_script, ["comes_back_late.py"] * len(ways), ways), strict=True):
            assert (finished.returncode, finished.stdout) == (0, "late"), (way, finished.stderr)
            assert re.fullmatch(INTERRUPTED, finished.stderr, re.DOTALL), (way, finished.stderr)
