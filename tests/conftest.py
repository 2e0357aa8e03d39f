"""Settings and fixtures of all tests.

Every test fails if `asyncio` logs a warning or an error while it runs: there asyncio reports exceptions that nobody
retrieved, tasks that nobody ended, and callbacks that raised.
"""

import asyncio
import gc
import logging
import math
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Properties are judged by their result, never by their time.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

SCRIPTS = Path(__file__).with_name("scripts")
DEVELOPMENT_MODE = ("-X", "dev", "-W", "error")

# Seconds after which a process hangs. No test passes or fails by being faster or slower than that.
LIMIT = float(os.environ.get("SUM_UP_TO_LIMIT", "600"))


class Records(logging.Handler):
    """Keeps the records that a logger handles."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.levelname}: {record.getMessage()}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Fails the test during which the logger `asyncio` gets a record."""
    loops = 0
    create_loop = asyncio.BaseEventLoop.__init__

    def create_patient_loop(self: asyncio.BaseEventLoop) -> None:
        nonlocal loops
        loops += 1
        create_loop(self)
        # Debug mode logs each callback that takes longer, which on a busy machine may be any of them.
        self.slow_callback_duration = math.inf

    records = Records()
    logger = logging.getLogger("asyncio")
    logger.addHandler(records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.BaseEventLoop, "__init__", create_patient_loop)
        try:
            result = yield
            if loops > 0:
                # Tasks and futures complain when they are collected. That must not happen during a later test.
                gc.collect()
        finally:
            logger.removeHandler(records)
    if records.messages:
        pytest.fail("asyncio logged:\n" + "\n".join(records.messages), pytrace=False)
    return result


@pytest.fixture(scope="session")
def run_script() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a file of `tests/scripts` in a fresh process of this Python, and returns its exit code and output."""

    def run(
        script: str, *arguments: str, options: Sequence[str] = DEVELOPMENT_MODE
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", *options, str(SCRIPTS / script), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT)

    return run


@pytest.fixture
def digits_limit() -> Iterator[int]:
    """The lowest limit on decimal digits, in force wherever Python has one (from 3.10.7 on)."""
    lowest = 640
    if not hasattr(sys, "set_int_max_str_digits"):
        yield lowest
        return
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(lowest)
    with pytest.raises(ValueError, match="Exceeds the limit"):
        str(10**lowest)
    yield lowest
    sys.set_int_max_str_digits(before)
