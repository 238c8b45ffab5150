"""What a gateway accepts at the edges of lists and keys, and while keys and anchors are exchanged."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kit.asynchronous import synchronous
from kit.members import Keys, Society
from kit.papers import Parcel
from kit.raw import bearer, code_of, post
from kit.stations import Station, in_process
from threeflow import envelope, strict, trust
from threeflow.keys import SigningKey
from threeflow_gateway.app import Gateway

QUIET: dict[str, dict[str, Any]] = {"trust": {"reload_seconds": 0}, "log": {"checkpoint_seconds": 3600.0}}
ENDPOINTS = {
    "xa.hub": "http://127.0.0.1:1",
    "xa.customs": "http://127.0.0.1:2",
    "xb.customs": "http://127.0.0.1:3",
}
SENDER = "xa.pay"
NEAR = timedelta(seconds=2)
T = timedelta(hours=6)


async def _asked(station: Station, gateway: Gateway, ahead: timedelta, keys: Keys | None = None) -> str:
    """What a payment, sealed and brought now, earns where the node's and the caller's clock are ahead."""
    gateway.node.now = lambda: datetime.now(UTC) + ahead
    keys = keys or station.society.keys[SENDER]
    body = envelope.seal(strict.dump(Parcel().payment), keys.seal)
    claims = {"jti": uuid4().hex}
    token = bearer(station, SENDER, body, shift=ahead, claims=claims, key=keys.token)
    answer = await post(station, body, authorization=f"Bearer {token}")
    if answer.status_code == 201:
        return "accepted"
    assert answer.status_code == {"trust-list-stale": 503, "caller-unknown": 401}.get(code_of(answer), 403)
    return code_of(answer)


async def _newer(gateway: Gateway, folder: Path, society: Society, **more: Any) -> None:
    society.publish("xa", **more)
    path = folder / "trust" / "xa.json"
    before = path.stat().st_mtime_ns
    path.write_bytes(society.trust_file("xa"))
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))
    assert await gateway.node.reload_trust()


@pytest.mark.requirement("TF-TRUST-12")
@synchronous
async def test_a_list_counts_until_72_hours_after_its_end_and_is_then_refused_for_the_time_being(
    tmp_path: Path,
) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        newest = gateway.node.trust.newest("xa")
        assert newest is not None
        end = newest.expires_at - datetime.now(UTC)
        assert await _asked(station, gateway, end - NEAR) == "accepted"
        assert await _asked(station, gateway, end + NEAR) == "accepted"
        assert await _asked(station, gateway, end + timedelta(hours=72) - NEAR) == "accepted"
        assert await _asked(station, gateway, end + timedelta(hours=72) + NEAR) == "trust-list-stale"
        # The successor is all that it needs.
        await _newer(gateway, tmp_path, society)
        assert await _asked(station, gateway, end) == "accepted"


@pytest.mark.requirement("TF-TRUST-13", "TF-TRUST-14")
@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        ("not_before", "key-not-yet-valid", "accepted"),
        ("not_after", "accepted", "key-expired"),
        ("retired_at", "accepted", "key-retired"),
        # No witness saw what comes now before the theft: what is listed counts at once.
        ("compromised_since", "key-compromised", "key-compromised"),
    ],
)
@synchronous
async def test_a_key_changes_at_its_moment(tmp_path: Path, state: str, before: str, after: str) -> None:
    society = Society(endpoints=ENDPOINTS)
    begin = datetime.now(UTC)
    society.publish("xa", key_states={society.keys[SENDER].seal.kid: {state: begin + T}})
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        passed = datetime.now(UTC) - begin
        assert await _asked(station, gateway, T - passed - NEAR) == before
        assert await _asked(station, gateway, T - (datetime.now(UTC) - begin) + NEAR) == after


@pytest.mark.requirement("TF-TRUST-13", "TF-TRUST-14", "TF-TRUST-16", "TF-INTAKE-5")
@synchronous
async def test_keys_overlap_while_they_are_exchanged_and_a_stolen_one_ends_at_once(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        old = society.keys[SENDER]
        sealed = station.as_(SENDER).seal(Parcel().payment)
        receipt = (await station.as_(SENDER).submit(sealed)).raw
        new = Keys(
            [SigningKey.generate("ES256", f"{SENDER}#seal-2", "seal")],
            SigningKey.generate("ES256", f"{SENDER}#token-2", "token"),
        )
        assert await _asked(station, gateway, timedelta(), new) == "caller-unknown"
        await _newer(gateway, tmp_path, society, extra=(), key_states={})
        society.keys[SENDER] = Keys([*old.seals, *new.seals], old.token)
        await _newer(gateway, tmp_path, society)
        # One list names both seal keys: either is good.
        for keys in (Keys(old.seals, old.token), Keys(new.seals, old.token)):
            assert await _asked(station, gateway, timedelta(), keys) == "accepted"
        theft = {old.seal.kid: {"compromised_since": datetime.now(UTC) - timedelta(days=1)}}
        await _newer(gateway, tmp_path, society, key_states=theft)
        assert await _asked(station, gateway, timedelta(), Keys(old.seals, old.token)) == "key-compromised"
        assert await _asked(station, gateway, timedelta(), Keys(new.seals, old.token)) == "accepted"
        # What was acknowledged before keeps its receipt.
        assert (await station.as_(SENDER).submit(sealed)).raw == receipt
        # A later list that says nothing of the theft takes it back for nobody (TF-TRUST-17).
        await _newer(gateway, tmp_path, society)
        assert await _asked(station, gateway, timedelta(), Keys(old.seals, old.token)) == "key-compromised"
        society.keys[SENDER] = Keys(new.seals, new.token)
        await _newer(gateway, tmp_path, society)
        assert await _asked(station, gateway, timedelta(), Keys(new.seals, new.token)) == "accepted"
        assert await _asked(station, gateway, timedelta(), Keys(new.seals, old.token)) == "key-retired"


@pytest.mark.requirement("TF-TRUST-11", "TF-TRUST-18")
@synchronous
async def test_an_anchor_is_exchanged_under_both_seals_while_the_node_runs(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        old = society.anchors["xa"]
        new = SigningKey.generate("ES256", "xa.trust#anchor-2", "seal")
        society.publish("xa")
        payload: dict[str, Any] = strict.parse_object(envelope.read(society.lists["xa"].pop()).payload)
        payload["anchor"] = {"kid": new.kid, "alg": new.alg, "jwk": dict(new.public.jwk)}
        path = tmp_path / "trust" / "xa.json"
        for seals, taken in (((new,), False), ((new, old), True)):
            raw = envelope.seal(strict.dump(payload), *seals)
            before = path.stat().st_mtime_ns
            path.write_bytes(_file(old, society.lists["xa"][0], raw))
            os.utime(path, ns=(before + 1_000_000, before + 1_000_000))
            assert await gateway.node.reload_trust() is taken
        newest = gateway.node.trust.newest("xa")
        assert newest is not None
        assert newest.anchor == new.public
        assert await _asked(station, gateway, timedelta()) == "accepted"


def _file(anchor: SigningKey, *lists: bytes) -> bytes:
    said: Mapping[str, Any] = {
        "anchor": anchor.public.thumbprint, "lists": [strict.parse(each) for each in lists],
    }  # fmt: skip
    return strict.dump(dict(said))


@pytest.mark.requirement("TF-TRUST-12", "TF-TRUST-13")
def test_the_edges_of_keys_and_lists_are_exact() -> None:
    society = Society(endpoints=ENDPOINTS)
    store = society.store()
    newest, listed = store.newest("xa"), store.key(society.keys[SENDER].seal.kid)
    assert newest is not None
    assert listed is not None
    tick = timedelta(microseconds=1)

    def status(at: datetime) -> str:
        return trust.key_status(listed, newest, at=at, witnessed_at=None)

    assert [status(listed.not_before + each) for each in (-tick, timedelta())] == ["not-yet-valid", "valid"]
    assert [status(listed.not_after + each) for each in (timedelta(), tick)] == ["valid", "expired"]
    ends = newest.expires_at
    moments = (ends, ends + tick, ends + timedelta(hours=72), ends + timedelta(hours=72) + tick)
    assert [trust.freshness(newest, each) for each in moments] == ["fresh", "stale", "stale", "expired"]
