"""One id, one effect: repeats, races, conflicts, and refusals that bind nothing."""

import asyncio

from threeflow_conformance.judge.answers import NDJSON
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import dump, edited, flipped, members


@check("TF-INTAKE-4", "TF-INTAKE-5", "TF-REST-3", "TF-INTAKE-6")
async def three_deliveries(scene: Scene) -> None:
    """Delivered, repeated, then changed: one receipt, the same again, a conflict."""
    paper = scene.papers.order()
    first = await scene.submit(paper)
    scene.expect(
        "TF-REST-3", (first.status, first.outcome) == (201, "accepted"), f"the first came to {first.said}"
    )
    again = await scene.submit(paper)
    scene.expect("TF-REST-3", again.status == 200, f"a repeat came with {again.status}")
    scene.expect("TF-INTAKE-5", again.body == first.body, "a repeat earned another receipt")
    changed = paper.changed("orderNumber", to="another")
    await scene.refused(await scene.submit(scene.seal(changed)), "document-conflict", "TF-INTAKE-6")
    third = await scene.submit(paper)
    scene.expect(
        "TF-INTAKE-4", third.body == first.body, "after the conflict the repeat earned another receipt"
    )
    held = await scene.fetch(paper, scene.network.home("platform"))
    scene.expect(
        "TF-INTAKE-4", held.opened is not None and held.opened.digest == paper.digest, "other octets are held"
    )


@check("TF-INTAKE-5")
async def repeat_by_another(scene: Scene) -> None:
    """Whoever repeats the payload, under a new token and as a fresh envelope, earns the first receipt."""
    paper = scene.papers.order()
    first = await scene.taken(paper, "accepted")
    spaced = scene.seal(paper).replace(b'","signatures"', b'", "signatures"')
    for body, caller in ((spaced, None), (scene.seal(paper), scene.network.home("hubbub"))):
        again = await scene.submit(body, caller)
        scene.expect("TF-INTAKE-5", again.body == first.body, f"a repeat came to {again.said}")


@check("TF-INTAKE-6")
async def conflict_is_private(scene: Scene) -> None:
    """Only who seals rightly is told that an id is bound."""
    paper = scene.papers.order()
    await scene.taken(paper, "accepted")
    raw = dump(members(paper.changed("orderNumber", to="x").octets, scene.network.home("platform").seal))

    def broken(value: dict[str, list[dict[str, str]]]) -> None:
        value["signatures"][0]["signature"] = flipped(value["signatures"][0]["signature"])

    answer = await scene.submit(edited(raw, broken))
    await scene.refused(answer, "seal-invalid", "TF-SEAL-8", blame="TF-INTAKE-6")


@check("TF-INTAKE-5", "TF-INTAKE-8", "TF-INTAKE-26", "TF-INTAKE-29")
async def race(scene: Scene) -> None:
    """Twenty at once have one effect, one receipt, one event."""
    paper = scene.papers.order()
    body = scene.seal(paper)
    answers = await asyncio.gather(*(scene.submit(body) for _ in range(20)))
    retried = [each for each in answers if each.code == "in-progress"]
    told = [each for each in answers if each.is_receipt]
    scene.expect("TF-INTAKE-8", len(told) + len(retried) == 20, "a repeat in flight was refused")
    scene.expect("TF-INTAKE-5", len({each.body for each in told}) == 1, "a race earned several receipts")
    scene.expect(
        "TF-REST-3", sum(each.status == 201 for each in told) <= 1, "a race was answered 201 more than once"
    )
    seen = await scene.tracks("case", scene.papers.case_keys[0], scene.network.home("platform"))
    times = [each["id"] for each in seen["documents"]].count(paper.id)
    scene.expect("TF-INTAKE-5", times == 1, f"the subject holds the document {times} times")


@check("TF-INTAKE-6", "TF-INTAKE-4")
async def race_of_two(scene: Scene) -> None:
    """Of two documents that race for one id one wins, and the other is a conflict."""
    paper = scene.papers.order()
    other = paper.changed("orderNumber", to="other")
    answers = await asyncio.gather(*(scene.submit(scene.seal(each)) for each in (paper, other) * 4))
    won = {each.opened.value["document"]["digest"] for each in answers if each.is_receipt and each.opened}
    scene.expect("TF-INTAKE-4", len(won) == 1, f"{len(won)} documents were taken in under one id")
    codes = {each.code for each in answers if not each.is_receipt}
    scene.expect(
        "TF-INTAKE-6", codes <= {"document-conflict", "in-progress"} and codes, f"the others came to {codes}"
    )


@check("TF-INTAKE-7", "TF-INTAKE-18")
async def judged_anew(scene: Scene) -> None:
    """What was refused is judged anew, and taken in once it can be."""
    papers = scene.papers
    await scene.taken(papers.say(Act("declaration", "list", "export")))
    bad = papers.say(Act("customs-status", "registered", "export"))
    wrong = bad.changed("act", "office", "code", to="NOWHERE")
    for _ in range(2):
        await scene.refused(await scene.submit(wrong), "not-entitled", "TF-INTAKE-10", blame="TF-INTAKE-7")
    good = await scene.submit(bad)
    scene.expect(
        "TF-INTAKE-7", good.outcome == "accepted", f"under the same id the right one came to {good.said}"
    )


@check("TF-REST-4", "TF-INTAKE-27", "TF-INTAKE-5")
async def batch(scene: Scene) -> None:
    """A batch has one outcome a line, in order; a bad line touches no other."""
    platform = scene.network.home("platform")
    papers = [scene.new_papers().order() for _ in range(3)]
    lines = [scene.seal(each) for each in papers]
    wrong = scene.seal(scene.papers.order().changed("orderedAt", to="yesterday"))
    body = b"\n".join([lines[0], wrong, lines[1], b"no envelope", lines[0], lines[2]]) + b"\n"
    answer = await scene.request("POST", "/v1/documents/batch", body, caller=platform, media=NDJSON)
    scene.expect("TF-REST-4", answer.status == 200, f"the batch came to {answer.said}")
    told = answer.body.rstrip(b"\n").split(b"\n")
    scene.expect("TF-REST-4", len(told) == 6, f"{len(told)} outcomes came for 6 lines")
    opened = [
        scene.judge.open(answer.number, 200, {"content-type": "application/jose+json" if b"signatures" in each else
                                               "application/problem+json"}, each)
        for each in told
    ]  # fmt: skip
    said = [each.outcome or each.code for each in opened]
    wanted = ["accepted", "schema-violated", "accepted", "envelope-malformed", "accepted", "accepted"]
    scene.expect("TF-REST-4", said == wanted, f"the lines came to {said}")
    scene.expect("TF-INTAKE-5", told[4] == told[0], "a repeat in a batch earned another receipt")
    named = [each.value["document"]["id"] for each in opened if each.is_receipt]
    scene.expect(
        "TF-REST-4", named == [papers[0].id, papers[1].id, papers[0].id, papers[2].id], "the order is another"
    )
    for each in papers:
        alone = await scene.submit(each)
        scene.expect(
            "TF-INTAKE-27", alone.status == 200, f"what was told to be taken in came to {alone.said}"
        )
