"""Dossiers: cut here for others, fetched from others and taken in document by document."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import orjson

from threeflow import dossier, names
from threeflow.dossier import Dossier, Held, Order, Proof
from threeflow.errors import Refused, Unavailable
from threeflow.keys import Signer
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_gateway import clock
from threeflow_gateway.bells import Bells
from threeflow_gateway.delivery.checkpoints import Checkpoints
from threeflow_gateway.delivery.gather import Gatherer
from threeflow_gateway.delivery.peers import Peers
from threeflow_gateway.domain.trees import digest_text
from threeflow_gateway.intake.agencies import Agencies
from threeflow_gateway.intake.batch import Bundle
from threeflow_gateway.intake.service import Intake
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.duties import Duties
from threeflow_gateway.store.ledger import Ledger

__all__ = ["Cutter", "Desk", "Fetcher", "bundle_for"]

_LOG = logging.getLogger(__name__)
_FETCHED_AT_ONCE: Final = 8
_PAUSE_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What cutting and fetching share."""

    database: Database
    standard: Standard
    trust: TrustStore
    agencies: Agencies
    intake: Intake
    node: str
    environment: str
    now: Callable[[], datetime]


class Cutter:
    """Cuts dossiers of consignments that this node holds.

    ``witness_seconds`` is how long one waits for a peer's receipt for its checkpoint; ``settled`` rings with
    the number of a document of which a delivery ended.
    """

    def __init__(
        self,
        desk: Desk,
        ledger: Ledger,
        checkpoints: Checkpoints,
        keys: Sequence[Signer],
        *,
        valid_seconds: int,
        profile: str,
        witness_seconds: float,
        settled: Bells,
        reachable: Callable[[str], bool],
    ) -> None:
        self._desk = desk
        self._reachable = reachable
        self._witness_seconds = witness_seconds
        self._settled = settled
        self._ledger = ledger
        self._checkpoints = checkpoints
        self._keys = tuple(keys)
        self._valid_seconds = valid_seconds
        self._profile = profile
        self._gatherer = Gatherer(
            desk.database, desk.standard.table, desk.trust, desk.agencies, node=desk.node
        )

    async def cut(self, caller: str, asked: Mapping[str, Any]) -> bytes:
        """Cut a dossier, take its head in, and return the sealed head.

        Raises:
            Refused: ``not-found``, or why no dossier can be cut.
            Unavailable: no checkpoint can be made that covers its documents.
        """
        as_of = self._desk.now()
        gathered = await asyncio.to_thread(
            self._gatherer.gather, caller, asked["subject"], asked.get("agreement")
        )
        checkpoint = await self._checkpoints.covering(max(each.leaf for each in gathered.documents) + 1)
        witnesses = await self._witnesses(checkpoint.no)
        octets = await asyncio.to_thread(self._build, gathered, asked, as_of, checkpoint, witnesses)
        made = dossier.read(octets)
        head = made.head.envelope.compact
        row = {
            "digest": made.digest,
            "receivers": orjson.dumps([*asked["receivers"], caller]).decode(),
            "bundle": octets,
            "at": clock.text(as_of),
            "reason": "",
        }
        await self._desk.intake.keep(Bundle(row, fresh=True))
        taken = await self._desk.intake.submit(head, self._desk.node, self._desk.now())
        if taken.refused is not None:
            raise taken.refused
        return head

    async def _witnesses(self, checkpoint: int) -> list[bytes]:
        """Return what peers of other jurisdictions gave for the checkpoint, waiting a little for the first.

        Nobody is waited for who could not be reached.
        """
        own = names.jurisdiction_of(self._desk.node)
        loop = asyncio.get_running_loop()
        until = loop.time() + self._witness_seconds
        while True:
            bell = self._settled.of(str(checkpoint))
            offers = await asyncio.to_thread(self._offers, checkpoint)
            foreign = [each for each in offers if names.jurisdiction_of(each.peer) != own]
            given = [
                bytes(each.answer) for each in foreign if each.state == "done" and each.answer is not None
            ]
            untried = any(
                each.state == "due" and each.attempts == 0 and self._reachable(each.peer) for each in foreign
            )
            left = until - loop.time()
            if given or not untried or left <= 0:
                return given
            try:
                async with asyncio.timeout(left):
                    await bell.wait()
            except TimeoutError:
                continue

    def _offers(self, document: int) -> Sequence[Any]:
        with self._desk.database.reading() as connection:
            return connection.execute(statements.OFFERS, {"document": document}).all()

    def _build(
        self,
        gathered: Any,
        asked: Mapping[str, Any],
        as_of: datetime,
        checkpoint: Any,
        witnesses: list[bytes],
    ) -> bytes:
        held = [
            Held(each.envelope, each.receipt, self._proof(each.leaf, checkpoint.size))
            for each in gathered.documents
        ]
        issued = self._desk.now()
        order = Order(
            issuer=self._desk.node,
            environment=self._desk.environment,
            head_id=str(uuid4()),
            receivers=tuple(asked["receivers"]),
            purpose=asked["purpose"],
            keys=tuple(gathered.keys),
            as_of=as_of,
            issued_at=issued,
            valid_until=issued + timedelta(seconds=self._valid_seconds),
            agreement=asked.get("agreement"),
            profile=self._profile or None,
            trust=self._desk.trust,
            others=() if gathered.caller == self._desk.node else (gathered.caller,),
        )
        return dossier.build(
            order,
            seal_keys=self._keys,
            standard=self._desk.standard,
            held=held,
            checkpoint=bytes(checkpoint.envelope),
            witnesses=witnesses,
        )

    def _proof(self, leaf: int, size: int) -> Proof:
        return Proof(leaf, size, tuple(digest_text(node) for node in self._ledger.inclusion(leaf, size)))


class Fetcher:
    """Fetches the bundles whose heads came, and takes in what a valid one encloses.

    Of several processes one fetches at a time.
    """

    def __init__(self, desk: Desk, peers: Peers, duties: Duties) -> None:
        self._duties = duties
        self._desk = desk
        self._peers = peers
        self._bell = asyncio.Event()

    def wake(self) -> None:
        """Look again: a head came."""
        self._bell.set()

    async def run(self) -> None:
        """Fetch for ever."""
        while True:
            self._bell.clear()
            try:
                pause = await self._round()
            except Exception:  # noqa: BLE001 - a database that is gone now is asked again
                _LOG.exception("no dossiers could be fetched")
                pause = _PAUSE_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._bell.wait()

    async def _round(self) -> float:
        """Fetch what is promised; return how many seconds to wait for more."""
        if not await self._duties.holds("fetch dossiers"):
            return _POLL_SECONDS
        rows = await asyncio.to_thread(self._promised)
        outcomes = await asyncio.gather(*(self._one(row.digest, row.issuer) for row in rows))
        if not rows:
            return _POLL_SECONDS
        # What was fetched makes room for what waits behind it; what failed comes again after a pause.
        return 0.0 if all(outcomes) else _PAUSE_SECONDS

    def _promised(self) -> list[Any]:
        with self._desk.database.reading() as connection:
            rows = connection.execute(statements.DOSSIERS_TO_FETCH, {"limit": _FETCHED_AT_ONCE}).all()
        return [row for row in rows if row.issuer != self._desk.node]

    async def _one(self, digest: str, issuer: str) -> bool:
        """Fetch, verify and take in one bundle; say whether it is settled, for good or ill."""
        try:
            found = await self._peers.client(issuer).dossier(digest)
            verdict = await asyncio.to_thread(
                dossier.verify, found.octets, self._desk.trust, self._desk.standard, now=self._desk.now()
            )
            reason = "; ".join(f"{each.where}: {each.message}" for each in verdict.problems)
            if verdict.valid:
                reason = await self._take_in(found, issuer)
        except Unavailable:
            _LOG.info("the dossier %s of %s is not there yet", digest, issuer)
            return False
        except Refused as refused:
            if refused.retryable:
                return False
            reason = str(refused)
        if reason:
            # The reason may quote a document: it is kept with the dossier, and is not for the log.
            _LOG.warning("the dossier %s of %s was not taken in whole; its row says why", digest, issuer)
        row = {"of_digest": digest, "to_bundle": None if reason else found.octets, "to_reason": reason}
        await self._desk.intake.keep(Bundle(row, fresh=False))
        return True

    async def _take_in(self, found: Dossier, issuer: str) -> str:
        now = self._desk.now()
        taken = await asyncio.gather(
            *(
                self._desk.intake.submit(each.document.envelope.compact, issuer, now, enclosed=True)
                for each in found.entries
            )
        )
        return "; ".join(str(each.refused) for each in taken if each.refused is not None)


def bundle_for(database: Database, caller: str, digest: str, *, node: str) -> bytes:
    """Return the bundle of a dossier to one of its receivers.

    Raises:
        Refused: ``not-found``.
    """
    with database.reading() as connection:
        row = connection.execute(statements.FIND_DOSSIER, {"digest": digest}).first()
    if row is None or row.bundle is None or caller not in {node, *orjson.loads(row.receivers)}:
        raise Refused("not-found", "TF-INTAKE-12", "no such dossier is held for the caller")
    return bytes(row.bundle)
