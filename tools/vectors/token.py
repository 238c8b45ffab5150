"""Vectors of caller tokens."""

from typing import Final

from tools.vectors import material as m
from tools.vectors.material import Case, case
from tools.vectors.seal import ES, STRANGER

from threeflow import digest
from threeflow.keys import SigningKey

TOKEN: Final = m.key("xa.hub#token-es", use="token")
ED: Final = m.key("xa.hub#token-ed", "Ed25519", "token")
BODY: Final = b'{"payload":"e30","signatures":[]}'
URI: Final = "https://node.example/v1/documents?x=1"
ISSUED: Final = int(m.NOW.timestamp())


def _token(signer: SigningKey = TOKEN, head: bytes | None = None, **changes: object) -> str:
    claims: dict[str, object] = {
        "iss": "xa.hub",
        "aud": "xb.customs",
        "env": "sandbox",
        "htm": "POST",
        "htu": URI,
        "iat": ISSUED,
        "exp": ISSUED + 300,
        "jti": "AAAAAAAAAAAAAAAAAAAAAA",
        "dig": digest.of(BODY),
        **changes,
    }
    body = m.compact({name: value for name, value in claims.items() if value is not None})
    return _sign(signer, m.header(signer, m.TOKENS) if head is None else head, body)


def _sign(signer: SigningKey, head: bytes, body: bytes) -> str:
    signed = f"{m.b64(head)}.{m.b64(body)}"
    return f"{signed}.{m.b64(signer.sign(signed.encode()))}"


def _cases() -> list[Case]:
    good = _token()
    head, body, signature = good.split(".")
    bad = "token-malformed"
    none = f"{m.b64(m.header(TOKEN, m.TOKENS, alg='none'))}.{body}."
    return [
        case("ES256", "ok", "TF-TOKEN-11", token=good),
        case("Ed25519", "ok", "TF-TOKEN-11", token=_token(ED)),
        case("clock 60 s behind", "ok", "TF-TOKEN-8", token=_token(iat=ISSUED + 60, exp=ISSUED + 360)),
        case(
            "clock 61 s behind",
            "token-not-yet-valid",
            "TF-TOKEN-8",
            token=_token(iat=ISSUED + 61, exp=ISSUED + 361),
        ),
        case("60 s over", "ok", "TF-TOKEN-8", token=_token(iat=ISSUED - 360, exp=ISSUED - 60)),
        case("61 s over", "token-expired", "TF-TOKEN-8", token=_token(iat=ISSUED - 361, exp=ISSUED - 61)),
        case("301 s long", bad, "TF-TOKEN-4", token=_token(exp=ISSUED + 301)),
        case("0 s long", bad, "TF-TOKEN-4", token=_token(exp=ISSUED)),
        case("another audience", "token-audience", "TF-TOKEN-5", token=_token(aud="xa.customs")),
        case("another method", "token-binding", "TF-TOKEN-6", token=_token(htm="GET")),
        case(
            "another path",
            "token-binding",
            "TF-TOKEN-6",
            token=_token(htu="https://node.example/v1/dossiers?x=1"),
        ),
        case(
            "another query",
            "token-binding",
            "TF-TOKEN-6",
            token=_token(htu="https://node.example/v1/documents"),
        ),
        case("another body", "token-binding", "TF-TOKEN-7", token=_token(dig=digest.of(b"{}"))),
        case("no body digest", "token-binding", "TF-TOKEN-7", token=_token(dig=None)),
        case("another environment", "wrong-environment", "TF-TOKEN-13", token=_token(env="production")),
        case("issuer is another node", "token-binding", "TF-TOKEN-9", token=_token(iss="xa.customs")),
        case("key for seals", "key-use", "TF-TOKEN-9", token=_token(ES, iss="xa.customs")),
        case("key unknown", "caller-unknown", "TF-TOKEN-10", token=_token(STRANGER, iss="xa.stranger")),
        case(
            "claims changed",
            "token-signature",
            "TF-TOKEN-11",
            token=f"{head}.{_token(jti='x').split('.')[1]}.{signature}",
        ),
        case(
            "signature of another key",
            "token-signature",
            "TF-TOKEN-11",
            token=_token(ES, m.header(TOKEN, m.TOKENS)),
        ),
        case("seal as a token", "wrong-typ", "TF-TOKEN-2", token=_token(head=m.header(TOKEN, m.SEALS))),
        case("alg none", "unsupported-algorithm", "TF-TOKEN-2", token=none),
        case(
            "alg of another key",
            "unsupported-algorithm",
            "TF-SEAL-6",
            token=_token(head=m.header(TOKEN, m.TOKENS, alg="Ed25519")),
        ),
        case("header with jwk", bad, "TF-TOKEN-2", token=_token(head=m.header(TOKEN, m.TOKENS, jwk={}))),
        case("unknown claim", bad, "TF-TOKEN-3", token=_token(sub="x")),
        case("claim absent", bad, "TF-TOKEN-3", token=_token(env=None)),
        case("time with a fraction", bad, "TF-TOKEN-3", token=_token(iat=ISSUED + 0.5)),
        case("time is true", bad, "TF-TOKEN-3", token=_token(iat=True)),
        case("empty token id", bad, "TF-TOKEN-3", token=_token(jti="")),
        case("digest in capitals", bad, "TF-TOKEN-3", token=_token(dig=digest.of(BODY).upper())),
        case(
            "duplicate claim",
            bad,
            "TF-TOKEN-3",
            token=_sign(TOKEN, m.header(TOKEN, m.TOKENS), b'{"iss":"a","iss":"b"}'),
        ),
        case("two segments", bad, "TF-TOKEN-1", token=f"{head}.{body}"),
        case("padding", bad, "TF-TOKEN-1", token=good + "=="),
        case("longer than 4,096", bad, "TF-TOKEN-1", token=_token(jti="x" * 4000)),
    ]


def files() -> dict[str, object]:
    """Return the vector files by path."""
    return {
        "token/cases.json": {
            "testKeys": [m.listed(each) for each in (TOKEN, ED, ES)],
            "request": {
                "aud": "xb.customs",
                "environment": "sandbox",
                "method": "POST",
                "uri": URI,
                "body": BODY.decode(),
                "now": m.NOW.isoformat(),
            },
            "cases": _cases(),
        }
    }
