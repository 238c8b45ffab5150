"""Migrations give the tables that the program declares, on both databases, from any revision before."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, insert, select, text, update

from threeflow_gateway.cli import main
from threeflow_gateway.store import revisions, statements, tables
from threeflow_gateway.store.database import Database

MOMENT = "2026-01-01T00:00:00.000000Z"
VERSIONS = Path(revisions.__file__).parent / "migrations" / "versions"


@pytest.fixture
def database(storage_url: str) -> Iterator[Database]:
    made = Database(storage_url)
    yield made
    made.close()


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, tables.metadata))


def rowless(connection: Connection) -> set[str]:
    rows = connection.execute(text("SELECT name, wr FROM pragma_table_list WHERE schema = 'main'"))
    return {row.name for row in rows if row.wr}


def test_migrations_give_exactly_the_declared_tables(database: Database) -> None:
    assert revisions.upgrade(database)[-1] == revisions.newest()
    with database.reading() as connection:
        assert differences(connection) == []
        assert revisions.pending(connection) == ()
    assert revisions.upgrade(database) == ()


def test_the_comparison_sees_a_table_that_no_migration_makes(database: Database) -> None:
    revisions.upgrade(database)
    with database.altering() as connection:
        connection.execute(text("DROP TABLE tile"))
    with database.reading() as connection:
        assert [each[0] for each in differences(connection)] == ["add_table"]


def test_on_sqlite_the_same_tables_are_without_rowid(tmp_path: Path) -> None:
    migrated, declared = (Database(f"sqlite:///{tmp_path / name}") for name in ("migrated", "declared"))
    revisions.upgrade(migrated)
    with declared.writing() as connection:
        tables.metadata.create_all(connection)
    with migrated.reading() as one, declared.reading() as other:
        assert rowless(one) == rowless(other) != set()
    migrated.close()
    declared.close()


def test_the_revisions_are_one_line_and_each_file_is_named_by_its_own() -> None:
    files = sorted(path.name for path in VERSIONS.glob("r*.py"))
    found = [re.fullmatch(r"r(\d{4})_[a-z0-9_]+\.py", name) for name in files]
    assert [match and match[1] for match in found] == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert revisions.newest() == f"{len(files):04}"


def test_a_database_from_before_there_were_migrations_is_raised_from_the_first(database: Database) -> None:
    revisions.upgrade(database, "0001")
    with database.altering() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    database.claim("xa.node")
    with database.reading() as connection:
        assert revisions.current(connection) == "0001"
    revisions.upgrade(database)
    with database.reading() as connection:
        assert connection.execute(select(tables.head.c.node)).scalar_one() == "xa.node"
        assert differences(connection) == []


def test_a_database_of_a_later_release_is_not_touched(database: Database) -> None:
    revisions.upgrade(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(revisions.NewerDatabaseError, match="9999"):
        revisions.prepare(database)
    with pytest.raises(revisions.NewerDatabaseError):
        revisions.upgrade(database)


def test_a_shared_database_is_raised_by_the_command_and_an_embedded_one_by_the_node(
    database: Database,
) -> None:
    if database.embedded:
        revisions.prepare(database)
    else:
        with pytest.raises(revisions.OutdatedDatabaseError, match="threeflow database upgrade"):
            revisions.prepare(database)
        revisions.upgrade(database)
    revisions.prepare(database)


def test_a_migration_that_leaves_rows_without_their_parent_is_undone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'node.sqlite3'}")
    revisions.upgrade(database)
    row = {"key": "k", "claimant": "xa.seller", "subject": 7, "titled": True}
    with pytest.raises(ValueError, match="refer to nothing"), database.altering() as connection:
        connection.execute(insert(tables.claim), row)
    with database.reading() as connection:
        assert connection.execute(select(tables.claim)).all() == []
    database.close()


def test_the_commands_tell_and_raise_the_revision(
    storage_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "node.toml"
    config.write_text(
        '[node]\nid = "xa.node"\nenvironment = "demo"\nendpoint = "https://xa.example"\nport = 1\n'
        f'seal_keys = []\ntoken_key = "t"\n[trust]\nfiles = []\n[storage]\nurl = "{storage_url}"\n'
    )

    def run(verb: str) -> int:
        return main(["database", verb, "--config", str(config)])

    assert run("check") == 1
    assert "database upgrade" in capfd.readouterr().out
    assert run("current") == 0
    assert "the database is empty" in capfd.readouterr().out
    assert run("upgrade") == 0
    assert f"at {revisions.newest()}" in capfd.readouterr().out
    assert run("check") == 0
    assert run("upgrade") == 0
    assert "nothing to do" in capfd.readouterr().out


def test_a_database_that_does_not_answer_is_told_as_such(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "node.toml"
    config.write_text(
        '[node]\nid = "xa.node"\nenvironment = "demo"\nendpoint = "https://xa.example"\nport = 1\n'
        'seal_keys = []\ntoken_key = "t"\n[trust]\nfiles = []\n'
        f'[storage]\nurl = "postgresql://nobody@/none?host={tmp_path}"\n'
    )
    for verb in ("upgrade", "current", "check"):
        assert main(["database", verb, "--config", str(config)]) == 2
        assert "database does not" in capfd.readouterr().err


class Earlier:
    """A process of the first release: it writes through the tables as they were then, and knows no others."""

    def __init__(self, url: str, name: str) -> None:
        self._database = Database(url, busy_seconds=30)
        self._name = name
        self._tables = MetaData()
        with self._database.reading() as connection:
            self._tables.reflect(connection, only=["head", "document", "outbox", "party"])
        self.written = 0
        self.failed: list[Exception] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(60)
        self._database.close()

    def _write(self) -> None:
        while not self._stop.is_set():
            try:
                with self._database.writing() as connection:
                    self.one(connection)
            except Exception as error:  # noqa: BLE001 - told by the test
                self.failed.append(error)
                return
            self.written += 1

    def one(self, connection: Connection) -> None:
        head, document, outbox = (self._tables.tables[name] for name in ("head", "document", "outbox"))
        counted = connection.execute(select(head.c.documents).with_for_update()).scalar_one()
        connection.execute(update(head).values(documents=counted + 1, leaves=counted + 1))
        row = {
            "no": counted + 1, "issuer": self._name, "id": str(counted), "digest": "d", "type": "order",
            "kind": "sale", "caller": "c", "received_at": MOMENT, "outcome": "accepted",
            "effect": "accepted", "envelope": b"e", "receipt": b"r", "leaf": counted, "leaf_hash": b"h" * 32,
        }  # fmt: skip
        connection.execute(insert(document), row)
        owed = {
            "peer": "xb.customs", "document": counted + 1, "subject": None, "state": "due", "attempts": 0,
            "next_at": MOMENT, "answer": None, "reason": "",
        }  # fmt: skip
        connection.execute(insert(outbox), owed)


@pytest.mark.slow
def test_migrations_run_while_processes_of_the_first_release_write(
    database: Database, storage_url: str
) -> None:
    revisions.upgrade(database, "0001")
    database.claim("xa.node")
    writers = [Earlier(storage_url, f"writer-{number}") for number in range(2)]
    with database.writing() as connection:
        for _ in range(500):
            writers[0].one(connection)
    for each in writers:
        each.start()
    deadline = time.monotonic() + 60
    while not all(each.written for each in writers) and time.monotonic() < deadline:
        time.sleep(0.01)
    before = sum(each.written for each in writers)
    applied = revisions.upgrade(database)
    while sum(each.written for each in writers) < before + 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    for each in writers:
        each.stop()
    assert [each.failed for each in writers] == [[], []]
    assert applied[-1] == revisions.newest()
    total = 500 + sum(each.written for each in writers)
    assert total >= 500 + before + 20
    with database.reading() as connection:
        assert differences(connection) == []
        leaves = connection.execute(select(tables.document.c.leaf).order_by(tables.document.c.leaf)).scalars()
        assert list(leaves) == list(range(total))
        asked = {"peer": "xb.customs", "now": "2027-01-01T00:00:00.000000Z", "limit": 5}
        due = connection.execute(statements.DUE, {**asked, "horizon": "2028-01-01T00:00:00.000000Z"}).all()
        assert [row.document for row in due] == [1, 2, 3, 4, 5]
