"""Run a script whose connections pretend.

`elsewhere`: every connection reaches the server of the test, and gives the address of another machine as
that of its peer. So a test sees every byte that would have gone there. `unknown` and `again`: names are
known to nobody, or the name server does not answer. `swap`: a file is changed as soon as twine has read it.
"""

from __future__ import annotations

import contextlib
import runpy
import socket
import sys
from pathlib import Path
from unittest import mock

import urllib3

way, script, *arguments = sys.argv[1:]
connect = urllib3.util.connection.create_connection


class Elsewhere(socket.socket):
    """A socket whose peer is not on this machine."""

    def getpeername(self) -> tuple[str, int]:
        """Give an address for documentation (RFC 5737)."""
        return ("192.0.2.1", 80)


def connect_elsewhere(*place: object, **options: object) -> socket.socket:
    """Connect, and pretend."""
    return Elsewhere(fileno=connect(*place, **options).detach())


def no_name(*_: object, **__: object) -> socket.socket:
    """Fail as a look-up does."""
    raise socket.gaierror(socket.EAI_NONAME if way == "unknown" else socket.EAI_AGAIN, "no name")


def swapped_read(path: Path) -> bytes:
    """Read a file, and change it at once."""
    content = read(path)
    if path.suffix == ".whl" and path.parent.name == "dist":
        path.write_bytes(b"changed")
    return content


read = Path.read_bytes
sys.argv = [script, *arguments]
sys.path.insert(0, str(Path(script).parent))
connection = "urllib3.util.connection.create_connection"
with contextlib.ExitStack() as changes:
    if way == "swap":
        changes.enter_context(mock.patch.object(Path, "read_bytes", swapped_read))
    else:
        changes.enter_context(mock.patch(connection, connect_elsewhere if way == "elsewhere" else no_name))
    runpy.run_path(script, run_name="__main__")
