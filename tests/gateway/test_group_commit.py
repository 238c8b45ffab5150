"""Group commit on both databases: a bad unit fails alone, a failed commit fails exactly its waiters."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import Station, in_process
from threeflow_gateway.app import Gateway
from threeflow_gateway.store import tables

pytestmark = pytest.mark.usefixtures("each_storage")

# Nothing else is to commit meanwhile.
SETTINGS = {"limits": {"linger_seconds": 0.05}, "process": {"sweep_seconds": 3600.0}}
SQLITE_TRIGGER = """
CREATE TRIGGER violates BEFORE INSERT ON document WHEN NEW.id = '{id}'
BEGIN SELECT RAISE(ABORT, 'no such document here'); END"""
POSTGRESQL_TRIGGER = """
CREATE FUNCTION violate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.id = '{id}' THEN RAISE EXCEPTION 'no such document here'; END IF; RETURN NEW; END $$;
CREATE TRIGGER violates BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION violate()"""


def refuse(gateway: Gateway, document: str) -> None:
    """Let the database itself refuse one document."""
    database = gateway.node.database
    with database.writing() as connection:
        wanted = SQLITE_TRIGGER if database.embedded else POSTGRESQL_TRIGGER
        connection.exec_driver_sql(wanted.format(id=document))


def leaves(gateway: Gateway) -> list[int]:
    with gateway.node.database.reading() as connection:
        query = select(tables.document.c.leaf).order_by(tables.document.c.no)
        return list(connection.execute(query).scalars())


async def together(station: Station, orders: list[Any]) -> list[Any]:
    client = station.as_("xa.platform", attempts=1)
    sealed = [client.seal(each) for each in orders]
    return await asyncio.gather(*(client.submit(each) for each in sealed), return_exceptions=True)


def failing(gateway: Gateway, times: int, do: Callable[[Connection], None]) -> Callable[[], int]:
    """Let the first commits of the writer meet with an accident; the answer says how many did."""
    met = 0

    def meet(connection: Connection) -> None:
        nonlocal met
        if met < times:
            met += 1
            do(connection)

    event.listen(gateway.node.database._writer, "commit", meet, insert=True)
    return lambda: met


@pytest.mark.requirement("TF-INTAKE-27", "TF-INTAKE-26")
@synchronous
async def test_one_violating_document_of_a_batch_is_refused_alone(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        orders = [Parcel().order for _ in range(20)]
        refuse(gateway, orders[7]["header"]["id"])
        outcomes = await together(station, orders)
        for number, outcome in enumerate(outcomes):
            if number == 7:
                assert (outcome.code, outcome.retryable) == ("unavailable", True)
            else:
                assert outcome.state == "accepted"
        assert leaves(gateway) == list(range(19))
        given = [each.receipt["log"]["index"] for each in outcomes if each.taken_in]
        assert sorted(given) == list(range(19))


@pytest.mark.requirement("TF-INTAKE-27")
@synchronous
async def test_a_commit_that_the_database_refuses_twice_fails_exactly_its_waiters(tmp_path: Path) -> None:
    def refused(_connection: Connection) -> None:
        raise OSError("the disk is gone")

    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        before = await together(station, [Parcel().order])
        met = failing(gateway, 2, refused)
        orders = [Parcel().order for _ in range(10)]
        outcomes = await together(station, orders)
        assert met() == 2
        failed = [each for each in outcomes if each.code == "unavailable"]
        assert failed
        assert all(each.state == "accepted" for each in outcomes if each not in failed)
        # Nothing of the lost batch is left behind: the same documents are taken in as new ones.
        again = await together(station, orders)
        assert {each.state for each in again} == {"accepted"}
        assert leaves(gateway) == list(range(11))
        assert before[0].state == "accepted"


@pytest.mark.requirement("TF-INTAKE-27", "TF-INTAKE-5")
@synchronous
async def test_a_session_that_the_server_ends_before_the_commit_loses_nothing(
    tmp_path: Path, each_storage: str
) -> None:
    def ended(connection: Connection) -> None:
        if each_storage == "postgresql":
            mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with gateway.node.database.altering() as other:
                other.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})
        else:
            connection.connection.dbapi_connection.execute("ROLLBACK")  # type: ignore[union-attr]

    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        met = failing(gateway, 1, ended)
        orders = [Parcel().order for _ in range(10)]
        outcomes = await together(station, orders)
        assert met() == 1
        assert {each.state for each in outcomes} == {"accepted"}
        assert leaves(gateway) == list(range(10))


@pytest.mark.requirement("TF-INTAKE-5", "TF-INTAKE-27")
@synchronous
async def test_a_commit_whose_answer_is_lost_is_found_again_and_has_one_effect(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        writer = gateway.node.database._writer
        lost = [True]
        dialect_commit = writer.dialect.do_commit

        def commit(connection: Any) -> None:
            dialect_commit(connection)
            if lost.pop() if lost else False:
                raise OSError("the answer was lost")

        writer.dialect.do_commit = commit  # type: ignore[method-assign]
        orders = [Parcel().order for _ in range(10)]
        outcomes = await together(station, orders)
        assert not lost
        assert {each.state for each in outcomes} == {"accepted"}
        assert leaves(gateway) == list(range(10))
        assert [each.receipt["log"]["index"] for each in outcomes] == list(range(10))


@pytest.mark.requirement("TF-INTAKE-27")
@synchronous
async def test_a_transaction_that_ends_from_below_while_units_are_taken_singly_is_told_to_all(
    tmp_path: Path,
) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        orders = [Parcel().order for _ in range(6)]
        refuse(gateway, orders[0]["header"]["id"])
        node = gateway.node
        ended: list[bool] = []

        def savepoint(connection: Connection, name: str) -> None:
            del name
            if len(ended) < 3:
                ended.append(True)
                if len(ended) == 3:
                    connection.connection.dbapi_connection.rollback()  # type: ignore[union-attr]
                    connection.invalidate()

        event.listen(node.database._writer, "savepoint", savepoint)
        outcomes = await together(station, orders)
        assert {each.code for each in outcomes} == {"unavailable"}
        assert leaves(gateway) == []
        again = await together(station, orders)
        assert [each.state for each in again[1:]] == ["accepted"] * 5
