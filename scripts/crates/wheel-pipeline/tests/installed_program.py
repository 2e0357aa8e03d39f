"""The smoke test of the installed program: it starts, and carries its data with it."""

import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

PROGRAM = pathlib.Path(sys.executable).parent / ("wheel-pipeline.exe" if sys.platform == "win32" else "wheel-pipeline")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the program in an empty folder, and returns its exit code and output."""
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [PROGRAM, *arguments], capture_output=True, check=False, cwd=folder, encoding="utf-8", timeout=120
        )


version = run("--version")
assert version.returncode == 0, version.stderr
assert version.stdout.startswith("wheel-pipeline "), version.stdout
assert "manylinux" in run("explain", "libc-floor").stdout
assert "targets" in json.loads(run("schema").stdout)["properties"]

with tempfile.TemporaryDirectory() as folder:
    bad = pathlib.Path(folder) / "bad-1.0-py3-none-any.whl"
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("bad.py", "")
    judged = run("audit", str(bad))
assert judged.returncode in {1, 3}, judged.stdout + judged.stderr
