"""Several processes of one node over one database: one log, one effect, one of them for each duty."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import select

from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.postgres import Cluster
from kit.raw import bearer, code_of
from kit.stations import Station, in_process
from threeflow_gateway.app import Gateway
from threeflow_gateway.store import tables
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.duties import duties
from threeflow_gateway.store.notices import EVERYTHING, Notices, Told

pytestmark = pytest.mark.usefixtures("each_storage")
Pair = tuple[tuple[Station, Gateway], tuple[Station, Gateway]]


@asynccontextmanager
async def pair(folder: Path, settings: Any = None) -> AsyncIterator[Pair]:
    society = Society()
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(in_process(folder, society, settings=settings)),
            await stack.enter_async_context(in_process(folder, society, settings=settings)),
        )


async def read(station: Station, authorization: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=station._transport) as client:
        return await client.get(station.endpoint + "/v1/events", headers={"authorization": authorization})


def column(gateway: Gateway, query: Any) -> list[Any]:
    with gateway.node.database.reading() as connection:
        return list(connection.execute(query).scalars())


@pytest.mark.requirement("TF-INTAKE-5", "TF-INTAKE-26")
@synchronous
async def test_documents_that_come_to_both_at_once_have_one_effect_and_one_place_in_one_log(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as ((one, first), (other, _)):
        orders = [Parcel().order for _ in range(12)]
        outcomes = await asyncio.gather(*(at.submit(order) for order in orders for at in (one, other)))
        for number in range(len(orders)):
            assert outcomes[2 * number].raw == outcomes[2 * number + 1].raw
        query = select(tables.document.c.leaf).order_by(tables.document.c.no)
        assert column(first, query) == list(range(len(orders)))
        for station in (one, other):
            client = station.as_("xa.customs")
            assert [each["sequence"] async for each in client.events()] == list(range(1, 13))


@pytest.mark.requirement("TF-INTAKE-21")
@synchronous
async def test_what_one_committed_counts_at_the_other_at_once(tmp_path: Path) -> None:
    parcel = Parcel()
    async with pair(tmp_path) as ((one, _), (other, _)):
        for number, name in enumerate(("order", "payment", "waybill", "declaration", "registered")):
            taken = await (one, other)[number % 2].submit(getattr(parcel, name))
            assert taken.state == "accepted", (name, taken.code)
        seen = [await at.as_("xa.customs").subject("consignment", parcel.keys[0]) for at in (one, other)]
        assert seen[0] == seen[1]
        assert len(seen[0]["documents"]) == 3


@pytest.mark.requirement("TF-TOKEN-12")
@synchronous
async def test_a_captured_token_is_refused_by_every_process_and_after_a_restart(tmp_path: Path) -> None:
    async with pair(tmp_path) as ((one, _), (other, _)):
        fresh = {"jti": secrets.token_urlsafe(16)}
        token = "Bearer " + bearer(one, "xa.platform", None, method="GET", target="/v1/events", claims=fresh)
        assert (await read(one, token)).status_code == 200
        for station in (one, other):
            again = await read(station, token)
            assert (again.status_code, code_of(again)) == (401, "token-replayed")
        society = one.society
    async with in_process(tmp_path, society) as (station, _):
        assert code_of(await read(station, token)) == "token-replayed"


@pytest.mark.requirement("TF-TOKEN-12")
@synchronous
async def test_of_many_uses_of_one_token_at_once_one_counts(tmp_path: Path) -> None:
    async with pair(tmp_path) as ((one, _), (other, _)):
        fresh = {"jti": secrets.token_urlsafe(16)}
        token = "Bearer " + bearer(one, "xa.platform", None, method="GET", target="/v1/events", claims=fresh)
        answers = await asyncio.gather(*(read(at, token) for at in (one, other) for _ in range(5)))
        assert sorted(each.status_code for each in answers) == [200] + [401] * 9


@synchronous
async def test_used_tokens_are_forgotten_once_they_are_too_old(tmp_path: Path) -> None:
    settings = {"process": {"sweep_seconds": 0.05}}
    async with in_process(tmp_path, Society(), settings=settings) as (at, gateway):
        fresh = {"jti": secrets.token_urlsafe(16)}
        token = "Bearer " + bearer(at, "xa.platform", None, method="GET", target="/v1/events", claims=fresh)
        await read(at, token)
        (until,) = column(gateway, select(tables.spent_token.c.until))

        def age() -> None:
            with gateway.node.database.writing() as connection:
                connection.execute(tables.spent_token.update().values(until="2020-01-01T00:00:00.000000Z"))

        # The writer's one connection may be in use by a task of this loop.
        await asyncio.to_thread(age)

        async def forgotten() -> bool:
            return not column(gateway, select(tables.spent_token.c.until))

        await eventually(forgotten)
        assert until > "2026"


@pytest.mark.requirement("TF-INTAKE-33")
@synchronous
async def test_both_may_need_a_checkpoint_and_one_makes_it(tmp_path: Path) -> None:
    async with pair(tmp_path) as ((one, first), (_, second)):
        for _ in range(3):
            await one.submit(Parcel().order)
            made = await asyncio.gather(
                *(each.node._checkpoints.make() for each in (first, second, first, second))
            )
            assert made.count(True) == 1
        assert column(first, select(tables.checkpoint.c.size).order_by(tables.checkpoint.c.size)) == [1, 2, 3]


@pytest.mark.requirement("TF-INTAKE-33")
@synchronous
async def test_of_both_one_makes_the_checkpoints_that_are_due(
    tmp_path: Path,
) -> None:
    settings = {"delivery": {"enabled": True}, "log": {"checkpoint_seconds": 3600.0}}
    async with pair(tmp_path, settings) as ((one, first), (other, second)):
        await one.submit(Parcel().order)
        await first.node._checkpoints.make()
        await other.submit(Parcel().order)
        for each in (first, second):
            assert 3500 < each.node._checkpoints._left() <= 3600
        assert column(first, select(tables.checkpoint.c.size)) == [1]


@synchronous
async def test_a_proof_is_given_by_the_process_that_did_not_make_the_checkpoint(tmp_path: Path) -> None:
    async with pair(tmp_path) as ((one, first), (_, second)):
        await asyncio.gather(*(one.submit(Parcel().order) for _ in range(5)))
        await first.node._checkpoints.make()
        newest = await second.node._checkpoints.covering(5)
        assert newest.size == 5
        assert second.node.ledger.root(5) == first.node.ledger.root(5) == bytes(newest.root)


@synchronous
async def test_a_duty_is_held_by_one_and_goes_over_when_that_one_is_gone(tmp_path: Path) -> None:
    async with pair(tmp_path) as ((_, first), (_, second)):
        one, other = duties(first.node.database), duties(second.node.database)
        assert await one.holds("a duty")
        assert await one.holds("a duty")
        assert not await other.holds("a duty")
        await one.close()

        async def taken() -> bool:
            return await other.holds("a duty")

        await eventually(taken)
        await other.close()


@synchronous
async def test_a_process_whose_session_ends_lays_its_duties_down(
    tmp_path: Path, each_storage: str, request: pytest.FixtureRequest
) -> None:
    if each_storage == "sqlite":
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    database = Database(cluster.of_node(tmp_path / "xa.customs"))
    one, other = duties(database), duties(database)
    assert await one.holds("a duty")
    with cluster.connect() as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")

    async def taken() -> bool:
        return await other.holds("a duty")

    await eventually(taken)
    assert not await one.holds("a duty")
    await asyncio.gather(one.close(), other.close())
    database.close()


@synchronous
async def test_what_one_commits_wakes_who_waits_at_the_other(tmp_path: Path, each_storage: str) -> None:
    async with pair(tmp_path) as ((one, first), (_, second)):
        heard: list[Told] = []
        listening = asyncio.create_task(Notices(second.node.database).listen(heard.append))
        if each_storage == "sqlite":
            # Processes that share a file look by themselves.
            await listening
            return

        async def ready() -> bool:
            return heard == [EVERYTHING]

        await eventually(ready)
        await one.submit(Parcel().order)

        async def told() -> bool:
            return any("xa.customs" in each.parties for each in heard)

        await eventually(told)
        listening.cancel()
        told_too_much = Told(parties=tuple(f"xa.party-{number}" for number in range(2000)))
        again = asyncio.create_task(Notices(second.node.database).listen(heard.append))
        heard.clear()
        await eventually(ready)
        with first.node.database.writing() as connection:
            Notices(first.node.database).tell(connection, told_too_much)

        async def told_everything() -> bool:
            return heard == [EVERYTHING, EVERYTHING]

        await eventually(told_everything)
        again.cancel()


@pytest.mark.requirement("TF-REST-9")
@synchronous
async def test_a_feed_that_is_waited_for_at_one_process_ends_its_wait_by_a_commit_at_the_other(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as ((one, _), (other, _)):
        waiting = asyncio.create_task(other.as_("xa.customs")._transport.request("GET", "/v1/events?wait=30"))
        await asyncio.sleep(0.2)
        order = Parcel().order
        await one.submit(order)
        async with asyncio.timeout(25):
            page = orjson.loads((await waiting).content)
        assert [each["document"]["id"] for each in page["events"]] == [order["header"]["id"]]
