"""Parts with personal data: bound by digest, withheld without harm, never loose."""

from collections.abc import Callable, Mapping
from typing import Any

from threeflow_conformance.judge.octets import digest
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import dump, sealed
from threeflow_conformance.speak.papers import Paper, part_of

_PARTY = {
    "name": "Erika Mustermann",
    "address": {"lines": ["1 Made-up Way"], "city": "Berlin", "country": "DE"},
}


def _order(scene: Scene, octets: bytes, *entries: Mapping[str, Any]) -> Paper:
    made = scene.papers.order(header={"parts": list(entries)})
    return Paper(made.payload, made.octets, (octets,))


def _bound(scene: Scene, octets: bytes) -> dict[str, Any]:
    _, entry = part_of(scene.random, "buyer", _PARTY, ["clearance"])
    return {**entry, "digest": digest(octets)}


@check("TF-PART-1", "TF-PART-5", "TF-INTAKE-23", "TF-REST-5")
async def bound(scene: Scene) -> None:
    """A bound part is taken in and given back; one that stays away is no ground of refusal."""
    octets, entry = part_of(scene.random, "buyer", _PARTY, ["clearance"])
    paper = _order(scene, octets, entry)
    answer = await scene.submit(paper)
    scene.expect("TF-PART-1", answer.outcome == "accepted", f"with its part it came to {answer.said}")
    held = await scene.fetch(paper, scene.network.home("platform"))
    scene.expect(
        "TF-REST-5", held.opened is not None and held.opened.parts == (octets,), "the part did not come back"
    )
    bare = Paper.of(_order(scene, octets, entry).payload)
    answer = await scene.submit(bare)
    scene.expect("TF-PART-5", answer.outcome == "accepted", f"without its part it came to {answer.said}")


@check("TF-PART-14", "TF-PART-15")
async def withheld(scene: Scene) -> None:
    """A part is fetched by those whom its entry names, and from abroad only for the purpose of the document."""
    home, gate = scene.network.home, scene.network.foreign("gate")
    for_all, first = part_of(scene.random, "buyer", _PARTY, ["clearance", "release-on-documents"])
    for_some, second = part_of(scene.random, "consignee", _PARTY, ["clearance", "release-on-documents"])
    at_home, third = part_of(scene.random, "payer", _PARTY, ["clearance"])
    second["receivers"] = [home("office").id]
    receivers = [scene.network.node, home("office").id, home("bystander").id, gate.id]
    made = scene.papers.order(header={"parts": [first, second, third]}, receivers=receivers)
    paper = Paper(made.payload, made.octets, (for_all, for_some, at_home))
    answer = await scene.submit(paper)
    scene.ready(answer.outcome == "accepted", f"an order with three parts came to {answer.said}")
    for reader, due in (
        (home("platform"), (for_all, for_some, at_home)),
        (home("office"), (for_all, for_some, at_home)),
        (home("bystander"), (for_all, at_home)),
        (gate, (for_all,)),
    ):
        held = await scene.fetch(paper, reader)
        given = held.opened.parts if held.opened is not None else None
        wrong = "TF-PART-15" if given and at_home in given and at_home not in due else "TF-PART-14"
        scene.expect(
            wrong, given == due, f"{reader.id} is given {len(given or ())} parts, {len(due)} were due"
        )
        scene.expect(
            "TF-PART-5", held.opened and held.opened.payload == paper.octets, "the payload is another"
        )


Break = tuple[str, str, Callable[[Scene], tuple[Paper, tuple[bytes, ...]]]]


def _loose(scene: Scene) -> tuple[Paper, tuple[bytes, ...]]:
    octets, entry = part_of(scene.random, "buyer", _PARTY, ["clearance"])
    other, _ = part_of(scene.random, "buyer", _PARTY, ["clearance"])
    return _order(scene, octets, entry), (octets, other)


def _altered(scene: Scene) -> tuple[Paper, tuple[bytes, ...]]:
    octets, entry = part_of(scene.random, "buyer", _PARTY, ["clearance"])
    return _order(scene, octets, entry), (octets.replace(b"Erika", b"Erica"),)


def _twice(scene: Scene) -> tuple[Paper, tuple[bytes, ...]]:
    octets, entry = part_of(scene.random, "buyer", _PARTY, ["clearance"])
    return _order(scene, octets, entry), (octets, octets)


def _pointing(scene: Scene) -> tuple[Paper, tuple[bytes, ...]]:
    octets, entry = part_of(scene.random, "buyer", _PARTY, ["clearance"])
    paper = _order(scene, octets, entry)
    return paper.changed("parties", "buyer", "part", to="nobody"), (octets,)


def _two_of_one_name(scene: Scene) -> tuple[Paper, tuple[bytes, ...]]:
    octets, entry = part_of(scene.random, "buyer", _PARTY, ["clearance"])
    _, other = part_of(scene.random, "buyer", _PARTY, ["clearance"])
    return _order(scene, octets, entry, other), (octets,)


def _not_json(scene: Scene) -> tuple[Paper, tuple[bytes, ...]]:
    octets = b'{"salt":1,"salt":2}'
    return _order(scene, octets, _bound(scene, octets)), (octets,)


def _no_salt(scene: Scene) -> tuple[Paper, tuple[bytes, ...]]:
    octets = dump({"party": _PARTY})
    return _order(scene, octets, _bound(scene, octets)), (octets,)


BREAKS: Mapping[str, Break] = {
    "loose": ("TF-INTAKE-23", "part-unbound", _loose),
    "altered-byte": ("TF-PART-4", "part-unbound", _altered),
    "comes-twice": ("TF-PART-4", "part-unbound", _twice),
    "party-points-to-nothing": ("TF-PART-6", "part-unbound", _pointing),
    "two-of-one-name": ("TF-PART-3", "part-unbound", _two_of_one_name),
    "no-strict-json": ("TF-PART-1", "json-malformed", _not_json),
    "without-salt": ("TF-PART-1", "schema-violated", _no_salt),
}


@check(*sorted({each for each, _, _ in BREAKS.values()}), cases=lambda: BREAKS)
async def twin(scene: Scene, broken: Break) -> None:
    """A part that is not what the payload binds refuses the document."""
    requirement, code, make = broken
    paper, parts = make(scene)
    platform = scene.network.home("platform")
    answer = await scene.submit(sealed(paper.octets, platform.seal, parts=parts), platform)
    scene.expect(
        requirement,
        answer.code == code or (answer.code and requirement == "TF-PART-1"),
        f"{code} was due, {answer.said} came",
    )
    await scene.nothing_bound(paper, requirement)
    await scene.alive()
