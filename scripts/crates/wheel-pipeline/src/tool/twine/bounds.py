"""Connections that are bounded: in the size and the time of an answer, and in whom they lead to.

The limit for silence that requests has starts anew with each byte, and an answer is read whole. Here the
time of an answer starts at the end of the request and covers the headers and the body. `localhost` and
the addresses of this machine are never reached through a proxy, and a connection to them that leads
elsewhere ends before a byte was sent.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import ipaddress
import time
import urllib.parse
from typing import TYPE_CHECKING

import requests
import urllib3

if TYPE_CHECKING:
    import socket

    from typing_extensions import Buffer

# The largest answer, with its headers, in bytes.
ANSWER_LIMIT = 64 << 10


class Limits:
    """The limit of time of the next answers, and the time that was spent in waiting for them."""

    def __init__(self) -> None:
        """Start with a limit that is set for each upload."""
        self.seconds = 60.0
        self.waited = 0.0
        # True if the last answer was too large to be read to its end.
        self.cut = False
        self.began = self.connected = self.sent = 0.0

    def start(self, seconds: float) -> None:
        """Set the limit, and forget the time that was spent before."""
        self.seconds, self.waited = seconds, 0.0

    def begin(self) -> None:
        """Begin a request."""
        self.began, self.connected, self.sent = time.monotonic(), 0.0, 0.0

    def end(self) -> None:
        """End a request. The time in which it was sent was no waiting, unless nothing came of it."""
        now = time.monotonic()
        # A connection from an earlier request is there at once.
        if self.sent:
            connecting = max(self.connected - self.began, 0.0)
            self.waited += connecting + now - self.sent
        elif not self.connected:
            self.waited += now - self.began
        else:
            # It was cut off, or the server took nothing more for as long as the limit.
            self.waited += min(now - self.connected, self.seconds)


limits = Limits()


class OversizedError(OSError):
    """An answer is larger than the limit."""


class ElsewhereError(OSError):
    """The name of this machine leads to another."""


def is_loopback(host: str) -> bool:
    """Tell whether a host, as it is written in an address, is this machine."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return False


def leads_to_loopback(url: str | None) -> bool:
    """Tell whether an address names this machine."""
    return is_loopback(urllib.parse.urlsplit(url or "").hostname or "")


class Watched(io.RawIOBase):
    """The bytes of one answer, with an end in size and in time."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        """Start the time of the answer."""
        super().__init__()
        self.raw, self.sock, self.size = raw, sock, 0
        self.end = time.monotonic() + limits.seconds

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Buffer) -> int | None:
        """Read what has come, or wait until the end of the time."""
        try:
            # The least time that still waits: zero would be no waiting at all.
            self.sock.settimeout(max(self.end - time.monotonic(), 0.001))
            length = self.raw.readinto(buffer)
        except TimeoutError:
            late = True
        else:
            late = time.monotonic() > self.end
        if late:
            raise TimeoutError(f"no whole answer within {limits.seconds:.1f} s")
        self.size += length or 0
        if self.size > ANSWER_LIMIT:
            raise OversizedError(f"the answer is larger than {ANSWER_LIMIT} bytes")
        return length

    def close(self) -> None:
        """Release the socket."""
        self.raw.close()
        super().close()


class Answer(http.client.HTTPResponse):
    """An answer that is read with limits. It is made when the request was sent."""

    def __init__(self, sock: socket.socket, *arguments: object, **options: object) -> None:
        """Start the time of the answer."""
        super().__init__(sock, *arguments, **options)  # type: ignore[arg-type]
        limits.sent = time.monotonic()
        self.fp = io.BufferedReader(Watched(self.fp.detach(), sock))


class Checked:
    """A connection that looks where it leads to."""

    response_class = Answer

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        host, peer = str(self.host), str(sock.getpeername()[0])  # type: ignore[attr-defined]
        if is_loopback(host) and not is_loopback(peer.split("%", maxsplit=1)[0]):
            sock.close()
            raise ElsewhereError(f"`{host}` leads to {peer}, which is not this machine")
        limits.connected = time.monotonic()
        return sock


class PlainConnection(Checked, urllib3.connection.HTTPConnection):  # type: ignore[misc]  # mypy is run without types for it
    """A connection without encryption."""


class TLSConnection(Checked, urllib3.connection.HTTPSConnection):  # type: ignore[misc]  # mypy is run without types for it
    """A connection with encryption."""


class Adapter(requests.adapters.HTTPAdapter):  # type: ignore[misc]  # mypy is run without types for requests
    """Requests that are sent once, directly where this machine is meant, and their bounded answers."""

    def send(  # noqa: PLR0913, PLR0917 - the signature of requests
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002, ARG002 - the signature of requests
        timeout: float | tuple[float | None, float | None] | None = None,  # noqa: ARG002 - replaced
        verify: bool | str = True,  # noqa: FBT001, FBT002 - the signature of requests
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send a request, and read the answer within the limits."""
        if leads_to_loopback(request.url):
            proxies = None
        request.headers["Accept-Encoding"] = "identity"
        limits.begin()
        try:
            return read(super().send(request, True, limits.seconds, verify, cert, proxies))  # noqa: FBT003
        finally:
            limits.end()


def read(response: requests.Response) -> requests.Response:
    """Read an answer within the limits. An answer that is too large is cut."""
    content = bytearray()
    limits.cut = False
    try:
        for chunk in response.raw.stream(4096, decode_content=False):
            content += chunk
    except urllib3.exceptions.HTTPError as error:
        if not any(isinstance(cause, OversizedError) for cause in causes(error)):
            raise requests.ConnectionError(error, request=response.request) from error
        limits.cut = True
    response.raw.close()
    # Later calls find the content here, and read nothing.
    response._content = bytes(content)  # noqa: SLF001
    response._content_consumed = True  # noqa: SLF001
    return response


def causes(error: BaseException | None) -> list[BaseException]:
    """List an error and its causes, the first cause last."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def install() -> None:
    """Bound every connection of this process."""
    urllib3.connectionpool.HTTPConnectionPool.ConnectionCls = PlainConnection
    urllib3.connectionpool.HTTPSConnectionPool.ConnectionCls = TLSConnection


def mount(session: requests.Session) -> requests.Session:
    """Make a session use bounded connections."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter())
    return session
