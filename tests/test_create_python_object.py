"""`create_python_object`: Python evaluated from Rust, undisturbed by the program around it."""

import subprocess
import sys

from sum_up_to import create_python_object


def test_returns_a_plain_str() -> None:
    greeting = create_python_object()
    assert type(greeting) is str
    assert greeting == "Hello from Python!"


def test_leaves_main_alone() -> None:
    # Python puts `__builtins__` into the namespace that it evaluates in.
    script = (
        "import sum_up_to\ndel __builtins__\nsum_up_to.create_python_object()\nprint('__builtins__' in globals())\n"
    )
    finished = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout == "False\n"
