"""Migrations give the tables that the program declares, on both databases, from any revision before."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text

from threeflow_gateway.cli import main
from threeflow_gateway.store import revisions, tables
from threeflow_gateway.store.database import Database

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
    with pytest.raises(ValueError, match="refer to nothing"), database.altering() as connection:
        connection.execute(insert(tables.subject_key), {"key": "k", "subject": 7})
    with database.reading() as connection:
        assert connection.execute(select(tables.subject_key)).all() == []
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
