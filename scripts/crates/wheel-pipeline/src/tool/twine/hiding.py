"""Remove credentials from text that an index wrote.

An index may repeat what was sent to it, in any encoding. This process alone knows credentials of a keyring
and tokens of trusted publishing, so they are hidden here, before text is decoded, cut or printed.
"""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HIDDEN = b"[hidden]"
# The beginning of a secret at the end of a text that was cut. Shorter ones tell nothing.
SHORTEST_PART = 4


class Hiding:
    """The known secrets, in every form in which they may come back."""

    def __init__(self) -> None:
        """Start without secrets."""
        self.plain: set[str] = set()
        self.forms: set[bytes] = set()

    def add(self, secret: str, user: str = "") -> None:
        """Add a secret, which the user name comes before in `Authorization`."""
        if not secret:
            return
        self.plain.add(secret)
        for encoding in ("utf-8", "latin-1"):
            pair, alone = (text.encode(encoding, "replace") for text in (f"{user}:{secret}", secret))
            for part in (pair, alone):
                self.forms |= encoded(base64.b64encode(part)) | encoded(base64.urlsafe_b64encode(part))
            for text in written(secret, alone):
                self.forms |= {text.encode("utf-8", "replace"), text.encode("latin-1", "replace")}
        # UTF-8 that was read as latin-1 and encoded again.
        self.forms.add(secret.encode("utf-8", "replace").decode("latin-1").encode("utf-8"))
        self.forms -= {b"", b"=", b"=="}

    def hide(self, content: bytes, *, cut: bool = False) -> str:
        """Give the text without secrets. `cut` tells that more would have come."""
        # A longer form may have a shorter one in it.
        for form in sorted(self.forms, key=len, reverse=True):
            parts = [re.escape(part) for part in form.split()]
            content = re.sub(rb"\s+".join(parts), HIDDEN, content, flags=re.IGNORECASE)
        if cut:
            content = self.without_part(content)
        text = content.decode("utf-8", "replace")
        if any(self.has_secret(view) for view in views(text)):
            return HIDDEN.decode()
        return text

    def without_part(self, content: bytes) -> bytes:
        """Remove the beginning of a secret from the end of a text that was cut."""
        for form in self.forms:
            for length in range(len(form) - 1, SHORTEST_PART - 1, -1):
                if content.endswith(form[:length]):
                    return content[:-length] + HIDDEN
        return content

    def has_secret(self, text: str) -> bool:
        """Tell whether a secret is in the text, whatever the spaces."""
        folded = "".join(text.split()).casefold()
        return any("".join(secret.split()).casefold() in folded for secret in self.plain)


def encoded(text: bytes) -> set[bytes]:
    """Give Base64 as it is written in a header, in an address and in JSON."""
    bare = text.rstrip(b"=")
    return {text, bare, urllib.parse.quote(text, safe="").encode(), bare.replace(b"/", rb"\/")}


def written(secret: str, alone: bytes) -> set[str]:
    """Give the secret as it is written in a page, an address, JSON and a message of Python."""
    quoted = [
        urllib.parse.quote(alone, safe=""),
        urllib.parse.quote(alone),
        urllib.parse.quote_plus(alone),
    ]
    plain = [json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]
    pages = [html.escape(secret, quote=False), html.escape(secret), html.escape(secret).replace("&#x27;", "&#39;")]
    pages += [page.encode("ascii", "xmlcharrefreplace").decode() for page in pages]
    escaped = [text.replace("/", "\\/") for text in plain]
    return {secret, repr(secret)[1:-1], ascii(secret)[1:-1], *quoted, *plain, *pages, *escaped}


def views(text: str) -> list[str]:
    """Give the text as it is read by those who undo an encoding, or two of them."""

    def unescaped(text: str) -> str:
        points = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
        return re.sub(r"\\(.)", r"\1", points)

    def quoted_in(encoding: str) -> list[Callable[[str], str]]:
        return [
            lambda text: urllib.parse.unquote(text, encoding=encoding),
            lambda text: urllib.parse.unquote_plus(text, encoding=encoding),
        ]

    undo = [html.unescape, unescaped, *quoted_in("utf-8"), *quoted_in("latin-1")]
    once = [one(text) for one in undo]
    return [text, *once, *(other(view) for view in once for other in undo)]
