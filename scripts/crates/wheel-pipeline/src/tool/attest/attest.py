"""Makes attestations of files (PEP 740), and checks those that an index offers.

`sign FOLDER FILE...` writes an attestation of each file into the folder, if this machine can prove who
it is, and prints who that is. `verify FILE` reads a provenance from each line of a file, with the name
and the hash of what it is about, and prints for each what is wrong with it. Both print one JSON value.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import ValidationError
from pypi_attestations import Attestation, AttestationError, Distribution, Provenance, Publisher
from sigstore.errors import TUFError
from sigstore.models import ClientTrustConfig
from sigstore.oidc import IdentityError, IdentityToken, detect_credential
from sigstore.sign import SigningContext
from sigstore.verify import Verifier


def sign(folder: Path, files: list[Path]) -> dict[str, object]:
    """Attest that who runs this publishes the files."""
    token = detect_credential()
    if token is None:
        return {"answer": "nobody"}
    identity = IdentityToken(token)
    trust = ClientTrustConfig.production()
    # PyPI takes no entries of another transparency log yet.
    trust.force_tlog_version = 1
    with SigningContext.from_trust_config(trust).signer(identity, cache=True) as signer:
        for file in files:
            attestation = Attestation.sign(signer, Distribution.from_file(file))
            text = attestation.model_dump_json()
            (folder / f"{file.name}.publish.attestation").write_text(text, encoding="utf-8")
    return {"answer": "signed", "who": identity.federated_issuer + ": " + identity.identity}


def newest_trust() -> bool:
    """Fetch the newest keys that are to be trusted; those that came with the library are older."""
    try:
        Verifier.production()
    except TUFError:
        return False
    return True


def wrong(line: str, *, offline: bool) -> list[str]:
    """Say what is wrong with one provenance."""
    asked = json.loads(line)
    file = Distribution(name=asked["file"], digest=asked["sha256"])
    try:
        provenance = Provenance.model_validate_json(asked["provenance"])
    except ValidationError as error:
        return [f"it is no provenance: {error.errors()[0]['msg']}"]
    pairs = [(bundle, one) for bundle in provenance.attestation_bundles for one in bundle.attestations]
    reasons = (refusal(one, bundle.publisher, file, offline=offline) for bundle, one in pairs)
    return [reason for reason in reasons if reason is not None]


def refusal(attestation: Attestation, publisher: Publisher, file: Distribution, *, offline: bool) -> str | None:
    """Say why an attestation does not hold, if it does not."""
    try:
        attestation.verify(publisher, file, offline=offline)
    except AttestationError as error:
        return str(error)
    return None


def run(arguments: list[str]) -> dict[str, object]:
    """Do what the command line asks for."""
    if arguments[0] == "sign":
        folder, *files = map(Path, arguments[1:])
        return sign(folder, files)
    newest = newest_trust()
    with Path(arguments[1]).open(encoding="utf-8") as claims:
        lines = [wrong(line, offline=not newest) for line in claims]
    return {"answer": "verified", "newest": newest, "wrong": lines}


try:
    answer = run(sys.argv[1:])
except (IdentityError, AttestationError, TUFError) as error:
    answer = {"answer": "failed", "why": f"{type(error).__name__}: {error}"}
print(json.dumps(answer))
