"""One running fleet of gateways for all journeys."""

import asyncio
from collections.abc import Iterator

import pytest

from kit.journeys import MEMBERS, NODES, Journey, World
from kit.members import Society
from kit.papers import Agreement
from kit.stations import Fleet


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three gateway processes whose jurisdictions agreed."""
    fleet = Fleet(tmp_path_factory.mktemp("journeys"), NODES, society=Society(members=MEMBERS))
    fleet.start()
    try:
        world = World(fleet, Agreement())
        asyncio.run(_agree(world))
        yield world
    finally:
        for process in fleet.processes.values():
            process.stop()


async def _agree(world: World) -> None:
    journey = Journey(world)
    try:
        await journey.send(world.agreement.first)
        await journey.send(world.agreement.second)
    finally:
        await journey.close()
