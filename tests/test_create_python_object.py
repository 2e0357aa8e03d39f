"""`create_python_object`: Python evaluated from Rust, undisturbed by the program around it."""

import subprocess
from collections.abc import Callable

from sum_up_to import create_python_object

RunScript = Callable[..., subprocess.CompletedProcess[str]]


def test_returns_a_plain_str() -> None:
    greeting = create_python_object()
    assert type(greeting) is str
    assert greeting == "Hello from Python!"


def test_leaves_main_alone(run_script: RunScript) -> None:
    finished = run_script("main_without_builtins.py", options=())
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "False\n", "")
