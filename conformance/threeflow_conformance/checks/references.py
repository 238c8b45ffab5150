"""References: required ones named, held ones right, missing ones waited for."""

from collections.abc import AsyncIterator

from threeflow_conformance.judge.table import Act, must, rows
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene

_LIST = Act("declaration", "list", "export")
_REGISTERED = Act("customs-status", "registered", "export")
_RELEASE = Act("release", "full", "export")


def _needing() -> dict[str, str]:
    return {each: each for each, row in rows().items() if must(Act(each, next(iter(row["kinds"]))))}


@check("TF-INTAKE-16", "TF-TABLE-5", cases=_needing)
async def missing(scene: Scene, type_: str) -> None:
    """A type that its row requires must be named."""
    kind = next(iter(rows()[type_]["kinds"]))
    act = Act(type_, kind, "export" if "position" in rows()[type_] else "")
    papers = scene.papers
    papers.say(_LIST)
    other = papers.order()
    paper = papers.say(act, references=[other.ref])
    if "issuer-of" in rows()[type_]:
        paper = papers.say(
            act, references=[other.ref], issuer=scene.network.members[papers.said["declaration"].issuer]
        )
    await scene.refused(await scene.submit(paper), "reference-missing", "TF-INTAKE-16", "TF-TABLE-5")


@check("TF-INTAKE-17")
async def mismatch(scene: Scene) -> None:
    """A reference to what is held under another digest or type is refused."""
    papers = scene.papers
    # Whoever may not read what is held is not told that it is there.
    reader = papers.issuer_of(_REGISTERED)
    told = [scene.network.node, scene.network.home("office").id, reader.id]
    declared = papers.say(_LIST, receivers=list(dict.fromkeys(told)))
    await scene.taken(declared)
    good = papers.say(_REGISTERED)
    wrong = good.changed("header", "references", 0, "digest", to="sha-256:" + "0" * 64).under(scene.uuid())
    await scene.refused(await scene.submit(wrong), "reference-mismatch", "TF-INTAKE-17")
    order = papers.order(receivers=list(dict.fromkeys(told)))
    await scene.taken(order, "accepted")
    named = {**order.ref, "type": "declaration"}
    retyped = good.changed("header", "references", 0, to=named).under(scene.uuid())
    await scene.refused(await scene.submit(retyped), "reference-mismatch", "TF-INTAKE-17")
    right = await scene.submit(good)
    scene.expect("TF-INTAKE-17", right.outcome == "accepted", f"the right one came to {right.said}")


@check("TF-INTAKE-18", "TF-TABLE-5", "TF-INTAKE-22", "TF-INTAKE-21", "TF-SUBJ-2")
async def waits(scene: Scene) -> None:
    """What names something that is not held waits, and takes effect as soon as that arrives."""
    straight, backwards = scene.papers, scene.new_papers()
    said = {}
    for papers in (straight, backwards):
        said[id(papers)] = [papers.say(each) for each in (_LIST, _REGISTERED, _RELEASE)]
    for paper in said[id(straight)]:
        await scene.taken(paper, "accepted")
    for paper in reversed(said[id(backwards)][1:]):
        answer = await scene.submit(paper)
        scene.expect("TF-INTAKE-18", answer.outcome == "pending", f"{paper.name} came to {answer.said}")
    await scene.taken(said[id(backwards)][0])
    one = await scene.tracks("consignment", straight.keys[0])
    other = await scene.tracks("consignment", backwards.keys[0])
    scene.expect("TF-INTAKE-22", other["tracks"]["export"] == "released", f"it stands at {other['tracks']}")
    scene.expect(
        "TF-INTAKE-21", one["tracks"] == other["tracks"], "another order of arrival gave another state"
    )
    scene.expect("TF-SUBJ-2", one["accounts"] == other["accounts"], "another order gave another balance")
    outcomes = {each["outcome"] for each in other["documents"]}
    scene.expect("TF-INTAKE-22", outcomes == {"accepted"}, f"at the end the documents are {outcomes}")
    reader = scene.reader
    events = [each async for each in _feed(scene, said[id(backwards)][2].id)]
    scene.expect("TF-INTAKE-22", events == ["pending", "accepted"], f"{reader.id} was told {events}")


async def _feed(scene: Scene, document: str) -> AsyncIterator[str]:
    after = 0
    while page := await scene.events(scene.reader, after):
        for each in page:
            if each["document"]["id"] == document:
                yield each["outcome"]
        after = page[-1]["sequence"]


@check("TF-INTAKE-22")
async def runs_out(scene: Scene) -> None:
    """What never comes leaves what waited for it without effect."""
    papers = scene.papers
    declared = papers.say(_LIST)
    waiting = papers.say(_REGISTERED)
    first = await scene.submit(waiting)
    scene.expect("TF-INTAKE-18", first.outcome == "pending", f"it came to {first.said}")

    async def told() -> bool:
        return [each async for each in _feed(scene, waiting.id)] == ["pending", "no-effect"]

    within = scene.parameters.pending_seconds + scene.parameters.delivery_seconds
    scene.expect(
        "TF-INTAKE-22", await scene.eventually(told, within), "the feed never said that its time ran out"
    )
    await scene.taken(declared)
    held = await scene.tracks("consignment", papers.keys[0])
    scene.expect(
        "TF-INTAKE-22", held["tracks"]["export"] == "lodged", f"it took effect late: {held['tracks']}"
    )
    again = await scene.submit(waiting)
    scene.expect("TF-INTAKE-5", again.body == first.body, "its repeat earned another receipt")


@check("TF-TABLE-7", "TF-DOC-6")
async def joins(scene: Scene) -> None:
    """What is only joined is never a ground to refuse or to wait; a missing subject is a ground to refuse."""
    papers = scene.papers
    ghost = papers.order()
    declared = papers.say(_LIST, references=[ghost.ref])
    answer = await scene.submit(declared)
    scene.expect(
        "TF-TABLE-7", answer.outcome == "accepted", f"naming an order that is not held came to {answer.said}"
    )
    bare = papers.order().changed("header", "subjects", to=None)
    refused = await scene.submit(bare)
    codes = {"subject-missing", "schema-violated"}
    scene.expect("TF-DOC-6", refused.code in codes, f"a document without a subject came to {refused.said}")
