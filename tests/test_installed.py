"""What was installed is the wheel, complete, small to import, and nothing of the source tree."""

import importlib.machinery
import importlib.metadata
import inspect
import json
import os
import pickle
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import sum_up_to
from sum_up_to import _native

RunScript = Callable[..., subprocess.CompletedProcess[str]]

DISTRIBUTION = importlib.metadata.distribution("sum-up-to")


def test_package_comes_from_this_environment() -> None:
    for module in (sum_up_to, _native):
        assert module.__file__ is not None
        assert Path(module.__file__).resolve().is_relative_to(Path(sys.prefix).resolve())


def test_wheel_holds_exactly_the_package() -> None:
    extension = Path(_native.__file__ or "").name
    files = {str(path) for path in DISTRIBUTION.files or () if "__pycache__" not in path.parts}
    assert {path for path in files if ".dist-info" not in path} == {
        "sum_up_to/__init__.py",
        "sum_up_to/__main__.py",
        f"sum_up_to/{extension}",
        "sum_up_to/_native.pyi",
        "sum_up_to/py.typed",
    }


def test_extension_uses_the_stable_abi() -> None:
    extension = Path(_native.__file__ or "").name
    suffix = extension.removeprefix("_native")
    assert suffix in importlib.machinery.EXTENSION_SUFFIXES
    # Windows has no suffix for the stable ABI, and free-threaded Python got one in 3.15.
    if os.name != "nt" and not sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert ".abi3" in suffix


def test_metadata_tells_licenses_and_python() -> None:
    metadata = DISTRIBUTION.metadata
    assert metadata["License-Expression"] == "MIT OR Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.10"
    assert sorted(metadata.get_all("License-File") or ()) == [
        "LICENSE",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "LICENSE-THIRD-PARTY",
    ]
    assert metadata.get_all("Requires-Dist") is None


def test_import_brings_in_nothing_else(run_script: RunScript) -> None:
    finished = run_script("modules_of_an_import.py")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert json.loads(finished.stdout) == ["sum_up_to", "sum_up_to._native"]


def test_public_names_are_those_of_the_extension() -> None:
    assert sorted(sum_up_to.__all__) == sorted(_native.__all__)
    assert sum_up_to.__all__ == [
        "Add",
        "accept_args",
        "add_up_to",
        "add_up_to_after",
        "create_python_object",
        "in_thread",
        "race",
        "sum_as_string",
        "sum_of",
        "sum_of_async",
        "sum_of_code",
        "sum_on_tokio",
    ]


def test_everything_lives_in_the_package() -> None:
    for name in sum_up_to.__all__:
        value = getattr(sum_up_to, name)
        assert (value.__module__, value.__qualname__) == ("sum_up_to", name)
        assert pickle.loads(pickle.dumps(value)) is value
        assert b"_native" not in pickle.dumps(value), name


def test_version_is_that_of_the_metadata() -> None:
    assert sum_up_to.__version__ == _native.__version__ == DISTRIBUTION.version


def test_signatures_can_be_inspected() -> None:
    signatures = {name: str(inspect.signature(getattr(sum_up_to, name))) for name in sum_up_to.__all__}
    assert signatures == {
        "Add": "(n)",
        "accept_args": "(name, *args, **kwargs)",
        "add_up_to": "(n)",
        "add_up_to_after": "(n, seconds)",
        "create_python_object": "()",
        "race": "(n)",
        "sum_as_string": "(a, b)",
        "in_thread": "(f, /, *args, **kwargs)",
        "sum_of_async": "(f, n, *, limit=100)",
        "sum_of_code": "(source, n)",
        "sum_of": "(f, n, *, threads=1)",
        "sum_on_tokio": "(f, n, *, tasks=4)",
    }
    assert str(inspect.signature(sum_up_to.Add.up_to)) == "(self, /)"


def test_import_leaves_the_gil_off_where_it_is_off() -> None:
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert not getattr(sys, "_is_gil_enabled")()  # noqa: B009
    else:
        assert getattr(sys, "_is_gil_enabled", lambda: True)()
