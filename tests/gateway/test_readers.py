"""Who may read a subject is known without a look at its documents: a stranger's waiting tells nothing."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text

from kit.asynchronous import synchronous
from kit.members import MEMBERS, Member, Society
from kit.papers import Parcel, paper
from kit.stations import Station, in_process
from threeflow import envelope, strict
from threeflow.errors import Refused
from threeflow_gateway.app import Gateway
from threeflow_gateway.binding.subjects import Page
from threeflow_gateway.domain.visibility import may_read, parties
from threeflow_gateway.store import revisions, tables
from threeflow_gateway.store.database import Database

SETTINGS = {"log": {"checkpoint_seconds": 3600.0}}
STRANGER = "xb.declarant"
MANY = 3000
NAMES = ("order", "payment", "waybill", "declaration", "registered", "release")


@pytest.mark.requirement("TF-INTAKE-12")
@synchronous
async def test_what_a_stranger_costs_does_not_grow_with_the_subject(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        parcel = Parcel()
        await _taken(station, parcel, NAMES)
        asked = {
            "case": (parcel.case_keys[0], _subject), "consignment": (parcel.keys[0], _subject),
            "dossier": (parcel.keys[0], _dossier),
        }  # fmt: skip
        small = {what: _cost(gateway, ask, what, key, STRANGER) for what, (key, ask) in asked.items()}
        owner = _cost(gateway, _subject, "case", parcel.case_keys[0], "xa.customs")
        nothing = {
            what: _cost(gateway, ask, what, {**key, "value": "nothing"}, STRANGER)
            for what, (key, ask) in asked.items()
        }
        _grow(gateway.node.database, MANY)
        great = {what: _cost(gateway, ask, what, key, STRANGER) for what, (key, ask) in asked.items()}
        # To the row, and to the step of the database's machine.
        assert great == small
        for what, (statements, steps) in nothing.items():
            assert statements == small[what][0]
            assert abs(steps - small[what][1]) < 100
        # Who may read it waits for all of it: what is counted would show it.
        grown = _cost(gateway, _subject, "case", parcel.case_keys[0], "xa.customs")
        assert grown[1] > owner[1] + 10 * MANY


def _subject(gateway: Gateway, kind: str, key: dict[str, str], caller: str) -> None:
    gateway.node.reads.subject(caller, kind, key, Page("", 100))


def _dossier(gateway: Gateway, _: str, key: dict[str, str], caller: str) -> None:
    gateway.node._cutter._gatherer.gather(caller, key, None)


def _cost(
    gateway: Gateway, ask: Callable[[Gateway, str, dict[str, str], str], None], kind: str,
    key: dict[str, str], caller: str,
) -> tuple[int, int]:  # fmt: skip
    """Statements, and steps of SQLite's machine, that an answer costs."""
    refused = pytest.raises(Refused, match="not-found") if caller == STRANGER else nullcontext()
    with _counted(gateway.node.database) as counted, refused:
        ask(gateway, kind, key, caller)
    return counted["statements"], counted["steps"]


@contextmanager
def _counted(database: Database) -> Iterator[dict[str, int]]:
    counted = {"statements": 0, "steps": 0}

    def step() -> int:
        counted["steps"] += 1
        return 0

    def began(_connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        counted["statements"] += statement != "BEGIN"
        cursor.connection.set_progress_handler(step, 1)

    def given_back(connection: Any, _record: Any) -> None:
        connection.set_progress_handler(None, 1)

    event.listen(database._reader, "before_cursor_execute", began)
    event.listen(database._reader, "checkin", given_back)
    try:
        yield counted
    finally:
        event.remove(database._reader, "before_cursor_execute", began)
        event.remove(database._reader, "checkin", given_back)


def _grow(database: Database, count: int) -> None:
    """Put so many documents more into every subject, each like the subject's first."""
    with database.writing() as connection:
        firsts = connection.execute(
            text("SELECT subject, min(document) FROM subject_document GROUP BY subject")
        )
        for subject, first in firsts.all():
            values = {"subject": subject, "first": first, "count": count, "base": 1_000_000 * subject}
            connection.execute(
                text(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
                    "INSERT INTO document SELECT :base + i, issuer, id || '-' || i, digest || '-' || i, "
                    "type, kind, caller, received_at, outcome, effect, envelope, receipt, NULL, NULL "
                    "FROM document, n WHERE no = :first"
                ),
                values,
            )
            connection.execute(
                text("INSERT INTO subject_document SELECT :subject, no FROM document WHERE no > :base "
                     "AND no <= :base + :count"),
                values,
            )  # fmt: skip


async def _taken(station: Station, parcel: Parcel, names: tuple[str, ...]) -> None:
    for each in names:
        made = getattr(parcel, each)
        assert (await station.submit(made)).taken_in, each


def _told(connection: Connection) -> set[tuple[int, str, bool]]:
    """Who may read which subject, by the documents that are held of it."""
    asked = select(
        tables.subject_document.c.subject, tables.document.c.envelope, tables.document.c.caller
    ).join(tables.document, tables.document.c.no == tables.subject_document.c.document)
    found = set()
    for subject, raw, caller in connection.execute(asked):
        header: Any = strict.parse_object(envelope.read(raw).payload)["header"]
        between = parties(header)
        found |= {(subject, each, True) for each in between}
        if caller not in between:
            found.add((subject, caller, False))
    return found


def _kept(connection: Connection) -> set[tuple[int, str, bool]]:
    rows = connection.execute(select(tables.reader.c.subject, tables.reader.c.node, tables.reader.c.party))
    return {(row.subject, row.node, bool(row.party)) for row in rows}


@pytest.mark.requirement("TF-INTAKE-12")
@pytest.mark.usefixtures("each_storage")
@pytest.mark.parametrize(
    "names", [NAMES, NAMES[::-1], ("waybill", "payment", "registered", "order", "declaration")]
)
@synchronous
async def test_the_readers_kept_are_those_that_the_documents_name_whatever_joins_what(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        for _ in range(2):
            await _taken(station, Parcel(), names)
        # One that is brought by somebody whom it does not concern.
        assert (await station.submit(Parcel().waybill, "xa.hub")).taken_in
        with gateway.node.database.reading() as connection:
            assert _kept(connection) == _told(connection) != set()


@pytest.mark.requirement("TF-INTAKE-12", "TF-SUBJ-23")
@pytest.mark.usefixtures("each_storage")
@pytest.mark.parametrize("at_once", [True, False], ids=["in one transaction", "one by one"])
@synchronous
async def test_who_could_read_a_subject_reads_the_one_that_it_is_joined_to(
    tmp_path: Path, at_once: bool
) -> None:
    settings = {**SETTINGS, "limits": {"linger_seconds": 0.3}} if at_once else SETTINGS
    async with in_process(tmp_path, Society(), settings=settings) as (station, gateway):
        keys = Parcel().case_keys
        papers = [
            paper("order/parcel-to-germany", "xa.platform", ["xa.customs", *more], keys=named)
            for named, more in ((keys[:1], ["xa.pay"]), (keys[1:], ["xa.carrier", "xa.pay"]), (keys, []))
        ]
        if at_once:
            done = await asyncio.gather(*(station.submit(each, "xa.hub") for each in papers))
        else:
            done = [await station.submit(each, "xa.hub") for each in papers]
        assert all(each.taken_in for each in done)
        with gateway.node.database.reading() as connection:
            subjects = connection.execute(select(tables.subject.c.redirect)).scalars().all()
            # The second was joined to the first.
            assert sorted(subjects, key=str) == [1, None]
            assert _kept(connection) == _told(connection)
            assert _kept(connection) == {
                (1, "xa.hub", False),
                *((1, f"xa.{each}", True) for each in ("platform", "customs", "pay", "carrier")),
            }  # fmt: skip
        for reader in ("xa.pay", "xa.carrier", "xa.hub"):
            for key in keys:
                assert (await station.as_(reader).subject("case", key))["id"] == "1"


@pytest.mark.requirement("TF-INTAKE-12", "TF-SUBJ-26")
@synchronous
async def test_parties_who_brought_it_and_the_way_to_a_party_read_a_subject_and_nobody_else(
    tmp_path: Path,
) -> None:
    apart = Member("xa.apart", ("hub",), gateway=True)
    behind = Member("xa.behind", ("hub",), via="xa.apart")
    society = Society(members=(*MEMBERS, apart, behind))
    async with in_process(tmp_path, society, settings=SETTINGS) as (station, gateway):
        parcel = Parcel()
        await _taken(station, parcel, NAMES)
        # What a hub behind a gateway brought for another is not between it and anybody.
        assert (await station.submit(Parcel().order, behind.id)).taken_in
        with gateway.node.database.reading() as connection:
            rows = connection.execute(select(tables.claim.c.key, tables.claim.c.subject).distinct()).all()
            held = connection.execute(
                select(
                    tables.subject_document.c.subject, tables.document.c.envelope, tables.document.c.caller
                ).join(tables.document, tables.document.c.no == tables.subject_document.c.document)
            ).all()
        told = 0
        for text_, subject in rows:
            kind, scheme, issuer, value = strict.parse(text_.encode())  # type: ignore[misc]
            key = {"scheme": str(scheme), "issuer": str(issuer), "value": str(value)}
            for member in society.members:
                wanted = member.id == "xa.customs" or any(
                    may_read(member.id, _header(raw), caller, gateway.node.trust.node)
                    for no, raw, caller in held
                    if no == subject
                )
                try:
                    gateway.node.reads.subject(member.id, str(kind), key, Page("", 100))
                    found = True
                except Refused:
                    found = False
                assert found == wanted, (member.id, text_)
                told += found
        assert told > 10
        # The way to one that brought it, and is no party, is told in no longer time than anybody.
        order = [row for row in rows if "order" in row.key][-1]
        _, scheme, issuer, value = strict.parse(order.key.encode())  # type: ignore[misc]
        key = {"scheme": str(scheme), "issuer": str(issuer), "value": str(value)}
        with _counted(gateway.node.database) as counted, pytest.raises(Refused):
            gateway.node.reads.subject(apart.id, "case", key, Page("", 100))
        assert counted["statements"] == 1


def _header(raw: bytes) -> Any:
    return strict.parse_object(envelope.read(raw).payload)["header"]


@pytest.mark.usefixtures("each_storage")
@synchronous
async def test_a_migration_fills_the_readers_of_what_was_held_before(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        await _taken(station, Parcel(), NAMES[::-1])
        await _taken(station, Parcel(), NAMES)
        assert (await station.submit(Parcel().waybill, "xa.hub")).taken_in
        with gateway.node.database.writing() as connection:
            before = _told(connection)
            connection.execute(text("DELETE FROM reader"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0010'"))
        assert revisions.upgrade(gateway.node.database)[0] == "0011"
        with gateway.node.database.reading() as connection:
            rows = _kept(connection)
        assert {(subject, node) for subject, node, _ in rows} == {
            (subject, node) for subject, node, _ in before
        }
        assert before <= rows
