"""Receipts and refusals have one form, and refusals speak both languages."""

import pickle
from typing import Any

import pytest

from threeflow import artefacts, digest, messages, receipts, strict
from threeflow.errors import Refused, Violation

ID = "00000000-0000-4000-8000-000000000001"
ABOUT = receipts.Acknowledged("xa.platform", ID, digest.of(b"x"), "order", ("xa.platform#seal-1",))
FINDING = {"rule": "MAT-01", "pointer": "/lines/0", "message": {"en": "differs", "zh": "不一致"}}


def receipt(**changes: Any) -> dict[str, Any]:
    members: dict[str, Any] = {
        "id": ID,
        "issuer": "xa.hub",
        "environment": "sandbox",
        "issued_at": "2026-03-01T09:30:00Z",
        "receivers": ["xa.platform"],
        "document": ABOUT,
        "outcome": "accepted",
        "salt": bytes(16),
        "subject": {"kind": "case", "id": "1"},
        "findings": [FINDING],
        "log_id": "xa.hub/1",
        "index": 7,
        "trust_lists": [digest.of(b"list")],
    }
    return receipts.build(**{**members, **changes})


@pytest.mark.requirement("TF-RCPT-1", "TF-RCPT-2", "TF-RCPT-6")
def test_a_receipt_says_what_was_taken_in() -> None:
    read = receipts.read(strict.dump(receipt()))
    assert read.document == ABOUT
    assert (read.outcome, read.log_id, read.index) == ("accepted", "xa.hub/1", 7)
    assert read.trust_lists == (digest.of(b"list"),)
    assert read.findings == (FINDING,)
    assert read.issuer == "xa.hub"
    assert read.issued_at.isoformat() == "2026-03-01T09:30:00+00:00"


@pytest.mark.parametrize("member", ["header", "document", "outcome", "findings", "trustLists", "salt"])
@pytest.mark.requirement("TF-RCPT-1", "TF-RCPT-2", "TF-RCPT-6")
def test_a_receipt_without_a_member_is_none(member: str) -> None:
    made = receipt()
    del made[member]
    with pytest.raises(Refused, match="TF-RCPT-2"):
        receipts.read(strict.dump(made))


@pytest.mark.parametrize("member", ["issuer", "id", "digest", "type", "kids"])
@pytest.mark.requirement("TF-RCPT-1")
def test_a_receipt_that_does_not_name_its_document_is_none(member: str) -> None:
    made = receipt()
    del made["document"][member]
    with pytest.raises(Refused, match="TF-RCPT-2"):
        receipts.read(strict.dump(made))


@pytest.mark.requirement("TF-RCPT-3")
def test_the_outcome_is_one_of_four() -> None:
    for outcome in receipts.OUTCOMES:
        assert receipts.read(strict.dump(receipt(outcome=outcome))).outcome == outcome
    with pytest.raises(Refused, match="TF-RCPT-2"):
        receipts.read(strict.dump(receipt(outcome="refused")))


@pytest.mark.requirement("TF-RCPT-4")
def test_only_a_receipt_for_a_checkpoint_names_no_leaf() -> None:
    checkpoint = receipts.Acknowledged("xa.hub", ID, digest.of(b"x"), "checkpoint", ABOUT.kids)
    assert receipts.read(strict.dump(receipt(document=checkpoint, log_id=None, index=None))).index is None
    for made in (receipt(log_id=None, index=None), receipt(document=checkpoint)):
        with pytest.raises(Refused, match="TF-RCPT-4"):
            receipts.read(strict.dump(made))
    with pytest.raises(ValueError, match="index"):
        receipt(index=None)


@pytest.mark.requirement("TF-RCPT-5")
def test_a_salt_has_16_octets() -> None:
    with pytest.raises(ValueError, match="16"):
        receipt(salt=bytes(15))
    for salt in ("", "A" * 21, "A" * 21 + "B", "A" * 24):
        with pytest.raises(Refused, match="TF-RCPT-2"):
            receipts.read(strict.dump({**receipt(), "salt": salt}))


VIOLATIONS = (
    Violation("VAL-02", "/b", "too much", "过多", {"limit": "1"}),
    Violation("VAL-01", "/z", "too late", "过晚"),
    Violation("VAL-01", "/a", "too early", "过早"),
)


def sealed(refused: Refused, **changes: Any) -> dict[str, Any]:
    made = messages.payload(
        refused,
        id=ID,
        issuer="xa.hub",
        environment="sandbox",
        issued_at="2026-03-01T09:30:00Z",
        receiver="xa.platform",
        **changes,
    )
    return dict(made)


@pytest.mark.parametrize("code", sorted(messages.catalogue()))
@pytest.mark.requirement("TF-RCPT-7", "TF-RCPT-8")
def test_every_code_makes_a_refusal_in_both_languages(code: str) -> None:
    refused = messages.refused(code, "what was found", "/header", VIOLATIONS)
    made = sealed(refused, digest=digest.of(b"x"))
    assert artefacts.problem("refusal", made) is None
    assert made["problem"]["code"] == code
    assert messages.problem(refused, "zh")["title"] == messages.problem(refused)["titles"]["zh"]
    for texts in (made["problem"]["titles"], made["problem"]["remedy"]):
        assert texts["en"].isascii()
        assert not texts["zh"].isascii()


@pytest.mark.requirement("TF-RCPT-9")
def test_violations_are_all_there_and_sorted() -> None:
    problem: Any = messages.problem(Refused("rule-violated", "TF-INTAKE-19", "three", "", VIOLATIONS))
    assert [(each["rule"], each["pointer"]) for each in problem["violations"]] == [
        ("VAL-01", "/a"),
        ("VAL-01", "/z"),
        ("VAL-02", "/b"),
    ]
    assert problem["violations"][2]["parameters"] == {"limit": "1"}


@pytest.mark.requirement("TF-RCPT-10")
def test_only_what_time_or_a_new_token_can_mend_is_retryable() -> None:
    retryable = {code for code, entry in messages.catalogue().items() if entry.retryable}
    assert retryable == {
        "in-progress",
        "key-not-yet-valid",
        "token-expired",
        "token-not-yet-valid",
        "token-replayed",
        "too-many-requests",
        "trust-list-stale",
        "unavailable",
        "unknown-signer",
    }


@pytest.mark.requirement("TF-RCPT-11")
def test_a_code_outside_the_list_makes_no_refusal() -> None:
    with pytest.raises(KeyError):
        messages.problem(Refused("made-up", "TF-RCPT-11", "x"))


def test_a_refusal_crosses_process_borders() -> None:
    refused = Refused("rule-violated", "TF-INTAKE-19", "three", "/a", VIOLATIONS, retryable=True)
    again = pickle.loads(pickle.dumps(refused))
    assert (again.code, again.requirement, again.detail) == ("rule-violated", "TF-INTAKE-19", "three")
    assert (again.pointer, again.violations, again.retryable) == ("/a", VIOLATIONS, True)
