"""Faults of seals and envelopes."""

import json
from collections.abc import Callable
from typing import Any

from faults.plant import fault, forgive, put, register_all, wrap

_E = "threeflow.envelope"


def _lenient_header(edit: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
    """Read protected headers after an edit that makes them look right."""

    def plant() -> None:
        from threeflow import base64url, strict

        def make(real: Any) -> Any:
            def read(text: str, typ: str) -> Any:
                try:
                    header = strict.parse_object(base64url.decode(text))
                    edit(header)
                    return real(base64url.encode(strict.dump(header)), typ)
                except ValueError:
                    return real(text, typ)

            return read

        wrap(_E, "_read_protected", make)

    return plant


def _members_forgiven(names: tuple[str, ...]) -> Callable[[], None]:
    def plant() -> None:
        def make(real: Any) -> Any:
            def members(raw: bytes) -> Any:
                value = json.loads(raw)
                kept = {
                    name: each for name, each in value.items() if name in {"payload", "signatures", "parts"}
                }
                return real(json.dumps(kept).encode()) if isinstance(value, dict) else real(raw)

            return members

        wrap(_E, "_members", make)

    return plant


@fault("TF-SEAL-8")
def any_signature_will_do() -> None:
    put("threeflow.keys:VerifyingKey", "verify", lambda *_: True)


@fault("TF-SEAL-8")
def only_the_first_seal_is_verified() -> None:
    def make(real: Any) -> Any:
        from dataclasses import replace

        return lambda env, resolver: real(replace(env, signatures=env.signatures[:1]), resolver) and env.kids

    wrap(_E, "check_seals", make)


@fault("TF-SEAL-8")
def protected_headers_are_verified_as_they_would_be_written() -> None:
    """As a verifier does that parses a header, and signs what it would have written itself."""
    from threeflow import base64url, strict

    def make(real: Any) -> Any:
        from dataclasses import replace

        def check(env: Any, resolver: Any) -> Any:
            written = [
                replace(
                    each,
                    protected=base64url.encode(strict.dump(strict.parse(base64url.decode(each.protected)))),
                )
                for each in env.signatures
            ]
            return real(replace(env, signatures=tuple(written)), resolver)

        return check

    wrap(_E, "check_seals", make)


@fault("TF-SEAL-1")
def unknown_members_of_an_envelope_are_dropped() -> None:
    _members_forgiven(())()


@fault("TF-SEAL-2")
def an_unprotected_header_is_dropped() -> None:
    def make(real: Any) -> Any:
        def signature(entry: Any, pointer: str) -> Any:
            kept = {name: entry[name] for name in ("protected", "signature") if name in entry}
            return real(kept, pointer)

        return signature

    wrap(_E, "_signature", make)


@fault("TF-SEAL-13", "TF-RCPT-1")
def one_key_may_seal_twice() -> None:
    put(_E, "_check_kids", lambda _signatures: None)


@fault("TF-SEAL-11")
def seals_of_any_node_will_do() -> None:
    put(_E, "_check_kids", lambda _signatures: None)
    put(_E, "check_issuer", lambda _env, _issuer: None)


@fault("TF-SEAL-12")
def required_algorithms_are_not_asked() -> None:
    put(_E, "check_required", lambda _env, _algorithms: None)


@fault("TF-SEAL-6")
def the_listed_algorithm_is_not_compared() -> None:
    forgive(_E, "check_seals", ("TF-SEAL-6",), lambda env, _resolver: env.kids)


@fault("TF-SEAL-7")
def a_token_key_may_seal() -> None:
    forgive(_E, "check_seals", ("TF-SEAL-7",), lambda env, _resolver: env.kids)


@fault("TF-SEAL-10")
def a_key_of_nobody_may_seal() -> None:
    from faults.forms import examiner_forgives

    examiner_forgives("unknown-signer")()
    forgive(_E, "check_seals", ("TF-SEAL-10",), lambda env, _resolver: env.kids)


@fault("TF-CONV-10")
def base64url_is_read_loosely() -> None:
    import base64

    def decode(text: str) -> bytes:
        return base64.b64decode(
            text.strip().rstrip("=") + "=" * (-len(text.strip().rstrip("=")) % 4), altchars=b"-_"
        )

    put("threeflow.base64url", "decode", decode)


@fault("TF-CONV-10")
def plain_base64_is_read_too() -> None:
    def make(real: Any) -> Any:
        return lambda text: real(text.translate(str.maketrans("+/", "-_")) if isinstance(text, str) else text)

    wrap("threeflow.base64url", "decode", make)


register_all({
    "a-header-may-say-more": (("TF-SEAL-3",), _lenient_header(
        lambda header: [header.pop(each) for each in list(header) if each not in {"alg", "kid", "typ"}] and None)),
    "typ-of-a-seal-is-not-compared": (("TF-SEAL-4", "TF-TOKEN-2"), _lenient_header(
        lambda header: header.update(typ="threeflow-token+jwt" if "token" in header.get("kid", "") else "threeflow-doc+jws"))),
    "eddsa-is-ed25519": (("TF-SEAL-5",), _lenient_header(
        lambda header: header.update(alg="Ed25519") if header.get("alg") == "EdDSA" else None)),
})  # fmt: skip
