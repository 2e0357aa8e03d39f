"""A million calls leave neither references nor memory behind, of Python's objects and of what Rust allocates."""

import subprocess
from collections.abc import Callable


def test_a_million_calls_leave_nothing_behind(run_script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    finished = run_script("memory_of_a_million_calls.py", options=())
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "measured\n", "")
