"""The outbox: every document that is owed to a peer is offered until it is settled, each peer for itself.

A courier serves each peer that a trust list names with an endpoint; one that newer lists no longer name is
not called, and what it is owed is held until they do (TF-DELIV-8).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from threeflow_gateway import clock
from threeflow_gateway.config import Delivery
from threeflow_gateway.delivery.circuit import State
from threeflow_gateway.delivery.courier import POLL_SECONDS, Courier, Lines, Settles
from threeflow_gateway.intake.batch import Settlements
from threeflow_gateway.observe.metrics import Metrics
from threeflow_gateway.observe.traces import Traces
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.duties import Duties

__all__ = ["Outbox"]

_LOG = logging.getLogger(__name__)
_GIVEN_UP_AT_ONCE: Final = 500
_GIVE_UP_LOOK_SECONDS: Final = 60.0


class Outbox:
    """One courier for each peer; of several processes one serves a peer at a time."""

    def __init__(
        self,
        database: Database,
        lines: Lines,
        intake: Settles,
        *,
        duties: Duties,
        settings: Delivery,
        now: Callable[[], datetime],
        metrics: Metrics | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._traces = traces
        self._database = database
        self._lines = lines
        self._intake = intake
        self._duties = duties
        self._settings = settings
        self._now = now
        self._bells: dict[str, asyncio.Event] = {}
        self._couriers: dict[str, Courier] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._giving_up: asyncio.Task[None] | None = None

    def wake(self, peers: Iterable[str]) -> None:
        """Look again: something was committed that these peers are owed."""
        for peer in peers:
            if peer in self._bells:
                self._bells[peer].set()

    def start(self) -> None:
        """Serve exactly the peers that the lists name now; needs a running event loop."""
        bound = self._lines.bound()
        for peer in set(self._workers) - set(bound):
            self._leave(peer)
        for peer in bound:
            if peer not in self._workers:
                self._serve(peer)
        if self._giving_up is None:
            self._giving_up = asyncio.get_running_loop().create_task(self._look_for_overdue(), name="give up")

    def peers(self) -> tuple[str, ...]:
        """Return the peers that a courier serves, sorted."""
        return tuple(sorted(self._workers))

    def circuits(self) -> Mapping[str, State]:
        """Return the state of the circuit to each peer that is served."""
        now = self._now()
        return {peer: each.circuit.state(now) for peer, each in sorted(self._couriers.items())}

    def reachable(self, peer: str) -> bool:
        """Whether a peer is served and its circuit is closed."""
        courier = self._couriers.get(peer)
        return courier is not None and courier.circuit.state(self._now()) == "closed"

    async def close(self) -> None:
        """Stop; what was not settled is offered again after the next start."""
        for peer in tuple(self._workers):
            self._leave(peer)
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._ending.add(self._giving_up)
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def give_up(self) -> int:
        """Make dead letters of what unreachable peers have been owed for too long; return how many.

        Raises:
            Unavailable: it could not be written.
        """
        now = self._now()
        rows = await asyncio.to_thread(self._overdue, now)
        if rows:
            await self._intake.settle(Settlements(tuple(rows)))
        return len(rows)

    def _serve(self, peer: str) -> None:
        self._bells[peer] = asyncio.Event()
        self._couriers[peer] = Courier(
            self._database,
            self._lines,
            self._intake,
            self._settings,
            self._now,
            peer=peer,
            metrics=self._metrics,
            traces=self._traces,
        )
        self._workers[peer] = asyncio.get_running_loop().create_task(self._carry(peer), name=f"outbox {peer}")

    def _leave(self, peer: str) -> None:
        worker = self._workers.pop(peer)
        worker.cancel()
        self._ending.add(worker)
        worker.add_done_callback(self._ending.discard)
        del self._couriers[peer], self._bells[peer]

    async def _carry(self, peer: str) -> None:
        bell, courier, duty = self._bells[peer], self._couriers[peer], f"deliver to {peer}"
        while True:
            bell.clear()
            try:
                pause = await courier.round() if await self._duties.holds(duty) else POLL_SECONDS
            except Exception:  # noqa: BLE001 - one peer's trouble reaches neither its courier nor others
                _LOG.exception("deliveries to %s stumbled", peer)
                pause = POLL_SECONDS
            if pause:
                try:
                    async with asyncio.timeout(pause):
                        await bell.wait()
                except TimeoutError:
                    continue

    async def _look_for_overdue(self) -> None:
        while True:
            await asyncio.sleep(_GIVE_UP_LOOK_SECONDS)
            try:
                await self.give_up()
            except Exception:  # noqa: BLE001 - it is looked for again in a minute
                _LOG.exception("what was owed for too long could not be given up")

    def _overdue(self, now: datetime) -> list[dict[str, object]]:
        before = clock.text(now - timedelta(seconds=self._settings.give_up_seconds))
        with self._database.reading() as connection:
            owed = connection.execute(statements.OWED_PEERS).scalars().all()
            gone = [peer for peer in owed if not self.reachable(peer)]
            if not gone:
                return []
            asked = {"peers": gone, "before": before, "limit": _GIVEN_UP_AT_ONCE}
            rows = connection.execute(statements.OVERDUE, asked).all()
        return [
            {
                "to_peer": row.peer, "to_document": row.document, "to_attempts": row.attempts,
                "to_next": clock.text(now), "to_answer": None, "to_state": "dead",
                "to_reason": row.reason or f"no list names an endpoint for {row.peer}",
            }
            for row in rows
        ]  # fmt: skip
