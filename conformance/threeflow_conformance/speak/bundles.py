"""Dossiers that the suite cuts itself, as the foreign gate, and each wrong in one thing."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from threeflow import dossier
from threeflow.dossier import Held, Order, Proof
from threeflow.standard import Standard
from threeflow_conformance.judge import merkle
from threeflow_conformance.judge.octets import decode, digest, encode, parse
from threeflow_conformance.speak.forge import dump, members, sealed
from threeflow_conformance.speak.network import Member, Network
from threeflow_conformance.speak.papers import Paper
from threeflow_conformance.speak.receipts import artefact_header, checkpoint, receipt

__all__ = ["Bundle", "Bundler", "Pieces", "text_of"]

_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Pieces:
    """What a dossier is put together from; a wrong one is made by changing any of it before the cut.

    ``sealer`` seals the head, ``logger`` the checkpoint, ``witness`` gives a receipt for it; ``paths`` puts a hash in
    the place of the first of a proof. ``head``, ``whole`` and ``octets`` edit the head before it is sealed, the bundle
    after that, and what is fetched.
    """

    documents: list[bytes]
    receipts: list[bytes]
    gate: Member
    sealer: Member
    logger: Member
    purpose: str = "release-on-documents"
    witness: Member | None = None
    paths: dict[int, bytes] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)
    head: Callable[[dict[str, Any]], Any] | None = None
    whole: Callable[[dict[str, Any]], Any] | None = None
    octets: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A dossier: its sealed head, as a document to submit, and the octets to be fetched by its digest."""

    head: Paper
    envelope: bytes
    octets: bytes

    @property
    def address(self) -> str:
        """Where it is fetched."""
        return f"/v1/dossiers/{self.head.digest}"


@dataclass(slots=True)
class Bundler:
    """Cuts dossiers as the foreign gate for the node under test."""

    network: Network
    random: Random
    now: datetime
    agreement: dict[str, str]

    def pieces(self, envelopes: Sequence[bytes]) -> Pieces:
        """The pieces of a right dossier of these envelopes."""
        gate = self.network.foreign("gate")
        found = Pieces([], [], gate, gate, gate)
        for envelope in envelopes:
            self.add(found, envelope)
        return found

    def add(self, pieces: Pieces, envelope: bytes) -> None:
        """One more document, with its receipt."""
        pieces.documents.append(envelope)
        pieces.receipts.append(self.receipt(envelope, len(pieces.receipts), pieces.gate))

    def receipt(self, envelope: bytes, index: int | None, member: Member) -> bytes:
        """A member's sealed receipt for an envelope."""
        value = json.loads(envelope)
        payload = decode(value["payload"])
        kids = [parse(decode(each["protected"]))["kid"] for each in value["signatures"]]
        header = artefact_header("receipt", member.id, self.network.node, self.network.environment,
                                 id_=self._uuid(), at=self._at(-timedelta(minutes=3)))  # fmt: skip
        said = receipt(header, parse(payload)["header"], digest(payload), kids, index=index,
                       salt=encode(self.random.randbytes(16)))  # fmt: skip
        return sealed(dump(said), member.seal)

    def checkpoint(self, pieces: Pieces) -> bytes:
        """The sealed checkpoint of the log that holds the pieces' receipts."""
        logger = pieces.logger
        header = artefact_header("checkpoint", logger.id, self.network.node, self.network.environment,
                                 id_=self._uuid(), at=self._at(-timedelta(minutes=2)))  # fmt: skip
        return sealed(dump(checkpoint(header, len(pieces.leaves), merkle.root(pieces.leaves))), logger.seal)

    def cut(self, pieces: Pieces, keys: Sequence[dict[str, str]]) -> Bundle:
        """Cut the dossier of a consignment with these keys."""
        pieces.leaves = [merkle.leaf(decode(json.loads(each)["payload"])) for each in pieces.receipts]
        held = [
            Held(document, given, self._proof(pieces, at))
            for at, (document, given) in enumerate(zip(pieces.documents, pieces.receipts, strict=True))
        ]
        point = self.checkpoint(pieces)
        order = Order(
            issuer=pieces.gate.id, environment=self.network.environment, head_id=self._uuid(),
            receivers=(self.network.node,), purpose=pieces.purpose, keys=tuple(keys),
            as_of=self.now - timedelta(minutes=2), issued_at=self.now - timedelta(minutes=1),
            valid_until=self.now + _HOUR, agreement=self.agreement,
        )  # fmt: skip
        octets = dossier.build(
            order, seal_keys=[pieces.gate.seal], standard=_standard(), held=held, checkpoint=point,
            witnesses=[self.receipt(point, None, pieces.witness)] if pieces.witness else [],
        )  # fmt: skip
        return self._edited(pieces, json.loads(octets))

    def _proof(self, pieces: Pieces, at: int) -> Proof:
        path = merkle.proof_of_inclusion(at, pieces.leaves)
        if at in pieces.paths:
            path[0] = pieces.paths[at]
        return Proof(at, len(pieces.leaves), tuple(text_of(each) for each in path))

    def _edited(self, pieces: Pieces, value: dict[str, Any]) -> Bundle:
        payload = json.loads(decode(value["head"]["payload"]))
        if pieces.head is not None:
            pieces.head(payload)
        value["head"] = members(dump(payload), pieces.sealer.seal)
        envelope = dump(value["head"])
        if pieces.whole is not None:
            pieces.whole(value)
        octets = dump(value)
        return Bundle(Paper.of(payload), envelope, pieces.octets(octets) if pieces.octets else octets)

    def _uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def _at(self, shift: timedelta) -> str:
        return (self.now + shift).isoformat()


@cache
def _standard() -> Standard:
    return Standard()


def text_of(hash_: bytes) -> str:
    """A hash as the standard writes digests."""
    return "sha-256:" + hash_.hex()
