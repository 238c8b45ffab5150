"""A dossier that was cut as the standard says is valid, quickly, and says what the documents say."""

import json
import time

import pytest

from kit.crossing import ASKED_AT, CUT_AT, ORDER, VALID_UNTIL, WAYBILL, Crossing
from threeflow import documents, dossier, envelope, parts
from threeflow.dossier import Withheld
from threeflow.errors import Refused
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_spec import read


def test_twenty_documents_are_valid(octets: bytes, ask) -> None:
    verdict = ask(octets)
    assert verdict.problems == ()
    assert verdict.valid
    assert len(dossier.read(octets).entries) == 20


def test_the_verdict_names_the_dossier_and_its_times(octets: bytes, ask) -> None:
    verdict = ask(octets)
    assert verdict.digest == dossier.read(octets).digest
    assert (verdict.as_of, verdict.valid_until) == ("2025-03-03T10:00:00Z", "2025-04-02T08:00:00Z")
    assert verdict.moment == ASKED_AT


@pytest.mark.parametrize("alg", ["ES256", "Ed25519"])
def test_both_algorithms_serve(alg: str, standard: Standard) -> None:
    crossing = Crossing(alg=alg).until_release()
    assert dossier.verify(crossing.dossier(standard), crossing.store(), standard, now=ASKED_AT).problems == ()


def test_a_dossier_cut_before_any_witness_saw_the_checkpoint_is_valid(
    crossing: Crossing, standard: Standard, ask
) -> None:
    assert ask(crossing.dossier(standard, witnessed=False)).valid


def test_it_needs_no_network_and_no_clock(octets: bytes, ask) -> None:
    assert ask(octets) == ask(octets)


def test_the_head_states_what_the_documents_give(octets: bytes) -> None:
    head = dossier.read(octets).head.payload
    (portion,) = head["portions"]
    assert portion["tracks"]["export"] == "released"
    assert portion["tracks"]["transport"] == "at-control-place"
    (account,) = head["accounts"]
    assert (account["account"], account["open"]) == ("release-use", {"P1": "1", "P2": "1"})
    assert head["effective"][0]["version"] == 1


@pytest.mark.requirement("TF-DOS-28")
def test_parts_for_other_purposes_are_left_out_and_named(crossing: Crossing, octets: bytes) -> None:
    found = dossier.read(octets)
    order, payment = (found.of_type(name)[0].document for name in ("order", "payment"))
    withheld = {each["type"]: each["withheldParts"] for each in found.head.payload["documents"]}
    assert withheld["order"] == []
    assert withheld["payment"] == ["payer"]
    assert list(parts.read(order.payload, order.envelope.parts)) == ["buyer"]
    assert payment.envelope.parts == ()
    assert len(envelope.read(crossing.pieces["payment"].raw).parts) == 1


@pytest.mark.requirement("TF-DOS-36")
@pytest.mark.parametrize(
    ("kind", "purpose", "enclosed"),
    [
        ("clearance", "release-on-documents", True),
        ("fx", "release-on-documents", False),
        ("finance", "release-on-documents", False),
        ("statistics", "release-on-documents", False),
        ("fx", "evidence", True),
    ],
)
def test_a_document_for_other_purposes_is_withheld_and_named(
    kind: str, purpose: str, enclosed: bool, standard: Standard
) -> None:
    crossing = Crossing().until_release()
    vector = json.loads(read("v1/vectors/documents/match-result/matched.json"))
    content = {each: value for each, value in vector.items() if each != "header"}
    order = crossing.pieces["order"]
    match = crossing.add(
        "match", "match-result", kind, "xa.customs", receivers=["xb.customs"], subjects=[{"keys": [ORDER]}],
        references=[documents.reference_to(order.payload, order.digest)],
        **content,
    )  # fmt: skip
    octets = crossing.dossier(standard, purpose=purpose)
    found = dossier.read(octets)
    assert bool(found.of_type("match-result")) is enclosed
    named = [(each["type"], each["digest"], each["reason"]) for each in found.head.payload["withheld"]]
    assert named == ([] if enclosed else [("match-result", match.digest, "not-for-purpose")])
    assert dossier.verify(octets, crossing.store(), standard, now=ASKED_AT).problems == ()


@pytest.mark.requirement("TF-DOS-29")
def test_a_document_without_effect_may_be_withheld_and_is_named(
    crossing: Crossing, standard: Standard, ask
) -> None:
    payment = crossing.pieces["payment"]
    held = [each for each in crossing.held() if each.document != payment.raw]
    octets = crossing.dossier(standard, held=held, withheld=[Withheld(payment.raw, "not-for-purpose")])
    named = dossier.read(octets).head.payload["withheld"]
    assert named == [
        {"type": "payment", "kind": "paid", "issuer": "xa.payments", "id": payment.id}
        | {"digest": payment.digest, "reason": "not-for-purpose"}
    ]
    assert ask(octets).valid


@pytest.mark.requirement("TF-DOS-29")
def test_a_document_that_moves_a_state_is_not_withheld(crossing: Crossing, standard: Standard) -> None:
    review = crossing.pieces["in-review"]
    held = [each for each in crossing.held() if each.document != review.raw]
    with pytest.raises(Refused) as refused:
        crossing.dossier(standard, held=held, withheld=[Withheld(review.raw, "not-for-receiver")])
    assert (refused.value.code, refused.value.requirement) == ("dossier-invalid", "TF-DOS-29")


@pytest.mark.requirement("TF-DOS-30")
def test_a_head_is_not_cut_with_its_times_out_of_order(crossing: Crossing, standard: Standard) -> None:
    with pytest.raises(ValueError, match="as of"):
        crossing.dossier(standard, as_of=VALID_UNTIL)
    with pytest.raises(ValueError, match="as of"):
        crossing.dossier(standard, valid_until=CUT_AT.replace(hour=9))


def test_a_consignment_that_no_document_is_about_has_no_dossier(
    crossing: Crossing, standard: Standard
) -> None:
    with pytest.raises(Refused) as refused:
        crossing.dossier(standard, keys=({**WAYBILL, "value": "WB9"},))
    assert refused.value.code == "subject-missing"


def test_verification_takes_under_50_ms(octets: bytes, standard: Standard, store: TrustStore) -> None:
    dossier.verify(octets, store, standard, now=ASKED_AT)
    took = []
    for _ in range(5):
        start = time.process_time()
        assert dossier.verify(octets, store, standard, now=ASKED_AT).valid
        took.append(time.process_time() - start)
    assert min(took) < 0.050
