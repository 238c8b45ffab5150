"""Checkpoints: the sealed state of the log; a peer's receipt for one is its witness (TF-INTAKE-33)."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from threeflow import documents, envelope, strict
from threeflow.errors import Refused, Unavailable
from threeflow_gateway import clock
from threeflow_gateway.delivery.peers import Peers
from threeflow_gateway.domain.trees import digest_text
from threeflow_gateway.intake.incidents import InconsistentError
from threeflow_gateway.intake.sealing import Sealer, moment
from threeflow_gateway.intake.service import Intake
from threeflow_gateway.store import evidence, statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.duties import Duties
from threeflow_gateway.store.ledger import Ledger

__all__ = ["Checkpoints", "Continuation"]

_LOG = logging.getLogger(__name__)


class Checkpoints:
    """Makes a checkpoint when leaves were added, and an interval has passed or a dossier needs one.

    Of several processes one makes those that are due by time.
    """

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        sealer: Sealer,
        peers: Peers,
        intake: Intake,
        *,
        duties: Duties,
        interval: float,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._sealer = sealer
        self._peers = peers
        self._intake = intake
        self._duties = duties
        self._interval = interval
        self._now = now
        self._making = asyncio.Lock()

    async def run(self) -> None:
        """Make checkpoints for ever."""
        while True:
            pause = self._interval
            try:
                if await self._duties.holds("checkpoints"):
                    pause = await asyncio.to_thread(self._left)
                    if pause == 0:
                        await self.make()
                        pause = self._interval
            except Exception:  # noqa: BLE001 - a database that is gone now is asked again
                _LOG.exception("no checkpoint could be made")
            await asyncio.sleep(pause)

    def _left(self) -> float:
        """Return for how many seconds no checkpoint is due, whichever process made the newest one."""
        newest = self.newest()
        passed = self._interval if newest is None else (self._now() - clock.parse(newest.at)).total_seconds()
        # A clock that was set back says nothing.
        return self._interval - passed if 0 <= passed < self._interval else 0.0

    async def make(self) -> bool:
        """Make a checkpoint if leaves were added since the last; say whether one was made.

        Raises:
            Unavailable: the node takes in nothing now.
        """
        async with self._making:
            return await self._make()

    async def covering(self, size: int) -> Any:
        """Return the newest checkpoint once it covers ``size`` leaves, and make one if none does.

        Raises:
            Unavailable: the node takes in nothing now, or the log is shorter.
        """
        newest = await asyncio.to_thread(self.newest)
        if newest is not None and newest.size >= size:
            return await self._read_on(newest)
        # Who waited for the lock finds here what was made meanwhile: one checkpoint serves all who asked.
        async with self._making:
            newest = await asyncio.to_thread(self.newest)
            if newest is None or newest.size < size:
                await self._make()
                newest = await asyncio.to_thread(self.newest)
        if newest is None or newest.size < size:
            raise Unavailable(f"no checkpoint covers {size} leaves")
        return await self._read_on(newest)

    async def _read_on(self, newest: Any) -> Any:
        """Return a checkpoint once its leaves are read: another process may have made it."""
        if newest.size > self._ledger.size:
            await asyncio.to_thread(self._ledger.catch_up)
        return newest

    async def _make(self) -> bool:
        size = await asyncio.to_thread(self._ledger.catch_up)
        newest = await asyncio.to_thread(self.newest)
        if size == 0 or (newest is not None and newest.size >= size):
            return False
        root = await asyncio.to_thread(self._ledger.root, size)
        payload = documents.build(
            "checkpoint",
            None,
            issuer=self._sealer.node,
            environment=self._sealer.environment,
            issued_at=moment(self._now()),
            receivers=self._peers.bound(),
            log=self._sealer.node,
            size=size,
            root=digest_text(root),
        )
        sealed = await self._sealer.sealed(payload)
        taken = await self._intake.submit(sealed, self._sealer.node, self._now())
        if taken.refused is None:
            return True
        newest = await asyncio.to_thread(self.newest)
        if newest is not None and newest.size >= size:
            return False
        raise Unavailable(f"the own checkpoint was refused: {taken.refused}")

    def newest(self) -> Any:
        """Return the row of the newest checkpoint with its envelope and number; None before the first."""
        with self._database.reading() as connection:
            return connection.execute(statements.NEWEST_CHECKPOINT).first()


class Continuation:
    """Judges whether a peer's checkpoint continues the newest one that is held of its log (TF-INTAKE-34)."""

    def __init__(self, database: Database, peers: Peers, *, node: str) -> None:
        self._database = database
        self._peers = peers
        self._node = node

    async def check(self, issuer: str, checkpoint: Mapping[str, Any]) -> int:
        """Refuse a checkpoint of a log that did not only grow; return up to which document was looked.

        Raises:
            InconsistentError: ``log-inconsistent``.
            Refused: ``unavailable``, where the issuer does not give its proof now.
        """
        looked, raw = await asyncio.to_thread(self._newest, issuer)
        if raw is None or issuer == self._node:
            return looked
        held = cast(dict[str, Any], strict.parse_object(envelope.read(raw).payload))
        if held == checkpoint:
            return looked
        if held["log"] != checkpoint["log"]:
            raise InconsistentError(f"{issuer} gives its log another name", raw)
        first, second = (held, checkpoint) if held["size"] <= checkpoint["size"] else (checkpoint, held)
        if first["size"] == second["size"]:
            if first["root"] != second["root"]:
                raise InconsistentError(f"two roots of {issuer} at {first['size']} leaves", raw)
            return looked
        try:
            await self._peers.client(issuer).prove_consistency(first, second)
        except Unavailable as error:
            if "does not prove" in str(error):
                raise InconsistentError(str(error), raw) from error
            raise Refused("unavailable", "TF-INTAKE-34", str(error), retryable=True) from error
        return looked

    def _newest(self, issuer: str) -> tuple[int, bytes | None]:
        with self._database.reading() as connection:
            looked = connection.execute(evidence.DOCUMENTS).scalar_one()
            raw = connection.execute(evidence.NEWEST_FOREIGN_CHECKPOINT, {"issuer": issuer}).scalar()
        return int(looked), None if raw is None else bytes(raw)
