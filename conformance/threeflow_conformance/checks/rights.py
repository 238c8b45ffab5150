"""Who may issue, bring and carry what: twins of role, office, position, purpose, agreement and caller."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from threeflow_conformance.judge.answers import Answer
from threeflow_conformance.judge.table import Act, must, part, rows
from threeflow_conformance.judge.vectors import base
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.network import FOREIGN, HOME

Twin = tuple[str, Callable[[Scene], Awaitable[Answer]]]
_AGREE = Act("agreement", "corridor")
_LIST = Act("declaration", "list", "export")
_REGISTERED = Act("customs-status", "registered", "export")
_RELEASE = Act("release", "full", "export")


async def _declared(scene: Scene) -> None:
    await scene.taken(scene.papers.say(_LIST))


async def _registered(scene: Scene) -> None:
    await _declared(scene)
    await scene.taken(scene.papers.say(_REGISTERED), "accepted")


async def _wrong_office(scene: Scene) -> Answer:
    await _registered(scene)
    paper = scene.papers.say(_RELEASE)
    return await scene.submit(paper.changed("act", "office", "code", to="NOWHERE"))


async def _other_list(scene: Scene) -> Answer:
    await _registered(scene)
    return await scene.submit(scene.papers.say(_RELEASE).changed("act", "office", "list", to="other-office"))


async def _no_competence(scene: Scene) -> Answer:
    await _registered(scene)
    paper = scene.papers.say(_RELEASE)
    code = scene.network.members[paper.issuer].offices[-1]["code"]
    return await scene.submit(paper.changed("act", "office", "code", to=code))


async def _other_position(scene: Scene) -> Answer:
    await _registered(scene)
    return await scene.submit(scene.papers.say(_RELEASE).changed("act", "position", to="import"))


async def _other_side(scene: Scene) -> Answer:
    """An office of the other side acts at its own position, which it does not hold for this consignment."""
    await _declared(scene)
    side = FOREIGN if scene.network.at("export") == HOME else HOME
    issuer = scene.network.member(side, "office")
    paper = scene.papers.say(_REGISTERED, issuer=issuer)
    own = next(each for each in issuer.offices if "transit" not in each["positions"])
    return await scene.submit(
        paper.changed("act", "office", to={"list": own["list"], "code": own["code"]}), issuer
    )


async def _holds_not(scene: Scene) -> Answer:
    """The goods go from the other side, so its office holds export, and this one's office does not."""
    countries = {"dispatchCountry": "DE", "destinationCountry": "CN"}
    declared = scene.papers.say(_LIST)
    declared = declared.changed("carriage", to={**declared.payload["carriage"], **countries})
    scene.papers.said["declaration"] = declared
    await scene.taken(declared)
    return await scene.submit(scene.papers.say(_REGISTERED))


async def _wrong_role(scene: Scene) -> Answer:
    return await scene.submit(scene.papers.order(issuer=scene.network.home("carrier")))


async def _stranger_brings(scene: Scene) -> Answer:
    return await scene.submit(scene.papers.order(), scene.network.home("bystander"))


async def _no_agreement(scene: Scene) -> Answer:
    paper = scene.papers.order(receivers=[scene.network.node, scene.network.foreign("gate").id])
    return await scene.submit(paper.changed("header", "agreement", to=None))


async def _unknown_agreement(scene: Scene) -> Answer:
    paper = scene.papers.order(receivers=[scene.network.node, scene.network.foreign("gate").id])
    return await scene.submit(paper.changed("header", "agreement", "id", to=scene.uuid()))


async def _other_digest(scene: Scene) -> Answer:
    paper = scene.papers.order(receivers=[scene.network.node, scene.network.foreign("gate").id])
    return await scene.submit(paper.changed("header", "agreement", "digest", to="sha-256:" + "0" * 64))


async def _not_between(scene: Scene) -> Answer:
    """The agreement is in force, but not with the jurisdiction that is to receive."""
    third = f"{scene.network.jurisdictions['late']}.platform"
    paper = scene.papers.order(receivers=[scene.network.node, third])
    return await scene.submit(paper)


async def _purpose(scene: Scene) -> Answer:
    """The agreement is in force between the two, and names no such purpose."""
    paper = scene.papers.order(receivers=[scene.network.node, scene.network.foreign("gate").id])
    return await scene.submit(paper.changed("header", "purpose", to="evidence"))


async def _agreed(scene: Scene, *path: str, to: Any) -> dict[str, str]:
    """Another agreement that both sides have sealed, with one of its members put."""
    papers, network = scene.new_papers(), scene.network
    here, there = network.home("office"), network.foreign("office")
    first = papers.say(_AGREE, issuer=here, receivers=[network.node]).changed(*path, to=to)
    second = papers.say(
        _AGREE, issuer=there, receivers=[network.node, here.id], counterpart=first.short,
        references=[{**first.ref, "relation": "counterpart"}],
    ).changed(*path, to=to)  # fmt: skip
    for each in (first, second):
        await scene.taken(each, "accepted", "flagged")
    return second.short


async def _agreement_over(scene: Scene) -> Answer:
    over = (scene.world.now() - timedelta(days=2)).isoformat()
    agreement = await _agreed(scene, "validUntil", to=over)
    paper = scene.papers.order(receivers=[scene.network.node, scene.network.foreign("gate").id])
    return await scene.submit(paper.changed("header", "agreement", to=agreement))


async def _office_not_named(scene: Scene) -> Answer:
    agreement = await _agreed(
        scene, "terms", "offices", to=[{"list": f"{scene.network.own_list}-office", "code": "ELSEWHERE"}]
    )
    await _declared(scene)
    across = [scene.network.node, scene.network.home("office").id, scene.network.foreign("office").id]
    issuer = scene.papers.issuer_of(_REGISTERED)
    paper = scene.papers.say(_REGISTERED, receivers=[each for each in across if each != issuer.id])
    return await scene.submit(paper.changed("header", "agreement", to=agreement))


async def _not_ours(scene: Scene) -> Answer:
    return await scene.submit(scene.papers.order(receivers=[scene.network.home("peer").id]))


TWINS: Mapping[str, Twin] = {
    "issuer-without-the-role": ("TF-INTAKE-9", _wrong_role),
    "office-of-nobody": ("TF-INTAKE-10", _wrong_office),
    "office-of-another-list": ("TF-INTAKE-10", _other_list),
    "office-without-competence": ("TF-INTAKE-10", _no_competence),
    "office-at-another-position": ("TF-INTAKE-10", _other_position),
    "position-of-the-other-side": ("TF-INTAKE-10", _other_side),
    "position-not-held": ("TF-INTAKE-11", _holds_not),
    "brought-by-a-stranger": ("TF-INTAKE-13", _stranger_brings),
    "no-agreement": ("TF-INTAKE-15", _no_agreement),
    "agreement-not-held": ("TF-INTAKE-15", _unknown_agreement),
    "agreement-of-other-octets": ("TF-INTAKE-15", _other_digest),
    "agreement-with-another": ("TF-INTAKE-15", _not_between),
    "agreement-that-is-over": ("TF-INTAKE-15", _agreement_over),
    "purpose-not-agreed": ("TF-INTAKE-15", _purpose),
    "office-not-agreed": ("TF-INTAKE-15", _office_not_named),
}


@check(*sorted({each for each, _ in TWINS.values()}), cases=lambda: TWINS)
async def twin(scene: Scene, twin: Twin) -> None:
    """One thing about who and where is wrong: not-entitled, nothing is kept, and the right one is taken in."""
    requirement, make = twin
    answer = await make(scene)
    named = (requirement, "TF-INTAKE-11", "TF-INTAKE-10")
    await scene.refused(answer, "not-entitled", *named, blame=requirement)
    if scene.said is not None:
        await scene.nothing_bound(scene.said, requirement)
    await scene.alive()


@check(
    "TF-INTAKE-14",
    applies=lambda role: role.name not in {"hub", "sub-platform", "overseas-node"} and not role.issues,
)
async def no_part(scene: Scene) -> None:
    """A node that is neither issuer nor receiver, hub or way takes nothing in."""
    peer = scene.network.home("peer")
    away = scene.network.foreign("gate")
    paper = scene.papers.say(_LIST, issuer=peer, receivers=[peer.id, away.id])
    answer = await scene.submit(paper, scene.network.home("hubbub"))
    await scene.refused(answer, "not-entitled", "TF-INTAKE-14", "TF-INTAKE-13")


@check("TF-INTAKE-13", "TF-INTAKE-14")
async def those_who_may_bring(scene: Scene) -> None:
    """Issuer, receiver and hub may each bring a document."""
    for caller in (
        scene.network.home("platform"),
        scene.network.home("office"),
        scene.network.home("hubbub"),
    ):
        answer = await scene.submit(scene.new_papers().order(), caller)
        scene.expect(
            "TF-INTAKE-13", answer.outcome == "accepted", f"brought by {caller.id} it came to {answer.said}"
        )


def _chain(scene: Scene, act: Act) -> None:
    """Say, without sending it, what a document has to name."""
    for group in must(act):
        type_ = min(group)
        if type_ not in scene.papers.said:
            kind = next(each for each in rows()[type_]["kinds"] if base(type_, each))
            needed = Act(type_, kind, "export" if "position" in rows()[type_] else "")
            _chain(scene, needed)
            scene.papers.say(needed)


@check("TF-INTAKE-9", cases=lambda: {each: each for each in rows() if "any" not in rows()[each]["issuers"]})
async def role(scene: Scene, type_: str) -> None:
    """No type is taken from an issuer that has none of the roles of its row."""
    kind = next(each for each in rows()[type_]["kinds"] if base(type_, each))
    fixed = rows()[type_]["kinds"][kind].get("position", "export" if "position" in rows()[type_] else "")
    act = Act(type_, kind, fixed)
    scene.papers.say(_LIST)
    _chain(scene, act)
    members = [scene.network.home(each) for each in ("hubbub", "carrier", "pay", "platform")]
    issuer = next(each for each in members if not set(each.roles) & set(part(act, "issuers")))
    paper = scene.papers.say(act, issuer=issuer)
    if "references" not in paper.header:
        # Some schemas ask for a reference that no row requires.
        paper = paper.changed("header", "references", to=[scene.papers.order().ref])
    answer = await scene.submit(paper)
    named = ("TF-INTAKE-9", "TF-INTAKE-10")
    await scene.refused(answer, "not-entitled", *named, blame="TF-INTAKE-9")


@check("TF-TABLE-6")
async def issuer_of(scene: Scene) -> None:
    """A request about a document comes from that document's issuer and from nobody else."""
    await _registered(scene)
    paper = scene.papers.say(Act("amendment", "before-release"))
    other = (
        scene.network.home("declarant")
        if paper.issuer != scene.network.home("declarant").id
        else scene.network.foreign("declarant")
    )
    foreign = scene.papers.say(Act("amendment", "before-release"), keep=False)
    mine = await scene.submit(paper)
    scene.expect("TF-TABLE-6", mine.outcome == "accepted", f"the declarant's own request came to {mine.said}")
    peer = scene.network.home("peer")
    scene.ready(other.id != foreign.issuer, "nobody else could ask")
    theirs = foreign.changed("header", "issuer", to=peer.id).under(scene.uuid())
    if peer.jurisdiction != scene.network.members[foreign.issuer].jurisdiction:
        theirs = theirs.changed("header", "agreement", to=None)
    await scene.refused(await scene.submit(theirs, peer), "not-entitled", "TF-TABLE-6")
