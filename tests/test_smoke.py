"""The smoke script passes on the installed package, and fails on one that is wrong."""

import importlib.metadata
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import sum_up_to

RunScript = Callable[..., subprocess.CompletedProcess[str]]

SMOKE = Path(__file__).with_name("smoke.py")


@pytest.mark.parametrize("flags", [["-W", "error", "-X", "dev"], ["-O"], ["-OO"]], ids=" ".join)
def test_passes_on_the_installed_package(flags: list[str], run_script: RunScript) -> None:
    finished = run_script(str(SMOKE), options=flags)
    assert (finished.returncode, finished.stderr) == (0, "")
    report = json.loads(finished.stdout)
    assert report["package"] == "sum_up_to"
    assert report["version"] == importlib.metadata.version("sum-up-to")
    assert report["checks"] > 30


@pytest.mark.parametrize("flags", [[], ["-O"]], ids=["plain", "optimised"])
def test_fails_on_a_wrong_package(tmp_path: Path, flags: list[str], run_script: RunScript) -> None:
    installed = Path(sum_up_to.__file__ or "").parent
    wrong = tmp_path / "sum_up_to"
    wrong.mkdir()
    for file in installed.iterdir():
        if file.is_file():
            (wrong / file.name).write_bytes(file.read_bytes())
    with (wrong / "__init__.py").open("a") as source:
        source.write("\ndef add_up_to(n):\n    return n * (n + 1) // 2 % 2**32\n")
    finished = run_script("run_with_path.py", str(tmp_path), str(SMOKE), options=flags)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert "smoke: add_up_to(1_000_000): got `1784293664`, expected `500000500000`" in finished.stderr
    assert f"smoke: `sum_up_to` at {wrong / '__init__.py'} lies in" in finished.stderr
