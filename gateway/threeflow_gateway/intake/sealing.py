"""What the node seals about what it took in: receipts and refusals."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson

from threeflow import base64url, envelope, messages, receipts, strict
from threeflow.errors import Refused
from threeflow.keys import Signer
from threeflow.receipts import Acknowledged, Outcome
from threeflow.trust import TrustStore

__all__ = ["Sealer", "moment"]


def moment(at: datetime) -> str:
    """Return a moment as documents of this node write it."""
    return at.isoformat().replace("+00:00", "Z")


class Sealer:
    """Seals in the name of one node."""

    def __init__(self, keys: Sequence[Signer], trust: TrustStore, *, node: str, environment: str) -> None:
        self.node = node
        self.environment = environment
        self._keys = tuple(keys)
        self._remote = any(key.remote for key in self._keys)
        self._trust = trust
        self._protected = tuple(envelope.protect(key.alg, key.kid, envelope.TYP) for key in keys)

    def seal(self, payload: Mapping[str, Any]) -> bytes:
        """Return the envelope of a payload that this node wrote; it holds strict JSON values only.

        Raises:
            Unavailable: the keys are kept elsewhere, and their keeper does not answer.
        """
        return self._seal(strict.dump(dict(payload)))

    async def sealed(self, payload: Mapping[str, Any]) -> bytes:
        """Return the same, off the event loop where signing waits for somebody else."""
        return await asyncio.to_thread(self.seal, payload) if self._remote else self.seal(payload)

    def receipt(
        self,
        document: Acknowledged,
        outcome: Outcome,
        *,
        receiver: str,
        at: datetime,
        index: int | None,
        subject: Mapping[str, str] | None,
        findings: Sequence[Mapping[str, object]],
        waits_until: datetime | None,
    ) -> tuple[bytes, bytes]:
        """Return payload and envelope of a receipt; ``index`` is None for a checkpoint's: no leaf."""
        payload = receipts.build(
            id=str(uuid4()),
            issuer=self.node,
            environment=self.environment,
            issued_at=moment(at),
            receivers=tuple(dict.fromkeys((document.issuer, receiver))),
            document=document,
            outcome=outcome,
            salt=secrets.token_bytes(receipts.SALT_OCTETS),
            subject=subject,
            findings=findings,
            log_id=None if index is None else self.node,
            index=index,
            trust_lists=self._trust.digests(),
        )
        if waits_until is not None:
            payload["waitsUntil"] = moment(waits_until)
        # Without findings nothing of the sender's is in it: reading it strictly would prove nothing new.
        octets = strict.dump(payload) if findings else orjson.dumps(payload)
        return octets, self._seal(octets)

    async def refusal(self, refused: Refused, *, receiver: str, digest: str | None, at: datetime) -> bytes:
        """Return the envelope of a refusal.

        Raises:
            Unavailable: the keys are kept elsewhere, and their keeper does not answer.
        """
        payload = messages.payload(
            refused,
            id=str(uuid4()),
            issuer=self.node,
            environment=self.environment,
            issued_at=moment(at),
            receiver=receiver,
            digest=digest,
        )
        return await self.sealed(payload)

    def _seal(self, octets: bytes) -> bytes:
        text = base64url.encode(octets)
        signatures = [
            {
                "protected": protected,
                "signature": base64url.encode(key.sign(f"{protected}.{text}".encode("ascii"))),
            }
            for protected, key in zip(self._protected, self._keys, strict=True)
        ]
        return orjson.dumps({"payload": text, "signatures": signatures})
