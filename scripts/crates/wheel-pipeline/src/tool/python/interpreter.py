"""Prints the version and the platform of this interpreter as one JSON object.

It runs under `-S` and imports little, because every Python of the machine is asked.
"""

import json
import os
import sys


def glibc() -> "list[int] | None":
    """Returns the two numbers of glibc's version. None with another C library."""
    try:
        name, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
        return [int(number) for number in version.split(".")[:2]] if name == "glibc" else None
    except (AttributeError, OSError, ValueError):
        return None


def macos() -> "list[int] | None":
    """Returns the two numbers of macOS's version, as pip takes them. None on another system.

    A Python that was built with an old SDK is told 10.16 on every newer system. That is no version, so it is None too.
    """
    system: str = sys.platform
    if system != "darwin":
        return None
    # Only macOS pays for this import.
    release = __import__("platform").mac_ver()[0]
    try:
        version = [int(number) for number in release.split(".")[:2]]
    except ValueError:
        return None
    version += [0] * (2 - len(version))
    return None if version == [10, 16] or version[0] == 0 else version


# In a virtual environment, this is the interpreter that the environment was made with.
executable = getattr(sys, "_base_executable", None) or sys.executable
print(
    json.dumps(
        {
            "implementation": sys.implementation.name,
            "version": list(sys.version_info[:2]),
            # PyPy's own version.
            "pypy": list(getattr(sys, "pypy_version_info", ())[:3]) or None,
            "release": sys.version.split()[0],
            "executable": os.path.realpath(executable),
            "bits": 64 if sys.maxsize > 2**32 else 32,
            # https://docs.python.org/3/howto/free-threading-python.html#identifying-free-threaded-python
            "free_threaded": "free-threading build" in sys.version,
            "glibc": glibc(),
            "macos": macos(),
        }
    )
)
