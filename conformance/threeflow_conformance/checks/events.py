"""Event feeds: sequence numbers without a gap, pages, and waiting."""

import asyncio
import time
from itertools import pairwise
from typing import Any

from threeflow_conformance.judge import schemas
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene


@check("TF-INTAKE-29", "TF-REST-1", alone=True)
async def no_gap(scene: Scene) -> None:
    """A feed read to its end has every number from 1, once, in order, whatever the size of its pages."""
    reader = scene.reader
    await asyncio.gather(*(scene.taken(scene.new_papers().order(), "accepted") for _ in range(12)))
    for limit in (1000, 37):
        after, numbers = 0, []
        while page := await scene.events(reader, after, limit=limit):
            scene.expect(
                "TF-INTAKE-29", len(page) <= limit, f"{len(page)} events came for a limit of {limit}"
            )
            numbers += [each["sequence"] for each in page]
            after = numbers[-1]
            if limit == 37 and len(numbers) > 200:
                break
        scene.expect(
            "TF-INTAKE-29",
            numbers == list(range(1, len(numbers) + 1)),
            f"the numbers have a gap: {_gap(numbers)}",
        )
    page = await scene.events(reader, 0, limit=50)
    for each in page:
        broken = schemas.violations("protocol/event", each)
        scene.expect("TF-REST-1", not broken, f"an event breaks its schema: {broken}")


def _gap(numbers: list[int]) -> str:
    return next((f"{one} then {two}" for one, two in pairwise(numbers) if two != one + 1), "?")


@check("TF-REST-9", alone=True)
async def waits(scene: Scene) -> None:
    """A question that finds nothing is held until something comes, or its time is over."""
    platform = scene.network.home("twofold")
    after = 0
    while page := await scene.events(platform, after):
        after = page[-1]["sequence"]
    began = time.monotonic()
    none = await scene.events(platform, after, wait=1)
    # Offline no time passes, and what was on record says how long it took.
    took = max(time.monotonic() - began, scene.world.lines.exchanges[-1].seconds)
    scene.expect("TF-REST-9", none == [] and took > 0.9, f"nothing came, after {took:.1f} s")
    paper = scene.papers.order(issuer=platform)
    waiting = asyncio.ensure_future(scene.events(platform, after, wait=10))
    await asyncio.sleep(0)
    await scene.world.sleep(0.3)
    await scene.taken(paper, "accepted")
    told = await waiting
    scene.expect(
        "TF-REST-9",
        [each["document"]["id"] for each in told] == [paper.id],
        "what came did not end the waiting",
    )
    took = scene.world.lines.exchanges[-2].seconds
    scene.expect("TF-REST-9", took < 6, f"the answer was held for {took:.1f} s after the event")


@check("TF-INTAKE-29", "TF-INTAKE-22")
async def steps(scene: Scene) -> None:
    """An event says what moved, from where to where, and the document's digest."""
    papers = scene.papers
    said = [
        papers.say(Act("declaration", "list", "export")),
        papers.say(Act("customs-status", "registered", "export")),
    ]
    for paper in said:
        await scene.taken(paper)
    found: dict[str, Any] = {}
    after = 0
    while page := await scene.events(scene.reader, after):
        found |= {each["document"]["id"]: each for each in page}
        after = page[-1]["sequence"]
    for paper, move in zip(said, (("none", "lodged"), ("lodged", "registered")), strict=True):
        event = found.get(paper.id)
        scene.expect("TF-INTAKE-29", event is not None, f"{paper.name} has no event")
        scene.expect(
            "TF-INTAKE-29",
            event and event["document"]["digest"] == paper.digest,
            "the event names other octets",
        )
        moves = {(each["track"], each["from"], each["to"]) for each in (event or {}).get("steps", ())}
        scene.expect(
            "TF-INTAKE-29", ("export", *move) in moves, f"{paper.name} tells the steps {sorted(moves)}"
        )
