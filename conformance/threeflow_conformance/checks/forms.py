"""Schemas: every twin of the standard's own document vectors, sent as a fresh document."""

import copy
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import threeflow_spec
from threeflow_conformance.judge import schemas
from threeflow_conformance.judge.table import Act, acts, rows
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import dump
from threeflow_conformance.speak.papers import Paper

Twin = tuple[str, Mapping[str, Any]]


@cache
def twins() -> Mapping[str, Twin]:
    """The twins of all types, by type and name."""
    found: dict[str, Twin] = {}
    for name in threeflow_spec.names("v1/vectors/documents/"):
        type_ = name.split("/")[3]
        if name.endswith("/twins.json") and type_ in rows():
            found |= {
                f"{type_}/{each['name']}": (type_, each) for each in json.loads(threeflow_spec.read(name))
            }
    return found


def edited(payload: Any, edit: Mapping[str, Any]) -> Any:
    """A payload after one operation of RFC 6902."""
    made = copy.deepcopy(payload)
    *path, last = (each.replace("~1", "/").replace("~0", "~") for each in edit["pointer"].split("/")[1:])
    at = made
    for step in path:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if isinstance(at, list):
        if edit["op"] == "remove":
            del at[int(last)]
        elif edit["op"] == "add":
            at.insert(len(at) if last == "-" else int(last), edit["value"])
        else:
            at[int(last)] = edit["value"]
    elif edit["op"] == "remove":
        del at[last]
    else:
        at[last] = edit["value"]
    return made


def _base(scene: Scene, type_: str, of: str) -> Paper:
    """The vector under a fresh id, issued by who may, for the node."""
    payload = json.loads(threeflow_spec.read(f"v1/vectors/documents/{type_}/{of}.json"))
    act = next(each for each in acts() if (each.type, each.kind) == (type_, payload["header"]["kind"]))
    issuer = scene.papers.issuer_of(
        Act(type_, act.kind, payload.get("act", {}).get("position", act.position))
    )
    payload["header"] |= {
        "id": scene.uuid(), "issuer": issuer.id, "environment": scene.network.environment,
        "receivers": [scene.network.node],
    }  # fmt: skip
    return Paper.of(payload)


@check(
    "TF-DOC-3", "TF-DOC-5", "TF-RCPT-9", "TF-TABLE-2",
    *sorted({each["requirement"] for _, each in twins().values()}), cases=twins,
)  # fmt: skip
async def schema(scene: Scene, twin: Twin) -> None:
    """One edit breaks the schema: it is refused, and every place that the suite finds broken is named."""
    type_, said = twin
    base = _base(scene, type_, said["of"])
    scene.ready(
        not schemas.violations(type_, base.payload), f"the vector {type_}/{said['of']} is no longer valid"
    )
    payload = edited(base.payload, said["edit"])
    paper = Paper(payload, dump(payload), right=base.octets)
    code = _code(said)
    answer = await scene.submit(paper, scene.network.members[base.issuer])
    requirement = said["requirement"]
    # A header that names nobody, or nothing known, does not come as far as its schema.
    wanted = {code, *({"header-malformed"} if said["edit"]["pointer"].startswith("/header") else ())}
    scene.expect(requirement, answer.code in wanted, f"{code} was due, {answer.said} came")
    if answer.code == "schema-violated":
        # A violation's rule is the keyword, which the refusal may mark as the schema's.
        named = [
            (each["pointer"], each["rule"].removeprefix("schema-")) for each in answer.problem["violations"]
        ]
        due = (said["expect"]["pointer"], said["expect"]["keyword"])
        scene.expect("TF-DOC-5", due in named, f"{due} is not among the violations {named[:5]}")
    await scene.nothing_bound(paper, requirement)


def _code(said: Mapping[str, Any]) -> str:
    if isinstance(said["edit"].get("value"), float):
        return "json-malformed"
    if said["edit"]["op"] == "remove":
        return "schema-violated"
    codes = {"/header/specVersion": "unknown-version", "/header/type": "unknown-type"}
    return codes.get(said["edit"]["pointer"], "schema-violated")


_STRANGE: Mapping[str, tuple[str, str, str]] = {
    "unknown-type": ("type", "wish-list", "unknown-type"),
    "unknown-version": ("specVersion", "9.9", "unknown-version"),
    "artefact-that-nobody-submits": ("type", "receipt", "unknown-type"),
}


@check("TF-DOC-1", "TF-VER-1", cases=lambda: _STRANGE)
async def strange(scene: Scene, said: tuple[str, str, str]) -> None:
    """What the standard does not know is refused as such."""
    member, value, code = said
    paper = scene.papers.order().changed("header", member, to=value)
    answer = await scene.submit(paper)
    requirement = "TF-VER-1" if code == "unknown-version" else "TF-DOC-1"
    codes = {code, "schema-violated"} if value == "receipt" else {code}
    scene.expect(requirement, answer.code in codes, f"{code} was due, {answer.said} came")
    await scene.alive()


@check("TF-TABLE-2")
async def kind(scene: Scene) -> None:
    """A kind that is not in its type's row is refused as schema-violated."""
    paper = scene.papers.order().changed("header", "kind", to="wish")
    await scene.refused(await scene.submit(paper), "schema-violated", "TF-TABLE-2", "TF-VER-4", "TF-DOC-3")


@check("TF-DOC-5", "TF-RCPT-9")
async def every_violation(scene: Scene) -> None:
    """A document that breaks its schema in three places is told of all three, in order."""
    paper = scene.papers.order().changed("orderedAt", to="yesterday").changed("currency", to="pound")
    answer = await scene.submit(paper.changed("items", 0, "sequence", to=0))
    await scene.refused(answer, "schema-violated", "TF-DOC-3", "TF-DOC-5", blame="TF-DOC-5")
    # Two pages ask for two orders (TF-DOC-5 and TF-RCPT-9); either is held to, as every refusal is.
    places = {each["pointer"] for each in answer.problem["violations"]}
    due = {"/currency", "/items/0/sequence", "/orderedAt"}
    scene.expect("TF-DOC-5", places == due, f"the places are {sorted(places)}, not {sorted(due)}")


_FORMATS: Mapping[str, tuple[str, ...]] = {
    "30-february": ("orderedAt", "2026-02-30T10:00:00Z"),
    "hour-25": ("orderedAt", "2026-03-01T25:00:00Z"),
    "no-offset": ("orderedAt", "2026-03-01T10:00:00"),
    "month-13": ("orderedAt", "2026-13-01T10:00:00Z"),
}


@check("TF-DOC-4", "TF-CONV-8", cases=lambda: _FORMATS)
async def format_(scene: Scene, said: tuple[str, str]) -> None:
    """Formats are asserted, not only the patterns beside them."""
    paper = scene.papers.order().changed(said[0], to=said[1])
    await scene.refused(await scene.submit(paper), "schema-violated", "TF-DOC-3", "TF-DOC-4", "TF-CONV-8",
                        blame="TF-DOC-4" if said[1][-1] == "Z" else "TF-CONV-8")  # fmt: skip
    await scene.alive()
