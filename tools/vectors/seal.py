"""Vectors of envelopes and seals, each refusal one edit away from a good one."""

import hmac
import json
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tools.vectors import material as m
from tools.vectors.material import Case, case

from threeflow.keys import P256_ORDER

ES: Final = m.key("xa.customs#seal-es")
ED: Final = m.key("xa.customs#seal-ed", "Ed25519")
OTHER: Final = m.key("xb.customs#seal-es")
TOKEN: Final = m.key("xa.customs#token-es", use="token")
STRANGER: Final = m.key("xa.stranger#seal-es")
PAYLOAD: Final = m.compact({"header": {"issuer": "xa.customs"}, "note": "vector"})
GOOD: Final = m.entry(m.header(ES), PAYLOAD, ES)
P: Final = 2**255 - 19


def _good() -> list[Case]:
    return [
        case("ES256", "ok", "TF-SEAL-5", envelope=m.sealed(PAYLOAD, ES)),
        case("Ed25519", "ok", "TF-SEAL-5", envelope=m.sealed(PAYLOAD, ED)),
        case("two seals", "ok", "TF-SEAL-8", envelope=m.sealed(PAYLOAD, ES, ED)),
        case(
            "both required",
            "ok",
            "TF-SEAL-12",
            envelope=m.sealed(PAYLOAD, ES, ED),
            required=["ES256", "Ed25519"],
        ),
        case("white space", "ok", "TF-SEAL-1", envelope=m.sealed(PAYLOAD, ES).replace(",", ", ")),
    ]


def _headers() -> list[Case]:
    def one(name: str, verdict: str, requirement: str, header: bytes) -> Case:
        return case(name, verdict, requirement, envelope=m.wrap(PAYLOAD, [m.entry(header, PAYLOAD, ES)]))

    extra = {
        "crit": ["b64"],
        "b64": False,
        "jwk": dict(ES.public.jwk),
        "jku": "https://example.org/k",
        "x5c": ["AA"],
    }
    good = m.header(ES)
    return [
        one("alg none", "unsupported-algorithm", "TF-SEAL-5", m.header(ES, alg="none")),
        one("alg EdDSA", "unsupported-algorithm", "TF-SEAL-5", m.header(ES, alg="EdDSA")),
        one("alg in lower case", "unsupported-algorithm", "TF-SEAL-5", m.header(ES, alg="es256")),
        one("alg no text", "unsupported-algorithm", "TF-SEAL-5", m.header(ES, alg=["ES256"])),
        one("alg of another key", "unsupported-algorithm", "TF-SEAL-6", m.header(ES, alg="Ed25519")),
        *(
            one(f"member {each}", "header-malformed", "TF-SEAL-3", m.header(ES, **{each: extra[each]}))
            for each in extra
        ),
        one("no kid", "header-malformed", "TF-SEAL-3", m.header(ES, kid=None)),
        one("kid without key id", "header-malformed", "TF-CONV-12", m.header(ES, kid="xa.customs")),
        one("kid in capitals", "header-malformed", "TF-CONV-12", m.header(ES, kid="XA.customs#seal-es")),
        one(
            "kid and key in another case",
            "unknown-signer",
            "TF-CONV-13",
            m.header(ES, kid="xa.customs#seal-e5"),
        ),
        one("typ of a token", "wrong-typ", "TF-SEAL-4", m.header(ES, m.TOKENS)),
        one("typ in capitals", "wrong-typ", "TF-SEAL-4", m.header(ES, m.SEALS.upper())),
        one("typ absent", "header-malformed", "TF-SEAL-3", m.header(ES, kid=ES.kid, typ=None)),
        one("duplicate member", "header-malformed", "TF-CONV-2", good.replace(b"{", b'{"alg":"ES256",', 1)),
        one("not an object", "header-malformed", "TF-CONV-1", b'["ES256"]'),
        one("longer than 512", "header-malformed", "TF-SEAL-3", good[:-1] + b" " * 400 + b"}"),
    ]


def _signatures() -> list[Case]:
    signed = f"{GOOD['protected']}.{m.b64(PAYLOAD)}".encode()
    raw = ES.sign(signed)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    pem = ES.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    hs_header = m.header(ES, alg="HS256")
    mac = hmac.digest(pem, f"{m.b64(hs_header)}.{m.b64(PAYLOAD)}".encode(), "sha256")

    def one(name: str, requirement: str, octets: bytes) -> Case:
        entry = {**GOOD, "signature": m.b64(octets)}
        return case(name, "seal-invalid", requirement, envelope=m.wrap(PAYLOAD, [entry]))

    number = P256_ORDER.to_bytes(32, "big")
    hs_entry = {"protected": m.b64(hs_header), "signature": m.b64(mac)}
    return [
        case(
            "HS256 with the public key",
            "unsupported-algorithm",
            "TF-SEAL-5",
            envelope=m.wrap(PAYLOAD, [hs_entry]),
        ),
        one("signature in DER", "TF-SEAL-9", encode_dss_signature(r, s)),
        one("empty signature", "TF-SEAL-9", b""),
        one("63 octets", "TF-SEAL-9", raw[:63]),
        one("65 octets", "TF-SEAL-9", raw + b"\0"),
        one("R is zero", "TF-SEAL-8", bytes(32) + raw[32:]),
        one("S is zero", "TF-SEAL-8", raw[:32] + bytes(32)),
        one("R is n", "TF-SEAL-8", number + raw[32:]),
        one("S is n", "TF-SEAL-8", raw[:32] + number),
        one("R and S exchanged", "TF-SEAL-8", raw[32:] + raw[:32]),
        one("one bit changed", "TF-SEAL-8", bytes([raw[0] ^ 1]) + raw[1:]),
    ]


def _nodes() -> list[Case]:
    def one(
        name: str, verdict: str, requirement: str, entries: Sequence[dict[str, str]], **more: object
    ) -> Case:
        return case(name, verdict, requirement, envelope=m.wrap(PAYLOAD, entries), **more)

    by = {each.kid: m.entry(m.header(each), PAYLOAD, each) for each in (ES, ED, OTHER, TOKEN, STRANGER)}
    bad = {**by[ED.kid], "signature": by[ES.kid]["signature"]}
    many = [m.entry(m.header(k), PAYLOAD, k) for k in (m.key(f"xa.customs#k{n}") for n in range(9))]
    return [
        one("key unknown", "unknown-signer", "TF-SEAL-10", [by[STRANGER.kid]]),
        one("key for tokens", "key-use", "TF-SEAL-7", [by[TOKEN.kid]]),
        one("seal of another node", "issuer-mismatch", "TF-SEAL-11", [by[OTHER.kid]]),
        one("seals of two nodes", "issuer-mismatch", "TF-SEAL-11", [by[ES.kid], by[OTHER.kid]]),
        one("one good and one bad", "seal-invalid", "TF-SEAL-8", [by[ES.kid], bad]),
        one(
            "required seal stripped",
            "seal-missing",
            "TF-SEAL-12",
            [by[ES.kid]],
            required=["ES256", "Ed25519"],
        ),
        one("one key twice", "envelope-malformed", "TF-SEAL-13", [by[ES.kid], by[ES.kid]]),
        one("no signature", "envelope-malformed", "TF-SEAL-13", []),
        one("nine signatures", "envelope-malformed", "TF-SEAL-13", many),
    ]


def _forms() -> list[Case]:
    good = m.sealed(PAYLOAD, ES)
    text = m.b64(PAYLOAD)
    signature = GOOD["signature"]

    def one(name: str, verdict: str, requirement: str, old: str, new: str) -> Case:
        if old not in good:
            raise ValueError(f"the case {name!r} changes nothing")
        return case(name, verdict, requirement, envelope=good.replace(old, new, 1))

    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    tail = alphabet[alphabet.index(signature[-1]) + 1]
    other = m.b64(PAYLOAD.replace(b"vector", b"Vector"))
    bad = "envelope-malformed"
    return [
        one("payload octet changed", "seal-invalid", "TF-SEAL-8", text, other),
        one("bits left over in the signature", bad, "TF-CONV-10", signature, signature[:-1] + tail),
        one("padding behind the signature", bad, "TF-CONV-10", signature, signature + "=="),
        one("padding behind the payload", bad, "TF-CONV-10", text, text + "="),
        one("white space in the payload", bad, "TF-CONV-10", text, text[:4] + " " + text[4:]),
        one("standard base64", bad, "TF-CONV-10", text, "+" + text[1:]),
        one("a length that cannot be", bad, "TF-CONV-10", text, "A" * 5),
        one("empty payload", bad, "TF-SEAL-1", text, ""),
        one("unknown member", bad, "TF-SEAL-1", '{"payload"', '{"x":1,"payload"'),
        one("unknown member in a signature", bad, "TF-SEAL-2", '{"protected"', '{"x":1,"protected"'),
        one("unprotected header", bad, "TF-SEAL-2", '{"protected"', '{"header":{"kid":"x"},"protected"'),
        one("duplicate payload", bad, "TF-CONV-2", '{"payload"', f'{{"payload":"{text}","payload"'),
        one(
            "duplicate after unescaping",
            bad,
            "TF-CONV-2",
            '{"payload"',
            f'{{"p\\u0061yload":"{text}","payload"',
        ),
        one("no payload", bad, "TF-SEAL-1", '"payload"', '"Payload"'),
        one("payload no text", bad, "TF-SEAL-1", f'"{text}"', "1"),
        one("signatures no list", bad, "TF-SEAL-13", f"[{json.dumps(GOOD, separators=(',', ':'))}]", "{}"),
        one("parts empty", bad, "TF-SEAL-1", '{"payload"', '{"parts":[],"payload"'),
        one("parts null", bad, "TF-SEAL-1", '{"payload"', '{"parts":null,"payload"'),
        one("part not canonical", bad, "TF-CONV-10", '{"payload"', '{"parts":["Zh"],"payload"'),
        case("compact form", bad, "TF-CONV-1", envelope=f"{GOOD['protected']}.{text}.{signature}"),
        case("21 parts", bad, "TF-SEAL-1", envelope=m.wrap(PAYLOAD, [GOOD], parts=["Zg"] * 21)),
    ]


def _unfit() -> list[Case]:
    small = {
        "order 1": 1,
        "order 2": P - 1,
        "order 4": 0,
        "order 4, sign set": 2**255,
        "order 8": int.from_bytes(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
        ),
        "order 8, the other": int.from_bytes(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
        ),
    }
    odd = {
        "not canonical: p": P,
        "not canonical: p+1": P + 1,
        "not canonical: 2^255-1": 2**255 - 1,
        "no point": 2,
        "minus zero": 1 + 2**255,
    }
    keys = [(f"Ed25519 key of {name}", number) for name, number in small.items()]
    keys += [(f"Ed25519 key, {name}", number) for name, number in odd.items()]
    cases = [
        _key(name, "Ed25519", {"crv": "Ed25519", "kty": "OKP", "x": m.b64(number.to_bytes(32, "little"))})
        for name, number in keys
    ]
    x, y = ES.public.jwk["x"], ES.public.jwk["y"]
    cases += [
        _key("P-256 point not on the curve", "ES256", {"crv": "P-256", "kty": "EC", "x": y, "y": x}),
        _key(
            "P-256 point of zeros",
            "ES256",
            {"crv": "P-256", "kty": "EC", "x": m.b64(bytes(32)), "y": m.b64(bytes(32))},
        ),
        _key(
            "P-256 coordinate of 31 octets",
            "ES256",
            {"crv": "P-256", "kty": "EC", "x": m.b64(bytes(31)), "y": y},
        ),
        _key("private member", "ES256", {"crv": "P-256", "d": x, "kty": "EC", "x": x, "y": y}),
        _key("curve of another algorithm", "ES256", {"crv": "P-384", "kty": "EC", "x": x, "y": y}),
    ]
    return cases


def _key(name: str, alg: str, jwk: dict[str, str]) -> Case:
    return case(name, "trust-list-invalid", "TF-SEAL-14", alg=alg, jwk=jwk)


def files() -> dict[str, object]:
    """Return the vector files by path."""
    keys = [m.listed(each) for each in (ES, ED, OTHER, TOKEN)]
    cases = [*_good(), *_headers(), *_signatures(), *_nodes(), *_forms()]
    return {
        "seal/cases.json": {"testKeys": keys, "issuer": "xa.customs", "cases": cases},
        "seal/keys.json": {"cases": _unfit()},
    }
