"""Dossiers that are wrong in one thing: in their pieces before the cut, in the head, in the bundle, in its octets."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from threeflow.keys import SigningKey
from threeflow_conformance.checks.incoming import (
    PATH,
    RELEASE,
    Made,
    ends_well,
    fetched,
    holds,
    make,
    receives,
)
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import flipped

Edit = Callable[[Made], Any]


def _head(edit: Callable[[dict[str, Any]], Any]) -> Edit:
    return lambda made: setattr(made.pieces, "head", edit)


def _whole(edit: Callable[[dict[str, Any]], Any]) -> Edit:
    return lambda made: setattr(made.pieces, "whole", edit)


def _octets(edit: Callable[[bytes], bytes]) -> Edit:
    return lambda made: setattr(made.pieces, "octets", edit)


def _another(made: Made) -> None:
    """One more document, of another consignment."""
    other = made.scene.new_papers()
    made.bundler.add(made.pieces, made.seal(other.say(PATH[1])))


def _used_up(made: Made) -> None:
    """The goods were presented already: nothing of the release is left."""
    made.bundler.add(made.pieces, made.seal(made.papers.say(Act("logistics-event", "available"))))


def _unreleased(made: Made) -> None:
    del made.pieces.documents[3], made.pieces.receipts[3]


def _by_nobody(made: Made) -> None:
    """The release as a platform would say it."""
    paper = made.papers.say(RELEASE, issuer=made.scene.network.foreign("platform"), keep=False)
    made.put("release", paper)


def _as_it_is(_made: Made) -> None:
    """The platform whose order it encloses is what is wrong."""


def _elsewhere(made: Made) -> None:
    order = made.papers.said["order"]
    made.put("order", order.changed("header", "environment", to="production"))


def _self_keyed(made: Made) -> None:
    """The release under a key that no list names, which the bundle brings along."""
    office = made.scene.network.foreign("office")
    key = SigningKey.from_secret(made.scene.random.randbytes(32), "Ed25519", f"{office.id}#seal-9", "seal")
    made.put("release", made.papers.said["release"], key)
    made.pieces.whole = lambda value: value.update(keys=[{"kid": key.kid, "jwk": dict(key.public.jwk)}])


def _unlisted_key(made: Made) -> None:
    _self_keyed(made)
    made.pieces.whole = None


def _malformed(made: Made) -> None:
    made.put("declaration", made.papers.said["declaration"].changed("totals", to=None))


def _receipts_swapped(made: Made) -> None:
    made.pieces.receipts[0], made.pieces.receipts[1] = made.pieces.receipts[1], made.pieces.receipts[0]


def _receipt_of_another(made: Made) -> None:
    hub = made.scene.network.foreign("hubbub")
    made.pieces.receipts[1] = made.bundler.receipt(made.pieces.documents[1], 1, hub)


def _logger(made: Made) -> None:
    made.pieces.logger = made.scene.network.foreign("hubbub")


def _own_witness(made: Made) -> None:
    made.pieces.witness = made.scene.network.foreign("hubbub")


def _proof(made: Made) -> None:
    made.pieces.paths = {1: made.scene.random.randbytes(32)}


def _swap(value: dict[str, Any]) -> None:
    value["documents"][1], value["documents"][2] = value["documents"][2], value["documents"][1]


def _flip(value: dict[str, Any]) -> None:
    _spoil(value["documents"][3]["document"])


def _spoil(envelope: dict[str, Any]) -> None:
    seal = envelope["signatures"][0]
    seal["signature"] = flipped(seal["signature"], 5)


def _earlier_checkpoint(made: Made) -> None:
    cut = made.bundler.cut(made.bundler.pieces(made.pieces.documents[:2]), made.papers.keys)
    made.pieces.whole = lambda value: value.update(checkpoint=json.loads(cut.octets)["checkpoint"])


def _turned(value: dict[str, Any]) -> None:
    value["documents"][0] = dict(reversed(value["documents"][0].items()))


def _late(head: dict[str, Any]) -> None:
    """A head that was good until five minutes ago."""
    for name, minutes in (("asOf", 60), ("validUntil", 0)):
        head[name] = (
            datetime.fromisoformat(head["header"]["issuedAt"]) - timedelta(minutes=minutes)
        ).isoformat()


def _early(head: dict[str, Any]) -> None:
    issued = datetime.fromisoformat(head["header"]["issuedAt"])
    head["header"]["issuedAt"] = head["asOf"] = (issued + timedelta(minutes=20)).isoformat()


def _wrong_state(head: dict[str, Any]) -> None:
    head["steps"] = head["steps"][:-1]


TWINS: Mapping[str, tuple[str, Edit]] = {
    "one-member-too-many": ("TF-DOS-1", _whole(lambda value: value.update(note="x"))),
    "white-space": ("TF-DOS-2", _octets(lambda octets: octets + b"\n")),
    "members-in-another-order": ("TF-DOS-2", _whole(_turned)),
    "another-form": ("TF-DOS-3", _whole(lambda value: value.update(dossier="2.0"))),
    "an-envelope-out-of-form": ("TF-DOS-4", _whole(lambda value: value["documents"][0]["document"].update(signatures=[]))),
    "sealed-by-another": ("TF-DOS-5", lambda made: setattr(made.pieces, "sealer", made.scene.network.foreign("hubbub"))),
    "head-under-a-broken-seal": ("TF-DOS-5", _whole(lambda value: _spoil(value["head"]))),
    "over": ("TF-DOS-9", _head(_late)),
    "not-yet": ("TF-DOS-9", _head(_early)),
    "cut": ("TF-DOS-10", _whole(lambda value: value["documents"].pop())),
    "reordered": ("TF-DOS-10", _whole(_swap)),
    "one-bit": ("TF-DOS-10", _whole(_flip)),
    "checkpoint-of-before": ("TF-DOS-11", _earlier_checkpoint),
    "witness-left-out": ("TF-DOS-11", _whole(lambda value: value["witnesses"].clear())),
    "key-of-no-list": ("TF-DOS-12", _unlisted_key),
    "self-keyed": ("TF-DOS-32", _self_keyed),
    "out-of-schema": ("TF-DOS-13", _malformed),
    "release-by-a-platform": ("TF-DOS-14", _by_nobody),
    "another-environment": ("TF-DOS-15", _elsewhere),
    "another-consignment": ("TF-DOS-16", _another),
    "a-part-too-many": ("TF-DOS-17", _head(lambda head: head["documents"][0].update(withheldParts=["buyer"]))),
    "receipts-swapped": ("TF-DOS-18", _receipts_swapped),
    "receipt-of-another-node": ("TF-DOS-18", _receipt_of_another),
    "proof-that-leads-nowhere": ("TF-DOS-19", _proof),
    "log-of-another-node": ("TF-DOS-20", _logger),
    "witness-of-its-own-side": ("TF-DOS-21", _own_witness),
    "key-retired": ("TF-DOS-22", _as_it_is),
    "key-early": ("TF-DOS-22", _as_it_is),
    "key-stolen": ("TF-DOS-23", _as_it_is),
    "steps-left-out": ("TF-DOS-26", _head(_wrong_state)),
    "not-released": ("TF-DOS-27", _unreleased),
    "used-up": ("TF-DOS-27", _used_up),
}  # fmt: skip

ORDERERS = {"key-retired": "retired", "key-early": "early", "key-stolen": "stolen"}
"""Platforms whose keys are not what they should be, by the twin that encloses an order of theirs."""


@check(*sorted({each for each, _ in TWINS.values()}), "TF-DOS-34", applies=receives, cases=lambda: TWINS)
async def unfit(scene: Scene, twin: tuple[str, Edit]) -> None:
    """Of a dossier that is wrong in one thing nothing is taken in, and of a right one just after everything."""
    requirement, edit = twin
    name = next(each for each, said in TWINS.items() if said is twin)
    made, bundle = make(scene, edit, ORDERERS.get(name, "platform"))
    scene.stated("dossier-head")
    scene.inbox.held[bundle.address] = bundle.octets
    answer = await scene.submit(bundle.envelope, scene.network.foreign("gate"))
    if answer.is_receipt:
        scene.expect("TF-DOS-33", await fetched(scene, bundle), "its bundle was not asked for")
    else:
        scene.ready(answer.code, f"the head came to {answer.said}")
    right, good = make(scene)
    await ends_well(scene, right, good, "afterwards the documents of a right dossier were not taken in")
    for type_ in ("order", "release"):
        held = await holds(scene, made, type_)
        scene.expect(requirement, not held, f"the {type_} of a dossier that is not valid was taken in")
