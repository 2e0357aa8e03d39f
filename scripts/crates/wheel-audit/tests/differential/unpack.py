"""Unpacks archives with Python's own `tarfile` and `zipfile`, as pip does.

Reads paths from standard input, a line each. For each it prints one line of JSON: the SHA-256 of every file by its
path, or a text that says why Python refuses the archive.
"""

import hashlib
import json
import os
import sys
import tarfile
import tempfile
import warnings
import zipfile
from pathlib import Path


def plain(text: str) -> str:
    """A text that JSON has a form for: a file name that is not UTF-8 is spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()


def unpacked(folder: Path) -> dict[str, str]:
    """The files below a folder, each with its hash. A link has its target in place of a hash."""
    files: dict[str, str] = {}
    for top, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(top) / name).is_symlink()]
        for path in [Path(top) / name for name in names + links]:
            key = plain(path.relative_to(folder).as_posix())
            if path.is_symlink():
                files[key] = plain(f"link to {path.readlink()}")
            else:
                files[key] = hashlib.sha256(path.read_bytes()).hexdigest()
    return files


def answer(path: Path, folder: Path) -> dict[str, str] | str:
    """The files of an archive, unpacked into an empty folder, or the error."""
    try:
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(folder)  # noqa: S202 - a temporary folder, which shows what leads outside
        else:
            with tarfile.open(path, "r:*") as sdist:
                sdist.extractall(folder, filter="data")
    except Exception as error:  # noqa: BLE001 - whatever Python raises, it did not unpack the archive
        return plain(f"{type(error).__name__}: {error}")
    return unpacked(folder)


def main() -> None:
    """Answers each line."""
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(answer(Path(line.rstrip("\n")), Path(folder))), flush=True)


if __name__ == "__main__":
    main()
