"""Dossiers of others: the suite cuts them as customs of the other side, right ones and each wrong in one thing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from threeflow.keys import SigningKey
from threeflow_conformance.checks.delivery import check_token
from threeflow_conformance.inbox import Arrival
from threeflow_conformance.judge.answers import JOSE
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.bundles import Bundle, Bundler, Pieces
from threeflow_conformance.speak.forge import sealed
from threeflow_conformance.speak.papers import Paper, Papers, part_of
from threeflow_conformance.speak.roles import Role

RELEASE = Act("release", "full", "export")
PATH = (
    Act("order", "sale"), Act("declaration", "list", "export"), Act("customs-status", "registered", "export"),
    RELEASE,
)  # fmt: skip


def receives(role: Role) -> bool:
    """Whether the other side, which the suite plays, is the one that exports."""
    return role.side == "import" and not role.issues


@dataclass(slots=True)
class Made:
    """A dossier about a fresh consignment, before it is cut."""

    scene: Scene
    papers: Papers
    bundler: Bundler
    pieces: Pieces

    def seal(self, paper: Paper) -> bytes:
        return self.scene.seal(paper)

    def put(self, type_: str, paper: Paper, *keys: SigningKey) -> None:
        """Another document in the place of one, under a receipt of its own."""
        at = [each.type for each in PATH].index(type_)
        self.papers.said[type_] = paper
        self.pieces.documents[at] = (
            sealed(paper.octets, *keys, parts=paper.parts) if keys else self.seal(paper)
        )
        self.pieces.receipts[at] = self.bundler.receipt(self.pieces.documents[at], at, self.pieces.gate)

    def cut(self) -> Bundle:
        return self.bundler.cut(self.pieces, self.papers.keys)


def make(
    scene: Scene, edit: Callable[[Made], Any] | None = None, orderer: str = "platform"
) -> tuple[Made, Bundle]:
    """A dossier about a fresh consignment, right but for the edit, its order of a platform at home."""
    papers = scene.new_papers()
    said = [_order(scene, papers, orderer)]
    for act in PATH[1:]:
        more: Any = {"references": [said[0].ref]} if act.type == "declaration" else {}
        said.append(papers.say(act, **more))
    bundler = Bundler(scene.network, scene.random, scene.world.now(), dict(scene.shared.agreement))
    made = Made(scene, papers, bundler, bundler.pieces([scene.seal(each) for each in said]))
    made.pieces.witness = scene.network.home("peer")
    if edit is not None:
        edit(made)
    return made, made.cut()


def _order(scene: Scene, papers: Papers, orderer: str) -> Paper:
    octets, entry = part_of(scene.random, "buyer", {"name": "Erika Mustermann"}, ["release-on-documents"])
    # A day ago the keys that have gone since were good.
    at = {} if orderer == "platform" else {"at": (papers.now - timedelta(minutes=10)).isoformat()}
    order = papers.order(issuer=scene.network.home(orderer), header={"parts": [entry]}, **at)
    papers.said["order"] = papers.said["order/sale"] = Paper(order.payload, order.octets, (octets,))
    return papers.said["order"]


async def fetched(scene: Scene, bundle: Bundle) -> list[Arrival]:
    gate = scene.network.foreign("gate")
    return await scene.arrived(lambda each: (each.peer, each.target) == (gate.id, bundle.address))


async def give(scene: Scene, bundle: Bundle) -> None:
    scene.stated("dossier-head")
    scene.inbox.held[bundle.address] = bundle.octets
    answer = await scene.submit(bundle.envelope, scene.network.foreign("gate"))
    scene.ready(answer.outcome == "accepted", f"the head came to {answer.said}")


async def holds(scene: Scene, made: Made, type_: str = "release") -> bool:
    """Whether the node holds a document that the dossier encloses."""
    answer = await scene.fetch(made.papers.said[type_], scene.reader, accept=JOSE)
    return answer.status == 200


async def ends_well(scene: Scene, made: Made, bundle: Bundle, words: str) -> None:
    await give(scene, bundle)

    async def there() -> bool:
        return await holds(scene, made)

    scene.expect("TF-DOS-33", await scene.eventually(there, scene.parameters.delivery_seconds), words)


@check("TF-DOS-33", "TF-TOKEN-6", "TF-REST-5", applies=receives)
async def taken_in(scene: Scene) -> None:
    """The bundle of a head that came is fetched from its issuer, and the documents of a valid dossier are taken in."""
    made, bundle = make(scene)
    await ends_well(scene, made, bundle, "the documents of a valid dossier were not taken in")
    came = await fetched(scene, bundle)
    scene.expect("TF-DOS-33", came, "the bundle was not fetched from the node that cut it")
    check_token(scene, scene.network.foreign("gate"), came[0])
    for paper, envelope in zip(
        [made.papers.said[each.type] for each in PATH], made.pieces.documents, strict=True
    ):
        held = await scene.fetch(paper, scene.reader, accept=JOSE)
        scene.expect("TF-REST-5", held.body == envelope, f"{paper.name} is held as other octets: {held.said}")
    seen = await scene.tracks("consignment", made.papers.keys[0])
    scene.expect(
        "TF-DOS-33", seen["tracks"].get("export") == "released", f"the consignment stands at {seen['tracks']}"
    )


@check("TF-DOS-33", applies=receives)
async def asked_again(scene: Scene) -> None:
    """A bundle whose node does not answer is asked for again."""
    made, bundle = make(scene)
    scene.inbox.scripts[f"{scene.network.foreign('gate').id}{bundle.address}"] = ["drop"] * 8 + ["500"] * 8
    await give(scene, bundle)
    scene.expect("TF-DOS-33", await fetched(scene, bundle), "the bundle was not asked for")

    async def there() -> bool:
        return await holds(scene, made)

    come = await scene.eventually(there, scene.parameters.delivery_seconds)
    scene.expect("TF-DOS-33", come, "a bundle that could not be had at first was not taken in")
