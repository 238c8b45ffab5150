"""The trust store beyond its vectors: what it answers, files, territories, and how far a list carries."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from threeflow import envelope, strict, trust
from threeflow.errors import Refused
from threeflow.keys import SigningKey

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
ANCHORS = {name: SigningKey.generate("ES256", f"{name}.trust#anchor-1", "seal") for name in ("xa", "xb")}
SEAL = SigningKey.generate("Ed25519", "xa.customs#seal-1", "seal")
SECOND = SigningKey.generate("ES256", "xa.customs#seal-2", "seal")


def entry(key: SigningKey, **changes: Any) -> dict[str, object]:
    return trust.key_entry(key.public, **{"not_before": NOW, "not_after": NOW + 300 * DAY, **changes})


def node(**changes: Any) -> dict[str, object]:
    members: dict[str, Any] = {
        "name": "Customs",
        "roles": ["customs"],
        "keys": [entry(SEAL)],
        "offices": [
            {"list": "xa-offices", "code": "0001", "positions": ["export"], "competences": ["release"]}
        ],
        "endpoint": "https://node.example",
    }
    return trust.node_entry("xa.customs", **{**members, **changes})


def made(name: str = "xa", before: bytes | None = None, sequence: int = 1, **changes: Any) -> bytes:
    members: dict[str, Any] = {
        "issuer": f"{name}.trust",
        "environment": "sandbox",
        "jurisdiction": name,
        "territories": {"xa": ["GB"], "xb": ["FR", "DE"]}[name],
        "previous": None if before is None else envelope.read(before).digest,
        "issued_at": NOW + (sequence - 1) * DAY,
        "expires_at": NOW + 30 * DAY,
        "anchor": ANCHORS[name].public,
        "nodes": [node()] if name == "xa" else [],
    }
    payload = trust.build(id=str(uuid4()), sequence=sequence, **{**members, **changes})
    return envelope.seal(strict.dump(payload), ANCHORS[name])


def added(store: trust.TrustStore, raw: bytes, name: str = "xa") -> trust.TrustList:
    return store.add(raw, anchor_fingerprint=ANCHORS[name].public.thumbprint, now=NOW + 10 * DAY)


@pytest.fixture
def store() -> trust.TrustStore:
    filled = trust.TrustStore("sandbox")
    added(filled, made())
    return filled


def test_the_store_answers_who_a_node_is(store: trust.TrustStore) -> None:
    found = store.node("xa.customs")
    assert found is not None
    office = found.office("xa-offices", "0001")
    assert office is not None
    assert office.competences == ("release",)
    assert found.office("xb-offices", "0001") is None
    assert store.node("xa.other") is None
    assert store.verifying_key(SEAL.kid) == SEAL.public
    assert store.verifying_key("xa.trust#anchor-1") == ANCHORS["xa"].public
    assert store.verifying_key("xb.trust#anchor-1") is None
    assert [each.id for each in store.nodes()] == ["xa.customs"]


@pytest.mark.requirement("TF-TRUST-3")
def test_a_territory_has_one_jurisdiction(store: trust.TrustStore) -> None:
    assert store.jurisdiction_of_territory("GB") == "xa"
    with pytest.raises(Refused, match="claims GB"):
        added(store, made("xb", territories=["GB"]), "xb")
    added(store, made("xb"), "xb")
    assert store.jurisdiction_of_territory("FR") == "xb"
    assert store.jurisdictions() == ("xa", "xb")
    assert len(store.digests()) == 2


def test_a_territory_that_a_newer_list_leaves_out_is_free(store: trust.TrustStore) -> None:
    added(store, made(before=store.lists("xa")[0].raw, sequence=2, territories=["IE"]))
    assert store.jurisdiction_of_territory("GB") is None
    assert store.jurisdiction_of_territory("IE") == "xa"


@pytest.mark.requirement("TF-TRUST-16")
def test_keys_of_older_lists_are_kept(store: trust.TrustStore) -> None:
    first = store.lists("xa")[0]
    second = added(store, made(before=first.raw, sequence=2, nodes=[node(keys=[entry(SECOND)])]))
    old = store.key(SEAL.kid)
    assert old is not None
    assert old.retired_at == second.issued_at
    assert [each.sequence for each in store.lists("xa")] == [1, 2]
    added(store, made(before=second.raw, sequence=3, nodes=[node(keys=[entry(SEAL), entry(SECOND)])]))
    back = store.key(SEAL.kid)
    assert back is not None
    assert back.retired_at is None


def test_a_trust_file_is_read_back_any_number_of_times(store: trust.TrustStore) -> None:
    added(store, made(before=store.lists("xa")[0].raw, sequence=2))
    file = store.to_file("xa")
    again = trust.TrustStore("sandbox")
    for _ in range(2):
        assert again.add_file(file, now=NOW + 10 * DAY).sequence == 2
    assert again.digests() == store.digests()
    assert again.to_file("xa") == file


def test_what_is_added_to_a_copy_counts_once_it_is_adopted(store: trust.TrustStore) -> None:
    first, copy = store.lists("xa")[0], store.copy()
    before = store.digests()
    added(copy, made(before=first.raw, sequence=2, nodes=[node(keys=[entry(SECOND)])]))
    added(copy, made("xb"), "xb")
    assert (store.digests(), store.jurisdictions()) == (before, ("xa",))
    assert store.key(SECOND.kid) is None
    assert store.jurisdiction_of_territory("FR") is None
    store.adopt(copy)
    assert store.digests() == copy.digests() != before
    assert store.key(SECOND.kid) is not None
    assert store.jurisdiction_of_territory("FR") == "xb"
    # What is added to the copy later is none of the store's business.
    added(copy, made(before=copy.lists("xa")[-1].raw, sequence=3))
    assert len(store.lists("xa")) == 2


@pytest.mark.requirement("TF-TRUST-20")
def test_a_store_adopts_none_that_lacks_what_it_holds(store: trust.TrustStore) -> None:
    copy = store.copy()
    added(store, made(before=store.lists("xa")[0].raw, sequence=2))
    other = trust.TrustStore("demo")
    for lacking, said in ((copy, "does not go on"), (other, "of demo")):
        with pytest.raises(ValueError, match=said):
            store.adopt(lacking)
    assert [each.sequence for each in store.lists("xa")] == [1, 2]


def test_a_node_tells_whom_it_carries_for(store: trust.TrustStore) -> None:
    assert store.carried_by("xa.customs") == ()
    carried = [
        trust.node_entry(name, name=name, roles=["carrier"], keys=[], via="xa.customs")
        for name in ("xa.b", "xa.a")
    ]
    second = made(before=store.lists("xa")[0].raw, sequence=2, nodes=[node(), *carried])
    added(store, second)
    assert store.carried_by("xa.customs") == ("xa.a", "xa.b")
    added(store, made(before=second, sequence=3, nodes=[node(), carried[0]]))
    assert store.carried_by("xa.customs") == ("xa.b",)


@pytest.mark.requirement("TF-TRUST-8")
@pytest.mark.parametrize(
    "change", [{"anchor": "x"}, {"lists": []}, {"more": 1}, {"anchor": "sha-256:" + "0" * 64}]
)
def test_a_trust_file_of_another_form_or_anchor_is_refused(
    store: trust.TrustStore, change: dict[str, Any]
) -> None:
    file = {**json.loads(store.to_file("xa")), **change}
    with pytest.raises(Refused, match="TF-TRUST-8"):
        trust.TrustStore("sandbox").add_file(strict.dump(file), now=NOW + 10 * DAY)


@pytest.mark.requirement("TF-TRUST-1")
def test_a_list_beyond_8_mib_is_not_even_read(store: trust.TrustStore) -> None:
    with pytest.raises(Refused, match="too-large"):
        added(store, b" " * (8 * 1024 * 1024 + 1))


@pytest.mark.requirement("TF-TRUST-12")
def test_a_list_is_fresh_then_stale_then_no_longer_relied_on(store: trust.TrustStore) -> None:
    newest = store.newest("xa")
    assert newest is not None
    moments = {"fresh": newest.expires_at, "stale": newest.expires_at + 3 * DAY}
    for state, moment in moments.items():
        assert trust.freshness(newest, moment) == state
        trust.check_fresh(newest, moment)
    late = newest.expires_at + 3 * DAY + timedelta(seconds=1)
    assert trust.freshness(newest, late) == "expired"
    with pytest.raises(Refused) as caught:
        trust.check_fresh(newest, late)
    assert (caught.value.code, caught.value.retryable) == ("trust-list-stale", True)


@pytest.mark.requirement("TF-SEAL-12")
def test_required_algorithms_begin_at_their_time() -> None:
    required = [
        {"from": (NOW + 5 * DAY).isoformat(), "algorithms": ["ES256", "Ed25519"]},
        {"from": NOW.isoformat(), "algorithms": ["ES256"]},
    ]
    found = added(trust.TrustStore("sandbox"), made(nodes=[node(required_algorithms=required)])).node(
        "xa.customs"
    )
    assert found is not None
    assert found.required_algorithms(NOW - DAY) == ()
    assert found.required_algorithms(NOW) == ("ES256",)
    assert found.required_algorithms(NOW + 6 * DAY) == ("ES256", "Ed25519")


@pytest.mark.requirement("TF-TRUST-13", "TF-TRUST-14")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"not_before": NOW + 11 * DAY}, "key-not-yet-valid"),
        ({"not_after": NOW + DAY}, "key-expired"),
        ({"retired_at": NOW + DAY}, "key-retired"),
        ({"compromised_since": NOW + DAY}, "key-compromised"),
    ],
)
def test_a_key_that_is_not_valid_is_refused_by_its_code(change: dict[str, datetime], code: str) -> None:
    store = trust.TrustStore("sandbox")
    newest = added(store, made(nodes=[node(keys=[entry(SEAL, **change)])]))
    listed = store.key(SEAL.kid)
    assert listed is not None
    with pytest.raises(Refused) as caught:
        trust.check_key(listed, newest, at=NOW + 10 * DAY, witnessed_at=None)
    assert caught.value.code == code
