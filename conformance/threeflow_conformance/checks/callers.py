"""Caller tokens: each claim, each edge of time, and what a token may be used for."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from threeflow.keys import SigningKey
from threeflow_conformance.judge.octets import decode, encode
from threeflow_conformance.judge.seals import DOC
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import flipped

Make = Callable[[Scene, bytes], str]
Twin = tuple[str, tuple[str, ...], Make]
_POST = "/v1/documents"


def _made(**how: Any) -> Make:
    return lambda scene, body: (
        "Bearer " + scene.token(scene.network.home("platform"), "POST", _POST, body, **how)
    )


def _stranger(scene: Scene, body: bytes) -> str:
    platform = scene.network.home("platform")
    key = SigningKey.from_secret(scene.random.randbytes(32), "Ed25519", f"{platform.id}#stranger-1", "token")
    return "Bearer " + scene.token(platform, "POST", _POST, body, key=key)


def _other_node(scene: Scene, body: bytes) -> str:
    key = scene.network.home("carrier").token
    return "Bearer " + scene.token(scene.network.home("platform"), "POST", _POST, body, key=key)


def _seal_key(scene: Scene, body: bytes) -> str:
    key = scene.network.home("platform").seal
    return "Bearer " + scene.token(scene.network.home("platform"), "POST", _POST, body, key=key)


def _retired(scene: Scene, body: bytes) -> str:
    return "Bearer " + scene.token(scene.network.home("mute"), "POST", _POST, body)


def _broken(scene: Scene, body: bytes) -> str:
    head, claims, signature = _made()(scene, body).split(".")
    return f"{head}.{claims}.{flipped(signature, 5)}"


def _other_claims(scene: Scene, body: bytes) -> str:
    head, claims, signature = _made()(scene, body).split(".")
    return f"{head}.{encode(decode(claims).replace(b'POST', b'PUT'))}.{signature}"


def _lax(scene: Scene, body: bytes) -> str:
    return _made()(scene, body) + "="


def _elsewhere(scene: Scene, body: bytes) -> str:
    return _made(htu=scene.network.target + "/v1/documents?x=1")(scene, body)


_SECOND = timedelta(seconds=1)
TWINS: Mapping[str, Twin] = {
    "none": ("token-malformed", ("TF-REST-7",), lambda scene, body: ""),
    "basic": ("token-malformed", ("TF-REST-7",), lambda scene, body: "Basic eDp5"),
    "no-token-at-all": ("token-malformed", ("TF-TOKEN-1",), lambda scene, body: "Bearer hello"),
    "two-segments": ("token-malformed", ("TF-TOKEN-1",), lambda s, b: _made()(s, b).rpartition(".")[0]),
    "padded": ("token-malformed", ("TF-TOKEN-1",), _lax),
    "too-long": ("token-malformed", ("TF-TOKEN-1",), _made(jti="x" * 4000)),
    "header-member-too-many": ("token-malformed", ("TF-TOKEN-2",), _made(header={"cty": "x"})),
    "typ-of-a-seal": ("wrong-typ", ("TF-TOKEN-2", "TF-SEAL-4"), _made(header={"typ": DOC})),
    "typ-jwt": ("wrong-typ", ("TF-TOKEN-2", "TF-SEAL-4"), _made(header={"typ": "JWT"})),
    "alg-none": ("unsupported-algorithm", ("TF-TOKEN-2", "TF-SEAL-5"), _made(header={"alg": "none"})),
    "alg-hs256": ("unsupported-algorithm", ("TF-TOKEN-2", "TF-SEAL-5"), _made(header={"alg": "HS256"})),
    "claim-too-many": ("token-malformed", ("TF-TOKEN-3",), _made(sub="me")),
    "no-jti": ("token-malformed", ("TF-TOKEN-3",), _made(jti=None)),
    "iat-as-text": ("token-malformed", ("TF-TOKEN-3",), _made(iat="1")),
    "five-minutes-and-one-second": ("token-malformed", ("TF-TOKEN-4",), _made(life=301)),
    "no-life": ("token-malformed", ("TF-TOKEN-4",), _made(life=0)),
    "another-audience": ("token-audience", ("TF-TOKEN-5",), _made(aud="qx.other")),
    "audience-in-capitals": (
        "token-audience", ("TF-TOKEN-5", "TF-CONV-13"), lambda s, b: _made(aud=s.network.node.upper())(s, b)
    ),
    "another-method": ("token-binding", ("TF-TOKEN-6",), _made(htm="GET")),
    "another-path": ("token-binding", ("TF-TOKEN-6",), lambda s, b: _made(htu=s.network.target + "/v1/events")(s, b)),
    "another-host": ("token-binding", ("TF-TOKEN-6",), _made(htu="http://127.0.0.1:1/v1/documents")),
    "another-query": ("token-binding", ("TF-TOKEN-6",), _elsewhere),
    "another-body": ("token-binding", ("TF-TOKEN-7",), _made(dig="sha-256:" + "0" * 64)),
    "no-body-digest": ("token-binding", ("TF-TOKEN-7",), _made(dig=None)),
    "expired-5-s-beyond-the-skew": ("token-expired", ("TF-TOKEN-8",), _made(shift=-365 * _SECOND)),
    "6-s-beyond-the-skew": ("token-not-yet-valid", ("TF-TOKEN-8",), _made(shift=66 * _SECOND)),
    "a-seal-key": ("key-use", ("TF-TOKEN-9", "TF-SEAL-7"), _seal_key),
    "another-node's-key": ("token-binding", ("TF-TOKEN-9",), _other_node),
    "a-key-of-nobody": ("caller-unknown", ("TF-TOKEN-10",), _stranger),
    "a-retired-key": ("key-retired", ("TF-TRUST-13", "TF-TOKEN-9"), _retired),
    "broken-signature": ("token-signature", ("TF-TOKEN-11",), _broken),
    "claims-changed": ("token-signature", ("TF-TOKEN-11",), _other_claims),
    "another-environment": ("wrong-environment", ("TF-TOKEN-13",), _made(env="production")),
}  # fmt: skip


@check(
    *sorted({name for _, names, _ in TWINS.values() for name in names}), "TF-INTAKE-28", cases=lambda: TWINS
)
async def token(scene: Scene, twin: Twin) -> None:
    """A token that is wrong in one thing proves nobody, and the refusal bears no seal."""
    code, requirements, make = twin
    paper = scene.papers.order()
    body = scene.seal(paper)
    answer = await scene.request("POST", _POST, body, authorization=make(scene, body))
    await scene.refused(answer, code, *requirements, proven=False)
    scene.expect("TF-INTAKE-28", not answer.sealed, f"{code} is sealed although nobody was proven")
    await scene.nothing_bound(paper, requirements[0])
    good = await scene.submit(paper)
    scene.expect(requirements[0], good.outcome == "accepted", f"under a right token it came to {good.said}")


_GOOD: Mapping[str, timedelta] = {
    "55-s-slow": -timedelta(seconds=55), "55-s-fast": timedelta(seconds=55), "almost-over": -timedelta(seconds=350),
}  # fmt: skip


@check("TF-TOKEN-8", cases=lambda: _GOOD)
async def skew(scene: Scene, shift: timedelta) -> None:
    """Clocks that differ by less than a minute do no harm."""
    body = scene.seal(scene.papers.order())
    made = _made(shift=shift)(scene, body)
    answer = await scene.request("POST", _POST, body, authorization=made, outcome=True)
    scene.expect("TF-TOKEN-8", answer.outcome == "accepted", f"a token within the skew came to {answer.said}")


@check("TF-TOKEN-12")
async def used_again(scene: Scene) -> None:
    """A token that was used for a request cannot be used for it again."""
    platform, target = scene.network.home("platform"), "/v1/events?after=0&limit=1"
    text = "Bearer " + scene.token(platform, "GET", target, None)
    first = await scene.request("GET", target, authorization=text)
    scene.expect("TF-TOKEN-12", first.status == 200, f"the first use came to {first.said}")
    await scene.refused(
        await scene.request("GET", target, authorization=text), "token-replayed", "TF-TOKEN-12"
    )
    fresh = await scene.get(target, platform)
    scene.expect("TF-TOKEN-12", fresh.status == 200, f"a fresh token came to {fresh.said}")


@check("TF-TOKEN-7")
async def digest_without_body(scene: Scene) -> None:
    """A token with a body's digest does not fit a request without a body."""
    platform, target = scene.network.home("platform"), "/v1/events?after=0&limit=1"
    text = "Bearer " + scene.token(platform, "GET", target, None, dig="sha-256:" + "0" * 64)
    await scene.refused(await scene.request("GET", target, authorization=text), "token-binding", "TF-TOKEN-7")


_CLOSED = (
    "/v1/documents/qx.a/00000000-0000-4000-8000-000000000000",
    "/v1/documents/qx.a/00000000-0000-4000-8000-000000000000/receipt",
    "/v1/subjects/case?scheme=ucr&issuer=x&value=y", "/v1/dossiers/sha-256:" + "0" * 64, "/v1/events?after=0",
    "/v1/log/checkpoint", "/v1/log/inclusion?index=0&size=1", "/v1/log/consistency?first=1&second=1",
)  # fmt: skip


@check("TF-REST-7", cases=lambda: {each.partition("?")[0]: each for each in _CLOSED})
async def closed(scene: Scene, target: str) -> None:
    """Nothing that is anybody's can be read without a token."""
    answer = await scene.get(target)
    await scene.refused(answer, "token-malformed", "TF-REST-7", "TF-TOKEN-1")


@check("TF-REST-7")
async def open_to_all(scene: Scene) -> None:
    """Statement, trust lists, standard, health and readiness need no token."""
    for target in (
        "/.well-known/threeflow",
        "/v1/trust-lists",
        "/v1/standard/exchange.yaml",
        "/health",
        "/ready",
    ):
        answer = await scene.get(target)
        scene.expect("TF-REST-7", answer.status == 200, f"{target} came to {answer.said}")
