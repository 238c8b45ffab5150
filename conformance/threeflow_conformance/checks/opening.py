"""What a run begins with: the node is who it is said to be, and the two sides agree."""

from threeflow_conformance.judge import schemas
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene

_AGREE = Act("agreement", "corridor")


@check("TF-SEAL-5", "TF-REST-1")
async def statement(scene: Scene) -> None:
    """The node's statement is its own, sealed, and says what the role needs."""
    answer = await scene.get("/.well-known/threeflow")
    scene.ready(answer.status == 200 and answer.sealed, f"the statement is {answer.said}")
    broken = schemas.violations("protocol/node-statement", answer.value)
    scene.expect("TF-REST-1", not broken, f"the statement breaks its schema: {broken[:2]}")
    scene.ready("1.0" in answer.value["specVersions"], "the node does not speak 1.0")
    missing = set(scene.network.role.roles) - set(answer.value["roles"])
    scene.ready(not missing, f"the node does not state the roles {sorted(missing)}")
    scene.shared.statement = answer.value


@check("TF-INTAKE-15", "TF-SUBJ-21")
async def agreement(scene: Scene) -> None:
    """Both sides seal the agreement, and then it is in force."""
    papers = scene.papers
    here, there = scene.network.home("office"), scene.network.foreign("office")
    first = papers.say(_AGREE, issuer=here, receivers=[scene.network.node])
    early = papers.order(receivers=[scene.network.node, scene.network.foreign("gate").id], header={
        "agreement": first.short, "purpose": "release-on-documents"})  # fmt: skip
    await scene.taken(first, "accepted")
    await scene.refused(await scene.submit(early), "not-entitled", "TF-INTAKE-15")
    key = papers.keys_of("record")[0]
    held = await scene.tracks("record", key, here)
    scene.expect(
        "TF-SUBJ-21", held["tracks"].get("record") != "in-force", "one side alone puts an agreement in force"
    )
    second = papers.say(
        _AGREE, issuer=there, receivers=[scene.network.node, here.id], counterpart=first.short,
        references=[{**first.ref, "relation": "counterpart"}],
    )  # fmt: skip
    await scene.taken(second, "accepted")
    held = await scene.tracks("record", key, here)
    scene.expect(
        "TF-SUBJ-21", held["tracks"].get("record") == "in-force", f"the agreement is {held['tracks']}"
    )
    scene.shared.agreement = second.short
