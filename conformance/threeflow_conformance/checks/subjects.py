"""Subjects: portions, versions, accounts and findings, told by tracking (page subjects)."""

from decimal import Decimal
from typing import Any

from threeflow_conformance.judge import schemas
from threeflow_conformance.judge.table import Act, table
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.papers import Paper, Papers

LIST = Act("declaration", "list", "export")
REGISTERED = Act("customs-status", "registered", "export")
RELEASE = Act("release", "full", "export")


async def _said(scene: Scene, *acts: Act) -> list[Paper]:
    found = []
    for act in acts:
        paper = scene.papers.say(act)
        await scene.taken(paper, "accepted", "flagged")
        found.append(paper)
    return found


async def _consignment(scene: Scene, papers: Papers | None = None) -> dict[str, Any]:
    return await scene.tracks("consignment", (papers or scene.papers).keys[0])


def _cells(seen: dict[str, Any]) -> dict[tuple[int, str], Decimal]:
    found: dict[tuple[int, str], Decimal] = {}
    for portion in seen["portions"]:
        for cell in portion["cells"]:
            at = (cell["sequence"], cell["package"])
            found[at] = found.get(at, Decimal(0)) + Decimal(cell["quantity"])
    return found


def _rules(answer: Any) -> set[str]:
    return {each["rule"] for each in answer.value["findings"]} if answer.is_receipt else set()


@check("TF-SUBJ-8", "TF-SUBJ-10", "TF-SUBJ-11")
async def portions(scene: Scene) -> None:
    """A scope smaller than a portion splits it; what was declared is there at every moment."""
    (declared, _) = await _said(scene, LIST, REGISTERED)
    due = {
        (content["sequence"], package["id"]): Decimal(content["quantity"])
        for package in declared.payload["packages"] for content in package["contents"]
    }  # fmt: skip
    scene.expect(
        "TF-SUBJ-8", _cells(await _consignment(scene)) == due, "the portions are not what was declared"
    )
    one = scene.papers.say(RELEASE).changed("act", "scope", to={"packages": ["P1"]})
    answer = await scene.submit(one)
    scene.expect(
        "TF-SUBJ-10", answer.outcome == "accepted", f"a release of one package came to {answer.said}"
    )
    seen = await _consignment(scene)
    scene.expect("TF-SUBJ-8", _cells(seen) == due, "after a split the portions are not what was declared")
    states = {tuple(each["packages"]): each["tracks"]["export"] for each in seen["portions"]}
    scene.expect(
        "TF-SUBJ-10",
        states == {("P1",): "released", ("P2",): "registered"},
        f"the portions stand at {states}",
    )
    rest = await scene.submit(scene.papers.say(RELEASE))
    scene.expect(
        "TF-SUBJ-11",
        rest.outcome == "accepted",
        f"a release of the whole, of which one part is, came to {rest.said}",
    )
    seen = await _consignment(scene)
    scene.expect(
        "TF-SUBJ-11",
        {each["tracks"]["export"] for each in seen["portions"]} == {"released"},
        "the rest was not released",
    )
    scene.expect("TF-SUBJ-8", _cells(seen) == due, "the portions are not what was declared")


@check("TF-SUBJ-11", "TF-SUBJ-7")
async def all_or_none(scene: Scene) -> None:
    """An act about packages takes all that it names or none."""
    await _said(scene, LIST, REGISTERED)
    one = scene.papers.say(Act("inspection-order", "image", "export")).changed(
        "act", "scope", to={"packages": ["P1"]}
    )
    scene.expect("TF-SUBJ-11", (await scene.submit(one)).outcome == "accepted", "an order for one package")
    both = scene.papers.say(RELEASE).changed("act", "scope", to={"packages": ["P1", "P2"]})
    answer = await scene.submit(both)
    scene.expect(
        "TF-SUBJ-11",
        answer.outcome in {"pending", "flagged"},
        f"a release over an ordered package came to {answer.said}",
    )
    seen = await _consignment(scene)
    released = [each for each in seen["portions"] if each["tracks"]["export"] == "released"]
    scene.expect("TF-SUBJ-11", not released, "it took the one package that fitted")


@check("TF-SUBJ-9", "TF-INTAKE-20")
async def scope(scene: Scene) -> None:
    """More than was declared: a request is refused, an act is flagged."""
    await _said(scene, LIST, REGISTERED)
    request = scene.papers.say(Act("cancellation", "part")).changed("scope", to={"packages": ["P9"]})
    await scene.refused(await scene.submit(request), "scope-exceeded", "TF-SUBJ-9", "TF-INTAKE-20")
    act = scene.papers.say(RELEASE).changed("act", "scope", to={"packages": ["P9"]})
    answer = await scene.submit(act)
    scene.expect(
        "TF-SUBJ-9",
        answer.outcome in {"flagged", "pending"},
        f"an act beyond the goods came to {answer.said}",
    )
    seen = await _consignment(scene)
    codes = {each["code"] for each in seen["findings"]}
    scene.expect("TF-SUBJ-9", "scope-exceeded" in codes | _rules(answer), f"the finding is not told: {codes}")


@check("TF-SUBJ-13", "TF-DOC-9")
async def versions(scene: Scene) -> None:
    """A later version takes the earlier one's place, whichever came first."""
    for turned in (False, True):
        papers = scene.new_papers()
        first = papers.order()
        later = papers.order(header={"version": 2, "replaces": {"id": first.id, "digest": first.digest}})
        order = (later, first) if turned else (first, later)
        answers = [await scene.submit(each) for each in order]
        scene.expect(
            "TF-SUBJ-13",
            answers[0].outcome in {"accepted", "pending"},
            f"the first came to {answers[0].said}",
        )
        if turned:
            scene.expect(
                "TF-SUBJ-13", answers[1].outcome == "no-effect", f"the older one came to {answers[1].said}"
            )
        seen = await scene.tracks("case", papers.case_keys[0])
        outcomes = {each["id"]: each["outcome"] for each in seen["documents"]}
        scene.expect(
            "TF-SUBJ-13", outcomes.get(first.id) == "no-effect", f"the older one still counts: {outcomes}"
        )
        scene.expect(
            "TF-SUBJ-13", outcomes.get(later.id) == "accepted", f"the later one does not count: {outcomes}"
        )


@check("TF-SUBJ-14", "TF-SUBJ-15")
async def new_version(scene: Scene) -> None:
    """A registered declaration's new version waits for a decision; a release of another version is flagged."""
    first, _ = await _said(scene, LIST, REGISTERED)
    papers = scene.papers
    again = papers.say(
        LIST, header={"version": 2, "replaces": {"id": first.id, "digest": first.digest}}, keep=False
    )
    answer = await scene.submit(again)
    scene.expect("TF-SUBJ-14", answer.outcome == "pending", f"an ungranted version came to {answer.said}")
    wrong = papers.say(RELEASE, keep=False).changed("act", "declarationVersion", to=2)
    answer = await scene.submit(wrong)
    told = "release-of-other-version" in _rules(answer)
    scene.expect(
        "TF-SUBJ-15",
        answer.outcome == "flagged" and told,
        f"a release of version 2 came to {answer.said} {_rules(answer)}",
    )


@check("TF-SUBJ-16", "TF-SUBJ-17")
async def accounts(scene: Scene) -> None:
    """Goods count once on each side; goods presented that were never released show as the difference."""
    available = Act("logistics-event", "available")
    await _said(scene, LIST)
    early = await scene.submit(scene.papers.say(available))
    told = "presented-without-release" in _rules(early)
    scene.expect(
        "TF-SUBJ-17", early.outcome == "flagged" and told, f"goods never released came to {early.said}"
    )
    seen = await _consignment(scene)
    account = {each["account"]: each for each in seen["accounts"]}.get("release-use", {})
    scene.expect("TF-SUBJ-17", _total(account, "difference") == 2, f"the account says {account}")
    other = scene.new_papers()
    for act in (LIST, REGISTERED, RELEASE, available, available):
        paper = other.say(act)
        answer = await scene.submit(paper)
        scene.ready(answer.is_receipt, f"{act.name} came to {answer.said}")
    seen = await _consignment(scene, other)
    account = {each["account"]: each for each in seen["accounts"]}["release-use"]
    sides = {side: _total(account, side) for side in ("credit", "debit", "difference", "open")}
    due = {"credit": 2, "debit": 2, "difference": 0, "open": 0}
    scene.expect("TF-SUBJ-16", sides == due, f"presented twice, the account says {account}")


def _total(account: dict[str, Any], side: str) -> Decimal:
    return sum((Decimal(each) for each in account.get(side, {}).values()), Decimal(0))


@check("TF-SUBJ-4", "TF-TABLE-14", "TF-TABLE-3")
async def events_by_time(scene: Scene) -> None:
    """The latest actual event by event time gives the state, however it is written and whenever it comes."""
    papers = scene.papers
    await _said(scene, LIST)

    def event(kind: str, time: str, classifier: str = "actual") -> Paper:
        return papers.say(Act("logistics-event", kind), at=time, classifier=classifier)

    for paper, due in (
        (event("loaded", "2026-03-03T20:00:00+08:00"), "loaded"),
        (event("departed", "2026-03-03T13:00:00Z"), "departed"),
        (event("at-control-place", "2026-03-03T11:00:00Z"), "departed"),
        (event("arrived", "2026-03-03T14:00:00Z", "planned"), "departed"),
        (event("arrived", "2026-03-03T14:00:00Z", "estimated"), "departed"),
        (event("arrived", "2026-03-03T22:30:00+09:00"), "arrived"),
    ):
        answer = await scene.submit(paper)
        scene.expect("TF-SUBJ-5", answer.outcome in {"accepted", "flagged"}, f"a fact came to {answer.said}")
        state = (await _consignment(scene))["tracks"]["transport"]
        rule = "TF-SUBJ-4" if paper.payload["classifier"] != "actual" or due == state else "TF-TABLE-14"
        rule = "TF-TABLE-3" if due == "arrived" else rule
        scene.expect(
            rule,
            state == due,
            f"after {paper.name} of {paper.payload['eventTime']} it stands at {state}, not {due}",
        )


@check("TF-SUBJ-19", "TF-SUBJ-20", "TF-TABLE-12")
async def findings(scene: Scene) -> None:
    """A seal broken after inspection, and an order not to load that comes late, are told and move nothing."""
    await _said(
        scene,
        LIST,
        REGISTERED,
        Act("inspection-order", "image", "export"),
        Act("inspection-result", "conform", "export"),
    )
    before = await _consignment(scene)
    broken = await scene.submit(scene.papers.say(Act("logistics-event", "seal-broken")))
    scene.expect(
        "TF-SUBJ-19",
        "custody-broken" in _rules(broken),
        f"a broken seal came to {broken.said} {_rules(broken)}",
    )
    after = await _consignment(scene)
    scene.expect(
        "TF-SUBJ-19", after["tracks"]["export"] == before["tracks"]["export"], "it moved a customs track"
    )
    await _said(
        scene, RELEASE, Act("customs-status", "advance-received", "import"), Act("logistics-event", "loaded")
    )
    late = await scene.submit(scene.papers.say(Act("import-decision", "do-not-load", "import")))
    told = "do-not-load-too-late" in _rules(late)
    scene.expect(
        "TF-SUBJ-20",
        late.outcome == "flagged" and told,
        f"after loading it came to {late.said} {_rules(late)}",
    )
    state = (await _consignment(scene))["tracks"]["admission"]
    scene.expect("TF-SUBJ-20", state != "do-not-load", "it took effect on goods that are loaded")


@check("TF-SUBJ-18")
async def import_release(scene: Scene) -> None:
    """An import release waits for the dossier's acceptance and for the goods."""
    await _said(scene, LIST, REGISTERED, RELEASE)
    advance = Act("customs-status", "advance-received", "import")
    await _said(
        scene, advance, Act("declaration", "import", "import"), Act("customs-status", "registered", "import")
    )
    early = await scene.submit(scene.papers.say(Act("release", "full", "import")))
    seen = await _consignment(scene)
    scene.expect(
        "TF-SUBJ-18",
        early.outcome != "accepted" and seen["tracks"].get("import") != "released",
        f"without acceptance and goods it came to {early.said}",
    )
    accept, there = Act("import-decision", "accept", "import"), Act("logistics-event", "available")
    # The decision answers the authority's own advance status.
    scene.papers.say(advance, keep=True)
    await _said(scene, there)
    seen = await _consignment(scene)
    scene.expect(
        "TF-SUBJ-18",
        seen["tracks"].get("import") != "released",
        "presented and not accepted, it was released",
    )
    scene.ready(accept.type == "import-decision", "")


@check("TF-SUBJ-1", "TF-INTAKE-24")
async def joined(scene: Scene) -> None:
    """Subjects that one document's keys join become one: the earlier stays."""
    papers = scene.papers
    one, two = papers.case_keys
    answers = [await scene.taken(papers.order(keys=keys)) for keys in ([one], [two], [one, two])]
    ids = [each.value["subject"]["id"] for each in answers]
    scene.expect("TF-SUBJ-1", ids[0] != ids[1], "two deals were one before anything joined them")
    scene.expect("TF-INTAKE-24", ids[2] == ids[0], "the joined subject is not the earlier one")
    seen = [await scene.tracks("case", each) for each in (one, two)]
    scene.expect(
        "TF-INTAKE-24",
        seen[0]["id"] == seen[1]["id"] == ids[0],
        "the later key does not lead to the earlier subject",
    )
    scene.expect("TF-INTAKE-24", len(seen[0]["documents"]) == 3, "documents were lost in joining")


@check("TF-SUBJ-1")
async def inherited(scene: Scene) -> None:
    """What inherits its subject is filed under that of the document that it names."""
    declared, _ = await _said(scene, LIST, REGISTERED)
    response = scene.papers.say(Act("information-request", "clarify", "export"))
    answer = await scene.taken(response)
    seen = await _consignment(scene)
    scene.expect("TF-SUBJ-1", answer.value["subject"]["id"] == seen["id"], "it was filed elsewhere")
    named = {each["id"] for each in seen["documents"]}
    scene.expect("TF-SUBJ-1", {declared.id, response.id} <= named, "tracking does not show it")


@check("TF-SUBJ-1")
async def inherited_from(scene: Scene) -> None:
    """What names several documents is filed under the subject of the first, and not of the agreement it crosses under."""
    papers = scene.papers
    order = papers.order()
    await scene.taken(order, "accepted")
    declared, _ = await _said(scene, LIST, REGISTERED)
    case = await scene.tracks("case", papers.case_keys[0])
    consignment = await _consignment(scene)
    for references, due in (([declared, order], consignment), ([order, declared], case)):
        named = [each.ref for each in references]
        asked = papers.say(Act("information-request", "clarify", "export"), references=named, keep=False)
        answer = await scene.taken(asked)
        has = answer.value["subject"]["kind"]
        scene.expect(
            "TF-SUBJ-1",
            answer.value["subject"]["id"] == due["id"],
            f"naming first a {references[0].type} it was filed under a {has}",
        )


@check("TF-REST-1", "TF-REST-13", "TF-SUBJ-10")
async def told(scene: Scene) -> None:
    """Tracking has the members that the OpenAPI description names, and tells the whole only where all portions agree."""
    await _said(scene, LIST, REGISTERED, Act("logistics-event", "loaded"))
    one = scene.papers.say(RELEASE).changed("act", "scope", to={"packages": ["P1"]})
    await scene.taken(one, "accepted", "flagged")
    seen = await _consignment(scene)
    broken = schemas.component("Subject", seen)
    scene.expect("TF-REST-1", not broken, f"tracking breaks its description: {broken[:3]}")
    named = [sorted(each["tracks"]) for each in seen["portions"]]
    due = sorted(
        name for track, said in table()["tracks"].items() if said["subject"] == "consignment"
        for name in (track, *(f"{track}@{each}" for each in said.get("apart", ())))
    )  # fmt: skip
    scene.expect("TF-REST-13", named == [due, due], f"the portions tell the tracks {named}")
    scene.expect(
        "TF-REST-13",
        "export" not in seen["tracks"] and seen["tracks"].get("transport") == "loaded",
        f"of two portions that differ the whole is said to stand at {seen['tracks']}",
    )
