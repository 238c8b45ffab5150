"""What a node that holds much may not do: read what it holds whole, at its start or for a document."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from benchmarks import scene, stored
from rich.console import Console
from sqlalchemy import Engine, event

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import in_process
from threeflow_gateway.store.database import Database

GROWING = {
    "document", "event", "subject", "subject_document", "claim", "mention", "outbox", "part", "tile",
    "spent_token", "audit", "waiting",
}  # fmt: skip
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


def read_whole(database: Path, said: list[tuple[str, Any]]) -> list[str]:
    """The statements that look at every row of a table that grows, as SQLite plans them."""
    found = []
    with closing(sqlite3.connect(database)) as connection:
        for statement, parameters in dict.fromkeys((each, str(more)) for each, more in said):
            if any(each in statement.lower() for each in CHECKS_OF_ALL):
                found.append(statement)
            if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
                continue
            count = statement.count("?")
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", (1,) * count).fetchall()
            scanned = {row[3].split()[1] for row in plan if row[3].startswith("SCAN ")}
            if scanned & GROWING and "LIMIT" not in statement:
                found.append(f"{statement} -- {parameters}: {plan}")
    return found


@pytest.mark.requirement("TF-INTAKE-25")
@synchronous
async def test_neither_a_start_nor_a_document_nor_a_read_looks_at_every_row(tmp_path: Path) -> None:
    society, parcel = Society(), Parcel()
    async with in_process(tmp_path, society) as (station, _):
        for each in (parcel.order, parcel.payment):
            assert (await station.submit(each)).state == "accepted"
    with listened() as said:
        async with in_process(tmp_path, society) as (station, gateway):
            assert await gateway.node.readiness.ask() == ()
            assert (await station.submit(parcel.waybill)).state == "accepted"
            client = station.as_("xa.customs")
            await client.fetch("xa.platform", parcel.order["header"]["id"])
            await client.subject("case", parcel.case_keys[0])
            assert [each async for each in client.events()]
            await asyncio.sleep(0.5)
    assert len(said) > 20
    assert not read_whole(tmp_path / "xa.customs" / "node.sqlite3", said)


def test_a_statement_that_looks_at_every_row_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "node.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE document (no INTEGER PRIMARY KEY, id TEXT)")
    said = [
        ("SELECT * FROM document WHERE no = ?", (1,)), ("SELECT * FROM document WHERE id = ?", (1,)),
        ("PRAGMA foreign_key_check", ()), ("SELECT * FROM document ORDER BY no LIMIT ?", (1,)),
    ]  # fmt: skip
    assert [each.partition(" -- ")[0] for each in read_whole(path, said)] == [said[1][0], said[2][0]]


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
