"""Walks generated from the exchange table: every legal step of every track, and each document's illegal twin."""

from functools import cache

from threeflow_conformance.judge.table import Act, World, apply, rows, table, walked
from threeflow_conformance.judge.walks import Walk, doc_facts, illegal, legal
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.papers import Paper, Papers

_RULES = ("TF-TABLE-8", "TF-TABLE-9", "TF-TABLE-11", "TF-TABLE-13")


@cache
def good() -> dict[str, Walk]:
    """Legal walks by name."""
    return {each.name: each for track in table()["tracks"] if walked(track) for each in legal(track)}


@cache
def bad() -> dict[str, Walk]:
    """Illegal walks by name."""
    return {each.name: each for track in table()["tracks"] if walked(track) for each in illegal(track)}


async def _walk(scene: Scene, walk: Walk) -> Papers:
    papers = scene.papers
    for act in walk.path:
        paper = _say(papers, act, walk.subject)
        answer = await scene.submit(paper)
        scene.ready(answer.outcome in {"accepted", "flagged"}, f"on the way {act.name} came to {answer.said}")
    return papers


def _say(papers: Papers, act: Act, subject: str) -> Paper:
    return papers.say(act, subject=subject)


@check(*_RULES, "TF-TABLE-12", "TF-SUBJ-5", cases=good)
async def legal_step(scene: Scene, walk: Walk) -> None:
    """From a state from which the table has a step the document moves its track, and only where the table says."""
    papers = await _walk(scene, walk)
    before = await _states(scene, papers, walk)
    paper = _say(papers, walk.act, walk.subject)
    answer = await scene.submit(paper)
    scene.expect(
        "TF-TABLE-13", answer.outcome in {"accepted", "flagged"}, f"{walk.act.name} came to {answer.said}"
    )
    after = await _states(scene, papers, walk)
    scene.expect(
        "TF-TABLE-8",
        after.get(walk.track, "none") == walk.to,
        f"{walk.track} stands at {after.get(walk.track)}, not {walk.to}",
    )
    world = World()
    for act in (*walk.path, walk.act):
        world = apply(act, world, walk.subject, doc_facts(act)).world
    due = {name: world.state(name) for name in after}
    scene.expect(
        "TF-TABLE-9", after == due, f"the tracks are {after}, the table gives {due} (before: {before})"
    )
    findings = apply(walk.act, _before(walk), walk.subject, doc_facts(walk.act)).findings
    told = {each["rule"] for each in answer.value["findings"]}
    scene.expect(
        "TF-TABLE-12", set(findings) <= told, f"{sorted(findings)} are due, the receipt tells {sorted(told)}"
    )
    if findings:
        scene.expect("TF-SUBJ-5", answer.outcome == "flagged", f"with findings it came to {answer.said}")


def _before(walk: Walk) -> World:
    world = World()
    for act in walk.path:
        world = apply(act, world, walk.subject, doc_facts(act)).world
    return world


@check("TF-SUBJ-5", "TF-SUBJ-6", "TF-SUBJ-7", "TF-INTAKE-20", "TF-TABLE-13", cases=bad)
async def illegal_step(scene: Scene, walk: Walk) -> None:
    """From any other state an act waits or is flagged, a request waits or is refused, a fact is recorded."""
    papers = await _walk(scene, walk)
    before = await _states(scene, papers, walk)
    answer = await scene.submit(_say(papers, walk.act, walk.subject))
    nature = rows()[walk.act.type]["nature"]
    if nature == "request":
        fits = answer.outcome == "pending" or answer.code in {"wrong-state", "scope-exceeded"}
        scene.expect("TF-SUBJ-6", fits, f"a request out of its state came to {answer.said}")
    else:
        allowed = {"pending", "flagged"} if nature == "act" else {"accepted", "flagged", "pending"}
        rule = "TF-SUBJ-7" if nature == "act" else "TF-SUBJ-5"
        scene.expect(rule, answer.outcome in allowed, f"out of its state it came to {answer.said}")
    after = await _states(scene, papers, walk)
    scene.expect("TF-TABLE-13", after == before, f"out of its state it moved {before} to {after}")


async def _states(scene: Scene, papers: Papers, walk: Walk) -> dict[str, str]:
    answer = await scene.subject(walk.subject, papers.keys_of(walk.subject)[0])
    if answer.code == "not-found":
        return {}
    scene.expect("TF-REST-1", answer.status == 200, f"tracking came to {answer.said}")
    known = {name for name, track in table()["tracks"].items() if track["subject"] == walk.subject}
    return {name: state for name, state in answer.value["tracks"].items()
            if name.partition("@")[0].partition(":")[0] in known}  # fmt: skip
