"""Notices: what one process of a node tells the others when it commits (PostgreSQL's NOTIFY and LISTEN).

A notice only says where to look. Who misses one looks all the same, a little later; after an interruption
everybody is told to look everywhere. Processes that share an SQLite file look by themselves.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg
from sqlalchemy import Connection, text

from threeflow_gateway.store.database import Database

__all__ = ["EVERYTHING", "Notices", "Told"]

_LOG = logging.getLogger(__name__)
_CHANNEL: Final = "threeflow"
_NOTIFY: Final = text("SELECT pg_notify(:channel, :payload)")
_MOST_OCTETS: Final = 7900
"""PostgreSQL takes less than 8000."""
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """Where there is something new: feeds of parties, peers that are owed, deliveries that ended, dossiers.

    ``everywhere`` where nobody knows.
    """

    parties: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    dossiers: bool = False
    everywhere: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything new."""
        return bool(self.parties or self.peers or self.settled or self.dossiers or self.everywhere)


EVERYTHING: Final = Told(everywhere=True)


class Notices:
    """The notices of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._own = uuid4().hex

    def tell(self, connection: Connection, told: Told) -> None:
        """Tell the other processes once this transaction is committed."""
        if self._database.embedded or not told:
            return
        payload = orjson.dumps({"by": self._own, **asdict(told)})
        if len(payload) > _MOST_OCTETS:
            payload = orjson.dumps({"by": self._own, **asdict(EVERYTHING)})
        connection.execute(_NOTIFY, {"channel": _CHANNEL, "payload": payload.decode()})

    async def listen(self, hear: Callable[[Told], None]) -> None:
        """Hear what other processes tell, for ever; returns at once where there is nothing to hear."""
        if self._database.embedded:
            return
        while True:
            try:
                await self._hear(hear)
            except (psycopg.Error, OSError) as error:
                _LOG.warning("the database tells nothing now: %s", error)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _hear(self, hear: Callable[[Told], None]) -> None:
        said: dict[str, Any] = self._database.url.translate_connect_args(username="user", database="dbname")
        for name, value in self._database.url.query.items():
            said[name] = value if isinstance(value, str) else ",".join(value)
        connection = await psycopg.AsyncConnection.connect(**said, autocommit=True)
        try:
            await connection.execute(f"LISTEN {_CHANNEL}".encode())
            # What was told while nobody listened is looked for.
            hear(EVERYTHING)
            async for notice in connection.notifies():
                told = orjson.loads(notice.payload)
                if told.pop("by") != self._own:
                    hear(Told(**{name: _frozen(value) for name, value in told.items()}))
        finally:
            # Nothing is awaited: a task that is cancelled here a second time would leave the socket open.
            connection.pgconn.finish()


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
