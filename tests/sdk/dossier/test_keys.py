"""Key history: what retired keys sealed stays good; what stolen keys sealed needs a foreign witness."""

from datetime import datetime, timedelta

import pytest

from kit.crossing import ASKED_AT, CUT_AT, PARTIES, START, VALID_UNTIL, WITNESSED_AT, Crossing
from threeflow import dossier
from threeflow.dossier import Verdict
from threeflow.standard import Standard
from threeflow.trust import TrustStore

REPORTED = START + timedelta(hours=6)
HOUR = timedelta(hours=1)


def stolen(crossing: Crossing, node: str, since: datetime) -> TrustStore:
    """Lists of which the newest of the node's jurisdiction says that its key is compromised."""
    changes = {"compromised": {f"{node}#seal-1": since}, "issued_at": REPORTED}
    return crossing.store((node.partition(".")[0], changes))


def problems(found: Verdict) -> set[tuple[str, str]]:
    return {(each.where, each.requirement) for each in found.problems}


@pytest.mark.requirement("TF-DOS-22")
def test_a_dossier_whose_keys_were_all_retired_since_verifies(crossing: Crossing, octets: bytes, ask) -> None:
    retired = {key.kid: START + 3 * HOUR for key in crossing.keys.values()}
    later = [(side, {"retired": retired, "issued_at": REPORTED}) for side in ("xa", "xb")]
    assert ask(octets, crossing.store(*later)).problems == ()


@pytest.mark.requirement("TF-DOS-22")
def test_a_dossier_whose_keys_have_expired_since_verifies_at_its_time(
    crossing: Crossing, octets: bytes, ask
) -> None:
    late = START + timedelta(days=350)
    assert problems(ask(octets, now=late)) == {("head", "TF-DOS-9")}
    assert ask(octets, now=late, at=ASKED_AT).valid


@pytest.mark.requirement("TF-DOS-22")
def test_a_key_retired_before_the_document_was_issued_is_refused(
    crossing: Crossing, octets: bytes, ask
) -> None:
    early = crossing.store(("xa", {"retired": {"xa.platform#seal-1": START}, "issued_at": REPORTED}))
    assert problems(ask(octets, early)) == {(crossing.pieces["order"].id, "TF-DOS-22")}


@pytest.mark.requirement("TF-DOS-22")
def test_a_document_issued_before_its_key_was_valid_is_refused(standard: Standard) -> None:
    crossing = Crossing()
    crossing._agreements()
    crossing._flows()
    order = crossing.pieces["order"]
    content = {name: value for name, value in order.payload.items() if name != "header"}
    early = crossing.add(
        "early",
        "order",
        "sale",
        "xa.platform",
        issued_at=START - timedelta(days=9),
        subjects=order.payload["header"]["subjects"],
        **content | {"parties": PARTIES},
    )
    crossing._declared()
    crossing._decided()
    crossing.pieces["early"].receipt = early.receipt
    found = dossier.verify(crossing.dossier(standard), crossing.store(), standard, now=ASKED_AT)
    assert (early.id, "TF-DOS-22") in problems(found)


@pytest.mark.requirement("TF-DOS-23")
def test_what_a_witness_saw_before_the_theft_stays_valid(crossing: Crossing, octets: bytes, ask) -> None:
    store = stolen(crossing, "xa.platform", WITNESSED_AT + HOUR)
    assert ask(octets, store).problems == ()


@pytest.mark.requirement("TF-DOS-23")
def test_what_no_witness_saw_before_the_theft_is_refused(crossing: Crossing, standard: Standard, ask) -> None:
    unwitnessed = crossing.dossier(standard, witnessed=False)
    store = stolen(crossing, "xa.platform", WITNESSED_AT + HOUR)
    assert problems(ask(unwitnessed, store)) == {(crossing.pieces["order"].id, "TF-DOS-23")}


@pytest.mark.requirement("TF-DOS-23")
def test_what_was_seen_between_theft_and_report_is_disputed(crossing: Crossing, octets: bytes, ask) -> None:
    verdict = ask(octets, stolen(crossing, "xa.platform", START))
    assert problems(verdict) == {(crossing.pieces["order"].id, "TF-DOS-23")}
    assert "disputed" in verdict.problems[0].message_en


@pytest.mark.requirement("TF-DOS-23")
def test_what_was_seen_after_the_report_is_refused(crossing: Crossing, standard: Standard, ask) -> None:
    root = crossing.checkpoint()
    late = crossing.witness(root, at=REPORTED + HOUR)
    octets = crossing.dossier(standard, checkpoint=root, witnesses=[late])
    verdict = ask(octets, stolen(crossing, "xa.platform", START))
    assert problems(verdict) == {(crossing.pieces["order"].id, "TF-DOS-23")}
    assert "compromised" in verdict.problems[0].message_en


@pytest.mark.requirement("TF-DOS-23")
def test_a_receipt_of_the_own_jurisdiction_is_no_witness(crossing: Crossing, standard: Standard, ask) -> None:
    root = crossing.checkpoint()
    octets = crossing.dossier(standard, checkpoint=root, witnessed=False)
    own = crossing.witness(root, by="xa.hub")
    store = stolen(crossing, "xa.platform", WITNESSED_AT + HOUR)
    assert not ask(octets, store, witnesses=[own]).valid


@pytest.mark.requirement("TF-DOS-23")
def test_a_witness_may_come_later_beside_the_dossier(crossing: Crossing, standard: Standard, ask) -> None:
    root = crossing.checkpoint()
    octets = crossing.dossier(standard, checkpoint=root, witnessed=False)
    store = stolen(crossing, "xa.platform", WITNESSED_AT + HOUR)
    assert ask(octets, store, witnesses=[crossing.witness(root)]).problems == ()


@pytest.mark.requirement("TF-DOS-23")
def test_a_witness_beside_the_dossier_counts_only_with_a_sound_seal(
    crossing: Crossing, standard: Standard, ask
) -> None:
    root = crossing.checkpoint()
    octets = crossing.dossier(standard, checkpoint=root, witnessed=False)
    store = stolen(crossing, "xa.platform", WITNESSED_AT + HOUR)
    forged = crossing.witness(root).replace(b'"signature":"', b'"signature":"AAAA', 1)
    other = Crossing().witness(root)
    assert not ask(octets, store, witnesses=[forged, other, b"nothing"]).valid


@pytest.mark.requirement("TF-DOS-23")
def test_a_witness_whose_own_key_was_stolen_saw_nothing(crossing: Crossing, octets: bytes, ask) -> None:
    store = crossing.store(
        ("xa", {"compromised": {"xa.platform#seal-1": WITNESSED_AT + HOUR}, "issued_at": REPORTED}),
        ("xb", {"compromised": {"xb.customs#seal-1": WITNESSED_AT + HOUR}, "issued_at": REPORTED}),
    )
    found = problems(ask(octets, store))
    assert (crossing.pieces["order"].id, "TF-DOS-23") in found
    assert ("witness 1", "TF-DOS-23") in found


@pytest.mark.requirement("TF-DOS-23")
def test_the_exporting_node_witnesses_what_came_from_elsewhere(
    crossing: Crossing, octets: bytes, standard: Standard, ask
) -> None:
    store = stolen(crossing, "xb.customs", START + HOUR / 2)
    unwitnessed = crossing.dossier(standard, witnessed=False)
    assert ask(unwitnessed, store).problems == ()


@pytest.mark.requirement("TF-DOS-23")
def test_a_head_of_a_stolen_key_needs_the_receivers_receipt(crossing: Crossing, octets: bytes, ask) -> None:
    store = stolen(crossing, "xa.customs", CUT_AT + HOUR)
    assert problems(ask(octets, store)) == {("head", "TF-DOS-23")}
    head = dossier.read(octets).head.envelope.compact
    receipt = crossing.witness(head, at=CUT_AT + HOUR / 2)
    assert ask(octets, store, witnesses=[receipt]).problems == ()
    late = crossing.witness(head, at=CUT_AT + 2 * HOUR)
    assert problems(ask(octets, store, witnesses=[late])) == {("head", "TF-DOS-23")}


@pytest.mark.requirement("TF-DOS-24")
def test_asking_for_a_moment_before_the_report_does_not_undo_it(
    crossing: Crossing, standard: Standard, ask
) -> None:
    unwitnessed = crossing.dossier(standard, witnessed=False)
    store = stolen(crossing, "xa.platform", WITNESSED_AT + HOUR)
    assert not ask(unwitnessed, store, at=CUT_AT).valid
    assert ask(unwitnessed, crossing.store(), at=CUT_AT).valid


@pytest.mark.requirement("TF-DOS-25")
def test_an_expired_list_is_not_relied_on(crossing: Crossing, octets: bytes, ask) -> None:
    ends = CUT_AT + HOUR
    store = crossing.store(expires_at=ends)
    assert ask(octets, store, at=ends).valid
    assert ask(octets, store, at=ends + 72 * HOUR).valid
    verdict = ask(octets, store, at=ends + 73 * HOUR)
    assert problems(verdict) == {("trust list xa", "TF-DOS-25"), ("trust list xb", "TF-DOS-25")}


@pytest.mark.requirement("TF-DOS-25")
def test_a_newer_list_in_force_at_the_moment_serves(crossing: Crossing, octets: bytes, ask) -> None:
    ends = CUT_AT + HOUR
    later = [
        (side, {"issued_at": ends, "expires_at": VALID_UNTIL + timedelta(days=9)}) for side in ("xa", "xb")
    ]
    store = crossing.store(*later, expires_at=ends)
    assert ask(octets, store, at=ends + 100 * HOUR).valid
