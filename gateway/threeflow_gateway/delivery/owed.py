"""What one peer is owed, read in two lanes, so that a long backlog does not hold up what is new (TF-DELIV-7).

As long as the oldest that is owed fills whole requests and has waited for more than a minute, the peer is
*behind*, and what is older than that is the backlog. Then half of a request is kept for what is newer, about
subjects of which the backlog holds nothing; and the backlog itself goes at a bounded rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from threeflow_gateway import clock
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database

__all__ = ["Due", "Owed"]

_BEHIND: Final = timedelta(seconds=60)
_MOST_OCTETS: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Due:
    """One document that a peer is owed, and since when."""

    document: int
    attempts: int
    envelope: bytes
    since: datetime
    trace: str = ""


class Owed:
    """Chooses what goes into the next request to one peer; asked by one task alone.

    ``longest`` is the longest pause between two attempts, in seconds; ``per_second`` bounds the backlog.
    """

    def __init__(self, database: Database, peer: str, *, longest: float, per_second: float) -> None:
        self._database = database
        self._peer = peer
        self._longest = timedelta(seconds=longest)
        self._per_second = per_second
        self._boundary: int | None = None
        self._paced: datetime | None = None

    def begin_anew(self) -> None:
        """Look anew what is backlog and what is newer: the peer answers again."""
        self._boundary = self._paced = None

    def behind(self) -> bool:
        """Whether the peer is behind."""
        return self._boundary is not None

    def take(self, now: datetime, limit: int) -> list[Due]:
        """Return up to ``limit`` documents to offer together, in the order of acceptance."""
        asked = {
            "peer": self._peer, "now": clock.text(now), "horizon": clock.text(now + self._longest),
            "limit": limit,
        }  # fmt: skip
        with self._database.reading() as connection:
            page = connection.execute(statements.DUE, asked).all()
            if len(page) < limit or now - clock.parse(page[0].since) <= _BEHIND:
                self.begin_anew()
                return _bounded(page)
            if self._boundary is None:
                old = {"peer": self._peer, "before": clock.text(now - _BEHIND)}
                self._boundary = int(connection.execute(statements.NEWEST_OLD, old).scalar_one())
            live = connection.execute(
                statements.DUE_LIVE, {**asked, "after": self._boundary, "limit": limit // 2}
            ).all()
        backlog = [each for each in page[: limit - len(live)] if each.document <= self._boundary]
        if self._wait(now):
            backlog = []
        chosen = _bounded([*backlog, *live])
        count = sum(each.document <= self._boundary for each in chosen)
        if count and self._per_second > 0:
            self._paced = now + timedelta(seconds=count / self._per_second)
        return chosen

    def next(self, now: datetime) -> float | None:
        """Return after how many seconds something becomes due; None where nothing waits."""
        wait = self._wait(now)
        if wait:
            return wait
        with self._database.reading() as connection:
            asked = {"peer": self._peer, "now": clock.text(now)}
            found = connection.execute(statements.NEXT_DUE, asked).scalar()
        return None if found is None else (clock.parse(found) - now).total_seconds()

    def _wait(self, now: datetime) -> float:
        if self._paced is None:
            return 0.0
        left = (self._paced - now).total_seconds()
        # No request's share takes a minute: a longer wait was counted by a clock that was set back since.
        return left if 0 < left <= _BEHIND.total_seconds() else 0.0


def _bounded(rows: Sequence[Any]) -> list[Due]:
    found: list[Due] = []
    octets = 0
    for row in rows:
        octets += len(row.envelope)
        if found and octets > _MOST_OCTETS:
            break
        found.append(
            Due(row.document, row.attempts, bytes(row.envelope), clock.parse(row.since), row.trace or "")
        )
    return found
