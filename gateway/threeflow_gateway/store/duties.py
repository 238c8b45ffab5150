"""Duties: what only one process of a node does at a time, and another takes over when that one is gone.

Nobody's clock decides. On PostgreSQL a duty is an advisory lock of a session, which ends with its process; on
SQLite all duties are one lock on a file, which ends with it too.
"""

import asyncio
import fcntl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import TextIOWrapper
from pathlib import Path
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from threeflow_gateway.store.database import Database
from threeflow_gateway.store.engines import standing_engine

__all__ = ["Duties", "duties"]

Made = TypeVar("Made")
_TAKE: Final = text("SELECT pg_try_advisory_lock(:key)")
_STANDS: Final = text("SELECT 1")


class Duties(Protocol):
    """Who does what."""

    async def holds(self, duty: str) -> bool:
        """Take a duty if nobody has it; say whether this process has it now."""

    async def close(self) -> None:
        """Lay down all duties."""


def duties(database: Database) -> Duties:
    """Return the duties of the processes that share a database."""
    if not database.embedded:
        return _OfSession(database)
    return _OfFile(database.path)


class _OfFile:
    def __init__(self, database: Path | None) -> None:
        self._path = None if database is None else database.with_name(f"{database.name}-duties")
        self._file: TextIOWrapper | None = None

    async def holds(self, duty: str) -> bool:
        if self._path is None or self._file is not None:
            return True
        file = self._path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    async def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class _OfSession:
    def __init__(self, database: Database) -> None:
        self._engine = standing_engine(database.url)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="duties")
        self._connection: Connection | None = None
        self._held: set[str] = set()

    async def holds(self, duty: str) -> bool:
        return await self._elsewhere(lambda: self._holds(duty))

    async def close(self) -> None:
        await self._elsewhere(self._lay_down)
        self._thread.shutdown()

    def _holds(self, duty: str) -> bool:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            if duty in self._held:
                # The lock is as alive as the session.
                self._connection.execute(_STANDS)
                return True
            if self._connection.execute(_TAKE, {"key": _key(duty)}).scalar_one():
                self._held.add(duty)
        except SQLAlchemyError:
            self._lay_down()
            return False
        return duty in self._held

    def _lay_down(self) -> None:
        self._held.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    async def _elsewhere(self, step: Callable[[], Made]) -> Made:
        return await asyncio.get_running_loop().run_in_executor(self._thread, step)


def _key(duty: str) -> int:
    return int.from_bytes(sha256(duty.encode()).digest()[:8], "big", signed=True)
