"""What both bindings share: the sandbox's file, what is told at the end, and the offline check.

python job.py verify DOSSIER TRUST
"""

import json
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seal import NotTrustedError, Signer, Trust, digest, release_of

PLATFORM, PAYMENTS, CARRIER = "xa.platform", "xa.pay", "xa.carrier"


class Sandbox:
    """What `client.json` says: whom to call, and with which keys."""

    def __init__(self, path: Path) -> None:
        said = json.loads(path.read_bytes())
        self.endpoint: str = said["endpoint"]
        self.grpc: str = said["grpc"]
        self.audience: str = said["audience"]
        self.environment: str = said["environment"]
        self.trust = Trust(path.parent / said["trust"])
        self._keys = said["keys"]

    def seal(self, member: str, payload: bytes) -> dict[str, Any]:
        """Return an envelope sealed by a member."""
        return Signer(self._keys[member]["seal"]).seal(payload)

    def token(self, member: str, method: str, uri: str, body: bytes | None) -> str:
        """Return a caller token of a member."""
        return Signer(self._keys[member]["token"]).token(self.audience, self.environment, method, uri, body)


@dataclass
class Told:
    """What the job saw, printed as one line of JSON at its end."""

    binding: str
    receipts: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    export: str = ""
    dossier: str = ""
    release: str = ""
    refusal: dict[str, str] = field(default_factory=dict)

    def receipt(self, name: str, payload: bytes, receipt: Mapping[str, Any]) -> None:
        """Keep the outcome of a submission: the sealed receipt decides, not the status (TF-REST-2)."""
        if receipt["document"]["digest"] != digest(payload):
            raise NotTrustedError("the receipt is for another document")
        print(f"{name}: {receipt['outcome']}, receipt {receipt['header']['id']}")
        self.receipts[digest(payload)] = receipt["outcome"]

    def refused(self, problem: Mapping[str, Any]) -> None:
        """Keep what a refusal says: code, requirement, and rule and place of its first violation."""
        if "violations" not in problem:
            raise SystemExit(f"refused: {problem}")
        violation = problem["violations"][0]
        self.refusal = {
            "code": problem["code"],
            "requirement": problem["requirement"],
            "rule": violation["rule"],
            "pointer": violation["pointer"],
        }
        print(f"refused: {problem['code']} ({problem['requirement']}), {problem['title']}")
        print(f"  {violation['rule']} at {violation['pointer']}: {violation['message']['en']}")

    def verified(self, dossier: bytes, trust: Trust, wanted: str, to: Path) -> None:
        """Check the dossier's release and keep the dossier's octets."""
        release = release_of(dossier, trust, wanted)
        to.write_bytes(dossier)
        self.dossier, self.release = wanted, release["releaseNumber"]
        print(f"dossier {wanted} in {to}, release {self.release} sealed by {release['header']['issuer']}")

    @staticmethod
    def about(head: bytes, waybill: str) -> bool:
        """Say whether a head is about the consignment of this waybill: the feed has those of all."""
        keys = json.loads(head)["header"]["subjects"][0]["keys"]
        return {"scheme": "waybill", "issuer": CARRIER, "value": waybill} in keys

    def finish(self) -> None:
        """Print the line."""
        print(json.dumps(vars(self)))


def fresh() -> str:
    """Return a number that nobody used before."""
    return uuid.uuid4().hex[:12].upper()


def now() -> str:
    """Return the present as the standard writes times."""
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    _, _, dossier_file, trust_file = sys.argv
    try:
        found = release_of(Path(dossier_file).read_bytes(), Trust(Path(trust_file)))
    except NotTrustedError as error:
        sys.exit(f"not trusted: {error}")
    print(f"release {found['releaseNumber']} sealed by {found['header']['issuer']}")
