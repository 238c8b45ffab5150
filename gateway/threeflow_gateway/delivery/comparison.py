"""What bound peers state of the trust lists that they hold, compared with what is held here (TF-TRUST-19).

A jurisdiction that gives each side another list is seen by nobody who reads one of them alone. What a peer
states proves nothing; the list that it then shows does, where the same anchor sealed it (TF-TRUST-18).
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from threeflow import envelope
from threeflow.errors import Refused, Unavailable
from threeflow.trust import TrustStore
from threeflow_gateway.delivery.peers import Peers
from threeflow_gateway.intake.incidents import Incident, contradiction
from threeflow_gateway.intake.service import Intake
from threeflow_gateway.store.duties import Duties

__all__ = ["Comparison"]

_LOG = logging.getLogger(__name__)


class Comparison:
    """Asks every bound peer once in so many seconds; of several processes one does."""

    def __init__(
        self, trust: TrustStore, peers: Peers, intake: Intake, duties: Duties, *, seconds: float,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._trust = trust
        self._peers = peers
        self._intake = intake
        self._duties = duties
        self._seconds = seconds
        self._now = now

    async def run(self) -> None:
        """Compare for ever."""
        while True:
            await asyncio.sleep(self._seconds)
            try:
                if await self._duties.holds("compare trust lists"):
                    await self.compare()
            except Exception:  # noqa: BLE001 - a database that is gone now is asked again
                _LOG.exception("trust lists could not be compared")

    async def compare(self) -> None:
        """Ask all peers; what does not answer is asked again the next time."""
        await asyncio.gather(*(self._one(peer) for peer in self._peers.bound()))

    async def _one(self, peer: str) -> None:
        try:
            client = self._peers.client(peer)
            stated: Any = (await client.statement()).get("trustLists", ())
            wanted = {each["digest"] for each in stated if self._differs(each)}
            shown = await client.trust_lists() if wanted else ()
        except (Refused, Unavailable) as problem:
            _LOG.info("%s says nothing of its trust lists now: %s", peer, type(problem).__name__)
            return
        # A list may have thousands of nodes: nobody waits while it is read.
        for found in await asyncio.to_thread(self._found, peer, shown, wanted):
            await self._intake.report(found, self._now())

    def _found(self, peer: str, shown: Iterable[bytes], wanted: Collection[str]) -> list[Incident]:
        """Return what a peer's lists of these digests show against those that are held."""
        return [
            found
            for raw in shown
            if _digest(raw) in wanted and (found := contradiction(self._trust, raw, peer)) is not None
        ]

    def _differs(self, stated: Mapping[str, Any]) -> bool:
        """Whether a peer states another list than the one that is held at this sequence."""
        return any(
            each.sequence == stated["sequence"] and each.digest != stated["digest"]
            for each in self._trust.lists(str(stated["jurisdiction"]))
        )


def _digest(raw: bytes) -> str:
    """Return the digest of an envelope's payload; empty where it is none."""
    try:
        return envelope.read(raw).digest
    except Refused:
        return ""
