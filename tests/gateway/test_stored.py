"""What a node that holds much may not do: read what it holds whole, at its start or for a document."""

import asyncio
import importlib
import pkgutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from benchmarks import scene, stored
from rich.console import Console
from sqlalchemy import Engine, Executable, Select, UpdateBase, event
from sqlalchemy.exc import SQLAlchemyError

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import in_process
from threeflow_gateway import store
from threeflow_gateway.store import revisions
from threeflow_gateway.store.database import Database

GROWING = {
    "document", "event", "subject", "subject_document", "claim", "mention", "outbox", "part", "tile",
    "spent_token", "audit", "reader",
}  # fmt: skip
"""Not what waits: pending documents are few, and leave the table when they wait no more."""
SEEN_WHOLE = {
    "ledger._ROOTS_FROM": "one row for 256 leaves, read once at the start and then from where it ended",
    "moved._DOCUMENTS_IN": "what was moved to an archive, once, when it is put back",
    "statements.OFFERS": "what peers were offered of one checkpoint, when a dossier is cut",
    "statements.OUTBOX_BY_PEER": "what is owed, when it is looked at",
}
"""Statements that look at all rows, and why that is borne."""
CHECKS_OF_ALL = ("foreign_key_check", "integrity_check", "quick_check", "vacuum")


@contextmanager
def listened() -> Iterator[list[tuple[str, Any]]]:
    """Every statement of every database of this process, with its parameters."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        said.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def read_whole(database: Path, said: Iterable[str]) -> list[str]:
    """The statements that look at every row of a table that grows, as SQLite plans them."""
    found = []
    with closing(sqlite3.connect(database)) as connection:
        for statement in dict.fromkeys(said):
            if any(each in statement.lower() for each in CHECKS_OF_ALL):
                found.append(statement)
            if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
                continue
            count = statement.count("?")
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", (1,) * count).fetchall()
            scanned = {row[3].split()[1] for row in plan if row[3].startswith("SCAN ")}
            # The first rows in the order of a key are no walk through all, unless they are looked for.
            first = "LIMIT" in statement and "WHERE" not in statement
            if scanned & GROWING and not first:
                found.append(f"{statement} -- {plan}")
    return found


def kept_statements() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every statement that the store names, with values to execute it by."""
    for module in pkgutil.iter_modules(store.__path__):
        held = vars(importlib.import_module(f"{store.__name__}.{module.name}"))
        for name, statement in held.items():
            if not isinstance(statement, Executable) or not isinstance(statement, Select | UpdateBase):
                continue
            binds = statement.compile().binds.items()
            values = {
                each: [1] if bind.expanding else 1
                for each, bind in binds
                if bind.required or bind.value is None
            }
            yield f"{module.name}.{name}", statement, values


@pytest.mark.requirement("TF-INTAKE-25")
@synchronous
async def test_neither_a_start_nor_a_document_nor_a_read_looks_at_every_row(tmp_path: Path) -> None:
    society, parcel = Society(), Parcel()
    async with in_process(tmp_path, society) as (station, _):
        for each in (parcel.order, parcel.payment):
            assert (await station.submit(each)).state == "accepted"
    settings = {"delivery": {"enabled": True}, "log": {"checkpoint_seconds": 0.2}}
    with listened() as said:
        async with in_process(tmp_path, society, settings=settings) as (station, gateway):
            assert await gateway.node.readiness.ask() == ()
            assert (await station.submit(parcel.waybill)).state == "accepted"
            client = station.as_("xa.customs")
            await client.fetch("xa.platform", parcel.order["header"]["id"])
            await client.subject("case", parcel.case_keys[0])
            assert [each async for each in client.events()]
            await asyncio.sleep(1)
    assert len(said) > 20
    assert not read_whole(tmp_path / "xa.customs" / "node.sqlite3", (text for text, _ in said))


def test_a_statement_that_looks_at_every_row_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "node.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE document (no INTEGER PRIMARY KEY, id TEXT)")
    said = [
        "SELECT * FROM document WHERE no = ?", "SELECT * FROM document WHERE id = ?",
        "PRAGMA foreign_key_check", "SELECT * FROM document ORDER BY no LIMIT ?",
        "SELECT * FROM document WHERE id = ? ORDER BY no LIMIT 1",
    ]  # fmt: skip
    found = [each.partition(" -- ")[0] for each in read_whole(path, said)]
    assert found == [said[1], said[2], said[4]]


def test_no_statement_of_the_store_looks_at_every_row_of_a_table_that_grows(tmp_path: Path) -> None:
    path = tmp_path / "node.sqlite3"
    found, count = dict[str, str](), 0
    with closing(Database(f"sqlite:///{path}")) as database:
        revisions.upgrade(database)
        for name, statement, values in kept_statements():
            with listened() as said, suppress(SQLAlchemyError), database._writer.connect() as connection:
                connection.execute(statement, values)
            count += 1
            for each in read_whole(path, (text for text, _ in said if "EXPLAIN" not in text)):
                found[name] = each
    assert count > 60
    assert found.keys() <= SEEN_WHOLE.keys(), found


@pytest.mark.slow
def test_the_node_that_is_measured_with_a_million_documents_is_a_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short form of `make bench-stored`: filled once, found again, one log, a feed without a gap."""
    monkeypatch.setattr(scene, "LINES", 1)
    folder, quiet = tmp_path / "full", Console(quiet=True)
    at, _ = stored.filled(folder, 600, quiet)
    again, _ = stored.filled(folder, 600, quiet)
    assert again.endpoint == at.endpoint
    assert again.seal.public == at.seal.public
    with pytest.raises(stored.FailedError, match="600"):
        stored.filled(folder, 601, quiet)
    with closing(Database(f"sqlite:///{folder / 'node.sqlite3'}")) as database:
        slowest, read = stored.pages(database, 600)
    assert read == 20
    assert slowest > 0
    full = stored.node(again, 600, 601, documents=64)
    assert full.submit_us > 0
