"""Envelopes: every twin is one edit away from one that is taken in just before and another just after."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from threeflow.keys import SigningKey
from threeflow_conformance.judge.octets import decode, digest, encode
from threeflow_conformance.judge.seals import DOC, TOKEN
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import dump, edited, flipped, members
from threeflow_conformance.speak.network import Member
from threeflow_conformance.speak.papers import Paper

Twin = tuple[str, tuple[str, ...], Callable[[Scene, Paper], bytes]]
_LAX = str.maketrans("-_", "+/")


def _raw(scene: Scene, paper: Paper, **more: Any) -> dict[str, Any]:
    return members(paper.octets, _platform(scene).seal, **more)


def _platform(scene: Scene) -> Member:
    return scene.network.home("platform")


def _with(edit: Callable[[dict[str, Any]], Any]) -> Callable[[Scene, Paper], bytes]:
    return lambda scene, paper: edited(dump(_raw(scene, paper)), edit)


def _protected(**header: Any) -> Callable[[Scene, Paper], bytes]:
    return lambda scene, paper: dump(_raw(scene, paper, header=header))


def _sig(edit: Callable[[str], str], member: str = "signature") -> Callable[[Scene, Paper], bytes]:
    def change(value: dict[str, Any]) -> None:
        value["signatures"][0][member] = edit(value["signatures"][0][member])

    return _with(change)


def _trailing(text: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) + 1]


def _standard_alphabet(scene: Scene, paper: Paper) -> bytes:
    """The characters of plain base64 in the place of those of base64url; where there are none, one more than is due."""
    raw = _raw(scene, paper)
    text = raw["payload"].translate(_LAX)
    return dump({**raw, "payload": text if text != raw["payload"] else text[:-1] + "+"})


def _hmac(scene: Scene, paper: Paper) -> bytes:
    key = _platform(scene).seal
    top = encode(dump({"alg": "HS256", "kid": key.kid, "typ": DOC}))
    text = encode(paper.octets)
    mac = hmac.new(decode(key.public.jwk["x"]), f"{top}.{text}".encode(), hashlib.sha256).digest()
    return dump({"payload": text, "signatures": [{"protected": top, "signature": encode(mac * 2)}]})


def _stranger(scene: Scene, paper: Paper) -> bytes:
    secret = scene.random.randbytes(32)
    key = SigningKey.from_secret(secret, "Ed25519", f"{paper.issuer}#stranger-1", "seal")
    return dump(members(paper.octets, key))


def _disguised(scene: Scene, paper: Paper) -> bytes:
    secret = scene.random.randbytes(32)
    key = SigningKey.from_secret(secret, "Ed25519", _platform(scene).seal.kid, "seal")
    return dump(members(paper.octets, key))


def _by_other(scene: Scene, paper: Paper) -> bytes:
    return dump(members(paper.octets, scene.network.home("carrier").seal))


def _with_other(scene: Scene, paper: Paper) -> bytes:
    return dump(members(paper.octets, _platform(scene).seal, scene.network.home("carrier").seal))


def _token_key(scene: Scene, paper: Paper) -> bytes:
    return dump(members(paper.octets, _platform(scene).token))


def _twice(scene: Scene, paper: Paper) -> bytes:
    return edited(dump(_raw(scene, paper)), lambda value: value["signatures"].append(value["signatures"][0]))


def _foreign_alg(scene: Scene, paper: Paper) -> bytes:
    return dump(_raw(scene, paper, header={"alg": "ES256"}))


def _payload_bit(scene: Scene, paper: Paper) -> bytes:
    changed = paper.octets.replace(b'"mailOrder":true', b'"mailOrder":null').replace(b"TP-01", b"TP-02")
    return edited(dump(_raw(scene, paper)), lambda value: value.update(payload=encode(changed)))


def _white_space(scene: Scene, paper: Paper) -> bytes:
    return edited(dump(_raw(scene, paper)), lambda value: value.update(payload=encode(paper.octets + b" ")))


def _duplicate_member(scene: Scene, paper: Paper) -> bytes:
    raw = dump(_raw(scene, paper))
    return raw[:-1] + b',"payload":' + json.dumps(encode(paper.octets)).encode() + b"}"


def _duplicate_header(scene: Scene, paper: Paper) -> bytes:
    return dump(_raw(scene, paper, protected=lambda said: dump(said)[:-1] + b',"alg":"Ed25519"}'))


_MALFORMED = "envelope-malformed"
TWINS: Mapping[str, Twin] = {
    "no-json": (_MALFORMED, ("TF-SEAL-1", "TF-CONV-1"), lambda s, p: b"hello"),
    "an-array": (_MALFORMED, ("TF-SEAL-1", "TF-CONV-1"), lambda s, p: b"[]"),
    "no-payload": (_MALFORMED, ("TF-SEAL-1",), _with(lambda v: v.pop("payload"))),
    "empty-payload": (_MALFORMED, ("TF-SEAL-1",), _with(lambda v: v.update(payload=""))),
    "member-too-many": (_MALFORMED, ("TF-SEAL-1",), _with(lambda v: v.update(header={}))),
    "member-twice": (_MALFORMED, ("TF-CONV-2", "TF-SEAL-1"), _duplicate_member),
    "compact-form": (_MALFORMED, ("TF-SEAL-1", "TF-CONV-1"), lambda s, p: b"a.b.c"),
    "empty-parts": (_MALFORMED, ("TF-SEAL-1",), _with(lambda v: v.update(parts=[]))),
    "part-no-text": (_MALFORMED, ("TF-SEAL-1",), _with(lambda v: v.update(parts=[7]))),
    "unprotected-header": (
        _MALFORMED, ("TF-SEAL-2",), _with(lambda v: v["signatures"][0].update(header={"kid": "x"}))
    ),
    "no-protected": (_MALFORMED, ("TF-SEAL-2",), _with(lambda v: v["signatures"][0].pop("protected"))),
    "no-seal": (_MALFORMED, ("TF-SEAL-13",), _with(lambda v: v.update(signatures=[]))),
    "nine-seals": (_MALFORMED, ("TF-SEAL-13",), _with(lambda v: v.update(signatures=v["signatures"] * 9))),
    "one-key-twice": (_MALFORMED, ("TF-SEAL-13",), _twice),
    "payload-padded": (_MALFORMED, ("TF-CONV-10",), _with(lambda v: v.update(payload=v["payload"] + "="))),
    "payload-in-the-standard-alphabet": (_MALFORMED, ("TF-CONV-10",), _standard_alphabet),
    "payload-white-space": (_MALFORMED, ("TF-CONV-10",), _with(lambda v: v.update(payload=v["payload"] + "\n"))),
    "signature-padded": (_MALFORMED, ("TF-CONV-10",), _sig(lambda text: text + "==")),
    "signature-lax-bits": (_MALFORMED, ("TF-CONV-10",), _sig(_trailing)),
    "crit": ("header-malformed", ("TF-SEAL-3",), _protected(crit=["b64"])),
    "b64-false": ("header-malformed", ("TF-SEAL-3",), _protected(b64=False)),
    "jwk-inside": ("header-malformed", ("TF-SEAL-3",), _protected(jwk={"kty": "OKP"})),
    "jku-inside": ("header-malformed", ("TF-SEAL-3",), _protected(jku="https://keys.example")),
    "no-typ": ("header-malformed", ("TF-SEAL-3",), _protected(typ=None)),
    "header-too-long": ("header-malformed", ("TF-SEAL-3",), _protected(kid="x." + "y" * 500 + "#seal-1")),
    "header-member-twice": ("header-malformed", ("TF-SEAL-3", "TF-CONV-2"), _duplicate_header),
    "kid-of-another-form": ("header-malformed", ("TF-CONV-12", "TF-SEAL-3"), _protected(kid="seal-1")),
    "token-typ": ("wrong-typ", ("TF-SEAL-4",), _protected(typ=TOKEN)),
    "typ-in-capitals": ("wrong-typ", ("TF-SEAL-4", "TF-CONV-13"), _protected(typ=DOC.upper())),
    "alg-none": ("unsupported-algorithm", ("TF-SEAL-5",), _protected(alg="none")),
    "alg-eddsa": ("unsupported-algorithm", ("TF-SEAL-5",), _protected(alg="EdDSA")),
    "alg-es384": ("unsupported-algorithm", ("TF-SEAL-5",), _protected(alg="ES384")),
    "hmac-with-the-public-key": ("unsupported-algorithm", ("TF-SEAL-5",), _hmac),
    "alg-of-another-key": ("unsupported-algorithm", ("TF-SEAL-6",), _foreign_alg),
    "a-token-key": ("key-use", ("TF-SEAL-7",), _token_key),
    "a-key-of-nobody": ("unknown-signer", ("TF-SEAL-10",), _stranger),
    "another-key-by-that-name": ("seal-invalid", ("TF-SEAL-8",), _disguised),
    "signature-bit": ("seal-invalid", ("TF-SEAL-8",), _sig(flipped)),
    "payload-bit": ("seal-invalid", ("TF-SEAL-8",), _payload_bit),
    "payload-one-space": ("seal-invalid", ("TF-SEAL-8",), _white_space),
    "protected-one-space": (
        "seal-invalid", ("TF-SEAL-8",), _sig(lambda text: encode(decode(text).replace(b":", b": ", 1)), "protected")
    ),
    "signature-of-63": ("seal-invalid", ("TF-SEAL-9",), _sig(lambda text: encode(decode(text)[:63]))),
    "signature-in-der": ("seal-invalid", ("TF-SEAL-9",), _sig(lambda text: encode(b"0D" + decode(text)))),
    "sealed-by-another": ("issuer-mismatch", ("TF-SEAL-11",), _by_other),
    "sealed-by-two-nodes": ("issuer-mismatch", ("TF-SEAL-11",), _with_other),
}  # fmt: skip


@check(
    *sorted({name for _, names, _ in TWINS.values() for name in names}), "TF-INTAKE-7", cases=lambda: TWINS
)
async def twin(scene: Scene, twin: Twin) -> None:
    """One edit makes an envelope wrong: the exact refusal, nothing kept, and the node goes on."""
    code, requirements, forge = twin
    await scene.taken(scene.new_papers().order(), "accepted")
    paper = scene.papers.order()
    scene.twin_of(scene.seal(paper))
    answer = await scene.submit(forge(scene, paper), _platform(scene))
    await scene.refused(answer, code, *requirements)
    await scene.nothing_bound(paper, "TF-INTAKE-7")
    again = await scene.submit(paper)
    scene.expect(
        "TF-INTAKE-7", again.outcome == "accepted", f"after its twin the right one came to {again.said}"
    )


_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ES256: Mapping[str, Callable[[bytes], bytes]] = {
    "zero-r": lambda raw: bytes(32) + raw[32:],
    "zero-s": lambda raw: raw[:32] + bytes(32),
    "s-of-n": lambda raw: raw[:32] + _N.to_bytes(32, "big"),
    "swapped": lambda raw: raw[32:] + raw[:32],
    "bit": lambda raw: bytes([raw[0] ^ 1]) + raw[1:],
}


@check("TF-SEAL-9", "TF-SEAL-8", "TF-SEAL-5", cases=lambda: _ES256)
async def es256(scene: Scene, change: Callable[[bytes], bytes]) -> None:
    """R and S of ES256 each have 32 octets in 1 to n-1, and have to fit the payload."""
    from threeflow_conformance.judge.table import Act

    pay = scene.network.home("pay")
    good = await scene.submit(scene.papers.say(Act("payment", "paid"), issuer=pay))
    scene.expect("TF-SEAL-5", good.outcome in {"accepted", "flagged"}, f"a seal in ES256 came to {good.said}")
    paper = scene.papers.say(Act("payment", "paid"), issuer=pay)

    def edit(value: dict[str, Any]) -> None:
        first = value["signatures"][0]
        first["signature"] = encode(change(decode(first["signature"])))

    right = scene.seal(paper)
    scene.twin_of(right)
    await scene.refused(
        await scene.submit(edited(right, edit), pay), "seal-invalid", "TF-SEAL-9", "TF-SEAL-8"
    )
    await scene.alive()


@check("TF-SEAL-12", "TF-SEAL-8", "TF-SEAL-13")
async def second_seal(scene: Scene) -> None:
    """Where the list asks two algorithms, neither may be stripped or broken."""
    twofold = scene.network.home("twofold")
    good = await scene.submit(scene.papers.order(issuer=twofold))
    scene.expect("TF-SEAL-12", good.outcome == "accepted", f"two right seals came to {good.said}")
    scene.expect("TF-RCPT-1", len(good.value["document"]["kids"]) == 2, "the receipt does not name both kids")
    for number in (0, 1):
        paper = scene.papers.order(issuer=twofold)
        both = scene.seal(paper)

        def strip(value: dict[str, Any], at: int = number) -> None:
            value["signatures"].pop(at)

        scene.twin_of(both)
        await scene.refused(await scene.submit(edited(both, strip), twofold), "seal-missing", "TF-SEAL-12")

        def broken(value: dict[str, Any], at: int = number) -> None:
            value["signatures"][at]["signature"] = flipped(value["signatures"][at]["signature"])

        scene.twin_of(both)
        await scene.refused(await scene.submit(edited(both, broken), twofold), "seal-invalid", "TF-SEAL-8")
        whole = await scene.submit(both, twofold)
        scene.expect("TF-SEAL-12", whole.outcome == "accepted", f"both seals again came to {whole.said}")


_HEADER_CODES = frozenset({
    "seal-invalid", "unknown-signer", "header-malformed", "envelope-malformed", "wrong-typ", "unsupported-algorithm",
    "issuer-mismatch", "key-use",
})  # fmt: skip
"""What one wrong bit of a protected header can come to, by what it makes of it."""


@check("TF-SEAL-8", "TF-CONV-10")
async def any_bit(scene: Scene) -> None:
    """One bit of a payload, protected header or signature, wherever it is, is enough to refuse."""
    platform = _platform(scene)
    paper = scene.papers.order()
    raw = json.loads(scene.seal(paper))
    # Only in a text may a bit be another and the payload still be strict JSON, which is looked at before the seal.
    text = json.dumps(paper.payload["orderNumber"]).encode()
    begins = paper.octets.index(text) + 1
    for _ in range(6):
        for member, at in (
            ("signature", scene.random.randrange(64)),
            ("payload", begins + scene.random.randrange(len(text) - 2)),
            ("protected", scene.random.randrange(len(decode(raw["signatures"][0]["protected"])))),
        ):
            bad = json.loads(dump(raw))
            holder = bad if member == "payload" else bad["signatures"][0]
            holder[member] = flipped(holder[member], at)
            scene.twin_of(dump(raw))
            answer = await scene.submit(dump(bad), platform)
            if member == "protected":
                scene.expect(
                    "TF-SEAL-8", answer.code in _HEADER_CODES,
                    f"with octet {at} of its protected header changed it came to {answer.said}",
                )  # fmt: skip
            else:
                await scene.refused(answer, "seal-invalid", "TF-SEAL-8")
    await scene.nothing_bound(paper, "TF-SEAL-8")
    good = await scene.submit(paper)
    scene.expect("TF-SEAL-8", good.outcome == "accepted", f"the right one came to {good.said}")
    scene.expect(
        "TF-CONV-9", good.value["document"]["digest"] == digest(paper.octets), "the digest is another"
    )
