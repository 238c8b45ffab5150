"""The revision of a database's tables, and the migrations that raise it (Alembic).

An embedded database is raised by the node that opens it. A shared one is raised once, by
``threeflow database upgrade``, before the processes of the new release start: those of the release before
go on writing meanwhile, so that a migration only adds (a table, a column with a default or that may be
null, an index), and what is no longer used is dropped one release later.

A revision's file has ``upgrade()``, run in one transaction, and may have ``indices``: those that it adds to
tables which stand already, made before that transaction. A revision that fills a table is another than the
one that makes it: what makes a table locks those that it refers to.
"""

import logging
import time
from functools import cache
from pathlib import Path
from typing import Any, Final

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from threeflow_gateway.store.database import Database
from threeflow_gateway.store.indices import AddedIndex
from threeflow_gateway.store.tables import head, metadata

__all__ = [
    "NewerDatabaseError",
    "OutdatedDatabaseError",
    "current",
    "newest",
    "pending",
    "prepare",
    "upgrade",
]

_LOG = logging.getLogger(__name__)
_FIRST: Final = "0001"
_LOCK: Final = 0x7468726565
"""The key of PostgreSQL's advisory lock that upgraders queue on."""
_PATIENCE: Final = "3s"
"""How long a migration may stand in front of writers for a table; then it steps back and tries again."""
_ATTEMPTS: Final = 40
_PAUSE_SECONDS: Final = 0.2


class OutdatedDatabaseError(ValueError):
    """The tables are of an earlier release: ``threeflow database upgrade`` raises them."""


class NewerDatabaseError(ValueError):
    """The tables are of a later release than this program, which does not know them."""


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent / "migrations"))


def newest() -> str:
    """Return the revision that this program needs."""
    return _scripts().get_current_head() or ""


def current(connection: Connection) -> str | None:
    """Return the revision of a database; None of an empty one."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None and inspect(connection).has_table(head.name):
        # Made by a build from before there were migrations: its tables are those of the first.
        return _FIRST
    return found


def pending(connection: Connection) -> tuple[str, ...]:
    """Return the revisions that a database lacks, oldest first.

    Raises:
        NewerDatabaseError: it has one that this program does not know.
    """
    held = current(connection)
    known = [each.revision for each in _scripts().walk_revisions()][::-1]
    if held is None:
        return tuple(known)
    if held not in known:
        raise NewerDatabaseError(
            f"the database is at revision {held}, later than this program's {known[-1]}: "
            "run a release that knows it"
        )
    return tuple(known[known.index(held) + 1 :])


def prepare(database: Database) -> None:
    """Raise an embedded database to the revision that this program needs; demand it of a shared one.

    Raises:
        OutdatedDatabaseError: it lacks migrations.
        NewerDatabaseError: it is of a later release.
    """
    if database.embedded:
        upgrade(database)
    missing = _missing(database)
    if missing:
        raise OutdatedDatabaseError(
            f"the database lacks the revisions {', '.join(missing)}: run 'threeflow database upgrade' first"
        )


def _missing(database: Database) -> tuple[str, ...]:
    with database.reading() as connection:
        return pending(connection)


def upgrade(database: Database, to: str = "head") -> tuple[str, ...]:
    """Raise a database to a revision; return those that were applied, oldest first.

    Every revision is one transaction. On PostgreSQL one process upgrades at a time, others wait for it; the
    transaction waits for a table for three seconds, lets the writers pass, and tries again; and an index on a
    table that stands already is made before it, beside the writers. What was interrupted is finished by the
    next call.

    Raises:
        NewerDatabaseError: the database is of a later release.
        OperationalError: a table could not be had in forty attempts, or the database is gone.
    """
    step = _next if database.embedded else _next_beside_writers
    applied: list[str] = []
    # Only where there is something to do: what a migration changed is checked row by row, which takes long.
    while _missing(database):
        done = step(database, to)
        if done is None:
            break
        _LOG.info("the database is at revision %s", done)
        applied.append(done)
    return tuple(applied)


def _next_beside_writers(database: Database, to: str) -> str | None:
    """Apply the next revision on PostgreSQL; None where there is none left."""
    with database.session() as session:
        # Making an index takes as long as it takes, and nobody waits behind it.
        for setting in ("lock_timeout", "statement_timeout"):
            session.execute(text(f"SET {setting} = 0"))
        _wait_for_others(session)
        missing = pending(session)
        if not missing or current(session) == to:
            return None
        for each in _indices(missing[0]):
            _LOG.info("the index %s is made beside the writers", each.name)
            each.make_beside_writers(session)
        return _patiently(database, to)


def _wait_for_others(session: Connection) -> None:
    """Wait until no other process upgrades; the lock ends with the session.

    It is asked for again and again: who waits for a lock in the server holds a view of the database, and the
    making of an index waits for all who do, so that the two would wait for each other.
    """
    told = False
    while not session.execute(text(f"SELECT pg_try_advisory_lock({_LOCK})")).scalar_one():
        if not told:
            _LOG.info("another process upgrades the database; this one waits for it")
            told = True
        time.sleep(_PAUSE_SECONDS)


def _indices(revision: str) -> tuple[AddedIndex, ...]:
    """Return the indices that a revision adds to tables which stand already."""
    script = _scripts().get_revision(revision)
    return getattr(script.module, "indices", ())


def _patiently(database: Database, to: str) -> str | None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _next(database, to)
        except OperationalError as error:
            if attempt == _ATTEMPTS or "lock timeout" not in str(error):
                raise
            _LOG.info("a migration waits for the writers, attempt %d", attempt)
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError("unreachable")


def _next(database: Database, to: str) -> str | None:
    """Apply the next revision, in one transaction; None where there is none left."""
    with database.altering() as connection:
        if not database.embedded:
            connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        missing = pending(connection)
        if not missing or current(connection) == to:
            return None
        context = MigrationContext.configure(connection)
        if current(connection) is not None and context.get_current_revision() is None:
            context.stamp(_scripts(), _FIRST)
        if database.embedded:
            for each in _indices(missing[0]):
                each.make(connection)
        _run(connection, missing[0])
        return missing[0]


def _run(connection: Connection, revision: str) -> None:
    scripts = _scripts()

    def steps(held: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs(revision, held)

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=revision) as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()
