"""What the node owes its peers: the same envelope, to listed addresses, until a sealed outcome comes back."""

from threeflow_conformance.inbox import Arrival
from threeflow_conformance.judge.octets import digest
from threeflow_conformance.judge.seals import SealError, open_token
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.network import Member
from threeflow_conformance.speak.papers import Paper


def _to(scene: Scene, *members: Member) -> list[str]:
    return [scene.network.node, *(each.id for each in members)]


async def _came(
    scene: Scene,
    member: Member,
    paper: Paper,
    count: int = 1,
    *,
    within: float | None = None,
    receipted: bool = False,
) -> list[Arrival]:
    def wanted(each: Arrival) -> bool:
        if receipted and each.answered != "receipt":
            return False
        return (each.peer, each.document) == (member.id, paper.id)

    return await scene.arrived(wanted, count=count, within=within)


@check("TF-INTAKE-30", "TF-INTAKE-31", "TF-TOKEN-3", "TF-TOKEN-6", "TF-TOKEN-7", "TF-REST-5")
async def to_receivers(scene: Scene) -> None:
    """What is taken in reaches every receiver at home and abroad, octet for octet, under the node's own token."""
    peer, gate = scene.network.home("peer"), scene.network.foreign("gate")
    paper = scene.papers.order(receivers=_to(scene, peer, gate))
    body = scene.seal(paper)
    await scene.taken(paper, "accepted")
    for member in (peer, gate):
        came = await _came(scene, member, paper)
        scene.expect("TF-INTAKE-30", came, f"{member.id} was not reached")
        scene.expect("TF-INTAKE-30", came[0].line == body, f"{member.id} was sent another envelope")
        check_token(scene, member, came[0])
    for member in (peer, gate):
        # What shared a request with another case's scripted failure comes again before it earns its receipt.
        await _came(scene, member, paper, receipted=True)
    await scene.world.sleep(scene.parameters.quiet_seconds)
    for member in (peer, gate):
        again = await _came(scene, member, paper, within=0.01, receipted=True)
        scene.expect(
            "TF-INTAKE-30", len(again) == 1, f"{member.id} was sent it {len(again)} times after its receipt"
        )


def check_token(scene: Scene, member: Member, came: Arrival) -> None:
    """Judge the token under which the node under test calls one of the suite's nodes."""
    scheme, _, text = came.headers.get("authorization", "").partition(" ")
    scene.expect("TF-REST-7", scheme.lower() == "bearer", "the node calls without a token")
    try:
        claims = open_token(text, scene.judge.keys)
    except SealError as error:
        scene.expect(error.requirement, holds=False, message=f"the node's own token: {error}")
        return
    scene.expect("TF-TOKEN-3", claims["iss"] == scene.network.node, f"the token is of {claims['iss']}")
    scene.expect("TF-TOKEN-5", claims["aud"] == member.id, f"the token is for {claims['aud']}")
    scene.expect(
        "TF-TOKEN-6",
        (claims["htm"], claims["htu"]) == (came.method, f"{member.endpoint}{came.target}"),
        "the token is for another request",
    )
    due = digest(came.body) if came.method == "POST" else None
    scene.expect("TF-TOKEN-7", claims.get("dig") == due, "the token is for another body")
    scene.expect(
        "TF-TOKEN-13", claims["env"] == scene.network.environment, "the token is of another environment"
    )


@check("TF-INTAKE-30")
async def by_the_way(scene: Scene) -> None:
    """A receiver without an endpoint is reached through the node that its list names."""
    gate, declarant = scene.network.foreign("gate"), scene.network.foreign("declarant")
    paper = scene.papers.order(receivers=_to(scene, declarant))
    await scene.taken(paper, "accepted")
    scene.expect("TF-INTAKE-30", await _came(scene, gate, paper), "the way to the receiver was not used")


@check("TF-INTAKE-30", "TF-REST-2", cases=lambda: {
    "broken-twice": ["500", "500"], "gone": ["drop"], "unsealed": ["unsealed", "unsealed"],
    "in-progress": ["in-progress", "in-progress"],
})  # fmt: skip
async def repeated(scene: Scene, script: list[str]) -> None:
    """The same envelope is offered again until a sealed outcome comes; a status alone is none."""
    gate = scene.network.foreign("gate")
    paper = scene.papers.order(receivers=_to(scene, gate))
    scene.inbox.scripts[f"{gate.id}/{paper.id}"] = list(script)
    await scene.taken(paper, "accepted")
    came = await _came(scene, gate, paper, len(script) + 1)
    rule = "TF-REST-2" if "unsealed" in script else "TF-INTAKE-30"
    scene.expect(rule, len(came) >= len(script) + 1, f"it was offered {len(came)} times, answered {script}")
    scene.expect(
        "TF-INTAKE-30", len({each.line for each in came}) == 1, "another envelope came the second time"
    )
    jtis = {each.headers.get("authorization") for each in came}
    scene.expect("TF-TOKEN-12", len(jtis) == len(came), "one token was used for two requests")


@check("TF-INTAKE-30", "TF-DELIV-1", "TF-DELIV-2")
async def given_up(scene: Scene) -> None:
    """A refusal that is not retryable settles a delivery, and holds nothing back that follows."""
    gate = scene.network.foreign("gate")
    paper = scene.papers.order(receivers=_to(scene, gate))
    scene.inbox.scripts[f"{gate.id}/{paper.id}"] = ["not-entitled"]
    await scene.taken(paper, "accepted")

    def settled(each: Arrival) -> bool:
        # What shared a request with another case's scripted failure was not answered for itself.
        own = (each.peer, each.document) == (gate.id, paper.id)
        return own and each.answered in {"not-entitled", "receipt"}

    scene.expect("TF-INTAKE-30", await scene.arrived(settled), "it was not offered")
    later = scene.papers.order(receivers=_to(scene, gate))
    await scene.taken(later, "accepted")
    came = await _came(scene, gate, later, receipted=True)
    scene.expect("TF-DELIV-2", came, "what was refused for good holds back what follows it")
    await scene.world.sleep(scene.parameters.quiet_seconds * 2)
    again = await scene.arrived(settled, within=0.01)
    scene.expect("TF-INTAKE-30", len(again) == 1, f"after a final refusal it was offered {len(again)} times")


@check("TF-DELIV-5")
async def independent(scene: Scene) -> None:
    """A peer that answers nothing delays nothing for another."""
    peer, gate = scene.network.home("peer"), scene.network.foreign("gate")
    paper = scene.papers.order(receivers=_to(scene, peer, gate))
    scene.inbox.scripts[f"{gate.id}/{paper.id}"] = ["drop"] * 3
    await scene.taken(paper, "accepted")
    came = await _came(scene, peer, paper, receipted=True)
    scene.expect("TF-DELIV-5", came, f"{peer.id} was not reached while {gate.id} does not answer")
    there = await _came(scene, gate, paper, receipted=True)
    scene.expect("TF-INTAKE-30", there, f"{gate.id} was not reached once it answered")


@check("TF-INTAKE-31")
async def no_redirect(scene: Scene) -> None:
    """A redirect is not followed."""
    gate = scene.network.foreign("gate")
    paper = scene.papers.order(receivers=_to(scene, gate))
    scene.inbox.scripts[f"{gate.id}/{paper.id}"] = ["redirect"]
    await scene.taken(paper, "accepted")
    came = await _came(scene, gate, paper, 2)
    scene.expect("TF-INTAKE-30", len(came) >= 2, "after a redirect it was not offered again")
    strayed = await scene.arrived(lambda each: each.target.startswith("/elsewhere"), within=0.01)
    scene.expect("TF-INTAKE-31", not strayed, "the node followed a redirect")


@check("TF-INTAKE-32")
async def in_order(scene: Scene) -> None:
    """Documents of one subject reach a peer in the order in which they were accepted."""
    gate = scene.network.foreign("gate")
    papers = [scene.papers.order(receivers=_to(scene, gate)) for _ in range(6)]
    scene.inbox.scripts[f"{gate.id}/{papers[1].id}"] = ["500"]
    for paper in papers:
        await scene.taken(paper, "accepted")
    ids = {each.id for each in papers}
    done = await scene.arrived(
        lambda each: each.peer == gate.id and each.document in ids and each.answered == "receipt", count=6
    )
    order = list(dict.fromkeys(each.document for each in done))
    scene.expect("TF-INTAKE-32", order == [each.id for each in papers], "they came in another order")


@check("TF-INTAKE-30")
async def not_back(scene: Scene) -> None:
    """What a peer brought is not sent back to it, nor to the node itself."""
    gate = scene.network.foreign("gate")
    paper = scene.papers.say(
        Act("order", "sale"), issuer=scene.network.home("platform"), receivers=_to(scene, gate)
    )
    await scene.taken(paper, "accepted", caller=scene.network.home("platform"))
    back = scene.papers.say(
        Act("declaration", "list", "export"), issuer=scene.network.home("peer"), receivers=_to(scene, gate)
    )
    await scene.taken(back, caller=scene.network.home("peer"))
    await scene.world.sleep(scene.parameters.quiet_seconds)
    came = await scene.arrived(
        lambda each: (each.peer, each.document) == (scene.network.home("peer").id, back.id), within=0.01
    )
    scene.expect("TF-INTAKE-30", not came, "it was sent back to where it came from")
