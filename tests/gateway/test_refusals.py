"""Bad input: a stable code each time, never a 5xx, and the node answers the next valid request."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel, paper
from kit.raw import bearer, code_of, post, seal_raw
from kit.stations import Station, in_process
from threeflow import base64url, envelope, strict
from threeflow.keys import SigningKey

Make = Callable[[Station], bytes]


def _order(station: Station, **header: Any) -> bytes:
    key = station.society.keys["xa.platform"].seal
    return orjson.dumps(seal_raw(strict.dump(Parcel().order), key, **header))


def _octets(payload: bytes) -> Make:
    return lambda station: orjson.dumps(seal_raw(payload, station.society.keys["xa.platform"].seal))


def _edited(edit: Callable[[dict[str, Any]], None]) -> Make:
    def make(station: Station) -> bytes:
        order = Parcel().order
        edit(order)
        return _octets(orjson.dumps(order))(station)

    return make


def _header(**members: Any) -> Make:
    return _edited(lambda order: order["header"].update(members))


def _text(old: bytes, new: bytes) -> Make:
    """The order's octets with one piece of text replaced."""

    def make(station: Station) -> bytes:
        octets = strict.dump(Parcel().order)
        assert old in octets
        return _octets(octets.replace(old, new, 1))(station)

    return make


def _hmac_with_public_key(station: Station) -> bytes:
    key = station.society.keys["xa.platform"].seal
    protected = base64url.encode(orjson.dumps({"alg": "HS256", "kid": key.kid, "typ": "threeflow-doc+jws"}))
    text = base64url.encode(strict.dump(Parcel().order))
    secret = base64url.decode(key.public.jwk["x"])
    mac = hmac.new(secret, f"{protected}.{text}".encode(), hashlib.sha256).digest()
    return orjson.dumps(
        {"payload": text, "signatures": [{"protected": protected, "signature": base64url.encode(mac)}]}
    )


def _trailing_bits(station: Station) -> bytes:
    made = orjson.loads(_order(station))
    signature = made["signatures"][0]["signature"]
    made["signatures"][0]["signature"] = signature[:-1] + (
        "B" if signature[-1] == "A" else chr(ord(signature[-1]) + 1)
    )
    return orjson.dumps(made)


def _without_signature(station: Station) -> bytes:
    return orjson.dumps({**orjson.loads(_order(station)), "signatures": []})


def _with_stranger(station: Station) -> bytes:
    order = Parcel().order
    key = SigningKey.generate("Ed25519", "xa.platform#unheard-of", "seal")
    return orjson.dumps(seal_raw(strict.dump(order), key))


def _sealed_by_token_key(station: Station) -> bytes:
    return orjson.dumps(seal_raw(strict.dump(Parcel().order), station.society.keys["xa.platform"].token))


def _sealed_by_another(station: Station) -> bytes:
    return orjson.dumps(seal_raw(strict.dump(Parcel().order), station.society.keys["xa.pay"].seal))


def _unbound_part(station: Station) -> bytes:
    made = orjson.loads(_order(station))
    made["parts"] = [base64url.encode(b'{"salt":"x","party":{}}')]
    return orjson.dumps(made)


BAD: dict[str, tuple[Make, str]] = {
    "alg none": (lambda s: _order(s, alg="none"), "unsupported-algorithm"),
    "alg EdDSA": (lambda s: _order(s, alg="EdDSA"), "unsupported-algorithm"),
    "HMAC with a public key": (_hmac_with_public_key, "unsupported-algorithm"),
    "an unexpected header member": (lambda s: _order(s, crit=["b64"]), "header-malformed"),
    "a token's type on a seal": (lambda s: _order(s, typ="threeflow-token+jwt"), "wrong-typ"),
    "a key that no list names": (_with_stranger, "unknown-signer"),
    "a token key used as a seal": (_sealed_by_token_key, "key-use"),
    "the seal of another node": (_sealed_by_another, "issuer-mismatch"),
    "the seal stripped": (_without_signature, "envelope-malformed"),
    "trailing bits": (_trailing_bits, "envelope-malformed"),
    "an unknown member": (
        lambda s: orjson.dumps({**orjson.loads(_order(s)), "header": {}}),
        "envelope-malformed",
    ),
    "no JSON at all": (lambda s: b"hello", "envelope-malformed"),
    "nothing": (lambda s: b"", "envelope-malformed"),
    "an array": (lambda s: b"[]", "envelope-malformed"),
    "invalid UTF-8": (_text(b'"orderNumber":"', b'"orderNumber":"\xff'), "json-malformed"),
    "a byte order mark": (
        _octets(b"\xef\xbb\xbf" + strict.dump(Parcel().order)),
        "json-malformed",
    ),
    "a duplicate member": (_text(b'"orderNumber":', b'"orderNumber":"x","orderNumber":'), "json-malformed"),
    "an escaped duplicate": (
        _text(b'"orderNumber":', b'"order\\u004eumber":"x","orderNumber":'),
        "json-malformed",
    ),
    "NaN": (_text(b'"orderNumber":', b'"x":NaN,"orderNumber":'), "json-malformed"),
    "a float": (_text(b'"orderNumber":', b'"x":1.5,"orderNumber":'), "json-malformed"),
    "a big integer": (_text(b'"orderNumber":', b'"x":9007199254740993,"orderNumber":'), "json-malformed"),
    "a lone surrogate": (_text(b'"orderNumber":"', b'"orderNumber":"\\ud800'), "json-malformed"),
    "U+0000": (_text(b'"orderNumber":"', b'"orderNumber":"\\u0000'), "json-malformed"),
    "nesting of 10,000": (_octets(b"[" * 10000 + b"]" * 10000), "json-malformed"),
    "no header": (_octets(b"{}"), "header-malformed"),
    "an unknown type": (_header(type="ordre"), "unknown-type"),
    "an unknown kind": (_header(kind="lease"), "schema-violated"),
    "an unknown version": (_header(specVersion="9.9"), "unknown-version"),
    "another environment": (_header(environment="sandbox"), "wrong-environment"),
    "an unbound part": (_unbound_part, "part-unbound"),
    "a member too many": (_edited(lambda order: order.update(colour="red")), "schema-violated"),
    "a wrong time": (
        _edited(lambda order: order.update(orderedAt="2026-13-41T00:00:00Z")),
        "schema-violated",
    ),
}


@pytest.mark.requirement("TF-INTAKE-1", "TF-INTAKE-3", "TF-INTAKE-23", "TF-INTAKE-28", "TF-REST-8")
@synchronous
async def test_every_bad_document_has_its_code_and_the_node_goes_on(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        for name, (make, code) in BAD.items():
            answer = await post(station, make(station))
            assert answer.status_code < 500, name
            assert (name, code_of(answer)) == (name, code)
            assert answer.headers["content-type"] == "application/jose+json", name
            assert (await station.submit(Parcel().order)).state == "accepted", name


Headers = Callable[[Station, bytes], str]
SECOND = timedelta(seconds=1)


def _claims(**claims: Any) -> Headers:
    return lambda station, body: "Bearer " + bearer(station, "xa.platform", body, claims=claims)


BAD_CALLERS: dict[str, tuple[Headers, str]] = {
    "no token": (lambda s, b: "", "token-malformed"),
    "another scheme": (lambda s, b: "Basic eDp5", "token-malformed"),
    "no JWT": (lambda s, b: "Bearer hello", "token-malformed"),
    "alg none": (lambda s, b: "Bearer " + bearer(s, "xa.platform", b, alg="none"), "unsupported-algorithm"),
    "a seal's type": (
        lambda s, b: "Bearer " + bearer(s, "xa.platform", b, typ="threeflow-doc+jws"),
        "wrong-typ",
    ),
    "a seal key": (
        lambda s, b: "Bearer " + bearer(s, "xa.platform", b, key=s.society.keys["xa.platform"].seal),
        "key-use",
    ),
    "an unknown key": (
        lambda s, b: (
            "Bearer "
            + bearer(s, "xa.platform", b, key=SigningKey.generate("Ed25519", "xa.platform#new", "token"))
        ),
        "caller-unknown",
    ),
    "another node's key": (
        lambda s, b: "Bearer " + bearer(s, "xa.platform", b, key=s.society.keys["xa.pay"].token),
        "token-binding",
    ),
    "a broken signature": (
        lambda s, b: "Bearer " + bearer(s, "xa.platform", b)[:-4] + "AAAA",
        "token-signature",
    ),
    "another audience": (_claims(aud="xa.hub"), "token-audience"),
    "another method": (_claims(htm="GET"), "token-binding"),
    "another path": (_claims(htu="http://127.0.0.1:1/v1/events"), "token-binding"),
    "another body": (_claims(dig="sha-256:" + "0" * 64), "token-binding"),
    "no body digest": (_claims(dig=None), "token-binding"),
    "another environment": (_claims(env="sandbox"), "wrong-environment"),
    "a claim too many": (_claims(sub="me"), "token-malformed"),
    "too long a life": (_claims(exp=4102444800), "token-malformed"),
    "expired": (lambda s, b: "Bearer " + bearer(s, "xa.platform", b, shift=-400 * SECOND), "token-expired"),
    "beyond the skew": (
        lambda s, b: "Bearer " + bearer(s, "xa.platform", b, shift=90 * SECOND),
        "token-not-yet-valid",
    ),
}


@pytest.mark.requirement("TF-REST-7", "TF-INTAKE-28", "TF-INTAKE-1")
@synchronous
async def test_every_unproven_caller_is_refused_without_a_seal(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        for name, (make, code) in BAD_CALLERS.items():
            body = _order(station)
            answer = await post(station, body, authorization=make(station, body))
            assert (name, code_of(answer)) == (name, code)
            assert answer.headers["content-type"] == "application/problem+json", name
        assert (await post(station, _order(station))).status_code == 201


@pytest.mark.requirement("TF-REST-7", "TF-TOKEN-12")
@synchronous
async def test_a_reading_token_counts_once_and_a_captured_submission_earns_its_receipt(
    tmp_path: Path,
) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        target = "/v1/events?after=0"
        used = "Bearer " + bearer(station, "xa.platform", None, method="GET", target=target)
        first = await post(station, b"", authorization=used, target=target, method="GET")
        second = await post(station, b"", authorization=used, target=target, method="GET")
        assert (first.status_code, code_of(second)) == (200, "token-replayed")
        body = _order(station)
        captured = "Bearer " + bearer(station, "xa.platform", body)
        answers = [await post(station, body, authorization=captured) for _ in range(2)]
        assert [each.status_code for each in answers] == [201, 200]
        assert answers[0].content == answers[1].content


@pytest.mark.requirement("TF-INTAKE-2")
@synchronous
async def test_a_body_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings={"limits": {"body_octets": 20_000}}) as (station, _):
        answer = await post(station, b"x" * 20_001)
        assert (answer.status_code, code_of(answer)) == (413, "too-large")
        chunked = await post(
            station, b"x" * 20_001, headers={"transfer-encoding": "chunked", "content-length": "0"}
        )
        assert code_of(chunked) in {"too-large", "bad-request"}
        assert (await station.submit(Parcel().order)).state == "accepted"


@pytest.mark.requirement("TF-REST-10", "TF-REST-12")
@synchronous
async def test_media_types_methods_and_accept_are_held(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        body = _order(station)
        media = await post(station, body, media_type="application/json")
        none = await post(station, body, headers={"accept": "text/html"})
        put = await post(station, body, method="PUT")
        assert (put.status_code, code_of(put)) == (405, "method-not-allowed")
        assert (media.status_code, none.status_code) == (415, 406)
        forms = {each.headers["content-type"].partition(";")[0] for each in (media, none, put)}
        assert forms == {"application/problem+json"}
        lost = await post(station, b"", target="/v1/nowhere", method="GET")
        assert (lost.status_code, code_of(lost)) == (404, "not-found")
        wrong = await post(station, b"", target="/v1/events?after=x", method="GET")
        assert (wrong.status_code, code_of(wrong)) == (400, "bad-request")
        odd = await post(station, b'{"subject": 1}', target="/v1/dossiers", media_type="application/json")
        assert (odd.status_code, code_of(odd)) == (400, "bad-request")


@pytest.mark.requirement(
    "TF-INTAKE-9", "TF-INTAKE-10", "TF-INTAKE-11", "TF-INTAKE-13", "TF-INTAKE-14", "TF-INTAKE-15"
)
@synchronous
async def test_only_who_may_issue_and_bring_does(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        for name in ("order", "payment", "waybill", "declaration"):
            assert (await station.submit(getattr(parcel, name))).state == "accepted"

        async def code(payload: dict[str, Any], caller: str | None = None) -> str:
            return str((await station.submit(payload, caller)).code)

        by_carrier = paper("order/parcel-to-germany", "xa.carrier", ["xa.customs"], keys=parcel.case_keys)
        assert await code(by_carrier) == "not-entitled"
        released = parcel.release
        no_office = {**released, "act": {**released["act"], "office": {"list": "xa-office", "code": "XA999"}}}
        assert await code(no_office) == "not-entitled"
        elsewhere = {**released, "act": {**released["act"], "position": "import"}}
        assert await code(elsewhere) == "not-entitled"
        foreign = {
            **parcel.registered,
            "header": {**parcel.registered["header"], "issuer": "xb.customs", "receivers": ["xb.declarant"]},
            "act": {**parcel.registered["act"], "office": {"list": "xb-office", "code": "XB100"}},
        }
        assert await code(foreign) == "not-entitled"
        assert await code(Parcel().order, "xa.pay") == "not-entitled"
        not_ours = paper("order/parcel-to-germany", "xa.platform", ["xa.declarant"], keys=parcel.case_keys)
        assert await code(not_ours) == "not-entitled"
        crossing = paper(
            "order/parcel-to-germany", "xa.platform", ["xa.customs", "xb.customs"], keys=parcel.case_keys
        )
        assert await code(crossing) == "not-entitled"
        assert await code(Parcel().order) == ""


@pytest.mark.requirement("TF-INTAKE-20")
@synchronous
async def test_requests_are_held_to_the_state_and_acts_are_not(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        for name in ("order", "payment", "waybill", "declaration", "registered", "release"):
            await station.submit(getattr(parcel, name))
        again = paper("declaration/export-list", "xa.declarant", ["xa.customs"], keys=parcel.keys)
        assert (await station.submit(again)).code in {"wrong-state", "scope-exceeded"}
        act = {**parcel.release["act"], "decidedAt": datetime.now(UTC).isoformat()}
        header = {**parcel.release["header"], "id": "11111111-1111-4111-8111-111111111111"}
        twice = {**parcel.release, "header": header, "act": act}
        assert (await station.submit(twice)).state in {"flagged", "pending"}


@pytest.mark.requirement("TF-INTAKE-1")
@synchronous
async def test_keys_out_of_their_time_are_refused_each_with_its_code(tmp_path: Path) -> None:
    society = Society()
    now = datetime.now(UTC)
    states = {
        "xa.platform#seal-1": {"not_before": now + timedelta(hours=1)},
        "xa.pay#seal-1": {"not_after": now - timedelta(minutes=1)},
        "xa.carrier#seal-1": {"retired_at": now - timedelta(minutes=1)},
        "xa.declarant#seal-1": {"compromised_since": now - timedelta(minutes=1)},
    }
    society.endpoints = {
        "xa.hub": "http://127.0.0.1:1",
        "xa.customs": "http://127.0.0.1:2",
        "xb.customs": "http://127.0.0.1:3",
    }
    society.publish("xa", key_states=states)
    async with in_process(tmp_path, society) as (station, _):
        parcel = Parcel()
        papers = (parcel.order, parcel.payment, parcel.waybill, parcel.declaration)
        codes = [(await station.submit(each)).code for each in papers]
        assert codes == ["key-not-yet-valid", "key-expired", "key-retired", "key-compromised"]
        assert (await station.submit(parcel.registered)).state == "pending"


@pytest.mark.requirement("TF-INTAKE-1")
@synchronous
async def test_a_required_seal_cannot_be_stripped(tmp_path: Path) -> None:
    society = Society()
    society.endpoints = {
        "xa.hub": "http://127.0.0.1:1",
        "xa.customs": "http://127.0.0.1:2",
        "xb.customs": "http://127.0.0.1:3",
    }
    second = SigningKey.generate("ES256", "xa.platform#seal-2", "seal")
    society.keys["xa.platform"].seals.append(second)
    required = {
        "xa.platform": [
            {"from": (datetime.now(UTC) - timedelta(days=1)).isoformat(), "algorithms": ["Ed25519", "ES256"]}
        ]
    }
    society.publish("xa", required=required)
    async with in_process(tmp_path, society) as (station, _):
        octets = strict.dump(Parcel().order)
        both = envelope.seal(octets, *society.keys["xa.platform"].seals)
        stripped = orjson.loads(both)
        stripped["signatures"] = stripped["signatures"][:1]
        assert code_of(await post(station, orjson.dumps(stripped))) == "seal-missing"
        assert (await post(station, both)).status_code == 201
