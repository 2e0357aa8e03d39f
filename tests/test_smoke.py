"""The smoke script passes on the installed package, and fails on one that is wrong."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest

import sum_up_to

SMOKE = Path(__file__).with_name("smoke.py")


@pytest.mark.parametrize("flags", [["-W", "error", "-X", "dev"], ["-O"], ["-OO"]], ids=" ".join)
def test_passes_on_the_installed_package(flags: list[str]) -> None:
    command = [sys.executable, "-I", *flags, str(SMOKE)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
    report = json.loads(finished.stdout)
    assert report["package"] == "sum_up_to"
    assert report["version"] == importlib.metadata.version("sum-up-to")
    assert report["checks"] > 30


@pytest.mark.parametrize("flags", [[], ["-O"]], ids=["plain", "optimised"])
def test_fails_on_a_wrong_package(tmp_path: Path, flags: list[str]) -> None:
    installed = Path(sum_up_to.__file__ or "").parent
    wrong = tmp_path / "sum_up_to"
    wrong.mkdir()
    for file in installed.iterdir():
        if file.is_file():
            (wrong / file.name).write_bytes(file.read_bytes())
    with (wrong / "__init__.py").open("a") as source:
        source.write("\ndef add_up_to(n):\n    return n * (n + 1) // 2 % 2**32\n")
    script = (
        "import runpy, sys\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        f"runpy.run_path({str(SMOKE)!r}, run_name='__main__')\n"
    )
    command = [sys.executable, *flags, "-c", script]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert "smoke: add_up_to(1_000_000): got `1784293664`, expected `500000500000`" in finished.stderr
    assert f"smoke: `sum_up_to` at {wrong / '__init__.py'} lies in" in finished.stderr
