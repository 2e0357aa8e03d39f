"""Make attestations of files (PEP 740), and check those that an index offers.

`sign FOLDER SHA256:FILE...` writes an attestation of each file into the folder, and prints the identity
that signed. It signs the digest that it is given, after a look that the file still has it. `verify FILE`
reads a claim from each line of a file: a provenance, and the name and hash of its file. It prints a list
of faults for each claim. Both print one JSON object.
"""

from __future__ import annotations

import hashlib
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


def sign(folder: Path, files: list[tuple[str, Path]]) -> dict[str, object]:
    """Sign the files with the identity of this machine, if it has one."""
    for digest, file in files:
        if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            return {"answer": "swapped", "file": file.name}
    token = detect_credential()
    if token is None:
        return {"answer": "nobody"}
    identity = IdentityToken(token)
    trust = ClientTrustConfig.production()
    # PyPI accepts no entries of another transparency log yet.
    trust.force_tlog_version = 1
    with SigningContext.from_trust_config(trust).signer(identity, cache=True) as signer:
        for digest, file in files:
            attestation = Attestation.sign(signer, Distribution(name=file.name, digest=digest))
            text = attestation.model_dump_json()
            (folder / f"{file.name}.publish.attestation").write_text(text, encoding="utf-8")
    return {"answer": "signed", "who": identity.federated_issuer + ": " + identity.identity}


def newest_trust() -> bool:
    """Fetch the newest trusted keys. The keys in the library are older."""
    try:
        Verifier.production()
    except TUFError:
        return False
    return True


def faults(line: str, *, offline: bool) -> list[str]:
    """List the faults of one claim."""
    claim = json.loads(line)
    file = Distribution(name=claim["file"], digest=claim["sha256"])
    try:
        provenance = Provenance.model_validate_json(claim["provenance"])
    except ValidationError as error:
        return [f"it is not a provenance: {error.errors()[0]['msg']}"]
    pairs = [(bundle, one) for bundle in provenance.attestation_bundles for one in bundle.attestations]
    reasons = (refusal(one, bundle.publisher, file, offline=offline) for bundle, one in pairs)
    return [reason for reason in reasons if reason is not None]


def refusal(attestation: Attestation, publisher: Publisher, file: Distribution, *, offline: bool) -> str | None:
    """Give the reason why an attestation does not hold, or nothing."""
    try:
        attestation.verify(publisher, file, offline=offline)
    except AttestationError as error:
        return str(error)
    return None


def run(arguments: list[str]) -> dict[str, object]:
    """Run the command of the command line."""
    if arguments[0] == "sign":
        folder, *files = arguments[1:]
        pairs = [file.split(":", maxsplit=1) for file in files]
        return sign(Path(folder), [(digest, Path(path)) for digest, path in pairs])
    newest = newest_trust()
    with Path(arguments[1]).open(encoding="utf-8") as claims:
        lines = [faults(line, offline=not newest) for line in claims]
    return {"answer": "verified", "newest": newest, "wrong": lines}


try:
    answer = run(sys.argv[1:])
except (IdentityError, AttestationError, TUFError) as error:
    answer = {"answer": "failed", "why": f"{type(error).__name__}: {error}"}
print(json.dumps(answer))
