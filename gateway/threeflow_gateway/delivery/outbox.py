"""The outbox: every document that is owed to a peer is offered until it is settled, each peer for itself.

The same envelope goes out each time, under a fresh token. A receipt settles a delivery, and so does a refusal
that no repetition can mend; the latter is a dead letter with its reason.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from threeflow.client import Outcome
from threeflow.errors import Refused, Unavailable
from threeflow_gateway import clock
from threeflow_gateway.config import Delivery
from threeflow_gateway.delivery.peers import Peers
from threeflow_gateway.delivery.retry import next_attempt
from threeflow_gateway.intake.batch import Settlements
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database

__all__ = ["Outbox", "Settles"]

_LOG = logging.getLogger(__name__)
_POLL_SECONDS: Final = 2.0
_MOST_OCTETS: Final = 4_000_000
_JITTER: Final = random.SystemRandom()


class Settles(Protocol):
    """Where settled deliveries are written."""

    async def settle(self, settlements: Settlements) -> None:
        """Write how deliveries ended; returns once it is durable."""


@dataclass(frozen=True, slots=True)
class Due:
    """One document that a peer is owed."""

    document: int
    attempts: int
    envelope: bytes
    since: datetime


class Outbox:
    """One worker for each peer that is owed something."""

    def __init__(
        self,
        database: Database,
        peers: Peers,
        intake: Settles,
        settings: Delivery,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._peers = peers
        self._intake = intake
        self._settings = settings
        self._now = now
        self._bells: dict[str, asyncio.Event] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}

    def wake(self, peers: Iterable[str]) -> None:
        """Look again: something was committed that these peers are owed."""
        for peer in peers:
            if peer in self._bells:
                self._bells[peer].set()

    def start(self) -> None:
        """Begin to deliver to all peers that are not served yet; needs a running event loop."""
        for peer in self._peers.bound():
            if peer in self._workers:
                continue
            self._bells[peer] = asyncio.Event()
            self._workers[peer] = asyncio.get_running_loop().create_task(
                self._serve(peer), name=f"outbox {peer}"
            )

    def peers(self) -> tuple[str, ...]:
        """Return the peers that a worker serves, sorted."""
        return tuple(sorted(self._workers))

    async def close(self) -> None:
        """Stop; what was not settled is offered again after the next start."""
        for worker in self._workers.values():
            worker.cancel()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)

    async def _serve(self, peer: str) -> None:
        bell = self._bells[peer]
        while True:
            bell.clear()
            try:
                busy = await self._round(peer)
            except Exception:  # noqa: BLE001 - one peer's trouble reaches neither its worker nor others
                _LOG.exception("deliveries to %s stumbled", peer)
                busy = False
            if not busy:
                try:
                    await asyncio.wait_for(bell.wait(), _POLL_SECONDS)
                except TimeoutError:
                    continue

    async def _round(self, peer: str) -> bool:
        due = await asyncio.to_thread(self._due, peer)
        if not due:
            return False
        outcomes = await self._offer(peer, [each.envelope for each in due])
        rows = [self._settlement(peer, each, outcome) for each, outcome in zip(due, outcomes, strict=True)]
        await self._intake.settle(Settlements(tuple(rows)))
        return any(row["to_state"] != "due" for row in rows)

    def _due(self, peer: str) -> list[Due]:
        asked = {"peer": peer, "now": clock.text(self._now()), "limit": self._settings.documents_per_request}
        with self._database.reading() as connection:
            rows = connection.execute(statements.DUE, asked).all()
        found: list[Due] = []
        octets = 0
        for row in rows:
            octets += len(row.envelope)
            if found and octets > _MOST_OCTETS:
                break
            found.append(Due(row.document, row.attempts, bytes(row.envelope), clock.parse(row.received_at)))
        return found

    async def _offer(self, peer: str, envelopes: Sequence[bytes]) -> Sequence[Outcome | Exception]:
        try:
            client = self._peers.client(peer)
            if len(envelopes) == 1:
                return [await client.submit(envelopes[0])]
            return await client.submit_batch(envelopes)
        except (Refused, Unavailable) as error:
            return [error] * len(envelopes)

    def _settlement(self, peer: str, due: Due, outcome: Outcome | Exception) -> dict[str, Any]:
        now = self._now()
        row = {
            "to_peer": peer, "to_document": due.document, "to_attempts": due.attempts + 1,
            "to_next": clock.text(now), "to_answer": None, "to_reason": "",
        }  # fmt: skip
        if isinstance(outcome, Outcome) and outcome.taken_in:
            return {**row, "to_state": "done", "to_answer": outcome.raw}
        reason = _reason(outcome)
        final = isinstance(outcome, Outcome) and outcome.sealed and not outcome.retryable
        if final or now - due.since > timedelta(seconds=self._settings.give_up_seconds):
            _LOG.warning("document %d is a dead letter to %s: %s", due.document, peer, reason)
            answer = outcome.raw if isinstance(outcome, Outcome) else None
            return {**row, "to_state": "dead", "to_answer": answer, "to_reason": reason}
        again = next_attempt(
            now, due.attempts + 1, first=self._settings.first_retry_seconds,
            longest=self._settings.longest_retry_seconds, jitter=_JITTER.random(),
        )  # fmt: skip
        return {**row, "to_state": "due", "to_next": clock.text(again), "to_reason": reason}


def _reason(outcome: Outcome | Exception) -> str:
    if isinstance(outcome, Outcome):
        detail = outcome.refusal.get("detail", "") if outcome.refusal else ""
        return f"{outcome.code}: {detail}"
    return str(outcome)
