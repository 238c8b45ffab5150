"""Keys in their time: what the trust lists say of a key decides, whatever its seal says."""

from collections.abc import Mapping

from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import sealed

STATES: Mapping[str, tuple[str, str]] = {
    "early": ("key-not-yet-valid", "TF-TRUST-13"),
    "expired": ("key-expired", "TF-TRUST-13"),
    "retired": ("key-retired", "TF-TRUST-13"),
    "dropped": ("key-retired", "TF-TRUST-16"),
    "stolen": ("key-compromised", "TF-TRUST-14"),
    "healed": ("key-compromised", "TF-TRUST-17"),
}


@check("TF-TRUST-13", "TF-TRUST-14", "TF-TRUST-16", "TF-TRUST-17", cases=lambda: STATES)
async def state(scene: Scene, due: tuple[str, str]) -> None:
    """A seal of a key that is not, or no longer, good is refused with the reason."""
    code, requirement = due
    name = next(each for each, said in STATES.items() if said == due)
    await scene.taken(scene.new_papers().order(), "accepted")
    member = scene.network.home(name)
    paper = scene.papers.order(issuer=member)
    # The callers' own tokens are good where only the seal key is not.
    caller = scene.network.home("hubbub")
    await scene.refused(await scene.submit(paper, caller), code, requirement, "TF-TRUST-14", "TF-TRUST-13")
    await scene.alive()


@check("TF-TRUST-13")
async def newest_key(scene: Scene) -> None:
    """Any key that the list gives a node is as good as another."""
    rotated = scene.network.home("rotated")
    for key in rotated.seals:
        paper = scene.papers.order(issuer=rotated)
        answer = await scene.submit(sealed(paper.octets, key), rotated)
        scene.expect("TF-TRUST-13", answer.outcome == "accepted", f"{key.kid} came to {answer.said}")


@check("TF-TRUST-12")
async def stale_list(scene: Scene) -> None:
    """A list that ended more than 72 hours ago is not relied on; one that ended ten hours ago still is."""
    hub = scene.network.home("hubbub")
    for side, code in (("old", "trust-list-stale"), ("late", "not-entitled")):
        member = scene.network.member(side, "platform")
        paper = scene.papers.order(issuer=member)
        # The one that still counts comes as far as the missing agreement between its jurisdiction and this one.
        requirement = "TF-TRUST-12" if code == "trust-list-stale" else "TF-INTAKE-15"
        await scene.refused(await scene.submit(paper, hub), code, requirement, blame="TF-TRUST-12")


@check("TF-TRUST-12")
async def stale_caller(scene: Scene) -> None:
    """A caller whose jurisdiction's list is over is not proven by it."""
    answer = await scene.get("/v1/events?after=0", scene.network.member("old", "platform"))
    scene.expect("TF-TRUST-12", answer.code == "trust-list-stale", f"its caller came to {answer.said}")
