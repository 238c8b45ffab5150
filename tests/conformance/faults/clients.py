"""Faults of a client that only sends; ``client`` is the module of ``examples/issuer``."""

import json
from typing import Any

from faults.plant import fault, put, wrap

_ISSUER = "issuer:platform"


@fault("TF-SEND-2", "TF-SEND-1", role=_ISSUER)
def a_client_keeps_nothing() -> None:
    def make(real: Any) -> Any:
        def sealed(task: dict[str, Any], key: Any) -> Any:
            import tempfile

            return real({**task, "state": tempfile.mkdtemp()}, key)

        return sealed

    wrap("client", "sealed", make)


@fault("TF-SEND-1", "TF-SEND-2", role=_ISSUER)
def a_client_gives_up_at_once() -> None:
    from threeflow.errors import Unavailable

    async def submit(_self: Any, _raw: bytes) -> Any:
        raise Unavailable("no time")

    put("threeflow.client:Client", "submit", submit)


@fault("TF-SEND-1", role=_ISSUER)
def a_repeat_is_written_anew() -> None:
    """The same document in other octets: what a client does that keeps the document and not the envelope."""

    def make(real: Any) -> Any:
        async def request(self: Any, method: str, target: str, *, body: Any = None, **more: Any) -> Any:
            if body is not None:
                self.sent = getattr(self, "sent", 0) + 1
                body = body if self.sent == 1 else json.dumps(json.loads(body)).encode()
            return await real(self, method, target, body=body, **more)

        return request

    wrap("threeflow.transport:Transport", "request", make)
    _patient_outside()


def _patient_outside() -> None:
    """Repeat in ``submit`` what ``Transport`` would repeat inside."""
    from threeflow.errors import Unavailable

    put("threeflow.transport", "LATER", frozenset())

    def make(real: Any) -> Any:
        async def submit(self: Any, raw: bytes) -> Any:
            for _ in range(3):
                try:
                    return await real(self, raw)
                except Unavailable:
                    continue
            return await real(self, raw)

        return submit

    wrap("threeflow.client:Client", "submit", make)


@fault("TF-TOKEN-12", role=_ISSUER)
def a_token_serves_for_every_attempt() -> None:
    def make(real: Any) -> Any:
        async def token(self: Any, method: str, target: str, body: Any) -> str:
            if not hasattr(type(self), "kept"):
                type(self).kept = await real(self, method, target, body)
            return str(type(self).kept)

        return token

    wrap("threeflow.transport:Transport", "_token", make)


@fault("TF-REST-2", "TF-SEND-3", role=_ISSUER)
def a_client_believes_the_status() -> None:
    def make(real: Any) -> Any:
        def read(raw: bytes, status: int, **more: Any) -> Any:
            from threeflow.outcome import Outcome

            if status == 201:
                return Outcome({"outcome": "accepted"}, None, status, raw, sealed=False)
            return real(raw, status, **more)

        return read

    wrap("threeflow.outcome", "read", make)


@fault("TF-SEND-3", role=_ISSUER)
def a_client_checks_no_seal() -> None:
    put("threeflow.envelope", "check_seals", lambda *_: None)


@fault("TF-SEND-3", role=_ISSUER)
def a_client_takes_any_nodes_receipt() -> None:
    put("threeflow.envelope", "check_issuer", lambda *_: None)


@fault("TF-SEND-3", role=_ISSUER)
def a_client_takes_any_documents_receipt() -> None:
    put("threeflow.outcome", "_check_about", lambda *_: None)


@fault("TF-SEND-4", role=_ISSUER)
def a_client_never_takes_no_for_an_answer() -> None:
    def make(real: Any) -> Any:
        async def submit(self: Any, raw: bytes) -> Any:
            await real(self, raw)
            return await real(self, raw)

        return submit

    wrap("threeflow.client:Client", "submit", make)


@fault("TF-RCPT-3", role=_ISSUER)
def a_client_calls_every_receipt_accepted() -> None:
    put(
        "threeflow.outcome:Outcome", "state", property(lambda self: "accepted" if self.receipt else "refused")
    )


@fault("TF-SEND-5", role=_ISSUER)
def a_client_follows_redirects() -> None:
    def make(real: Any) -> Any:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            real(self, *args, **{**kwargs, "follow_redirects": True})

        return init

    wrap("httpx:AsyncClient", "__init__", make)


@fault("TF-PART-2", role=_ISSUER)
def salts_are_the_same() -> None:
    put("client:secrets", "token_bytes", bytes)


@fault("TF-TOKEN-7", role=_ISSUER)
def tokens_are_for_no_body() -> None:
    def make(real: Any) -> Any:
        return lambda self, method, target, _body: real(self, method, target, None)

    wrap("threeflow.transport:Transport", "_token", make)


@fault("TF-SEAL-8", role=_ISSUER)
def another_key_seals_under_the_name() -> None:
    def make(real: Any) -> Any:
        def sealed(task: dict[str, Any], key: Any) -> Any:
            from threeflow.keys import SigningKey

            return real(task, SigningKey.generate(key.alg, key.kid, "seal"))

        return sealed

    wrap("client", "sealed", make)
