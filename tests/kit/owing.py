"""A node that owes documents to peers which a test plays: a real outbox, a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from threeflow.client import Outcome
from threeflow.errors import Unavailable
from threeflow_gateway import clock
from threeflow_gateway.config import Delivery
from threeflow_gateway.delivery.courier import Courier
from threeflow_gateway.delivery.outbox import Outbox
from threeflow_gateway.intake.batch import Settlements
from threeflow_gateway.observe.metrics import Metrics
from threeflow_gateway.store import revisions, statements, tables
from threeflow_gateway.store.database import Database

BEGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)
PEER = "xb.customs"


def taken() -> Outcome:
    """A receipt."""
    return Outcome({"outcome": "accepted"}, None, 201, b"receipt", sealed=True)


def refused(code: str, *, retryable: bool = False, sealed: bool = True) -> Outcome:
    """A refusal."""
    problem = {"code": code, "detail": "as the test says", "retryable": retryable}
    return Outcome(None, problem, 422, b"refusal " + code.encode(), sealed=sealed)


class Alone:
    """The duties of a node of one process."""

    async def holds(self, _duty: str) -> bool:
        return True

    async def close(self) -> None:
        pass


class Clock:
    """The time as the test says."""

    def __init__(self) -> None:
        self.moment = BEGIN

    def __call__(self) -> datetime:
        return self.moment

    def go(self, seconds: float) -> None:
        """Move on, or back."""
        self.moment += timedelta(seconds=seconds)


@dataclass
class Far:
    """A peer: ``answer`` says what one document earns; requests are kept as lists of document numbers."""

    answer: Callable[[int], Outcome] = lambda _: taken()
    down: bool = False
    requests: list[list[int]] = field(default_factory=list)
    received: list[int] = field(default_factory=list)

    async def submit(self, document: bytes, *, headers: Mapping[str, str] | None = None) -> Outcome:
        return (await self.submit_batch([document], headers=headers))[0]

    async def submit_batch(
        self, envelopes: Sequence[bytes], *, headers: Mapping[str, str] | None = None
    ) -> list[Outcome]:
        numbers = [int(each) for each in envelopes]
        self.requests.append(numbers)
        if self.down:
            raise Unavailable("it gave no answer: ConnectError")
        outcomes = [self.answer(each) for each in numbers]
        self.received += [no for no, each in zip(numbers, outcomes, strict=True) if each.taken_in]
        return outcomes


class Debtor:
    """Owes documents; it is ``Lines`` and ``Settles`` of couriers over its own database."""

    def __init__(self, folder: Path, *peers: str, url: str = "", **settings: Any) -> None:
        self.now = Clock()
        self.peers = {peer: Far() for peer in peers or (PEER,)}
        self.settings = Delivery(**settings)
        self.database = Database(url or f"sqlite:///{folder / 'node.sqlite3'}")
        revisions.upgrade(self.database)
        self.database.claim("xa.customs")
        self._owed = 0

    @property
    def far(self) -> Far:
        """The one peer."""
        return self.peers[PEER]

    def bound(self) -> tuple[str, ...]:
        return tuple(sorted(self.peers))

    def client(self, peer: str) -> Far:
        if peer not in self.peers:
            raise Unavailable(f"no list names an endpoint for {peer}")
        return self.peers[peer]

    def as_given(self, document: bytes, _peer: str) -> bytes:
        return document

    async def settle(self, settlements: Settlements) -> None:
        with self.database.writing() as connection:
            connection.execute(statements.SETTLE, [dict(each) for each in settlements.rows])

    def owe(self, subjects: Iterable[int | None], peer: str = PEER) -> list[int]:
        """Owe a document about each of these subjects from now on; return their numbers."""
        at = clock.text(self.now())
        documents, owed = [], []
        for subject in subjects:
            self._owed += 1
            documents.append(
                {
                    "no": self._owed, "issuer": "xa.customs", "id": f"id-{self._owed}", "digest": "",
                    "type": "release", "kind": "full", "caller": "xa.customs", "received_at": at,
                    "outcome": "accepted", "effect": "accepted", "envelope": b"%d" % self._owed,
                    "receipt": b"", "leaf": None, "leaf_hash": None,
                }
            )  # fmt: skip
            owed.append(
                {
                    "peer": peer, "document": self._owed, "subject": subject, "state": "due", "since": at,
                    "attempts": 0, "next_at": at, "answer": None, "reason": "",
                }
            )  # fmt: skip
        with self.database.writing() as connection:
            connection.execute(insert(tables.document), documents)
            connection.execute(insert(tables.outbox), owed)
        return [each["no"] for each in documents]

    def courier(self, peer: str = PEER, metrics: Metrics | None = None) -> Courier:
        return Courier(
            self.database, self, self, self.settings, self.now, peer=peer, metrics=metrics or Metrics()
        )

    def outbox(self) -> Outbox:
        return Outbox(self.database, self, self, duties=Alone(), settings=self.settings, now=self.now)

    async def carry(self, courier: Courier, seconds: float, *, until_done: bool = False) -> None:
        """Let a courier work for so long, by the test's clock; a request takes 50 ms."""
        until = self.now() + timedelta(seconds=seconds)
        while self.now() < until:
            pause = max(await courier.round(), courier.circuit.pause(self.now()))
            if pause and until_done and "due" not in self.states().values():
                return
            self.now.go(min(pause or 0.05, (until - self.now()).total_seconds()))

    def states(self) -> dict[int, str]:
        """The state of every delivery by document number."""
        query = select(tables.outbox.c.document, tables.outbox.c.state).order_by(tables.outbox.c.document)
        with self.database.reading() as connection:
            return {row.document: row.state for row in connection.execute(query)}

    def row(self, number: int) -> Any:
        """One delivery, whole."""
        with self.database.reading() as connection:
            return connection.execute(select(tables.outbox).where(tables.outbox.c.document == number)).one()
