"""`race` and `python -m sum_up_to`: both ways agree, and the command tells what it did."""

import os
import re
import signal
import subprocess
import sys
import traceback

import pytest

from sum_up_to import race

COMMAND = [sys.executable, "-I", "-X", "dev", "-W", "error", "-m", "sum_up_to"]


# Seconds after which a process hangs.
LIMIT = float(os.environ.get("SUM_UP_TO_LIMIT", "600"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=LIMIT)


@pytest.mark.parametrize("n", [-5, 0, 1, 1000, True])
def test_returns_seconds(n: int) -> None:
    seconds = race(n)
    assert list(seconds) == ["rust", "python"]
    assert all(type(time) is float and time >= 0 for time in seconds.values())


def test_loop_takes_longer() -> None:
    # A million additions against a few instructions. The least of five times leaves out what else the machine does.
    races = [race(1_000_000) for _ in range(5)]
    assert min(seconds["rust"] for seconds in races) < min(seconds["python"] for seconds in races)


def test_runs_the_embedded_module() -> None:
    race(1)
    embedded = sys.modules["sum_up_to._python_loop"]
    assert [embedded.up_to(n) for n in (-1, 0, 1, 100)] == [0, 0, 1, 5050]


def test_traceback_shows_the_lines_of_the_embedded_module() -> None:
    with pytest.raises(TypeError) as caught:
        race(1) and sys.modules["sum_up_to._python_loop"].up_to("5")
    last = traceback.extract_tb(caught.tb)[-1]
    assert (last.filename, last.line) == ("<sum_up_to/python_loop.py>", "for i in range(1, n + 1):")


def test_disagreement_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    race(1)
    monkeypatch.setattr(sys.modules["sum_up_to._python_loop"], "up_to", lambda n: n)
    with pytest.raises(ArithmeticError, match="Rust and Python disagree about 100"):
        race(100)


def test_wrong_limit_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="`n` must be an integer, not `float`"):
        race(5.0)  # type: ignore[arg-type]


def test_command_shows_sum_and_times() -> None:
    finished = run("1_000_000")
    assert (finished.returncode, finished.stderr) == (0, "")
    total, empty, *times = finished.stdout.splitlines()
    assert (total, empty) == ("500000500000", "")
    assert [re.fullmatch(r"(rust|python) +\d+\.\d{9} s", time) is not None for time in times] == [True, True]


@pytest.mark.parametrize(("n", "total"), [("0", "0"), ("-10", "0"), ("-" + "1" * 4000, "0")])
def test_command_takes_any_integer(n: str, total: str) -> None:
    finished = run("--", n)
    assert finished.stdout.splitlines()[0] == total
    assert finished.returncode == 0


@pytest.mark.parametrize("arguments", [["five"], ["5.0"], [], ["1", "2"], ["1" * 5000]])
def test_wrong_command_line(arguments: list[str]) -> None:
    if arguments == ["1" * 5000] and not hasattr(sys, "get_int_max_str_digits"):
        arguments = [""]
    finished = run(*arguments)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "python -m sum_up_to: error: " in finished.stderr
    assert "Traceback" not in finished.stderr


def test_command_has_help() -> None:
    finished = run("--help")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.startswith("usage: python -m sum_up_to [-h] N\n")
    assert "exit codes: 0 done, 2 wrong command line, 130 interrupted" in finished.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a single process")
def test_command_can_be_interrupted() -> None:
    with subprocess.Popen([*COMMAND, str(10**30)], stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        # Once the sum is there, the race begins: longer than anybody waits.
        assert process.stdout.readline() == f"{10**30 * (10**30 + 1) // 2}\n"
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=LIMIT)
    assert messages == "interrupted: the Python loop was still running\n"
    # Python ends itself by the signal if that comes while it evaluates a string, as the first import of `linecache`
    # does. A shell shows 130 for both.
    assert process.returncode in {130, -signal.SIGINT}
