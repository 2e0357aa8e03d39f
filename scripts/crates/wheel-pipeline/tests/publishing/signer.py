"""Run the script that makes attestations with an identity and a signature of others.

The arguments are the script, a provenance with that signature, and the script's own arguments. Only the
parts that use the network are replaced: the identity, the trusted keys, and the signer.
"""

from __future__ import annotations

import base64
import json
import runpy
import sys
import time
from pathlib import Path
from unittest import mock

from pypi_attestations import Provenance

script, provenance, *arguments = sys.argv[1:]
bundles = Provenance.model_validate_json(Path(provenance).read_text(encoding="utf-8")).attestation_bundles


def part(content: dict[str, object]) -> str:
    """Encode one part of a token."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


now = int(time.time())
claims: dict[str, object] = {
    "iss": "https://token.actions.githubusercontent.com",
    "aud": "sigstore",
    "sub": "repo:o/n:ref:refs/tags/v1.0.0",
    "iat": now,
    "nbf": now - 60,
    "exp": now + 600,
}
token = ".".join([part({"alg": "RS256"}), part(claims), part({})])

context = mock.Mock(name="SigningContext")
signer = mock.MagicMock(name="Signer")
signer.__enter__.return_value.sign_dsse.return_value = bundles[0].attestations[0].to_bundle()
context.from_trust_config.return_value.signer.return_value = signer

sys.argv[1:] = arguments
with (
    mock.patch("sigstore.oidc.detect_credential", return_value=token),
    mock.patch("sigstore.sign.SigningContext", context),
    mock.patch("sigstore.models.ClientTrustConfig.production"),
):
    runpy.run_path(script, run_name="__main__")
