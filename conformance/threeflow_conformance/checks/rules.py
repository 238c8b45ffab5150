"""Rules: on a request a broken one refuses, on a fact it is a finding."""

from typing import Any

from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.papers import Paper

_PERSON = {"name": "Erika Mustermann", "country": "DE", "naturalPerson": True}
_RULE = "PRV-01"


def _open(paper: Paper, *names: str) -> Paper:
    """The paper with natural persons named in the open, which a rule of severity error forbids."""
    parties: dict[str, Any] = {**paper.payload["parties"], **dict.fromkeys(names, _PERSON)}
    return paper.changed("parties", to=parties)


@check("TF-INTAKE-19", "TF-RCPT-9")
async def on_a_request(scene: Scene) -> None:
    """A request that breaks a rule is refused with every violation, and taken in without."""
    papers = scene.papers
    good = papers.say(Act("declaration", "list", "export"))
    answer = await scene.submit(_open(good, "seller", "exporter"))
    await scene.refused(answer, "rule-violated", "TF-INTAKE-19")
    named = [(each["rule"], each["pointer"]) for each in answer.problem["violations"]]
    due = [(_RULE, "/parties/exporter"), (_RULE, "/parties/seller")]
    scene.expect("TF-RCPT-9", named == due, f"the violations are {named}, not {due}")
    await scene.nothing_bound(good, "TF-INTAKE-19")
    right = await scene.submit(good)
    scene.expect("TF-INTAKE-19", right.outcome == "accepted", f"the right one came to {right.said}")


@check("TF-INTAKE-19", "TF-RCPT-3")
async def on_a_fact(scene: Scene) -> None:
    """A fact that breaks a rule is recorded, flagged, with the finding."""
    good = scene.papers.order()
    answer = await scene.submit(_open(good, "seller"))
    scene.expect(
        "TF-INTAKE-19", answer.outcome == "flagged", f"a fact that breaks a rule came to {answer.said}"
    )
    found = [(each["rule"], each["pointer"]) for each in answer.value["findings"]]
    scene.expect("TF-INTAKE-19", (_RULE, "/parties/seller") in found, f"the findings are {found}")


@check("TF-INTAKE-1", "TF-INTAKE-20", "TF-SUBJ-6")
async def before_state(scene: Scene) -> None:
    """Rules are looked at before the state, and a request too late for its state is refused."""
    papers = scene.papers
    for act in (Act("declaration", "list", "export"), Act("customs-status", "registered", "export"),
                Act("release", "full", "export")):  # fmt: skip
        await scene.taken(papers.say(act), "accepted")
    again = papers.say(Act("declaration", "list", "export"), keep=False)
    both = await scene.submit(_open(again, "seller"))
    scene.expect("TF-INTAKE-1", both.code == "rule-violated", f"rule-violated was due, {both.said} came")
    late = await scene.submit(again)
    scene.expect(
        "TF-INTAKE-20",
        late.code in {"wrong-state", "scope-exceeded"},
        f"a second declaration of released goods came to {late.said}",
    )
