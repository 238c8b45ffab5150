"""A dossier with a missing, foreign, reordered, self-keyed or unfitting piece is not valid."""

from datetime import timedelta
from typing import Any

import pytest

from kit.crossing import (
    CUT_AT,
    START,
    VALID_UNTIL,
    Crossing,
    resealed,
)
from threeflow import documents, dossier, envelope, strict
from threeflow.dossier import Verdict
from threeflow.keys import SigningKey
from threeflow.standard import Standard


def found(verdict: Verdict) -> set[tuple[str, str]]:
    assert not verdict.valid
    return {(each.where, each.requirement) for each in verdict.problems}


def edited(octets: bytes, change) -> bytes:
    """The bundle after a change of its parsed form, written without white space."""
    value = strict.parse_object(octets)
    change(value)
    return strict.dump(value)


# -- the wrapper


@pytest.mark.requirement("TF-DOS-1")
@pytest.mark.parametrize(
    "change",
    [
        lambda bundle: bundle.update(note="x"),
        lambda bundle: bundle["documents"][0].update(note="x"),
        lambda bundle: bundle["documents"][0]["proof"].update(root="x"),
        lambda bundle: bundle.pop("witnesses"),
        lambda bundle: bundle["documents"][0].pop("receipt"),
        lambda bundle: bundle.update(documents={}),
        lambda bundle: bundle["documents"].append("x"),
        lambda bundle: bundle["documents"][0].update(proof=[]),
        lambda bundle: bundle["documents"][0]["proof"].update(index="0"),
        lambda bundle: bundle["documents"][0]["proof"].update(path=["x"]),
    ],
)
def test_members_are_exactly_those_of_the_layout(change, octets: bytes, ask) -> None:
    assert {each[1] for each in found(ask(edited(octets, change)))} == {"TF-DOS-1"}


@pytest.mark.requirement("TF-DOS-2")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"dossier"', b'{ "dossier"'),
        (b'"dossier":"1.0"', b'"dossier":"1\\u002e0"'),
        (b"]}", b"]}\n"),
        (b"]}", b""),
        (b'{"dossier"', b'\xef\xbb\xbf{"dossier"'),
        (b'{"dossier":"1.0",', b'{"dossier":"1.0","dossier":"1.0",'),
    ],
)
def test_octets_that_mean_the_same_are_refused(old: bytes, new: bytes, octets: bytes, ask) -> None:
    head, _, tail = octets.rpartition(old)
    assert found(ask(head + new + tail)) == {("wrapper", "TF-DOS-2")}


@pytest.mark.requirement("TF-DOS-2")
def test_an_envelope_in_another_order_of_members_is_refused(octets: bytes, ask) -> None:
    def turn(bundle: dict[str, Any]) -> None:
        first = bundle["documents"][0]["document"]
        bundle["documents"][0]["document"] = dict(reversed(first.items()))

    assert found(ask(edited(octets, turn))) == {("wrapper", "TF-DOS-2")}


@pytest.mark.requirement("TF-DOS-1")
def test_members_in_another_order_are_refused(octets: bytes, ask) -> None:
    value = strict.parse_object(octets)
    assert found(ask(strict.dump(dict(reversed(value.items()))))) == {("wrapper", "TF-DOS-1")}


@pytest.mark.requirement("TF-DOS-3")
def test_another_version_of_the_layout_is_refused(octets: bytes, ask) -> None:
    changed = octets.replace(b'"dossier":"1.0"', b'"dossier":"2.0"', 1)
    assert found(ask(changed)) == {("wrapper", "TF-DOS-3")}


@pytest.mark.requirement("TF-DOS-4")
@pytest.mark.parametrize("place", ["head", "checkpoint"])
def test_a_piece_that_is_no_envelope_is_refused(place: str, octets: bytes, ask) -> None:
    changed = edited(octets, lambda bundle: bundle[place].update(payload="!"))
    assert found(ask(changed)) == {(place, "TF-DOS-4")}


@pytest.mark.requirement("TF-DOS-4", "TF-DOS-32")
def test_a_key_inside_a_seal_is_refused(octets: bytes, crossing: Crossing, ask) -> None:
    from threeflow import base64url

    thief = SigningKey.generate("ES256", "xa.platform#seal-1", "seal")
    header = {"alg": "ES256", "kid": thief.kid, "typ": envelope.TYP, "jwk": dict(thief.public.jwk)}
    protected = base64url.encode(strict.dump(header))
    order = crossing.pieces["order"].id
    place = [each["id"] for each in dossier.read(octets).head.payload["documents"]].index(order)

    def forge(bundle: dict[str, Any]) -> None:
        document = bundle["documents"][place]["document"]
        signature = thief.sign(f"{protected}.{document['payload']}".encode())
        document["signatures"] = [{"protected": protected, "signature": base64url.encode(signature)}]

    assert found(ask(edited(octets, forge))) == {(order, "TF-DOS-4")}


# -- the head


@pytest.mark.requirement("TF-DOS-5")
def test_a_head_sealed_with_an_unlisted_key_is_refused(octets: bytes, ask) -> None:
    thief = SigningKey.generate("ES256", "xa.customs#seal-9", "seal")
    assert found(ask(resealed(octets, thief, lambda head: None))) == {("head", "TF-DOS-5")}


@pytest.mark.requirement("TF-DOS-5")
def test_a_head_sealed_by_another_node_than_its_issuer_is_refused(
    octets: bytes, crossing: Crossing, ask
) -> None:
    forged = resealed(octets, crossing.keys["xb.customs"], lambda head: None)
    assert found(ask(forged)) == {("head", "TF-DOS-5")}


@pytest.mark.requirement("TF-DOS-5")
def test_a_token_key_seals_no_head(octets: bytes, crossing: Crossing, ask) -> None:
    key = crossing.tokens["xa.customs"]
    disguised = SigningKey.from_json(key.to_json().replace(b'"token"', b'"seal"'))
    assert found(ask(resealed(octets, disguised, lambda head: None))) == {("head", "TF-DOS-5")}


@pytest.mark.requirement("TF-DOS-6")
def test_only_customs_cuts_a_dossier_to_release_on(crossing: Crossing, standard: Standard, ask) -> None:
    cut = crossing.dossier(standard, issuer="xa.hub", signer="xa.hub")
    assert ("head", "TF-DOS-6") in found(ask(cut))
    evidence = crossing.dossier(standard, issuer="xa.hub", signer="xa.hub", purpose="evidence")
    assert ("head", "TF-DOS-6") not in found(ask(evidence))
    carrier = crossing.dossier(standard, issuer="xa.carrier", signer="xa.carrier", purpose="evidence")
    assert ("head", "TF-DOS-6") in found(ask(carrier))


@pytest.mark.requirement("TF-DOS-7")
@pytest.mark.parametrize(
    "change",
    [
        lambda head: head.pop("documents"),
        lambda head: head.update(note="x"),
        lambda head: head["header"].pop("purpose"),
        lambda head: head.update(validUntil="tomorrow"),
        lambda head: head["header"].update(type="checkpoint"),
    ],
)
def test_a_head_of_another_form_is_refused(change, octets: bytes, crossing: Crossing, ask) -> None:
    verdict = ask(resealed(octets, crossing.keys["xa.customs"], change))
    assert {each.requirement for each in verdict.problems} == {"TF-DOS-7"}


@pytest.mark.requirement("TF-DOS-8")
def test_a_dossier_that_crosses_names_its_agreement(crossing: Crossing, standard: Standard, ask) -> None:
    assert ("head", "TF-DOS-8") in found(ask(crossing.dossier(standard, agreement=None)))
    home = crossing.dossier(standard, agreement=None, receivers=("xa.hub",), purpose="evidence")
    assert all(each.requirement != "TF-DOS-8" for each in ask(home).problems)


@pytest.mark.requirement("TF-DOS-9")
def test_it_is_valid_from_as_of_to_valid_until(octets: bytes, ask) -> None:
    second = timedelta(seconds=1)
    assert ask(octets, at=CUT_AT).valid
    assert ask(octets, at=VALID_UNTIL).valid
    assert found(ask(octets, at=CUT_AT - second)) == {("head", "TF-DOS-9")}
    assert found(ask(octets, at=VALID_UNTIL + second)) == {("head", "TF-DOS-9")}


@pytest.mark.requirement("TF-DOS-9")
def test_the_moment_asked_for_decides_not_the_clock(octets: bytes, ask) -> None:
    late = VALID_UNTIL + timedelta(days=100)
    assert not ask(octets, now=late).valid
    assert ask(octets, now=late, at=CUT_AT).valid


@pytest.mark.requirement("TF-DOS-30")
def test_a_head_with_its_times_out_of_order_is_refused(octets: bytes, crossing: Crossing, ask) -> None:
    early = documents.timestamp(START)
    forged = resealed(octets, crossing.keys["xa.customs"], lambda head: head.update(validUntil=early))
    assert ("head", "TF-DOS-30") in found(ask(forged))


# -- what the head names


@pytest.mark.requirement("TF-DOS-10")
def test_a_missing_document_is_seen(octets: bytes, ask) -> None:
    assert ("wrapper", "TF-DOS-10") in found(ask(edited(octets, lambda bundle: bundle["documents"].pop())))


@pytest.mark.requirement("TF-DOS-10")
def test_reordered_documents_are_seen(octets: bytes, ask) -> None:
    verdict = ask(edited(octets, lambda bundle: bundle["documents"].reverse()))
    assert {each.requirement for each in verdict.problems} >= {"TF-DOS-10"}


@pytest.mark.requirement("TF-DOS-10")
def test_a_document_put_in_place_of_another_is_seen(
    octets: bytes, crossing: Crossing, standard: Standard, ask
) -> None:
    other = Crossing(keys=dict(crossing.keys)).until_release().dossier(standard)
    foreign = strict.parse_object(other)["documents"][3]
    changed = edited(octets, lambda bundle: bundle["documents"].__setitem__(3, foreign))
    assert (crossing.pieces["payment"].id, "TF-DOS-10") in found(ask(changed))


@pytest.mark.requirement("TF-DOS-11")
def test_another_checkpoint_and_other_witnesses_are_seen(octets: bytes, crossing: Crossing, ask) -> None:
    again = strict.parse_object(crossing.checkpoint(CUT_AT))
    assert ("checkpoint", "TF-DOS-11") in found(ask(edited(octets, lambda b: b.update(checkpoint=again))))
    fewer = edited(octets, lambda bundle: bundle["witnesses"].clear())
    assert found(ask(fewer)) == {("wrapper", "TF-DOS-11")}
    other = strict.parse_object(crossing.witness(crossing.checkpoint()))
    changed = edited(octets, lambda bundle: bundle["witnesses"].__setitem__(0, other))
    assert ("witness 1", "TF-DOS-11") in found(ask(changed))
