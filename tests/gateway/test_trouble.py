"""A database that is gone and a disk that is full: callers are told to come again, and nobody has to help."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from kit import postgres, stations
from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.raw import code_of, post
from kit.stations import Station, in_process
from threeflow_gateway.app import Gateway
from threeflow_gateway.store import tables

SETTINGS = {"storage": {"busy_seconds": 3.0}, "delivery": {"enabled": True}}


def _leaves(gateway: Gateway) -> list[int]:
    with gateway.node.database.reading() as connection:
        query = select(tables.document.c.leaf).where(tables.document.c.leaf.is_not(None))
        return list(connection.execute(query.order_by(tables.document.c.leaf)).scalars())


async def _told_to_come_again(station: Station, order: Any) -> None:
    sealed = station.as_("xa.platform").seal(order)
    read = f"/v1/documents/xa.platform/{order['header']['id']}"
    for answer in (
        await post(station, sealed),
        await post(station, b"", method="GET", target=read),
        await post(station, b"", method="GET", target="/v1/events"),
    ):
        assert (answer.status_code, code_of(answer)) == (503, "unavailable"), answer.text
        assert answer.headers["retry-after"] == "1"
        # What the database said stays in the node's own log.
        assert not re.search(r"psycopg|sqlite|INSERT|/tmp", answer.text)


async def _taken(station: Station, order: Any) -> bool:
    sealed = station.as_("xa.platform").seal(order)
    return (await post(station, sealed)).status_code in {200, 201}


@pytest.mark.slow
@pytest.mark.requirement("TF-REST-8", "TF-INTAKE-27")
@synchronous
async def test_a_database_that_is_gone_is_told_and_found_again_without_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.cluster() as cluster:
        monkeypatch.setattr(stations, "database_of", cluster.of_node)
        settings = {**SETTINGS, "storage": {"busy_seconds": 3.0, "url": cluster.of_node(tmp_path / "n")}}
        async with in_process(tmp_path, Society(), settings=settings) as (station, gateway):
            orders = [Parcel().order for _ in range(3)]
            assert await _taken(station, orders[0])
            tasks = {task.get_name() for task in gateway.node._tasks}
            await asyncio.to_thread(cluster.kill)
            await _told_to_come_again(station, orders[1])
            assert [each.check for each in await gateway.node.readiness.ask()] == ["database"]
            await asyncio.to_thread(cluster.start)

            async def again() -> bool:
                return await _taken(station, orders[1])

            await eventually(again)
            assert await _taken(station, orders[0])
            assert await _taken(station, orders[2])
            assert await gateway.node.readiness.ask() == ()
            assert _leaves(gateway) == [0, 1, 2]
            assert {task.get_name() for task in gateway.node._tasks if not task.done()} == tasks


@pytest.mark.requirement("TF-REST-8", "TF-INTAKE-27")
@synchronous
async def test_a_disk_that_is_full_is_told_and_room_is_enough_to_go_on(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        assert await _taken(station, Parcel().order)
        # SQLite counts what it may fill: the same error as from a disk without room.
        limit = {"pages": 1}

        def bounded(connection: Any) -> None:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {limit['pages']}")

        event.listen(gateway.node.database._writer, "begin", bounded)
        filling = [Parcel().order for _ in range(60)]
        outcomes = await asyncio.gather(
            *(post(station, station.as_("xa.platform").seal(each)) for each in filling)
        )
        codes = {each.status_code for each in outcomes}
        assert 503 in codes
        assert codes <= {201, 503}
        refused = [order for order, each in zip(filling, outcomes, strict=True) if each.status_code == 503]
        kept = len(_leaves(gateway))
        assert kept == 1 + sum(each.status_code == 201 for each in outcomes)
        limit["pages"] = 1 << 30
        for order in refused:
            assert await _taken(station, order)
        assert _leaves(gateway) == list(range(61))
        with gateway.node.database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert await gateway.node.readiness.ask() == ()
