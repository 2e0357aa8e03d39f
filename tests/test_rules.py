"""The rules that hold for each test of this suite are in force: its limit of time, and the silence of `asyncio`."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

MUST_FAIL = Path(__file__).with_name("scripts") / "must_fail.py"


def run(*tests: str, options: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-I", "-X", "dev", "-W", "error", "-m", "pytest", "-p", "no:cacheprovider"]
    command += [*options, *(f"{MUST_FAIL}::{test}" for test in tests)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


def test_every_test_has_a_limit(pytestconfig: pytest.Config) -> None:
    assert float(pytestconfig.getini("timeout")) > 0
    assert pytestconfig.getini("timeout_method") == "thread"


def test_one_that_hangs_fails() -> None:
    finished = run("test_hangs", options=("-o", "timeout=1"))
    assert finished.returncode != 0
    assert "+ Timeout +" in finished.stdout
    assert "in test_hangs\n" in finished.stdout


def test_those_during_which_asyncio_logs_fail() -> None:
    finished = run("test_logs", "test_leaves_an_exception_behind")
    assert finished.returncode == 1
    assert "asyncio logged:\nWARNING: a warning of asyncio\n" in finished.stdout
    assert "asyncio logged:\nERROR: Future exception was never retrieved\n" in finished.stdout
    assert "2 failed" in finished.stdout
