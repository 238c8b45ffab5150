"""Vectors of trust lists: chains with a verdict for the last list, and what keys are worth at a moment."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from tools.vectors import material as m
from tools.vectors.material import Case, case

from threeflow import digest, trust
from threeflow.keys import SigningKey

ANCHOR: Final = m.key("xa.trust#anchor-1")
NEXT: Final = m.key("xa.trust#anchor-2", "Ed25519")
SEAL: Final = m.key("xa.customs#seal-1")
HUB: Final = m.key("xa.hub#seal-1", "Ed25519")
START: Final = m.NOW
DAY: Final = timedelta(days=1)


def _node(key: SigningKey, **changes: Any) -> dict[str, object]:
    members: dict[str, Any] = {"name": "Test node", "roles": ["customs"], "endpoint": "https://node.example"}
    entry = trust.key_entry(key.public, not_before=START, not_after=START + 300 * DAY)
    node_id = key.kid.partition("#")[0]
    return trust.node_entry(changes.pop("id", node_id), **{**members, "keys": [entry], **changes})


def _payload(sequence: int = 1, previous: bytes | None = None, **changes: Any) -> bytes:
    members: dict[str, Any] = {
        "issuer": "xa.trust",
        "environment": "sandbox",
        "jurisdiction": "xa",
        "territories": ["GB"],
        "issued_at": START + (sequence - 1) * DAY,
        "expires_at": START + (sequence + 29) * DAY,
        "anchor": ANCHOR.public,
        "nodes": [_node(SEAL), _node(HUB, roles=["hub"])],
    }
    before = None if previous is None else digest.of(previous)
    made = trust.build(
        id=str(UUID(int=sequence)), sequence=sequence, previous=before, **{**members, **changes}
    )
    return m.compact(made)


FIRST: Final = _payload()
SECOND: Final = _payload(2, FIRST)


def _chain(name: str, verdict: str, requirement: str, *lists: str, **more: object) -> Case:
    return case(name, verdict, requirement, lists=list(lists), **more)


def _one(name: str, requirement: str, verdict: str = "trust-list-invalid", **changes: Any) -> Case:
    return _chain(name, verdict, requirement, m.sealed(_payload(**changes), ANCHOR))


def _single() -> list[Case]:
    entry = trust.key_entry(SEAL.public, not_before=START, not_after=START + DAY)
    same = m.key("xa.customs#seal-2")
    renamed: Mapping[str, object] = {**entry, "kid": same.kid}
    backwards = {**entry, "notAfter": (START - DAY).isoformat()}
    small = {**entry, "alg": "Ed25519", "jwk": {"crv": "Ed25519", "kty": "OKP", "x": m.b64(bytes(32))}}
    first = m.sealed(FIRST, ANCHOR)
    return [
        _chain("first list", "ok", "TF-TRUST-8", first),
        _chain(
            "another anchor", "trust-list-invalid", "TF-TRUST-8", first, fingerprint=NEXT.public.thumbprint
        ),
        _chain("anchor unknown", "trust-list-invalid", "TF-TRUST-8", first, fingerprint=None),
        _one("another environment", "TF-TRUST-2", "wrong-environment", environment="production"),
        _one("node of another jurisdiction", "TF-TRUST-3", nodes=[_node(m.key("xb.customs#seal-1"))]),
        _one("jurisdiction as a mere prefix", "TF-TRUST-3", nodes=[_node(m.key("xab.customs#seal-1"))]),
        _one("key of another node", "TF-TRUST-3", nodes=[_node(SEAL, id="xa.hub")]),
        _one("node twice", "TF-TRUST-4", nodes=[_node(SEAL), _node(SEAL, keys=[])]),
        _one("kid twice", "TF-TRUST-4", nodes=[_node(SEAL, keys=[entry, entry])]),
        _one("key under two names", "TF-TRUST-4", nodes=[_node(SEAL, keys=[entry, renamed])]),
        _one("expires before it is issued", "TF-TRUST-5", expires_at=START - DAY),
        _one("issued in the future", "TF-TRUST-5", issued_at=START + 20 * DAY),
        _one("key ends before it begins", "TF-TRUST-5", nodes=[_node(SEAL, keys=[backwards])]),
        _one("via an unlisted node", "TF-TRUST-6", nodes=[_node(SEAL, endpoint=None, via="xa.hub")]),
        _one("endpoint and via", "TF-TRUST-6", nodes=[_node(SEAL, via="xa.hub"), _node(HUB)]),
        _one("key of small order", "TF-SEAL-14", nodes=[_node(SEAL, keys=[small])]),
        _one("unknown member", "TF-TRUST-1", nodes=[{**_node(SEAL), "trusted": True}]),
        _one("first with a list before", "TF-TRUST-10", previous=FIRST),
        _chain(
            "sealed by another key",
            "trust-list-invalid",
            "TF-TRUST-7",
            m.sealed(FIRST, m.key("xa.trust#anchor-9")),
        ),
        _chain(
            "two seals on a first list", "trust-list-invalid", "TF-TRUST-7", m.sealed(FIRST, ANCHOR, NEXT)
        ),
        _chain("changed", "trust-list-invalid", "TF-TRUST-7", _changed()),
    ]


def _changed() -> str:
    entry = m.entry(m.header(ANCHOR), FIRST, ANCHOR)
    return m.wrap(FIRST.replace(b'"GB"', b'"FR"'), [entry])


def _chains() -> list[Case]:
    first, second = m.sealed(FIRST, ANCHOR), m.sealed(SECOND, ANCHOR)
    bad = "trust-list-invalid"
    rotated = _payload(2, FIRST, anchor=NEXT.public)
    announced = _payload(next_anchor=NEXT.public)
    foreign = m.key("xa.trust#anchor-3")
    other = m.key("xa.impostor#seal-1")
    impostor = {**trust.key_entry(other.public, not_before=START, not_after=START + DAY), "kid": SEAL.kid}

    def second_as(name: str, verdict: str, requirement: str, *signers: SigningKey, payload: bytes) -> Case:
        return _chain(name, verdict, requirement, first, m.sealed(payload, *signers))

    return [
        _chain("second list", "ok", "TF-TRUST-10", first, second),
        _chain("same list again", "ok", "TF-TRUST-15", first, first),
        _chain("rollback", bad, "TF-TRUST-9", first, second, first),
        second_as(
            "two lists of one sequence", bad, "TF-TRUST-15", ANCHOR, payload=_payload(territories=["FR"])
        ),
        second_as("a list left out", bad, "TF-TRUST-10", ANCHOR, payload=_payload(3, SECOND)),
        second_as("another list before", bad, "TF-TRUST-10", ANCHOR, payload=_payload(2, SECOND)),
        second_as(
            "dated before", bad, "TF-TRUST-5", ANCHOR, payload=_payload(2, FIRST, issued_at=START - DAY)
        ),
        second_as("anchor rotated", "ok", "TF-TRUST-11", NEXT, ANCHOR, payload=rotated),
        second_as("rotated without the old", bad, "TF-TRUST-11", NEXT, payload=rotated),
        second_as("third seal", bad, "TF-TRUST-11", ANCHOR, NEXT, foreign, payload=rotated),
        _chain(
            "not the announced anchor",
            bad,
            "TF-TRUST-11",
            m.sealed(announced, ANCHOR),
            m.sealed(_payload(2, announced, anchor=foreign.public), foreign, ANCHOR),
        ),
        second_as(
            "kid names another key",
            bad,
            "TF-TRUST-4",
            ANCHOR,
            payload=_payload(2, FIRST, nodes=[_node(SEAL, keys=[impostor])]),
        ),
    ]


def _keys() -> list[Case]:
    def status(  # noqa: PLR0917 - a row of a table
        name: str, requirement: str, lists: Sequence[str], at: int, seen: int | None, verdict: str
    ) -> Case:
        witnessed = None if seen is None else (START + seen * DAY).isoformat()
        moment = (START + at * DAY).isoformat()
        return case(
            name, verdict, requirement, lists=list(lists), kid=SEAL.kid, at=moment, witnessedAt=witnessed
        )

    def second(**changes: Any) -> bytes:
        entry = trust.key_entry(SEAL.public, not_before=START, not_after=START + 300 * DAY, **changes)
        return _payload(2, FIRST, nodes=[_node(SEAL, keys=[entry])], issued_at=START + 20 * DAY)

    first = m.sealed(FIRST, ANCHOR)
    plain = [first]
    retired = [first, m.sealed(second(retired_at=START + 10 * DAY), ANCHOR)]
    stolen_list = second(compromised_since=START + 10 * DAY)
    stolen = [first, m.sealed(stolen_list, ANCHOR)]
    restored = _payload(3, stolen_list, issued_at=START + 25 * DAY)
    gone = [first, m.sealed(_payload(2, FIRST, nodes=[_node(HUB)], issued_at=START + 20 * DAY), ANCHOR)]
    return [
        status("in its time", "TF-TRUST-13", plain, 1, None, "valid"),
        status("before its time", "TF-TRUST-13", plain, -1, None, "not-yet-valid"),
        status("after its time", "TF-TRUST-13", plain, 301, None, "expired"),
        status("after its time, seen in it", "TF-TRUST-13", plain, 301, 5, "valid"),
        status("retired", "TF-TRUST-13", retired, 11, None, "retired"),
        status("retired, seen before", "TF-TRUST-13", retired, 30, 9, "valid"),
        status("asked for a moment before it was retired", "TF-TRUST-13", retired, 9, None, "valid"),
        status("stolen, never seen", "TF-TRUST-14", stolen, 5, None, "compromised"),
        status("stolen, seen before", "TF-TRUST-14", stolen, 30, 9, "valid"),
        status("stolen, seen between", "TF-TRUST-14", stolen, 30, 15, "disputed"),
        status("stolen, seen after", "TF-TRUST-14", stolen, 30, 21, "compromised"),
        status(
            "the theft forgotten", "TF-TRUST-17", [*stolen, m.sealed(restored, ANCHOR)], 30, 21, "compromised"
        ),
        status("left out", "TF-TRUST-16", gone, 21, None, "retired"),
        status("left out, seen before", "TF-TRUST-16", gone, 30, 19, "valid"),
    ]


def files() -> dict[str, object]:
    """Return the vector files by path."""
    common = {
        "testKeys": [m.listed(each) for each in (ANCHOR, NEXT, SEAL, HUB)],
        "environment": "sandbox",
        "fingerprint": ANCHOR.public.thumbprint,
    }
    now = (START + 15 * DAY).isoformat()
    later = (START + 40 * DAY).isoformat()
    return {
        "trust/lists.json": {**common, "now": now, "cases": [*_single(), *_chains()]},
        "trust/keys.json": {**common, "now": later, "cases": _keys()},
    }
