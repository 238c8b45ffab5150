"""The connections: one writer at a time, readers beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event, insert, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError

from threeflow.errors import Unavailable
from threeflow_gateway.config import Storage
from threeflow_gateway.store import kept, tables
from threeflow_gateway.store.engines import make_folder, postgresql_engine, sqlite_engine
from threeflow_gateway.store.volumes import Volumes

__all__ = ["Database"]

_SIZE: Final = text("SELECT pg_database_size(current_database())")
_SIZE_EMBEDDED: Final = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
_GONE: Final = (OperationalError, InterfaceError, InternalError, NoneFreeError)
_DRIVERS: Final = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


class Database:
    """Transactions over one database.

    On SQLite a writer's transaction begins ``IMMEDIATE`` and is durable when it is committed (WAL with
    ``synchronous=FULL``). On PostgreSQL writers, of one process or several, queue on the one row of ``head``.
    ``embedded`` says whether the database lives in this process; ``path`` is its file then, None where it is
    in memory or elsewhere. ``volumes`` hold the octets that were moved to archives.
    """

    def __init__(self, url: str, *, busy_seconds: float = 30.0, archives: Path | None = None) -> None:
        """Open nothing yet; ``archives`` is the folder of the archives, if there is one.

        Raises:
            ValueError: the address is of neither SQLite nor PostgreSQL.
        """
        parsed = make_url(url)
        if parsed.get_backend_name() not in _DRIVERS:
            raise ValueError(
                f"a node keeps its documents in SQLite or PostgreSQL, not in {parsed.drivername}"
            )
        self.url = parsed.set(drivername=_DRIVERS[parsed.get_backend_name()])
        self._busy_seconds = busy_seconds
        self.embedded = self.url.get_backend_name() == "sqlite"
        self.path = _file(self.url) if self.embedded else None
        if self.embedded:
            make_folder(self.url)
            self._writer = sqlite_engine(self.url, "BEGIN IMMEDIATE", busy_seconds, pool_size=1)
            self._reader = sqlite_engine(self.url, "BEGIN", busy_seconds, pool_size=4)
        else:
            self._writer = postgresql_engine(self.url, busy_seconds, reads=False)
            self._reader = postgresql_engine(self.url, busy_seconds, reads=True)
        self._closed = False
        self.volumes = Volumes(archives)
        for engine in (self._writer, self._reader):
            kept.serve(engine, self.volumes)
            event.listen(engine, "checkin", self._checked_in)

    @classmethod
    def of(cls, settings: Storage) -> "Database":
        """Return the database that settings name; nothing is opened yet.

        Raises:
            ValueError: the address is of neither SQLite nor PostgreSQL.
        """
        return cls(settings.url, busy_seconds=settings.busy_seconds, archives=settings.archives)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one writer's connection; committed at the end, rolled back on an exception."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the database and writes nothing.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            with self._reader.connect() as connection:
                yield connection
        except _GONE as error:
            raise Unavailable("the database does not answer now") from error

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """Give a connection that may change tables; committed at the end, rolled back on an exception."""
        if not self.embedded:
            with self.writing() as connection:
                yield connection
            return
        # A table that is made anew under another name would take the rows that refer to it along.
        engine = sqlite_engine(self.url, "BEGIN IMMEDIATE", self._busy_seconds, keys="OFF", pool_size=1)
        try:
            with engine.begin() as connection:
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise ValueError("the migration leaves rows that refer to nothing")
        finally:
            engine.dispose()

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Give a connection to PostgreSQL outside transactions, whose settings and locks end with it."""
        with self._writer.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            yield connection

    def claim(self, node: str) -> None:
        """Open the log of a node, and refuse to open that of another.

        Raises:
            ValueError: the database holds the log of another node.
        """
        try:
            with self.writing() as connection:
                held = connection.execute(select(tables.head.c.node)).scalar_one_or_none()
                if held is None:
                    row = {"one": 1, "node": node, "documents": 0, "subjects": 0, "leaves": 0}
                    connection.execute(insert(tables.head), row)
        except IntegrityError:
            # Another process created the row between our look and our insert.
            with self.reading() as connection:
                held = connection.execute(select(tables.head.c.node)).scalar_one()
        if held not in {None, node}:
            raise ValueError(f"the database holds the log of {held}, not of {node}")

    def octets(self) -> int:
        """Return the size of the database, as it says itself."""
        asked = _SIZE_EMBEDDED if self.embedded else _SIZE
        with self.reading() as connection:
            return int(connection.execute(asked).scalar_one())

    def in_transaction(self, connection: Connection) -> bool:
        """Say whether a transaction still stands: a full disk or a lost session ends it from below."""
        if connection.invalidated or connection.closed:
            return False
        driver: Any = connection.connection.dbapi_connection
        if self.embedded:
            return bool(driver.in_transaction)
        return not driver.closed

    def settle_file(self, *, whole: bool) -> None:
        """Let nothing of what was erased stay in the files of an embedded database; elsewhere do nothing.

        Raises:
            Unavailable: others use the file without a pause, or the disk has no room for writing it anew.
        """
        if not self.embedded:
            return
        with self._writer.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            try:
                if whole:
                    raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.OperationalError as error:
                raise Unavailable(f"the database's file could not be tidied up now: {error}") from error

    def close(self) -> None:
        """Close all connections; one that is still in use is closed when it is given back."""
        self._closed = True
        self._writer.dispose()
        self._reader.dispose()

    def _checked_in(self, connection: object, record: Any) -> None:
        if self._closed and connection is not None:
            record.invalidate()


def _file(url: URL) -> Path | None:
    return Path(url.database) if url.database and url.database != ":memory:" else None
