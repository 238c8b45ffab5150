"""The connections: one writer at a time, readers beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, insert, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError

from threeflow_gateway.store import tables

__all__ = ["Database"]

_SIZE: Final = text("SELECT pg_database_size(current_database())")
_SIZE_EMBEDDED: Final = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")


class Database:
    """Transactions over one database.

    On SQLite a writer's transaction begins ``IMMEDIATE`` and is durable when it is committed (WAL with
    ``synchronous=FULL``). Elsewhere writers queue on the one row of ``head``. ``embedded`` says whether the
    database lives in this process; ``path`` is its file then, None where it is in memory or elsewhere.
    """

    def __init__(self, url: str, *, busy_seconds: float = 30.0) -> None:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self._busy_seconds = busy_seconds
        self.embedded = parsed.get_backend_name() == "sqlite"
        self.path = _file(parsed) if self.embedded else None
        if self.embedded:
            _make_folder(parsed)
            self._writer = _sqlite_engine(parsed, "BEGIN IMMEDIATE", busy_seconds, pool_size=1)
            self._reader = _sqlite_engine(parsed, "BEGIN", busy_seconds, pool_size=4)
        else:
            self._writer = self._reader = create_engine(parsed, pool_pre_ping=True)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one writer's connection; committed at the end, rolled back on an exception."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the database and writes nothing."""
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """Give a connection that may change tables; committed at the end, rolled back on an exception."""
        if not self.embedded:
            with self.writing() as connection:
                yield connection
            return
        # A table that is made anew under another name would take the rows that refer to it along.
        engine = _sqlite_engine(
            self._writer.url, "BEGIN IMMEDIATE", self._busy_seconds, keys="OFF", pool_size=1
        )
        try:
            with engine.begin() as connection:
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise ValueError("the migration leaves rows that refer to nothing")
        finally:
            engine.dispose()

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
            # Another process of this node created the row between our look and our insert.
            held = None
        if held not in {None, node}:
            raise ValueError(f"the database holds the log of {held}, not of {node}")

    def octets(self) -> int:
        """Return the size of the database, as it says itself."""
        asked = _SIZE_EMBEDDED if self.embedded else _SIZE
        with self.reading() as connection:
            return int(connection.execute(asked).scalar_one())

    def close(self) -> None:
        """Close all connections."""
        self._writer.dispose()
        self._reader.dispose()


def _file(url: URL) -> Path | None:
    return Path(url.database) if url.database and url.database != ":memory:" else None


def _make_folder(url: URL) -> None:
    path = _file(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)


def _sqlite_engine(url: URL, begin: str, busy_seconds: float, *, pool_size: int, keys: str = "ON") -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=busy_seconds,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver's own transactions would begin late and deferred; ours begin by the listener below.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={keys}", "cache_size=-32000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
