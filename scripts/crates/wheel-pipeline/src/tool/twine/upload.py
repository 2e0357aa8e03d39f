"""Upload files with twine, one at a time, and print the answer to each.

Each line of standard input is a JSON object: a file, its SHA-256, its attestation or null, and the limit
for an answer in seconds. Each line of standard output is a JSON object with the answer. twine's own
program prints a message for people; the pipeline needs the status and `Retry-After`, to decide whether to
send again. One process for all files starts Python once, and asks for a token once. twine finds the
credentials itself: in the environment, in a keyring, or by trusted publishing.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import socket
import ssl
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

# Standard output is for the answers alone. All that twine prints goes to standard error.
answers, sys.stdout = sys.stdout, sys.stderr

import bounds  # noqa: E402
import hiding  # noqa: E402
import requests  # noqa: E402
from twine import auth, exceptions, repository, settings, utils  # noqa: E402
from twine.package import PackageFile  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from twine.repository import Repository

REASON_LIMIT = 4000
# PyPI's tokens for trusted publishing live for 15 minutes.
TOKEN_LIFE = 600
# Errors of a name that will not be known later. `EAI_AGAIN` is not among them.
UNKNOWN_NAME = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)}
# The variables with secrets that this process gets.
SECRETS = ("TWINE_PASSWORD", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")

Question = dict[str, object]
secrets = hiding.Hiding()


class SwappedError(Exception):
    """A file is not the one that was judged."""


def bound_everything() -> None:
    """Bound the connections of twine, and note the tokens that it gets."""
    bounds.install()
    make: Callable[[], requests.Session] = utils.make_requests_session
    utils.make_requests_session = repository.make_requests_session = lambda: bounds.mount(make())
    detect: Callable[[str], str | None] = auth.detect_credential

    def noted(audience: str) -> str | None:
        token = detect(audience)
        secrets.add(token or "")
        return token

    auth.detect_credential = noted
    for name in SECRETS:
        secrets.add(os.environ.get(name, ""), os.environ.get("TWINE_USERNAME") or "__token__")


def open_repository(arguments: dict[str, object]) -> Repository:
    """Open the repository. twine looks for the credentials here."""
    options = settings.Settings.from_argparse(argparse.Namespace(**arguments))
    opened = options.create_repository()
    if opened.session.auth is not None:
        user, password = opened.session.auth
        secrets.add(password, user)
    return opened


def judged(file: str, wanted: str) -> bytes:
    """Read a file once. What is not the file that was judged is not sent."""
    content = Path(file).read_bytes()
    if hashlib.sha256(content).hexdigest() != wanted:
        raise SwappedError
    return content


def send(to: Repository, question: Question) -> requests.Response:
    """Send one file, once, with the very bytes that were compared."""
    file, wanted = str(question["file"]), str(question["sha256"])
    content = judged(file, wanted)
    # Beside the script, so that a later run of the pipeline removes what a kill leaves behind.
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        # twine reads the metadata and the hashes by path, so it gets a copy that nobody else writes.
        copy = Path(folder) / Path(file).name
        copy.write_bytes(content)
        package = PackageFile.from_filename(str(copy), None)
    if package.sha2_digest != wanted:
        raise SwappedError
    if question["attestation"] is not None:
        package.add_attestations([question["attestation"]])
    # twine opens the file again for the body. The copy is gone, and the name stands for the bytes.
    repository.open = lambda *_: io.BytesIO(content)
    # One attempt: before the next, the pipeline asks the index.
    return to.upload(package, max_redirects=1)


def status_answer(response: requests.Response) -> dict[str, object]:
    """Turn the answer of the index into an answer for the pipeline."""
    # The headers were decoded as latin-1, which keeps every byte.
    reason = secrets.hide((response.reason or "").encode("latin-1", "replace"))
    text = secrets.hide(response.content, cut=bounds.limits.cut)
    return {
        "answer": "status",
        "status": response.status_code,
        "reason": reason[:REASON_LIMIT],
        "text": text[:REASON_LIMIT],
        "retry_after": response.headers.get("Retry-After"),
    }


def lost_answer(error: BaseException) -> dict[str, object]:
    """Tell a fault that may pass from one that stays until somebody acts."""
    chain = bounds.causes(error)
    lasting = (
        ssl.SSLCertVerificationError,
        bounds.ElsewhereError,
        requests.exceptions.InvalidSchema,
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
    )
    stays = any(
        isinstance(cause, lasting) or (isinstance(cause, socket.gaierror) and cause.errno in UNKNOWN_NAME)
        for cause in chain
    )
    # The outer exceptions only repeat the address.
    return {"answer": "unreachable" if stays else "lost", "why": described(chain[-1])}


def described(error: BaseException, text: object = None) -> str:
    """Describe an error without secrets."""
    return secrets.hide(f"{type(error).__name__}: {error if text is None else text}".encode("utf-8", "replace"))


def answer_to(send_file: Callable[[], requests.Response]) -> dict[str, object]:
    """Send a file, and turn every outcome into an answer."""
    try:
        return status_answer(send_file())
    except SwappedError:
        return {"answer": "swapped"}
    except requests.HTTPError as error:
        # From a request for a token.
        return lost_answer(error) if error.response is None else status_answer(error.response)
    except (requests.RequestException, OSError) as error:
        return lost_answer(error)
    except Exception as error:  # noqa: BLE001 - a traceback could repeat a secret
        return twine_answer(error)


def twine_answer(error: Exception) -> dict[str, object]:
    """Turn a refusal of twine into an answer."""
    text = error.args[0] if error.args else ""
    if isinstance(error, (exceptions.NonInteractive, exceptions.TrustedPublishingFailure)):
        return {"answer": "credentials", "why": secrets.hide(str(text).encode("utf-8", "replace"))}
    if isinstance(error, UnicodeEncodeError):
        return {"answer": "credentials", "why": "the user name or the password has letters that cannot be sent"}
    return {"answer": "unusable", "why": described(error, text)}


def serve(arguments: dict[str, object]) -> None:
    """Answer each line."""
    opened: Repository | None = None
    since = 0.0
    for line in sys.stdin:
        question: Question = json.loads(line)
        bounds.limits.start(float(str(question["limit"])))

        def send_file(question: Question = question) -> requests.Response:
            nonlocal opened, since
            # Credentials that were missing for one file may be there for the next.
            if opened is None or time.monotonic() - since > TOKEN_LIFE:
                opened, since = open_repository(arguments), time.monotonic()
            return send(opened, question)

        answer = answer_to(send_file)
        print(json.dumps(answer | {"waited": bounds.limits.waited}), file=answers, flush=True)


if __name__ == "__main__":
    bound_everything()
    parser = argparse.ArgumentParser()
    settings.Settings.register_argparse_arguments(parser)
    serve(vars(parser.parse_args()))
