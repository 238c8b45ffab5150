"""A dossier whose documents, receipts, proofs or states do not hold is not valid."""

from typing import Any

import pytest

from kit.crossing import (
    CUT_AT,
    EXIT_OFFICE,
    EXPORT_OFFICE,
    PARTIES,
    START,
    Crossing,
    resealed,
    with_head,
)
from threeflow import documents, dossier, envelope, strict
from threeflow.dossier import Held, Proof, Verdict
from threeflow.keys import SigningKey
from threeflow.standard import Standard


def found(verdict: Verdict) -> set[tuple[str, str]]:
    assert not verdict.valid
    return {(each.where, each.requirement) for each in verdict.problems}


# -- documents


def alone(standard: Standard, **made: Any) -> tuple[Crossing, Any]:
    """A crossing of its own with one more order, which names the first."""
    crossing = Crossing().until_release()
    first = crossing.pieces["order"]
    content = {name: value for name, value in first.payload.items() if name != "header"}
    plain: dict[str, Any] = {
        "subjects": first.payload["header"]["subjects"],
        "references": [first.reference],
        **content,
        "parties": PARTIES,
    }
    issuer = made.pop("issuer", "xa.platform")
    return crossing, crossing.add("more", "order", "sale", issuer, **plain | made)


def verdict_of(crossing: Crossing, standard: Standard, **store: Any) -> Verdict:
    return dossier.verify(crossing.dossier(standard), crossing.store(**store), standard, now=CUT_AT)


def test_the_added_order_is_valid_when_nothing_is_wrong(standard: Standard) -> None:
    crossing, _ = alone(standard)
    assert verdict_of(crossing, standard).problems == ()


@pytest.mark.requirement("TF-DOS-12", "TF-DOS-32")
def test_a_document_sealed_with_an_unlisted_key_is_refused(standard: Standard) -> None:
    crossing, more = alone(standard, key=SigningKey.generate("ES256", "xa.platform#seal-7", "seal"))
    assert found(verdict_of(crossing, standard)) == {(more.id, "TF-DOS-12")}


@pytest.mark.requirement("TF-DOS-12")
def test_a_document_sealed_by_another_node_is_refused(standard: Standard) -> None:
    thief = SigningKey.generate("ES256", "xa.carrier#seal-9", "seal")
    forged, piece = alone(standard, issuer="xa.platform", key=thief)
    assert found(verdict_of(forged, standard)) == {(piece.id, "TF-DOS-12")}


@pytest.mark.requirement("TF-DOS-12")
def test_a_required_algorithm_that_is_missing_is_refused(standard: Standard) -> None:
    crossing, _ = alone(standard)
    verdict = verdict_of(crossing, standard, required={"xa.platform": ["ES256", "Ed25519"]})
    orders = {crossing.pieces["order"].id, crossing.pieces["more"].id}
    assert found(verdict) == {(each, "TF-DOS-12") for each in orders}


@pytest.mark.requirement("TF-DOS-13")
def test_a_document_of_another_form_is_refused(standard: Standard) -> None:
    crossing, more = alone(standard, currency="pounds")
    assert found(verdict_of(crossing, standard)) == {(more.id, "TF-DOS-13")}


@pytest.mark.requirement("TF-DOS-13")
@pytest.mark.parametrize("member", ["type", "kind", "issuer"])
def test_a_head_that_names_a_document_otherwise_is_refused(
    member: str, octets: bytes, crossing: Crossing, ask
) -> None:
    other = {"type": "invoice", "kind": "purchase", "issuer": "xa.hub"}[member]

    def change(head: dict[str, Any]) -> None:
        head["documents"][2][member] = other

    forged = resealed(octets, crossing.keys["xa.customs"], change)
    assert found(ask(forged)) == {(crossing.pieces["order"].id, "TF-DOS-13")}


@pytest.mark.requirement("TF-DOS-14")
def test_an_issuer_without_the_role_is_refused(octets: bytes, crossing: Crossing, ask) -> None:
    store = crossing.store(roles={"xa.platform": ["carrier"]})
    assert found(ask(octets, store)) == {(crossing.pieces["order"].id, "TF-DOS-14")}


@pytest.mark.requirement("TF-DOS-14")
def test_the_list_in_force_at_the_issue_counts(octets: bytes, crossing: Crossing, ask) -> None:
    later = crossing.store(("xa", {"roles": {"xa.platform": ["carrier"]}, "issued_at": CUT_AT}))
    assert ask(octets, later).valid


@pytest.mark.requirement("TF-DOS-14")
@pytest.mark.parametrize(
    "office", [EXIT_OFFICE, {"list": "xa-office", "code": "XA999"}, {"list": "xb-office", "code": "XA100"}]
)
def test_an_office_without_the_competence_is_refused(office, standard: Standard) -> None:
    crossing = Crossing().until_release()
    act = crossing.act(30, office, scope={"all": True})
    more = crossing.add(
        "more",
        "customs-status",
        "suspended",
        "xa.customs",
        references=[crossing.pieces["declaration"].reference],
        act=act,
    )
    verdict = dossier.verify(
        crossing.dossier(standard, purpose="evidence"), crossing.store(), standard, now=CUT_AT
    )
    assert found(verdict) == {(more.id, "TF-DOS-14")}


@pytest.mark.requirement("TF-DOS-14")
def test_an_office_at_another_position_is_refused(standard: Standard) -> None:
    crossing = Crossing().until_release()
    act = crossing.act(30, EXPORT_OFFICE, scope={"all": True}) | {"position": "import"}
    more = crossing.add(
        "more",
        "customs-status",
        "registered",
        "xa.customs",
        references=[crossing.pieces["declaration"].reference],
        act=act,
    )
    assert (more.id, "TF-DOS-14") in found(verdict_of(crossing, standard))


@pytest.mark.requirement("TF-DOS-15")
def test_a_document_of_another_environment_is_refused(standard: Standard) -> None:
    crossing, more = alone(standard, environment="production")
    assert found(verdict_of(crossing, standard)) == {(more.id, "TF-DOS-15")}


@pytest.mark.requirement("TF-DOS-16")
def test_an_untied_document_is_refused(standard: Standard) -> None:
    other = [documents.subject(documents.key("order", "xa.platform", "O2"))]
    crossing, more = alone(standard, subjects=other, references=[])
    assert found(verdict_of(crossing, standard)) == {(more.id, "TF-DOS-16")}


@pytest.mark.requirement("TF-DOS-16")
def test_a_document_of_another_consignment_is_refused_also_where_it_names_this_one(
    standard: Standard,
) -> None:
    crossing = Crossing().until_release()
    content = {name: value for name, value in crossing.pieces["waybill"].payload.items() if name != "header"}
    more = crossing.add(
        "more",
        "waybill",
        "house",
        "xa.carrier",
        subjects=[documents.subject(documents.key("waybill", "xa.carrier", "WB2"))],
        references=[crossing.pieces["order"].reference],
        **content | {"waybillNumber": "WB2"},
    )
    assert found(verdict_of(crossing, standard)) == {(more.id, "TF-DOS-16")}


@pytest.mark.requirement("TF-DOS-16")
def test_an_agreement_ties_nothing_further(standard: Standard) -> None:
    other = [documents.subject(documents.key("order", "xa.platform", "O2"))]
    crossing = Crossing().until_release()
    agreement = crossing.pieces["agreement-xa"].reference
    content = {name: value for name, value in crossing.pieces["order"].payload.items() if name != "header"}
    content["parties"] = PARTIES
    more = crossing.add(
        "more", "order", "sale", "xa.platform", subjects=other, references=[agreement], **content
    )
    assert found(verdict_of(crossing, standard)) == {(more.id, "TF-DOS-16")}


@pytest.mark.requirement("TF-DOS-17")
def test_a_part_that_the_head_withholds_or_does_not_name_is_refused(
    octets: bytes, crossing: Crossing, ask
) -> None:
    def withhold(head: dict[str, Any]) -> None:
        head["documents"][2]["withheldParts"] = ["buyer"]

    def give(head: dict[str, Any]) -> None:
        head["documents"][3]["withheldParts"] = []

    def unknown(head: dict[str, Any]) -> None:
        head["documents"][3]["withheldParts"] = ["payer", "seller"]

    key = crossing.keys["xa.customs"]
    order, payment = (crossing.pieces[name].id for name in ("order", "payment"))
    assert found(ask(resealed(octets, key, withhold))) == {(order, "TF-DOS-17")}
    assert found(ask(resealed(octets, key, give))) == {(payment, "TF-DOS-17")}
    assert found(ask(resealed(octets, key, unknown))) == {(payment, "TF-DOS-17")}


# -- receipts, log, witnesses


def replaced(crossing: Crossing, name: str, **changes: Any) -> list[Held]:
    place = list(crossing.pieces).index(name)
    held = crossing.held()
    old = held[place]
    held[place] = Held(
        changes.get("document", old.document),
        changes.get("receipt", old.receipt),
        changes.get("proof", old.proof),
    )
    return held


@pytest.mark.requirement("TF-DOS-18")
def test_a_receipt_for_another_document_is_refused(crossing: Crossing, standard: Standard, ask) -> None:
    receipt = crossing.pieces["waybill"].receipt
    held = replaced(crossing, "order", receipt=receipt)
    assert (crossing.pieces["order"].id, "TF-DOS-18") in found(ask(crossing.dossier(standard, held=held)))


@pytest.mark.requirement("TF-DOS-18")
def test_a_receipt_of_another_node_than_the_heads_issuer_is_refused(
    crossing: Crossing, standard: Standard, ask
) -> None:
    order = crossing.pieces["order"]
    receipt = crossing.receipt_for(order.payload, order.digest, "xa.hub", START, index=2)
    held = replaced(crossing, "order", receipt=receipt)
    assert (order.id, "TF-DOS-18") in found(ask(crossing.dossier(standard, held=held)))


@pytest.mark.requirement("TF-DOS-19")
@pytest.mark.parametrize("fault", ["path", "index", "size", "unlogged"])
def test_a_proof_that_does_not_lead_to_the_root_is_refused(
    fault: str, crossing: Crossing, standard: Standard, ask
) -> None:
    order = crossing.pieces["order"]
    size = crossing.tree.size
    changes: dict[str, Any] = {
        "path": {"proof": Proof(2, size, crossing.path(3))},
        "index": {"proof": Proof(3, size, crossing.path(3))},
        "size": {"proof": Proof(2, size + 1, crossing.path(2))},
        "unlogged": {
            "receipt": crossing.receipt_for(order.payload, order.digest, "xa.customs", START, index=2)
        },
    }[fault]
    held = replaced(crossing, "order", **changes)
    assert found(ask(crossing.dossier(standard, held=held))) == {(order.id, "TF-DOS-19")}


@pytest.mark.requirement("TF-DOS-20")
def test_a_checkpoint_of_another_node_is_refused(crossing: Crossing, standard: Standard, ask) -> None:
    payload = strict.parse_object(envelope.read(crossing.checkpoint()).payload)
    payload["header"]["issuer"] = "xa.hub"
    raw = envelope.seal(strict.dump(payload), crossing.keys["xa.hub"])
    assert found(ask(crossing.dossier(standard, checkpoint=raw))) == {("checkpoint", "TF-DOS-20")}


@pytest.mark.requirement("TF-DOS-20")
def test_a_checkpoint_sealed_with_an_unlisted_key_is_refused(
    crossing: Crossing, standard: Standard, ask
) -> None:
    payload = envelope.read(crossing.checkpoint()).payload
    raw = envelope.seal(payload, SigningKey.generate("ES256", "xa.customs#seal-5", "seal"))
    assert found(ask(crossing.dossier(standard, checkpoint=raw))) == {("checkpoint", "TF-DOS-20")}


@pytest.mark.requirement("TF-DOS-21")
def test_a_witness_is_a_receipt_for_the_checkpoint_by_another_jurisdiction(
    crossing: Crossing, standard: Standard, ask
) -> None:
    root = crossing.checkpoint()
    own = crossing.witness(root, by="xa.hub")
    other = crossing.witness(crossing.pieces["order"].raw)
    thief = SigningKey.generate("ES256", "xb.customs#seal-9", "seal")
    unlisted = envelope.seal(envelope.read(crossing.witness(root)).payload, thief)
    for raw in (own, other, unlisted):
        octets = crossing.dossier(standard, checkpoint=root, witnesses=[raw])
        assert found(ask(octets)) == {("witness 1", "TF-DOS-21")}


# -- states


@pytest.mark.requirement("TF-DOS-26")
@pytest.mark.parametrize(
    "change",
    [
        lambda head: head["portions"][0]["tracks"].update(export="exit-confirmed"),
        lambda head: head["portions"][0]["cells"].pop(),
        lambda head: head["accounts"][0]["open"].update(P3="1"),
        lambda head: head["accounts"].clear(),
        lambda head: head["steps"].pop(),
        lambda head: head["steps"].reverse(),
        lambda head: head["effective"][0].update(version=2),
    ],
)
def test_states_that_the_documents_do_not_give_are_refused(
    change, octets: bytes, crossing: Crossing, ask
) -> None:
    forged = resealed(octets, crossing.keys["xa.customs"], change)
    assert found(ask(forged)) == {("head", "TF-DOS-26")}


def test_a_head_may_be_put_back(octets: bytes, ask) -> None:
    head = dossier.read(octets).head.envelope.compact
    assert ask(with_head(octets, head)).valid
