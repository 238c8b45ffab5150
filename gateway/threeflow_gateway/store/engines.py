"""The engines below `Database`: how connections to SQLite and to PostgreSQL are opened.

No error of theirs shows parameters: documents do not belong into a program's log.
"""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

__all__ = ["make_folder", "postgresql_engine", "sqlite_engine", "standing_engine"]

_CONNECT_SECONDS: Final = 10
_KEPT_ALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_SESSION_SECONDS: Final = 60


def make_folder(url: URL) -> None:
    """Make the folder of a database's file."""
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def sqlite_engine(
    url: URL, begin: str, busy_seconds: float, *, pool_size: int, keys: str = "ON"
) -> Engine:  # fmt: skip
    """Return an engine whose transactions begin by ``begin``; ``keys`` says whether foreign keys are held."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        pool_timeout=busy_seconds,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver's own transactions would begin late and deferred; ours begin by the listener below.
        connection.isolation_level = None
        # What is erased is overwritten with zeros at once (TF-PART-9).
        settings = ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={keys}", "cache_size=-32000")
        for pragma in (*settings, "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "commit")
    def end(connection: Connection) -> None:
        # The driver's own commit says nothing where the transaction was ended from below.
        connection.exec_driver_sql("COMMIT")

    return engine


def postgresql_engine(url: URL, busy_seconds: float, *, reads: bool) -> Engine:
    """Return an engine for writers, or for readers that see one moment of the database each.

    A process that stands still with the writers' lock, or whose machine is gone, loses its session after
    ``busy_seconds``: the other processes of the node go on.
    """
    milliseconds = max(1, int(busy_seconds * 1000))
    limits = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    engine = create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,
        pool_timeout=busy_seconds,
        isolation_level="REPEATABLE READ" if reads else "READ COMMITTED",
        connect_args=_arguments(url, dict.fromkeys(limits, f"{milliseconds}")),
    )
    if reads:

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _record: Any) -> None:
            connection.read_only = True

    return engine


def standing_engine(url: URL) -> Engine:
    """Return an engine whose one connection stays open, outside transactions; idle for a minute, it ends."""
    arguments = _arguments(url, {"idle_session_timeout": f"{_SESSION_SECONDS}s"})
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments)


def _arguments(url: URL, settings: dict[str, str]) -> dict[str, Any]:
    said = url.query.get("options", ())
    own = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return {
        "connect_timeout": _CONNECT_SECONDS,
        "tcp_user_timeout": _CONNECT_SECONDS * 3000,
        **_KEPT_ALIVE,
        # What the operator says comes last, and counts.
        "options": " ".join([own, *([said] if isinstance(said, str) else said)]),
    }
