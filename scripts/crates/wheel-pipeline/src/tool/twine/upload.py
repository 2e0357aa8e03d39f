"""Uploads files by twine, one at a time as the pipeline names them, and says what became of each.

Each line on the standard input is a JSON array: a file, and its attestation or null. Each line on the
standard output is a JSON object with the answer. twine's own program shows people a message; whoever
decides whether to try again needs the status and `Retry-After`. One process for all files starts Python
once, and asks for a token once. twine reads the credentials itself: from the environment, a keyring, or
by trusted publishing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING

# The answers go to the pipeline; all that twine prints goes elsewhere.
answers, sys.stdout = sys.stdout, sys.stderr

import requests  # noqa: E402
from twine import exceptions, settings  # noqa: E402
from twine.package import PackageFile  # noqa: E402

if TYPE_CHECKING:
    from twine.repository import Repository

REASON_LIMIT = 4000
# PyPI's tokens for trusted publishing live for 15 minutes.
TOKEN_LIFE = 600


class Bounded(requests.adapters.HTTPAdapter):
    """Connections on which silence does not last for ever."""

    def __init__(self, patience: float) -> None:
        """Take the longest silence, in seconds."""
        self.patience = patience
        super().__init__()

    def send(self, request: requests.PreparedRequest, **how: object) -> requests.Response:
        """Send a request, and give up after a long silence."""
        how["timeout"] = self.patience
        return super().send(request, **how)


def bounded(arguments: dict[str, object], patience: float) -> Repository:
    """Open the repository; this is where twine looks for the credentials."""
    options = settings.Settings.from_argparse(argparse.Namespace(**arguments))
    repository = options.create_repository()
    for scheme in ("http://", "https://"):
        repository.session.mount(scheme, Bounded(patience))
    return repository


def answered(response: requests.Response) -> dict[str, object]:
    """Say what the index answered."""
    return {
        "answer": "status",
        "status": response.status_code,
        "reason": response.reason or "",
        "text": response.text[:REASON_LIMIT],
        "retry_after": response.headers.get("Retry-After"),
    }


def innermost(error: BaseException) -> str:
    """Find the cause of all: the outer exceptions repeat what the pipeline knows."""
    seen = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = error.__cause__ or error.__context__
        if inner is None:
            break
        error = inner
    return f"{type(error).__name__}: {error}"


def serve(arguments: dict[str, object], patience: float) -> None:
    """Answer each line."""
    repository, opened = None, 0.0
    for line in sys.stdin:
        file, attestation = json.loads(line)
        try:
            # Credentials that could not be had for one file may be there for the next try.
            if repository is None or time.monotonic() - opened > TOKEN_LIFE:
                repository, opened = bounded(arguments, patience), time.monotonic()
            package = PackageFile.from_filename(file, None)
            if attestation is not None:
                package.add_attestations([attestation])
            # One attempt: the pipeline asks the index before the next.
            answer = answered(repository.upload(package, max_redirects=1))
        except requests.HTTPError as error:
            # Of the requests for a token.
            answer = answered(error.response)
        except (requests.RequestException, OSError) as error:
            answer = {"answer": "lost", "why": innermost(error)}
        except exceptions.NonInteractive as error:
            answer = {"answer": "credentials", "why": str(error.args[0])}
        except exceptions.TrustedPublishingFailure as error:
            answer = {"answer": "credentials", "why": str(error.args[0])}
        except exceptions.TwineException as error:
            answer = {"answer": "unusable", "why": f"{type(error).__name__}: {error.args[0]}"}
        print(json.dumps(answer), file=answers, flush=True)


parser = argparse.ArgumentParser()
parser.add_argument("--patience", type=float, required=True)
settings.Settings.register_argparse_arguments(parser)
arguments = vars(parser.parse_args())
seconds = arguments.pop("patience")
serve(arguments, seconds)
