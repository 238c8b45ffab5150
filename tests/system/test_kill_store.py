"""Processes of a node and its database die at random moments under load; nothing acknowledged is lost.

`make chaos-store` is the long form: 200 kills of each.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kit import chaos, postgres
from kit.asynchronous import eventually, synchronous
from threeflow_gateway.store import revisions
from threeflow_gateway.store.database import Database

pytestmark = [pytest.mark.slow, pytest.mark.long]


async def shaken(
    site: chaos.Site, victims: Mapping[str, list[chaos.Victim]], kills: int, seed: int
) -> dict[str, Any]:
    """Kill each kind of victim so often under load; return what was done and every fault that was found."""
    load = chaos.Load(site.station, seed)
    done = dict.fromkeys(victims, 0)

    async def each(kind: str, victim: chaos.Victim, times: int, own_seed: int) -> None:
        def say() -> None:
            done[kind] += 1
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{done} acknowledged {len(load.acknowledged)} ")

        await chaos.kill(load, victim, times, own_seed, say)

    shares = [
        (kind, victim, kills * (number + 1) // len(group) - kills * number // len(group))
        for kind, group in victims.items()
        for number, victim in enumerate(group)
    ]
    await asyncio.to_thread(site.start)
    try:
        load.start()
        await asyncio.gather(*(each(*share, seed + number) for number, share in enumerate(shares)))
        await load.stop()

        async def all_delivered() -> bool:
            return await asyncio.to_thread(chaos.owed, site.url) == 0

        await eventually(all_delivered, within=120)
    finally:
        load.stopping = True
        await site.close()
    return {
        "kills": done,
        "acknowledged": len(load.acknowledged),
        "unanswered attempts": load.unanswered,
        "faults": chaos.faults(site, load),
    }


def judge(found: dict[str, Any], kills: int, folder: Path, name: str) -> None:
    text = json.dumps(found, indent=1)
    (folder / f"{name}.json").write_text(text)
    sys.stdout.write(f"{name}: {text}\n")
    assert set(found["kills"].values()) == {kills}
    assert found["acknowledged"] > kills
    assert found["faults"] == {"lost": [], "doubled": [], "log": []}


@pytest.mark.requirement("TF-INTAKE-25", "TF-INTAKE-26")
@synchronous
async def test_on_sqlite_a_node_is_killed(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    kills = pytestconfig.getoption("store_kills", 3)
    site = chaos.Site(tmp_path, processes=1)
    found = await shaken(site, {"gateway": list(site.gateways)}, kills, 5)
    judge(found, kills, tmp_path, "sqlite")


@pytest.mark.requirement("TF-INTAKE-25", "TF-INTAKE-26")
@synchronous
async def test_on_postgresql_two_processes_of_a_node_and_the_database_are_killed(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    kills = pytestconfig.getoption("store_kills", 3)
    with postgres.cluster(durable=True) as cluster:
        url = cluster.database()
        database = Database(url)
        revisions.upgrade(database)
        database.close()
        site = chaos.Site(tmp_path, processes=2, url=url)
        found = await shaken(site, {"gateway": list(site.gateways), "postgresql": [cluster]}, kills, 7)
    judge(found, kills, tmp_path, "postgresql")
