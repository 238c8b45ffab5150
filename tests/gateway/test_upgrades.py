"""Upgrades of a PostgreSQL that is in use: nobody waits for an index, nothing interrupted stays half done."""

import logging
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from kit.postgres import Cluster
from threeflow_gateway.store import revisions
from threeflow_gateway.store.database import Database

MOMENT = "2026-01-01T00:00:00.000000Z"
VERSIONS = Path(revisions.__file__).parent / "migrations" / "versions"
INDEXING = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND state = 'active'"
STATE = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
SINCE = pytest.mark.parametrize(
    ("held", "index"), [("0001", "outbox_order"), ("0008", "checkpoint_by_issuer")]
)
"""A revision, and the first index that comes to a table which it has."""


class Held:
    """A database of an earlier revision, and the address of it."""

    def __init__(self, cluster: Cluster, revision: str) -> None:
        self.url = cluster.database()
        database = Database(self.url)
        revisions.upgrade(database, revision)
        database.close()
        self._connect = lambda: cluster.connect(self.url.partition("@/")[2].partition("?")[0])

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection outside transactions."""
        with self._connect() as connection:
            yield connection

    def asked(self, question: LiteralString, *values: object) -> list[Any]:
        """The first column of what a question finds."""
        with self.session() as connection:
            return [row[0] for row in connection.execute(question, values or None)]

    def until(self, question: LiteralString) -> list[Any]:
        """Wait until a question finds something."""
        deadline = time.monotonic() + 60
        while not (found := self.asked(question)):
            assert time.monotonic() < deadline, question
            time.sleep(0.01)
        return found

    @contextmanager
    def written_to(self) -> Iterator[None]:
        """Somebody has written a document and a delivery, and commits at the end."""
        with self.session() as connection, connection.transaction():
            written(connection, 1)
            yield


def written(connection: psycopg.Connection[Any], number: int) -> None:
    """Write a document, what it is about, and a delivery."""
    connection.execute(
        "INSERT INTO document VALUES (%s, 'xa.shop', %s, 'd', 'order', 'sale', 'c', %s, 'accepted', "
        "'accepted', 'e', 'r', NULL, NULL)",
        (number, str(number), MOMENT),
    )
    connection.execute("INSERT INTO subject VALUES (%s, 'case', 0, NULL)", (number,))
    connection.execute("INSERT INTO subject_document VALUES (%s, %s)", (number, number))
    connection.execute(
        "INSERT INTO outbox (peer, document, state, attempts, next_at, reason) "
        "VALUES ('xb', %s, 'due', 0, %s, '')",
        (number, MOMENT),
    )


class Upgrade:
    """An upgrade as another process runs it."""

    def __init__(self, url: str, to: str = "head") -> None:
        self._to = to
        self.applied: tuple[str, ...] = ()
        self.failed: Exception | None = None
        self._database = Database(url)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.applied = revisions.upgrade(self._database, self._to)
        except Exception as error:  # noqa: BLE001 - told by the test
            self.failed = error
        finally:
            self._database.close()

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._thread.is_alive()

    def ended(self) -> tuple[str, ...]:
        """Wait for its end; return what it applied."""
        self._thread.join(60)
        assert not self._thread.is_alive()
        if self.failed is not None:
            raise self.failed
        return self.applied


@SINCE
def test_an_upgrade_that_waits_for_a_table_keeps_no_writer_waiting(
    postgres_cluster: Cluster, held: str, index: str
) -> None:
    at = Held(postgres_cluster, held)
    with at.written_to():
        upgrade = Upgrade(at.url)
        at.until(INDEXING)
        with at.session() as writer:
            # A plain CREATE INDEX stands in front of every writer until the transaction before it ends.
            writer.execute("SET lock_timeout = '2s'")
            for number in range(2, 22):
                with writer.transaction():
                    written(writer, number)
        assert upgrade.runs
        assert at.asked(STATE, index) == [False]
    assert upgrade.ended()[-1] == revisions.newest()
    assert at.asked(STATE, index) == [True]


@SINCE
def test_an_index_whose_making_was_interrupted_is_made_again_by_the_next_upgrade(
    postgres_cluster: Cluster, held: str, index: str
) -> None:
    at = Held(postgres_cluster, held)
    with at.written_to():
        upgrade = Upgrade(at.url)
        (process,) = at.until(INDEXING)
        assert at.asked("SELECT pg_terminate_backend(%s)", process) == [True]
        with pytest.raises(OperationalError):
            upgrade.ended()
    # What is left is written to by everybody and of use to nobody.
    assert at.asked(STATE, index) == [False]
    assert at.asked("SELECT version_num FROM alembic_version") == [held]
    assert Upgrade(at.url).ended()[-1] == revisions.newest()
    assert at.asked(STATE, index) == [True]
    assert at.asked("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") == []


def test_an_index_that_was_made_by_hand_is_taken_as_it_is(postgres_cluster: Cluster) -> None:
    at = Held(postgres_cluster, "0008")
    at.asked("SELECT 1")
    with at.session() as operator:
        operator.execute("CREATE INDEX CONCURRENTLY subject_by_document ON subject_document (document)")
    (before,) = at.asked("SELECT to_regclass('subject_by_document')::oid")
    assert Upgrade(at.url).ended()[0] == "0009"
    assert at.asked("SELECT to_regclass('subject_by_document')::oid") == [before]


def test_of_two_upgrades_at_once_one_waits_and_neither_stops_the_other(
    postgres_cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    at = Held(postgres_cluster, "0001")
    with at.written_to():
        first = Upgrade(at.url)
        at.until(INDEXING)
        second = Upgrade(at.url)
        deadline = time.monotonic() + 60
        while "another process upgrades the database" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    applied = [*first.ended(), *second.ended()]
    assert sorted(applied) == sorted(set(applied))
    assert max(applied) == revisions.newest()


def test_every_index_on_a_table_that_stands_already_is_made_beside_its_writers() -> None:
    for path in sorted(VERSIONS.glob("r*.py")):
        said = path.read_text(encoding="utf-8")
        made = set(re.findall(r'op\.create_table\(\s*"(\w+)"', said))
        indexed = re.findall(r'op\.create_index\(\s*(?:op\.f\()?"\w+"\)?,\s*"(\w+)"', said)
        assert len(indexed) == said.count("op.create_index"), path.name
        assert set(indexed) <= made, f"{path.name}: state it as AddedIndex in `indices`"


def test_what_an_upgrade_held_of_the_server_is_given_back(postgres_cluster: Cluster) -> None:
    at = Held(postgres_cluster, "0008")
    database = Database(at.url)
    revisions.upgrade(database)
    assert at.asked("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = "
                    "(SELECT oid FROM pg_database WHERE datname = current_database())") == []  # fmt: skip
    with database.writing() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "30s"
    database.close()


ROWS, LINKS = 300_000, 2_000_000


def _filled(at: Held) -> None:
    with at.session() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "INSERT INTO document SELECT n, 'xb.' || mod(n, 50), n::text, 'd' || n, 'checkpoint', '', 'c', "
            f"%s, 'accepted', 'accepted', 'e', 'r', NULL, NULL FROM generate_series(1, {ROWS}) n".encode(),
            (MOMENT,),
        )
        connection.execute(
            f"INSERT INTO subject_document SELECT n / 7, mod(n * 31, {LINKS}) "
            f"FROM generate_series(1, {LINKS}) n".encode()
        )
        connection.execute(
            f"INSERT INTO subject SELECT n, 'case', 0, NULL FROM generate_series(0, {LINKS // 7}) n".encode()
        )
        connection.execute("ANALYZE")


class Committer:
    """A writer that commits all the while; ``longest`` is what one commit took, in seconds."""

    def __init__(self, at: Held, first: int) -> None:
        self.longest, self.commits = 0.0, 0
        self._at, self._number = at, first
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Committer":
        self._thread.start()
        deadline = time.monotonic() + 60
        while self.commits < 20:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        self.longest = 0.0
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(120)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        with self._at.session() as connection:
            while not self._stop.is_set():
                began = time.monotonic()
                with connection.transaction():
                    written(connection, self._number + self.commits)
                self.longest = max(self.longest, time.monotonic() - began)
                self.commits += 1


def _while_it_commits(at: Held, first: int, work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that the work took, and the longest that a commit took meanwhile."""
    with Committer(at, first) as committer:
        began = time.monotonic()
        work()
        took = time.monotonic() - began
    return took, committer.longest


@pytest.mark.long
def test_no_commit_waits_for_as_long_as_an_index_over_many_rows_takes(postgres_cluster: Cluster) -> None:
    at = Held(postgres_cluster, "0008")
    _filled(at)

    def plainly() -> None:
        with at.session() as connection:
            connection.execute("CREATE INDEX plain ON subject_document (document)")

    took, waited = _while_it_commits(at, 10_000_000, plainly)
    # What is to be avoided is there to be seen.
    assert waited > took / 2, (took, waited)
    made, longest = _while_it_commits(at, 20_000_000, lambda: Upgrade(at.url, "0009").ended())
    assert at.asked(STATE, "subject_by_document") == [True]
    filled, held_up = _while_it_commits(at, 30_000_000, lambda: Upgrade(at.url).ended())
    assert at.asked("SELECT count(*) > 10000 FROM reader") == [True]
    sys.stdout.write(
        f"plain: built in {took:.2f} s, longest commit {waited:.3f} s; beside the writers: {made:.2f} s, "
        f"{longest:.3f} s; filled: {filled:.2f} s, {held_up:.3f} s\n"
    )
    assert longest < made / 4, (made, longest)
    assert longest < waited / 2, (waited, longest)
    # What is filled later keeps nobody waiting either.
    assert held_up < filled / 4, (filled, held_up)
