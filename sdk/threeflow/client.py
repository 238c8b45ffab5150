"""An asynchronous client of one node, over REST (spec page ``rest``).

What a node says is believed only where its seal holds under the client's own trust lists; an answer that
does not verify counts as no answer (``Unavailable``). What a node refuses to show is raised as ``Refused``
with its code.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Final, Self, cast
from urllib.parse import quote, urlencode

import httpx

from threeflow import digest, dossier, envelope, log, outcome, strict
from threeflow.dossier import Dossier, Proof, Sealed
from threeflow.envelope import Envelope
from threeflow.errors import Refused, Unavailable
from threeflow.keys import Signer
from threeflow.outcome import Outcome
from threeflow.transport import Identity, Patience, Transport, utc_now
from threeflow.trust import TrustStore

__all__ = ["Client", "Identity", "Outcome", "Patience"]

JOSE: Final = envelope.MEDIA_TYPE
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
# The one code by which a node says that it decided nothing.
NO_ANSWER: Final = "unavailable"


class Client:
    """Speaks to one node for one caller; use it as an asynchronous context manager, or call ``close``."""

    def __init__(
        self,
        base_url: str,
        node_id: str,
        token_key: Signer,
        seal_key: Signer | Sequence[Signer] = (),
        *,
        audience: str,
        trust: TrustStore,
        patience: Patience | None = None,
        now: Callable[[], datetime] = utc_now,
        http: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take the endpoint of the node ``audience`` as its trust list names it, and who calls it.

        ``seal_key`` (or several) seals what is submitted as a payload.
        """
        self.identity = Identity(node_id, token_key, audience, trust.environment)
        self._trust = trust
        self._seal_keys = tuple(seal_key) if isinstance(seal_key, Sequence) else (seal_key,)
        self._patience = patience or Patience()
        self._transport = Transport(base_url, self.identity, patience=self._patience, now=now, http=http)

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    def seal(self, payload: Mapping[str, object], parts: Sequence[bytes] = ()) -> bytes:
        """Return the envelope of a payload under the client's seal keys.

        Raises:
            ValueError: the client has none.
        """
        if not self._seal_keys:
            raise ValueError("this client has no seal key")
        return envelope.seal(strict.dump(dict(payload)), *self._seal_keys, parts=parts)

    async def submit(
        self,
        document: Mapping[str, object] | bytes,
        *,
        parts: Sequence[bytes] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Submit one document, as a payload to seal or as a sealed envelope, and return its outcome.

        The same envelope is sent again, each time under a fresh token, while the node asks to retry.
        ``headers`` go beside the binding's own, such as a ``traceparent``.

        Raises:
            Unavailable: no answer that holds.
        """
        raw = document if isinstance(document, bytes) else self.seal(document, parts)
        submitted = envelope.read(raw)
        for attempt in range(1, self._patience.attempts + 1):
            answer = await self._transport.request(
                "POST", "/v1/documents", body=raw, media_type=JOSE,
                accept=f"{JOSE}, application/problem+json", more=headers,
            )  # fmt: skip
            found = self._outcome(answer.content, answer.status_code, submitted)
            if not found.retryable or attempt == self._patience.attempts:
                return found
            doubled = self._patience.pause * 2 ** (attempt - 1)
            await asyncio.sleep(min(doubled, self._patience.longest_pause))
        raise Unavailable("no attempt was made")

    async def submit_batch(
        self, envelopes: Sequence[bytes], *, headers: Mapping[str, str] | None = None
    ) -> list[Outcome]:
        """Submit many sealed envelopes in one request and return their outcomes, in the same order.

        Raises:
            Unavailable: no answer that holds, for any line of it.
            Refused: the request as a whole was refused.
        """
        submitted = [envelope.read(raw) for raw in envelopes]
        body = b"".join(each.compact + b"\n" for each in submitted)
        answer = await self._transport.request(
            "POST", "/v1/documents/batch", body=body, media_type=NDJSON, accept=NDJSON, more=headers
        )
        lines = self._good(answer).splitlines()
        if len(lines) != len(submitted):
            raise Unavailable(f"{len(lines)} outcomes for {len(submitted)} documents")
        return [
            self._outcome(line, answer.status_code, each) for line, each in zip(lines, submitted, strict=True)
        ]

    async def fetch(self, issuer: str, document_id: str) -> Envelope:
        """Return the envelope of a document as the node received it; its seals are not checked here."""
        raw = await self._get(f"/v1/documents/{issuer}/{document_id}", accept=JOSE)
        return _read(raw)

    async def receipt(self, issuer: str, document_id: str) -> dict[str, object]:
        """Return the payload of the receipt that the node gave for a document."""
        return self._opened(await self._get(f"/v1/documents/{issuer}/{document_id}/receipt", accept=JOSE))

    async def subject(
        self, kind: str, key: Mapping[str, str], *, entries_after: str = "", entries_limit: int = 100
    ) -> dict[str, object]:
        """Return what the node computes of a subject: keys, documents, portions, steps, accounts.

        Of an account one page of `entries` is told; where there are more, `entriesNext` is what to ask after.
        """
        asked = {name: key[name] for name in ("scheme", "issuer", "value")}
        if kind == "account":
            asked |= {"entries-after": entries_after, "entries-limit": str(entries_limit)}
        query = urlencode(asked, quote_via=quote)
        return _object(await self._get(f"/v1/subjects/{kind}?{query}"))

    async def events(
        self, *, after: int = 0, limit: int = 100, wait: int = 0
    ) -> AsyncIterator[Mapping[str, object]]:
        """Yield the caller's events after a sequence number, oldest first, each once and without a gap.

        It ends when the node has none after waiting ``wait`` seconds; resume with the last event's
        ``sequence``.

        Raises:
            Unavailable: the node left a gap.
        """
        while True:
            page = _object(await self._get(f"/v1/events?after={after}&limit={limit}&wait={wait}"))
            found = cast(list[dict[str, object]], page.get("events"))
            if not found:
                return
            for event in found:
                if event.get("sequence") != after + 1:
                    raise Unavailable(f"after event {after} came event {event.get('sequence')}")
                after += 1
                yield event

    async def cut_dossier(
        self,
        key: Mapping[str, str],
        *,
        receivers: Sequence[str],
        purpose: str,
        agreement: Mapping[str, str] | None = None,
    ) -> Sealed:
        """Let the node cut a dossier of the consignment with this key; return the sealed head.

        Raises:
            Refused: the node does not cut it.
        """
        asked: dict[str, object] = {"subject": dict(key), "receivers": list(receivers), "purpose": purpose}
        if agreement is not None:
            asked["agreement"] = dict(agreement)
        answer = await self._transport.request(
            "POST", "/v1/dossiers", body=strict.dump(asked), media_type=JSON, accept=JOSE
        )
        raw = self._good(answer)
        self._opened(raw)
        return dossier.seal_of(raw)

    async def dossier(self, head_digest: str) -> Dossier:
        """Fetch the bundle of a dossier by its head's digest; whether it is valid is for ``dossier.verify``.

        Raises:
            Unavailable: the bundle is another one.
        """
        found = dossier.read(await self._get(f"/v1/dossiers/{head_digest}"))
        if found.digest != head_digest:
            raise Unavailable(f"asked for the dossier {head_digest}, got {found.digest}")
        return found

    async def checkpoint(self) -> dict[str, object]:
        """Return the payload of the node's newest checkpoint."""
        return self._opened(await self._get("/v1/log/checkpoint", accept=JOSE))

    async def prove_inclusion(
        self, receipt_payload: bytes, index: int, checkpoint: Mapping[str, object]
    ) -> Proof:
        """Fetch and check the proof that a receipt (its payload's octets) stands in the log of a checkpoint.

        Raises:
            Unavailable: the proof does not hold.
        """
        size = cast(int, checkpoint["size"])
        page = _object(await self._get(f"/v1/log/inclusion?index={index}&size={size}"))
        path = cast(list[str], page["path"])
        return check_inclusion(self.identity.audience, receipt_payload, index, checkpoint, path)

    async def prove_consistency(self, first: Mapping[str, object], second: Mapping[str, object]) -> None:
        """Fetch and check the proof that the log of one checkpoint is the beginning of that of another.

        Raises:
            Unavailable: the proof does not hold: the log was rewritten.
        """
        sizes = cast(int, first["size"]), cast(int, second["size"])
        page = _object(await self._get(f"/v1/log/consistency?first={sizes[0]}&second={sizes[1]}"))
        check_consistency(self.identity.audience, first, second, cast(list[str], page["path"]))

    async def statement(self) -> dict[str, object]:
        """Return the payload of the node's statement: versions, profiles, roles, limits, algorithms."""
        return self._opened(await self._get("/.well-known/threeflow", accept=JOSE, anonymous=True))

    async def trust_lists(self) -> list[bytes]:
        """Return the sealed trust lists that the node holds; that they come from it proves nothing."""
        page = _object(await self._get("/v1/trust-lists", anonymous=True))
        return [strict.dump(each) for each in cast(list[object], page["lists"])]

    async def _get(self, target: str, *, accept: str = JSON, anonymous: bool = False) -> bytes:
        answer = await self._transport.request(
            "GET", target, accept=f"{accept}, application/problem+json", anonymous=anonymous
        )
        return self._good(answer)

    def _good(self, answer: httpx.Response) -> bytes:
        if answer.is_success:
            return answer.content
        refusal = outcome.refusal_in(
            answer.content, answer.status_code, node_id=self.identity.audience, trust=self._trust
        )
        code, detail = str(refusal["code"]), str(refusal.get("detail", refusal.get("title", "")))
        if code == NO_ANSWER:
            raise Unavailable(f"{self.identity.audience} says: {detail}")
        raise Refused(
            code, str(refusal.get("requirement", "")), detail, retryable=refusal.get("retryable") is True
        )

    def _outcome(self, raw: bytes, status: int, submitted: Envelope) -> Outcome:
        return outcome.read(
            raw, status, submitted=submitted, node_id=self.identity.audience, trust=self._trust
        )

    def _opened(self, raw: bytes) -> dict[str, object]:
        return outcome.opened(raw, node_id=self.identity.audience, trust=self._trust)


def check_inclusion(
    node: str, receipt_payload: bytes, index: int, checkpoint: Mapping[str, object], path: Sequence[str]
) -> Proof:
    """Return the proof that a receipt stands in the log of a checkpoint, if the path that a node gave is one.

    Raises:
        Unavailable: the proof does not hold.
    """
    size, root = cast(int, checkpoint["size"]), _hash(cast(str, checkpoint["root"]))
    hashes = [_hash(each) for each in path]
    if not log.verify_inclusion(log.leaf_hash(receipt_payload), index, size, hashes, root):
        raise Unavailable(f"{node} does not prove leaf {index} in its log of {size}")
    return Proof(index, size, tuple(path))


def check_consistency(
    node: str, first: Mapping[str, object], second: Mapping[str, object], path: Sequence[str]
) -> None:
    """Hold the path that a node gave to the claim that the log of one checkpoint begins that of another.

    Raises:
        Unavailable: the proof does not hold: the log was rewritten.
    """
    sizes = cast(int, first["size"]), cast(int, second["size"])
    roots = _hash(cast(str, first["root"])), _hash(cast(str, second["root"]))
    if not log.verify_consistency(*sizes, *roots, [_hash(each) for each in path]):
        raise Unavailable(f"{node} does not prove that its log only grew")


def _read(raw: bytes) -> Envelope:
    try:
        return envelope.read(raw)
    except Refused as refused:
        raise Unavailable(f"the node sent no envelope: {refused}") from refused


def _object(raw: bytes) -> dict[str, object]:
    try:
        return strict.parse_object(raw)
    except Refused as refused:
        raise Unavailable(f"the node sent no JSON object: {refused.detail}") from refused


def _hash(text: str) -> bytes:
    if not digest.is_digest(text):
        raise Unavailable(f"the node sent {text[:40]!r} where a digest belongs")
    return bytes.fromhex(text.removeprefix("sha-256:"))
