"""The log: checkpoints, proofs, witnesses; what a forked log of somebody else earns."""

import json
from itertools import pairwise
from typing import Any

from threeflow_conformance.judge import merkle, schemas
from threeflow_conformance.judge.octets import digest
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import dump
from threeflow_conformance.speak.papers import Paper


def _octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("sha-256:"))


async def _checkpoint(scene: Scene, size: int) -> dict[str, Any]:
    """A checkpoint that covers so many leaves."""
    found: dict[str, Any] = {}

    async def covers() -> bool:
        answer = await scene.get("/v1/log/checkpoint", scene.reader)
        if answer.sealed and answer.value["size"] >= size:
            found.update(answer.value)
        return bool(found)

    come = await scene.eventually(covers, scene.parameters.checkpoint_seconds)
    scene.expect("TF-INTAKE-33", come, f"no checkpoint covers {size} leaves in time")
    return found


@check("TF-LOG-1", "TF-LOG-2", "TF-LOG-3", "TF-LOG-5", "TF-INTAKE-25", "TF-INTAKE-33", "TF-RCPT-4")
async def inclusion(scene: Scene) -> None:
    """Every receipt is a leaf of the tree whose root the node seals."""
    receipts = [await scene.taken(scene.new_papers().order(), "accepted") for _ in range(5)]
    size = max(each.value["log"]["index"] for each in receipts) + 1
    checkpoint = await _checkpoint(scene, size)
    broken = schemas.violations("protocol/checkpoint", checkpoint)
    scene.expect("TF-LOG-5", not broken, f"the checkpoint breaks its schema: {broken}")
    root = _octets(checkpoint["root"])
    for receipt in receipts:
        scene.expect(
            "TF-RCPT-4", receipt.value["log"]["id"] == checkpoint["log"], "the receipt names another log"
        )
        index = receipt.value["log"]["index"]
        answer = await scene.get(f"/v1/log/inclusion?index={index}&size={checkpoint['size']}", scene.reader)
        scene.expect("TF-LOG-3", answer.status == 200, f"the proof came to {answer.said}")
        leaf = merkle.leaf(receipt.opened.payload if receipt.opened else b"")
        scene.expect(
            "TF-LOG-1", _octets(answer.value["leaf"]) == leaf, f"leaf {index} is not the receipt's payload"
        )
        path = [_octets(each) for each in answer.value["path"]]
        held = merkle.included(leaf, index, checkpoint["size"], path, root)
        scene.expect("TF-LOG-3", held, f"leaf {index} does not lead to the root of the checkpoint")


@check("TF-LOG-4", "TF-LOG-2", "TF-INTAKE-33")
async def consistency(scene: Scene) -> None:
    """The log only grows: each checkpoint is the beginning of the next."""
    first = await scene.taken(scene.new_papers().order(), "accepted")
    early = await _checkpoint(scene, first.value["log"]["index"] + 1)
    later = await scene.taken(scene.new_papers().order(), "accepted")
    late = await _checkpoint(scene, max(later.value["log"]["index"] + 1, early["size"] + 1))
    target = f"/v1/log/consistency?first={early['size']}&second={late['size']}"
    answer = await scene.get(target, scene.reader)
    scene.expect("TF-LOG-4", answer.status == 200, f"the proof came to {answer.said}")
    path = [_octets(each) for each in answer.value["path"]]
    held = merkle.consistent(early["size"], late["size"], path, _octets(early["root"]), _octets(late["root"]))
    scene.expect("TF-LOG-4", held, "the proof does not lead to both roots")
    scene.expect("TF-LOG-4", early["log"] == late["log"], "the log changed its name")


@check("TF-INTAKE-26", "TF-RCPT-5", alone=True)
async def indices(scene: Scene) -> None:
    """Leaves follow one another without a gap; a refusal takes none; every salt is new."""
    found, salts = [], set()
    for number in range(6):
        if number % 2:
            bad = scene.new_papers().order().changed("orderedAt", to="yesterday")
            scene.ready(
                (await scene.submit(bad)).code == "schema-violated", "a wrong document was not refused"
            )
        answer = await scene.taken(scene.new_papers().order(), "accepted")
        found.append(answer.value["log"]["index"])
        salts.add(answer.value["salt"])
    due = list(range(found[0], found[0] + len(found)))
    scene.expect("TF-INTAKE-26", found == due, f"the indices are {found}")
    scene.expect("TF-RCPT-5", len(salts) == len(found), "a salt came twice")


@check("TF-INTAKE-33", "TF-INTAKE-30")
async def submitted(scene: Scene) -> None:
    """Checkpoints are submitted to every bound peer, sealed by the node, each larger than the last."""
    await scene.taken(scene.new_papers().order(), "accepted")
    for peer in (scene.network.home("peer"), scene.network.foreign("gate")):
        came = await scene.arrived(
            lambda each, peer=peer: each.peer == peer.id and each.type == "checkpoint",  # type: ignore[misc]
            within=scene.parameters.checkpoint_seconds,
        )
        scene.expect("TF-INTAKE-33", came, f"{peer.id} was sent no checkpoint")
        sizes = []
        for each in (each for each in came if each.answered == "receipt"):
            answer = scene.judge.open(0, 201, {"content-type": "application/jose+json"}, each.line)
            scene.expect("TF-INTAKE-33", answer.sealed, f"a checkpoint does not open: {answer.flaw}")
            sizes.append(answer.value["size"])
        grown = all(one <= other for one, other in pairwise(sizes))
        scene.expect("TF-INTAKE-33", grown, f"checkpoints shrink: {sizes}")


class _ForeignLog:
    """The log of the suite's foreign gate: leaves, and checkpoints of any beginning of it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.leaves = [scene.random.randbytes(32) for _ in range(12)]

    def checkpoint(self, size: int, root: bytes | None = None) -> Paper:
        gate = self._scene.network.foreign("gate")
        payload = {
            "header": {
                "specVersion": "1.0", "type": "checkpoint", "id": self._scene.uuid(), "issuer": gate.id,
                "environment": self._scene.network.environment, "issuedAt": self._scene.world.now().isoformat(),
                "receivers": [self._scene.network.node],
            },
            "log": gate.id, "size": size, "root": "sha-256:" + (root or merkle.root(self.leaves[:size])).hex(),
        }  # fmt: skip
        return Paper.of(payload)

    def offer(self, first: int, second: int) -> None:
        path = merkle.proof_of_consistency(first, self.leaves[:second])
        said = {"first": first, "second": second, "path": ["sha-256:" + each.hex() for each in path]}
        self._scene.inbox.held[f"/v1/log/consistency?first={first}&second={second}"] = dump(said)


@check("TF-INTAKE-34", "TF-INTAKE-33", "TF-RCPT-4", alone=True)
async def foreign(scene: Scene) -> None:
    """A peer's log may only grow: a fork, another root and a proof that does not hold are refused."""
    log = _ForeignLog(scene)
    gate = scene.network.foreign("gate")
    first = await scene.submit(log.checkpoint(4), gate)
    scene.expect("TF-INTAKE-33", first.outcome == "accepted", f"a first checkpoint came to {first.said}")
    scene.expect("TF-RCPT-4", first.is_receipt and "log" not in first.value, "the witness stands in the log")
    log.offer(4, 7)
    grown = await scene.submit(log.checkpoint(7), gate)
    scene.expect("TF-INTAKE-34", grown.outcome == "accepted", f"a log that grew came to {grown.said}")
    asked = await scene.arrived(lambda each: each.target.startswith("/v1/log/consistency?first=4"))
    scene.expect("TF-INTAKE-34", asked, "the node asked for no proof")
    fork = log.checkpoint(7, digest_root(scene))
    await scene.refused(await scene.submit(fork, gate), "log-inconsistent", "TF-INTAKE-34")
    log.offer(7, 9)
    held = scene.inbox.held["/v1/log/consistency?first=7&second=9"]
    said = json.loads(held)
    said["path"][0] = "sha-256:" + scene.random.randbytes(32).hex()
    scene.inbox.held["/v1/log/consistency?first=7&second=9"] = dump(said)
    await scene.refused(await scene.submit(log.checkpoint(9), gate), "log-inconsistent", "TF-INTAKE-34")
    other = _ForeignLog(scene)
    other.offer(7, 11)
    await scene.refused(await scene.submit(other.checkpoint(11), gate), "log-inconsistent", "TF-INTAKE-34")
    log.offer(7, 12)
    good = await scene.submit(log.checkpoint(12), gate)
    scene.expect("TF-INTAKE-34", good.outcome == "accepted", f"afterwards the right one came to {good.said}")


def digest_root(scene: Scene) -> bytes:
    """Any other root."""
    return _octets(digest(scene.random.randbytes(8)))
