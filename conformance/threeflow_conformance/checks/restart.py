"""What survives: a node that was killed and started anew, and lists that come later (needs ``restart``)."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from threeflow.keys import SigningKey
from threeflow_conformance.errors import UnmetError
from threeflow_conformance.judge.octets import decode, digest, parse
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import dump, edited, flipped, sealed
from threeflow_conformance.speak.lists import list_payload, seal_list, trust_file
from threeflow_conformance.speak.network import FOREIGN, HOME, Network


async def _restart(scene: Scene) -> None:
    scene.ready(scene.parameters.restart, "the parameter `restart` names no command")
    code = await scene.world.command(scene.parameters.restart)
    scene.ready(code == 0, f"the restart command ended with {code}")
    await scene.world.sleep(0.3)

    async def up() -> bool:
        try:
            return (await scene.get("/ready")).status == 200
        except UnmetError:
            return False

    scene.ready(await scene.eventually(up, scene.parameters.ready_seconds), "the node did not come up again")


def _held(network: Network) -> list[bytes]:
    path = network.folder / "node" / "trust" / f"{network.own_list}.json"
    return [dump(each) for each in json.loads(path.read_bytes())["lists"]]


@check("TF-INTAKE-25", "TF-INTAKE-4", "TF-INTAKE-5", "TF-INTAKE-26", "TF-INTAKE-30", alone=True)
async def kill(scene: Scene) -> None:
    """What was acknowledged survives a kill: receipts, states, log, feed, deliveries."""
    papers = scene.papers
    said = [
        papers.say(Act("declaration", "list", "export")),
        papers.say(Act("customs-status", "registered", "export")),
    ]
    waiting = scene.new_papers()
    waiting.say(Act("declaration", "list", "export"))
    late = waiting.say(Act("customs-status", "registered", "export"))
    gate = scene.network.foreign("gate")
    owed = scene.new_papers().order(receivers=[scene.network.node, gate.id])
    scene.inbox.scripts[f"{gate.id}/{owed.id}"] = ["500"] * 4
    receipts = [await scene.taken(each) for each in (*said, late, owed)]
    seen = await scene.tracks("consignment", papers.keys[0])
    await _restart(scene)
    for paper, receipt in zip((*said, late, owed), receipts, strict=True):
        again = await scene.submit(paper)
        scene.expect(
            "TF-INTAKE-5", again.body == receipt.body, f"after the restart {paper.name} came to {again.said}"
        )
    now = await scene.tracks("consignment", papers.keys[0])
    scene.expect(
        "TF-INTAKE-25", now["tracks"] == seen["tracks"], f"before {seen['tracks']}, after {now['tracks']}"
    )
    scene.expect("TF-INTAKE-25", now["steps"] == seen["steps"], "steps were lost")
    release = await scene.submit(papers.say(Act("release", "full", "export")))
    scene.expect("TF-INTAKE-25", release.outcome == "accepted", f"the case goes on with {release.said}")
    scene.expect(
        "TF-INTAKE-26",
        release.value["log"]["index"] > receipts[-1].value["log"]["index"],
        "the log begins anew",
    )
    came = await scene.arrived(
        lambda each: (each.peer, each.document, each.answered) == (gate.id, owed.id, "receipt")
    )
    scene.expect("TF-INTAKE-30", came, "what was owed to a peer was forgotten")


@check("TF-INTAKE-5", "TF-TRUST-13", "TF-TRUST-10", alone=True)
async def rotation(scene: Scene) -> None:
    """After a newer list has retired a key its repeats still earn the first receipt, and nothing new does."""
    network = scene.network
    rotated = network.home("rotated")
    old, new = rotated.seals
    paper = scene.papers.order(issuer=rotated)
    body = sealed(paper.octets, old)
    first = await scene.submit(body, rotated)
    scene.ready(first.outcome == "accepted", f"under the old key it came to {first.said}")
    now = scene.world.now()
    held = _held(network)
    number = f"{len(held) + 1}"
    payload = list_payload(
        network,
        HOME,
        sequence=int(number),
        previous=_digest(held[-1]),
        issued_at=now - timedelta(seconds=1),
        later=True,
    )
    payload["header"]["id"] = scene.uuid()
    for node in payload["nodes"]:
        for key in node["keys"]:
            if key["kid"] == old.kid:
                key["retiredAt"] = (now - timedelta(minutes=5)).isoformat()
    raw, _ = seal_list(payload, network.anchors[HOME])
    path = network.folder / "node" / "trust" / f"{network.own_list}.json"
    if _live(scene):
        path.write_bytes(trust_file(network, HOME, [*held, raw]))
    await _restart(scene)
    scene.judge.lists = frozenset()
    again = await scene.submit(body, rotated)
    scene.expect(
        "TF-INTAKE-5", again.body == first.body, f"after the rotation its repeat came to {again.said}"
    )
    fresh = scene.papers.order(issuer=rotated)
    await scene.refused(await scene.submit(sealed(fresh.octets, old), rotated), "key-retired", "TF-TRUST-13")
    good = await scene.submit(sealed(fresh.octets, new), rotated)
    scene.expect("TF-TRUST-13", good.outcome == "accepted", f"under the new key it came to {good.said}")


def _live(scene: Scene) -> bool:
    return scene.world.__class__.__name__ == "Live"


def _digest(raw: bytes) -> str:
    return digest(decode(parse(raw)["payload"]))


Edit = Callable[[dict[str, Any], "Scene"], None]
Lists = Callable[["Scene"], list[bytes]]


def _next(scene: Scene, edit: Edit | None = None, *, sequence: int = 2, previous: str | None = "", sides: str = FOREIGN,
          anchors: tuple[str, ...] = (FOREIGN,)) -> list[bytes]:  # fmt: skip
    """The foreign jurisdiction's list as handed out, and a next one after an edit."""
    network = scene.network
    path = network.folder / "node" / "trust" / f"{network.jurisdictions[FOREIGN]}.json"
    first = [dump(each) for each in json.loads(path.read_bytes())["lists"]]
    payload = list_payload(
        network, sides, sequence=sequence, previous=_digest(first[0]) if previous == "" else previous,
        issued_at=scene.world.now(), later=True,
    )  # fmt: skip
    if edit is not None:
        edit(payload, scene)
    return [*first, seal_list(payload, *(network.anchors[each] for each in anchors))[0]]


def _node(index: int, **members: Any) -> Edit:
    return lambda payload, scene: payload["nodes"][index].update(members)


def _foreign_id(payload: dict[str, Any], scene: Scene) -> None:
    payload["nodes"][0]["id"] = scene.network.own_list + ".customs2"


def _foreign_kid(payload: dict[str, Any], scene: Scene) -> None:
    payload["nodes"][0]["keys"][0]["kid"] = payload["nodes"][1]["id"] + "#seal-9"


def _same_key(payload: dict[str, Any], scene: Scene) -> None:
    payload["nodes"][0]["keys"][0]["jwk"] = payload["nodes"][2]["keys"][0]["jwk"]
    payload["nodes"][0]["keys"][0]["alg"] = payload["nodes"][2]["keys"][0]["alg"]


def _kid_means_another(payload: dict[str, Any], scene: Scene) -> None:
    first, second = payload["nodes"][0]["keys"][0], payload["nodes"][2]["keys"][0]
    first["jwk"], second["jwk"] = second["jwk"], first["jwk"]
    first["alg"], second["alg"] = second["alg"], first["alg"]


def _future(payload: dict[str, Any], scene: Scene) -> None:
    payload["issuedAt"] = payload["header"]["issuedAt"] = (
        scene.world.now() + timedelta(minutes=10)
    ).isoformat()


def _ends_first(payload: dict[str, Any], scene: Scene) -> None:
    payload["expiresAt"] = (scene.world.now() - timedelta(days=9)).isoformat()


def _both(payload: dict[str, Any], scene: Scene) -> None:
    payload["nodes"][0]["endpoint"] = "http://127.0.0.1:9"


def _seal_bit(scene: Scene) -> list[bytes]:
    def spoil(value: dict[str, Any]) -> None:
        value["signatures"][0]["signature"] = flipped(value["signatures"][0]["signature"], 7)

    first, following = _next(scene)
    return [first, edited(following, spoil)]


def _key(scene: Scene, kid: str) -> SigningKey:
    return SigningKey.from_secret(scene.random.randbytes(32), "Ed25519", kid, "seal")


def _disguised(scene: Scene) -> list[bytes]:
    """A next list that names the anchor and is sealed by another key under the anchor's kid and algorithm."""
    anchor = scene.network.anchors[FOREIGN]
    first, following = _next(scene)
    key = SigningKey.from_secret(scene.random.randbytes(32), anchor.alg, anchor.kid, "seal")
    return [first, sealed(decode(parse(following)["payload"]), key)]


def _first_of_two(scene: Scene) -> list[bytes]:
    """The first list under its anchor's seal and one more of the same authority."""
    anchor = scene.network.anchors[FOREIGN]
    payload = decode(parse(_next(scene)[0])["payload"])
    return [sealed(payload, anchor, _key(scene, f"{anchor.kid.partition('#')[0]}#anchor-9"))]


LISTS: Mapping[str, tuple[str, bool, Lists]] = {
    "next": ("TF-TRUST-10", True, _next),
    "unknown-member": ("TF-TRUST-1", False, lambda scene: _next(scene, lambda p, s: p.update(more=1))),
    "another-environment": (
        "TF-TRUST-2", False, lambda scene: _next(scene, lambda p, s: p["header"].update(environment="production"))),
    "foreign-node-id": ("TF-TRUST-3", False, lambda scene: _next(scene, _foreign_id)),
    "kid-under-another-node": ("TF-TRUST-3", False, lambda scene: _next(scene, _foreign_kid)),
    "one-key-twice": ("TF-TRUST-4", False, lambda scene: _next(scene, _same_key)),
    "kid-names-another-key": ("TF-TRUST-4", False, lambda scene: _next(scene, _kid_means_another)),
    "from-the-future": ("TF-TRUST-5", False, lambda scene: _next(scene, _future)),
    "ends-before-it-begins": ("TF-TRUST-5", False, lambda scene: _next(scene, _ends_first)),
    "endpoint-and-via": ("TF-TRUST-6", False, lambda scene: _next(scene, _both)),
    "sealed-by-another": ("TF-TRUST-7", False, lambda scene: _next(scene, anchors=(HOME,))),
    "sealed-by-one-more": ("TF-TRUST-7", False, lambda scene: _next(scene, anchors=(FOREIGN, HOME))),
    "seal-bit": ("TF-TRUST-7", False, _seal_bit),
    "another-key-by-that-name": ("TF-TRUST-7", False, _disguised),
    "first-sealed-by-one-more": ("TF-TRUST-7", False, _first_of_two),
    "rollback": ("TF-TRUST-9", False, lambda scene: [*_next(scene), _next(scene, sequence=1, previous=None)[1]]),
    "two-of-one-sequence": ("TF-TRUST-15", False, lambda scene: [*_next(scene), _next(scene)[1]]),
    "gap-in-the-sequence": ("TF-TRUST-10", False, lambda scene: _next(scene, sequence=3)),
    "previous-of-another": ("TF-TRUST-10", False, lambda scene: _next(scene, previous="sha-256:" + "0" * 64)),
    "small-order-key": ("TF-SEAL-14", False, lambda scene: _next(scene, _small_order)),
    "point-off-the-curve": ("TF-SEAL-14", False, lambda scene: _next(scene, _off_curve)),
}  # fmt: skip


def _small_order(payload: dict[str, Any], scene: Scene) -> None:
    key = payload["nodes"][0]["keys"][0]
    key["alg"] = "Ed25519"
    key["jwk"] = {"crv": "Ed25519", "kty": "OKP", "x": "AQ" + "A" * 41}


def _off_curve(payload: dict[str, Any], scene: Scene) -> None:
    key = payload["nodes"][0]["keys"][0]
    key["alg"] = "ES256"
    key["jwk"] = {"crv": "P-256", "kty": "EC", "x": "A" * 43, "y": "A" * 43}


@check(*sorted({each for each, _, _ in LISTS.values()}), "TF-TRUST-8", cases=lambda: LISTS)
async def trust_list(scene: Scene, said: tuple[str, bool, Lists]) -> None:
    """A list that breaks one rule of the chain is not taken, and a right one is."""
    requirement, good, make = said
    scene.ready(scene.parameters.take_list, "the parameter `take_list` names no command")
    path = scene.network.folder / "lists" / f"{scene.uuid()}.json"
    if _live(scene):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(trust_file(scene.network, FOREIGN, make(scene)))
    else:
        make(scene)
    words = tuple(each.replace("{file}", str(path)) for each in scene.parameters.take_list)
    code = await scene.world.command(words)
    scene.ready(code in {0, 1}, f"the command ended with {code}")
    scene.expect(requirement, (code == 0) is good, f"the list was {'taken' if code == 0 else 'refused'}")


@check("TF-TRUST-8")
async def other_anchor(scene: Scene) -> None:
    """A first list under another anchor than the one obtained out of band is not taken."""
    scene.ready(scene.parameters.take_list, "the parameter `take_list` names no command")
    lists = _next(scene)[:1]
    value = json.loads(trust_file(scene.network, FOREIGN, lists))
    value["anchor"] = scene.network.anchors[HOME].public.thumbprint
    path = scene.network.folder / "lists" / f"{scene.uuid()}.json"
    if _live(scene):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(dump(value))
    code = await scene.world.command(
        tuple(each.replace("{file}", str(path)) for each in scene.parameters.take_list)
    )
    scene.expect("TF-TRUST-8", code == 1, f"the command ended with {code}")
