"""The certificate: what a run found, bound to standard, suite, node, keys and transcript, under one seal."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import threeflow_spec
from threeflow_conformance.engine import Run, summary
from threeflow_conformance.judge.octets import digest
from threeflow_conformance.judge.seals import ListedKey, Opened, SealError, open_envelope, thumbprint
from threeflow_conformance.speak.forge import dump, sealed
from threeflow_conformance.waivers import Waiver

__all__ = ["issue", "opened", "standard_digest", "verify"]

_DAYS = 365
_KID = "suite.certifier#seal-1"


def standard_digest() -> str:
    """Digest over the names and octets of every file of the standard that the suite judges by."""
    names = sorted(threeflow_spec.names("v1/"))
    return digest(b"".join(f"{name}\n{digest(threeflow_spec.read(name))}\n".encode() for name in names))


def issue(run: Run, transcript: str, waivers: Sequence[Waiver], now: datetime) -> bytes:
    """Return the sealed certificate of a run."""
    network = run.network
    counts = summary(run.outcomes)
    payload: dict[str, Any] = {
        "header": {"type": "conformance-certificate", "issuer": "suite.certifier", "issuedAt": now.isoformat()},
        "conforms": counts["fail"] == counts["could-not-run"] == 0 < counts["pass"],
        "standard": standard_digest(), "suite": f"threeflow-conformance {version('threeflow')}",
        "bindings": sorted({each.case.binding for each in run.outcomes}),
        "node": network.node, "endpoint": network.target, "role": network.role.name,
        "profile": run.parameters.profile or None,
        "keys": {each.kid: thumbprint(each.jwk) for each in network.node_keys.values()},
        "counts": counts, "transcript": transcript,
        "waivers": [{"check": each.check, "reason": each.reason, "issue": each.issue, "until": str(each.until)}
                    for each in waivers],
        "validUntil": (now + timedelta(days=_DAYS)).isoformat(),
    }  # fmt: skip
    return sealed(dump(payload), network.certifier)


def opened(raw: bytes, certifier: Mapping[str, Any]) -> Opened:
    """Return what a certificate says, whatever that is, if its seal is the certifier's.

    Raises:
        SealError: it is not.
    """
    try:
        key = ListedKey(_KID, "Ed25519", "seal", certifier["jwk"])
        return open_envelope(raw, {key.kid: key})
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise SealError("certificate", f"it has not the form of one: {error}") from error


def verify(raw: bytes, certifier: Mapping[str, Any], now: datetime) -> Opened:
    """Return the certificate if its seal is the certifier's, its time is not over and it says that the node conforms.

    Raises:
        SealError: one of these is not so.
    """
    found = opened(raw, certifier)
    if datetime.fromisoformat(found.value["validUntil"]) < now:
        raise SealError("certificate", "its time is over")
    if not found.value["conforms"]:
        raise SealError("certificate", "it says that the node does not conform")
    return found


def write(folder: Path, run: Run, raw: bytes) -> str:
    """Write certificate and certifier's public key; return the key's fingerprint."""
    jwk = dict(run.network.certifier.public.jwk)
    (folder / "certificate.json").write_bytes(raw)
    (folder / "certifier.json").write_text(
        json.dumps({"jwk": jwk, "fingerprint": thumbprint(jwk)}, indent=1) + "\n"
    )
    return thumbprint(jwk)


__all__ += ["write"]
