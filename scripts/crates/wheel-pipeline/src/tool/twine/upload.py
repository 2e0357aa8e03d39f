"""Upload files with twine, one at a time, and print the answer to each.

Each line of standard input is a JSON array: a file, and its attestation or null. Each line of standard
output is a JSON object with the answer. twine's own program prints a message for people; the pipeline
needs the status and `Retry-After`, to decide whether to send again. One process for all files starts
Python once, and asks for a token once. twine finds the credentials itself: in the environment, in a
keyring, or by trusted publishing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING

# Standard output is for the answers alone. All that twine prints goes to standard error.
answers, sys.stdout = sys.stdout, sys.stderr

import requests  # noqa: E402
from twine import exceptions, settings  # noqa: E402
from twine.package import PackageFile  # noqa: E402

if TYPE_CHECKING:
    from twine.repository import Repository

REASON_LIMIT = 4000
# PyPI's tokens for trusted publishing live for 15 minutes.
TOKEN_LIFE = 600


class Bounded(requests.adapters.HTTPAdapter):  # type: ignore[misc]  # mypy is run without types for requests
    """Connections with a limit for silence."""

    def __init__(self, patience: float) -> None:
        """Set the longest silence, in seconds."""
        self.patience = patience
        super().__init__()

    def send(  # noqa: PLR0913, PLR0917 - the signature of requests
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature of requests
        timeout: float | tuple[float | None, float | None] | None = None,  # noqa: ARG002 - replaced
        verify: bool | str = True,  # noqa: FBT001, FBT002 - the signature of requests
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send a request, and give up after a long silence."""
        return super().send(request, stream, self.patience, verify, cert, proxies)


def open_repository(arguments: dict[str, object], patience: float) -> Repository:
    """Open the repository. twine looks for the credentials here."""
    options = settings.Settings.from_argparse(argparse.Namespace(**arguments))
    repository = options.create_repository()
    for scheme in ("http://", "https://"):
        repository.session.mount(scheme, Bounded(patience))
    return repository


def status_answer(response: requests.Response) -> dict[str, object]:
    """Turn the answer of the index into an answer for the pipeline."""
    return {
        "answer": "status",
        "status": response.status_code,
        "reason": response.reason or "",
        "text": response.text[:REASON_LIMIT],
        "retry_after": response.headers.get("Retry-After"),
    }


def http_error_answer(error: requests.HTTPError) -> dict[str, object]:
    """Turn an error of a request for a token into an answer for the pipeline."""
    return {"answer": "lost", "why": innermost(error)} if error.response is None else status_answer(error.response)


def innermost(error: BaseException) -> str:
    """Describe the first cause: the outer exceptions only repeat the address."""
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
            # Credentials that were missing for one file may be there for the next.
            if repository is None or time.monotonic() - opened > TOKEN_LIFE:
                repository, opened = open_repository(arguments, patience), time.monotonic()
            package = PackageFile.from_filename(file, None)
            if attestation is not None:
                package.add_attestations([attestation])
            # One attempt: before the next, the pipeline asks the index.
            answer = status_answer(repository.upload(package, max_redirects=1))
        except requests.HTTPError as error:
            # From a request for a token.
            answer = http_error_answer(error)
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
