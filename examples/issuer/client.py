"""A document issuer's client on the SDK: one task on standard input, its outcome on standard output.

It is what `threeflow-conformance run --role issuer:platform` starts for every task; the suite's PROTOCOL.md
says what a task is. A real system would have a queue where this has a folder; the order is the same: it is
sealed once, kept, and offered until a sealed answer comes.
"""

import asyncio
import json
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from threeflow import base64url, digest, documents, envelope, strict
from threeflow.client import Client
from threeflow.errors import Unavailable
from threeflow.keys import SigningKey
from threeflow.trust import TrustStore


def sealed(task: dict[str, Any], key: SigningKey) -> bytes:
    """The envelope of a task: the one that is kept, or a new one, kept before it is offered (TF-SEND-2)."""
    kept = Path(task["state"]) / f"{task['id']}.json"
    if kept.exists():
        return kept.read_bytes()
    said = task["document"]
    header = dict(said["header"])
    type_, kind = header.pop("type"), header.pop("kind")
    receivers, subjects = header.pop("receivers"), header.pop("subjects", None)
    parts = [
        strict.dump({"salt": base64url.encode(secrets.token_bytes(32)), "party": each["party"]})
        for each in said["parts"]
    ]
    if parts:
        header["parts"] = [
            {
                "name": each["name"],
                "digest": digest.of(octets),
                "mediaType": "application/json",
                "purposes": each["purposes"],
            }
            for each, octets in zip(said["parts"], parts, strict=True)
        ]
    payload = documents.build(
        type_, kind, issuer=task["node"], environment=task["environment"], issued_at=datetime.now(UTC),
        receivers=receivers, subjects=subjects or (), header=header, **said["content"],
    )  # fmt: skip
    raw = envelope.seal(strict.dump(payload), key, parts=parts)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(raw)
    return raw


def trusted(task: dict[str, Any]) -> TrustStore:
    """The trust lists that the task names."""
    trust = TrustStore(task["environment"])
    for path in task["trust"]:
        trust.add_file(Path(path).read_bytes(), now=datetime.now(UTC))
    return trust


async def submit(task: dict[str, Any]) -> dict[str, str]:
    """Offer the document of a task and say what came of it."""
    keys = {use: SigningKey.load(Path(path)) for use, path in task["keys"].items()}
    trust = trusted(task)
    raw = sealed(task, keys["seal"])
    to = task["to"]
    async with Client(
        to["endpoint"], task["node"], keys["token"], audience=to["node"], trust=trust
    ) as client:
        try:
            outcome = await client.submit(raw)
        except Unavailable as error:
            return {"outcome": "unavailable", "code": str(error)}
    if outcome.retryable:
        return {"outcome": "unavailable", "code": outcome.code}
    return {"outcome": outcome.state, "code": outcome.code}


def main() -> int:
    """Do the task; 0 where its outcome was printed."""
    task = json.load(sys.stdin)
    print(json.dumps(asyncio.run(submit(task))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
