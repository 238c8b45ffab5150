"""Dossiers: cut by the node for a receiver and a purpose, and judged piece by piece."""

import json
from datetime import datetime
from typing import Any

from threeflow_conformance.judge.answers import JSON, Answer
from threeflow_conformance.judge.dossiers import problems
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import dump
from threeflow_conformance.speak.papers import Paper, part_of

_JUDGED = tuple(
    f"TF-DOS-{each}" for each in (1, 2, 3, 4, 5, 7, 10, 11, 12, 13, 15, 17, 18, 19, 20, 21, 28, 30)
)
_PATH = (
    Act("declaration", "list", "export"), Act("customs-status", "registered", "export"),
    Act("release", "full", "export"),
)  # fmt: skip


async def _released(scene: Scene) -> list[Paper]:
    """A released consignment with two parts: one for clearance alone, one for release on documents too."""
    papers = scene.papers
    party = {"name": "Erika Mustermann"}
    kept, kept_entry = part_of(scene.random, "buyer", party, ["release-on-documents", "evidence"])
    dropped, dropped_entry = part_of(scene.random, "payer", party, ["fx"])
    order = papers.order(header={"parts": [kept_entry, dropped_entry]})
    order = Paper(order.payload, order.octets, (kept, dropped))
    said = [order]
    await scene.taken(order, "accepted")
    for act in _PATH:
        more = {"references": [order.ref]} if act.type == "declaration" else {}
        paper = papers.say(act, **more)  # type: ignore[arg-type]
        await scene.taken(paper, "accepted", "flagged")
        said.append(paper)
    return said


async def _cut(scene: Scene, **changed: Any) -> Answer:
    asked = {
        "subject": scene.papers.keys[0], "receivers": [scene.network.foreign("gate").id],
        "purpose": "release-on-documents", "agreement": scene.shared.agreement, **changed,
    }  # fmt: skip
    body = dump({name: value for name, value in asked.items() if value is not None})
    return await scene.request("POST", "/v1/dossiers", body, caller=scene.reader, media=JSON)


async def _bundle(scene: Scene, head: Answer) -> Answer:
    found: list[Answer] = []

    async def there() -> bool:
        answer = await scene.get(
            f"/v1/dossiers/{head.opened.digest if head.opened else ''}", scene.network.foreign("gate")
        )
        found[:] = [answer]
        return answer.status == 200

    scene.expect(
        "TF-DOS-10",
        await scene.eventually(there, scene.parameters.delivery_seconds),
        "the bundle cannot be fetched",
    )
    return found[0]


async def cut_one(scene: Scene) -> tuple[Answer, Answer]:
    """The head and the bundle of a fresh dossier."""
    await _released(scene)
    head = await _cut(scene, purpose="evidence")
    scene.ready(head.status == 201 and head.sealed, f"the head came to {head.said}")
    return head, await _bundle(scene, head)


@check(
    *_JUDGED,
    "TF-DOS-8",
    "TF-DOS-29",
    "TF-DOS-16",
    "TF-DOS-26",
    applies=lambda role: role.cuts and not role.issues,
)
async def cut(scene: Scene) -> None:
    """A dossier holds what the head names, proven by receipts in the log, without what was not for its purpose."""
    said = await _released(scene)
    purpose = "release-on-documents" if scene.network.role.cuts_for_release else "evidence"
    head = await _cut(scene, purpose=purpose)
    scene.expect("TF-DOS-5", head.status == 201 and head.sealed, f"the head came to {head.said}")
    bundle = await _bundle(scene, head)
    for requirement, words in problems(
        bundle.body, scene.judge.keys, head.opened.digest if head.opened else ""
    ):
        scene.expect(requirement, holds=False, message=words)
    value = head.value
    named = {each["id"]: each for each in value["documents"]}
    for paper in said[1:]:
        scene.expect("TF-DOS-29", paper.id in named, f"{paper.name} causes a step and is left out")
    order = named.get(said[0].id)
    scene.expect("TF-DOS-16", order is not None, "the order that the declaration names is left out")
    scene.expect(
        "TF-DOS-28",
        order and order["withheldParts"] == ["payer"],
        f"withheld are {order and order['withheldParts']}",
    )
    scene.expect("TF-DOS-17", json.loads(bundle.body)["documents"], "the bundle is empty")
    scene.expect(
        "TF-DOS-8", value["header"].get("agreement") == scene.shared.agreement, "the head names no agreement"
    )
    times = [
        datetime.fromisoformat(each)
        for each in (value["asOf"], value["header"]["issuedAt"], value["validUntil"])
    ]
    scene.expect("TF-DOS-30", times == sorted(times), f"the head's times are {times}")
    states = [each["tracks"]["export"] if "tracks" in each else each for each in value["portions"]]
    scene.expect(
        "TF-DOS-26", states and "released" in json.dumps(states), f"the head's portions are {states}"
    )
    tracked = await scene.tracks("consignment", scene.papers.keys[0])
    scene.expect(
        "TF-DOS-26", len(value["steps"]) == len(tracked["steps"]), "the head tells other steps than tracking"
    )


@check("TF-DOS-16", "TF-INTAKE-12", applies=lambda role: role.cuts and not role.issues)
async def nothing_foreign(scene: Scene) -> None:
    """Nothing of another consignment is in it, and nobody but its receivers can fetch it."""
    said = await _released(scene)
    other = scene.new_papers()
    foreign = other.say(_PATH[0])
    await scene.taken(foreign)
    head = await _cut(scene, purpose="evidence")
    scene.expect("TF-DOS-5", head.status == 201, f"the head came to {head.said}")
    named = {each["id"] for each in head.value["documents"]}
    scene.expect(
        "TF-DOS-16",
        foreign.id not in named and said[1].id in named,
        "a document of another consignment is in it",
    )
    await _bundle(scene, head)
    stranger = await scene.get(
        f"/v1/dossiers/{head.opened.digest if head.opened else ''}", scene.network.home("bystander")
    )
    scene.expect("TF-INTAKE-12", stranger.code == "not-found", f"a stranger got {stranger.said}")
    unknown = await _cut(scene, subject={**scene.papers.keys[0], "value": "nothing"})
    scene.expect(
        "TF-INTAKE-12", unknown.code == "not-found", f"a consignment that is not held came to {unknown.said}"
    )


@check("TF-DOS-35", applies=lambda role: role.cuts and not role.issues)
async def not_for_a_party_to_little(scene: Scene) -> None:
    """Who was told one document of a consignment does not get the others by asking for a dossier."""
    said = await _released(scene)
    carrier = scene.network.home("carrier")
    waybill = scene.papers.say(Act("waybill", "house"), issuer=carrier, references=[said[1].ref])
    await scene.taken(waybill)
    asked = {
        "subject": scene.papers.keys[0], "receivers": [scene.network.foreign("gate").id],
        "purpose": "evidence", "agreement": scene.shared.agreement,
    }  # fmt: skip
    answers = []
    for value in (scene.papers.keys[0]["value"], "nothing"):
        asked["subject"] = {**scene.papers.keys[0], "value": value}
        answers.append(await scene.request("POST", "/v1/dossiers", dump(asked), caller=carrier, media=JSON))
    scene.expect("TF-DOS-35", answers[0].code == "not-found", f"the carrier got {answers[0].said}")
    scene.expect(
        "TF-DOS-35",
        dict(answers[0].problem) == dict(answers[1].problem),
        "not all yours is told from not held",
    )


@check("TF-DOS-10", "TF-DOS-5", applies=lambda role: not role.issues, alone=True)
async def unfit_head(scene: Scene) -> None:
    """The head of a dossier whose bundle is not what it says brings nothing into the node."""
    gate = scene.network.foreign("gate")
    papers = scene.papers
    hidden = papers.order()
    payload = {
        "header": {
            "specVersion": "1.0", "type": "dossier-head", "id": scene.uuid(), "issuer": gate.id,
            "environment": scene.network.environment, "issuedAt": scene.world.now().isoformat(),
            "receivers": [scene.network.node], "subjects": [{"keys": papers.keys}],
            "agreement": scene.shared.agreement, "purpose": "evidence",
        },
        "asOf": scene.world.now().isoformat(), "validUntil": "2099-01-01T00:00:00Z",
        "documents": [{"type": "order", "kind": "sale", "issuer": hidden.issuer, "id": hidden.id,
                       "digest": hidden.digest, "withheldParts": [], "entry": hidden.digest}],
        "withheld": [], "checkpoint": {"digest": hidden.digest, "entry": hidden.digest, "size": 1},
        "witnesses": [], "effective": [], "portions": [], "accounts": [], "steps": [],
    }  # fmt: skip
    head = Paper.of(payload)
    scene.inbox.held[f"/v1/dossiers/{head.digest}"] = dump({
        "dossier": "1.0", "head": json.loads(scene.seal(head)),
        "documents": [{"document": json.loads(scene.seal(hidden)), "receipt": {}, "proof": {}}],
        "checkpoint": {}, "witnesses": [],
    })  # fmt: skip
    answer = await scene.submit(head, gate)
    scene.ready(answer.is_receipt or answer.code, f"the head came to {answer.said}")
    await scene.world.sleep(scene.parameters.quiet_seconds * 2)
    held = await scene.fetch(hidden, scene.network.home("platform"))
    scene.expect(
        "TF-DOS-10", held.code == "not-found", "a document of a dossier that is not valid was taken in"
    )
    await scene.alive()
