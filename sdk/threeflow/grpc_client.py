"""An asynchronous client of one node, over gRPC (spec page ``grpc``), as ``threeflow.client`` over REST.

What a node says is believed only where its seal holds under the client's own trust lists; a status proves
nothing.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar, cast

import grpc.aio
from google.protobuf.message import Message

from threeflow import dossier, envelope, outcome, strict, views
from threeflow.client import check_consistency, check_inclusion
from threeflow.dossier import Dossier, Proof, Sealed
from threeflow.envelope import Envelope
from threeflow.errors import Refused, Unavailable
from threeflow.grpc_channel import Channel, Failed, plain
from threeflow.keys import Signer
from threeflow.outcome import Outcome
from threeflow.transport import Identity, Patience, utc_now
from threeflow.trust import TrustStore
from threeflow.v1 import document_service_pb2 as documents
from threeflow.v1 import event_service_pb2 as events
from threeflow.v1 import log_service_pb2 as logs
from threeflow.v1 import node_service_pb2 as nodes
from threeflow.v1 import subject_service_pb2 as subjects
from threeflow.v1.common_pb2 import DocumentIdentity, Key
from threeflow.v1.document_view_pb2 import DocumentView

__all__ = ["GrpcClient", "Identity", "Outcome", "Patience"]

_SUBMIT = "DocumentService/SubmitDocument"
_BATCH = "DocumentService/SubmitBatch"

M = TypeVar("M", bound=Message)


class GrpcClient:
    """Speaks to one node for one caller; use it as an asynchronous context manager, or call ``close``.

    Made inside a running event loop.
    """

    def __init__(
        self,
        endpoint: str,
        node_id: str,
        token_key: Signer,
        seal_key: Signer | Sequence[Signer] = (),
        *,
        audience: str,
        trust: TrustStore,
        patience: Patience | None = None,
        now: Callable[[], datetime] = utc_now,
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        """Take the gRPC endpoint of the node ``audience`` as its statement names it, and who calls it.

        ``seal_key`` (or several) seals what is submitted as a payload; ``credentials`` are those of TLS where
        the system's authorities do not do, or where the node asks for a certificate.

        Raises:
            ValueError: the endpoint is no address of the form ``https://host:port`` or ``http://host:port``.
        """
        self.identity = Identity(node_id, token_key, audience, trust.environment)
        self._trust = trust
        self._seal_keys = tuple(seal_key) if isinstance(seal_key, Sequence) else (seal_key,)
        self._channel = Channel(
            endpoint, self.identity, patience=patience or Patience(), now=now, credentials=credentials
        )

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

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
        view: DocumentView | None = None,
    ) -> Outcome:
        """Submit one document, as a payload to seal or as a sealed envelope, and return its outcome.

        ``view`` is the typed view that the node shall hold against the payload. The same envelope is sent
        again, each time under a fresh token, while the node asks to retry.

        Raises:
            Unavailable: no answer that holds.
        """
        raw = document if isinstance(document, bytes) else self.seal(document, parts)
        submitted = envelope.read(raw)
        said = documents.SubmitDocumentRequest(envelope=raw, view=view)
        try:
            answer = await self._channel.call(_SUBMIT, said, documents.SubmitDocumentResponse, dig=raw)
        except Failed as failed:
            return await self._refused(failed, submitted, said)
        return self._outcome(answer.receipt, 0, submitted)

    async def submit_batch(self, envelopes: Sequence[bytes]) -> list[Outcome]:
        """Submit many sealed envelopes on one stream and return their outcomes, in the same order.

        Raises:
            Unavailable: no answer that holds, for any of them; the same may be sent again.
            Refused: the stream as a whole was refused.
        """

        async def each() -> AsyncIterator[bytes]:
            for raw in envelopes:
                yield raw

        return [found async for found in self.stream(each())]

    async def stream(self, envelopes: AsyncIterable[bytes]) -> AsyncIterator[Outcome]:
        """Submit sealed envelopes as they come, and yield their outcomes in the same order.

        Raises:
            Unavailable: the stream ended early, or an answer does not hold.
            Refused: the stream as a whole was refused.
        """
        waiting: list[Envelope] = []

        async def requests() -> AsyncIterator[Message]:
            async for raw in envelopes:
                waiting.append(envelope.read(raw))
                yield documents.SubmitBatchRequest(envelope=raw)

        answers = self._channel.exchange(_BATCH, requests(), documents.SubmitBatchResponse)
        with self._raised():
            async for answer in answers:
                yield self._outcome(_said(answer), 0, waiting.pop(0))
        if waiting:
            raise Unavailable(f"{self.identity.audience} ended the stream with {len(waiting)} left to answer")

    async def fetch(self, issuer: str, document_id: str) -> Envelope:
        """Return the envelope of a document as the node received it; its seals are not checked here."""
        said = documents.FetchDocumentRequest(issuer=issuer, id=document_id)
        found = await self._good("DocumentService/FetchDocument", said, documents.FetchDocumentResponse)
        try:
            return envelope.read(found.envelope)
        except Refused as refused:
            raise Unavailable(f"the node sent no envelope: {refused}") from refused

    async def receipt(self, issuer: str, document_id: str) -> dict[str, object]:
        """Return the payload of the receipt that the node gave for a document."""
        said = documents.FetchReceiptRequest(issuer=issuer, id=document_id)
        found = await self._good("DocumentService/FetchReceipt", said, documents.FetchReceiptResponse)
        return self._opened(found.receipt)

    async def subject(
        self, kind: str, key: Mapping[str, str], *, entries_after: str = "", entries_limit: int = 100
    ) -> dict[str, object]:
        """Return what the node computes of a subject, in the members of REST."""
        said = subjects.FetchSubjectRequest(
            kind=kind, key=_key(key), entries_after=entries_after, entries_limit=entries_limit
        )
        found = await self._good("SubjectService/FetchSubject", said, subjects.FetchSubjectResponse)
        shown = plain(found)
        left_out = {"entriesNext"} if shown["entriesNext"] is None else set()
        if kind != "account":
            left_out |= {"entries", "entriesNext"}
        for entry in cast(list[dict[str, object]], shown["entries"]):
            if entry["holder"] is None:
                del entry["holder"]
        return {name: value for name, value in shown.items() if name not in left_out}

    async def events(self, *, after: int = 0, follow: bool = False) -> AsyncIterator[Mapping[str, object]]:
        """Yield the caller's events after a sequence number, oldest first, each once and without a gap.

        It ends when the node has none, or with ``follow`` never: it waits, and resumes by itself where the
        node or the way to it was gone for a while.

        Raises:
            Unavailable: the node left a gap, or is gone for longer than the client's patience.
        """
        failures = 0
        while True:
            said = events.ListEventsRequest(after=after, until_current=not follow)
            try:
                async for answer in self._channel.stream(
                    "EventService/ListEvents", said, events.ListEventsResponse
                ):
                    if answer.event.sequence != after + 1:
                        raise Unavailable(f"after event {after} came event {answer.event.sequence}")
                    after, failures = after + 1, 0
                    yield views.payload_of(DocumentView(event=answer.event))
            except Failed as failed:
                failures += 1
                if not (follow and failed.passing and failures < self._channel.patience.attempts):
                    raise self._raise_as(failed) from failed
                await asyncio.sleep(self._channel.pause(failures))
                continue
            if not follow:
                return

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
        named = None if agreement is None else DocumentIdentity(**agreement)
        said = subjects.MakeDossierRequest(
            subject=_key(key), receivers=receivers, purpose=purpose, agreement=named
        )
        made = await self._good(
            "SubjectService/MakeDossier", said, subjects.MakeDossierResponse, dig=said.SerializeToString()
        )
        self._opened(made.head)
        return dossier.seal_of(made.head)

    async def dossier(self, head_digest: str) -> Dossier:
        """Fetch the bundle of a dossier by its head's digest; whether it is valid is for ``dossier.verify``.

        Raises:
            Unavailable: the bundle is another one.
        """
        said = subjects.FetchDossierRequest(digest=head_digest)
        pieces = await self._all("SubjectService/FetchDossier", said, subjects.FetchDossierResponse)
        found = dossier.read(b"".join(each.piece for each in pieces))
        if found.digest != head_digest:
            raise Unavailable(f"asked for the dossier {head_digest}, got {found.digest}")
        return found

    async def checkpoint(self) -> dict[str, object]:
        """Return the payload of the node's newest checkpoint."""
        said = logs.FetchCheckpointRequest()
        found = await self._good("LogService/FetchCheckpoint", said, logs.FetchCheckpointResponse)
        return self._opened(found.checkpoint)

    async def prove_inclusion(
        self, receipt_payload: bytes, index: int, checkpoint: Mapping[str, object]
    ) -> Proof:
        """Fetch and check the proof that a receipt (its payload's octets) stands in the log of a checkpoint.

        Raises:
            Unavailable: the proof does not hold.
        """
        said = logs.ProveInclusionRequest(index=index, size=cast(int, checkpoint["size"]))
        page = await self._good("LogService/ProveInclusion", said, logs.ProveInclusionResponse)
        return check_inclusion(self.identity.audience, receipt_payload, index, checkpoint, list(page.path))

    async def prove_consistency(self, first: Mapping[str, object], second: Mapping[str, object]) -> None:
        """Fetch and check the proof that the log of one checkpoint is the beginning of that of another.

        Raises:
            Unavailable: the proof does not hold: the log was rewritten.
        """
        said = logs.ProveConsistencyRequest(first=cast(int, first["size"]), second=cast(int, second["size"]))
        page = await self._good("LogService/ProveConsistency", said, logs.ProveConsistencyResponse)
        check_consistency(self.identity.audience, first, second, list(page.path))

    async def statement(self) -> dict[str, object]:
        """Return the payload of the node's statement: versions, profiles, roles, limits, algorithms."""
        said = nodes.FetchStatementRequest()
        found = await self._good(
            "NodeService/FetchStatement", said, nodes.FetchStatementResponse, anonymous=True
        )
        return self._opened(found.statement)

    async def trust_lists(self) -> list[bytes]:
        """Return the sealed trust lists that the node holds; that they come from it proves nothing."""
        said = nodes.FetchTrustListsRequest()
        found = await self._all(
            "NodeService/FetchTrustLists", said, nodes.FetchTrustListsResponse, anonymous=True
        )
        return [each.list for each in found]

    async def _refused(
        self, failed: Failed, submitted: Envelope, said: documents.SubmitDocumentRequest
    ) -> Outcome:
        detail = failed.detail
        if detail is None:
            raise self._raise_as(failed) from failed
        raw = detail.envelope or detail.problem
        if not raw:
            # The refusal was too large for a status: on the stream it is a message.
            raw = await self._whole(said)
        found = self._outcome(raw, failed.number, submitted)
        if found.code == "unavailable":
            raise self._raise_as(failed) from failed
        return found

    async def _whole(self, said: documents.SubmitDocumentRequest) -> bytes:
        async def one() -> AsyncIterator[Message]:
            view = said.view if said.HasField("view") else None
            yield documents.SubmitBatchRequest(envelope=said.envelope, view=view)

        try:
            answers = self._channel.exchange(_BATCH, one(), documents.SubmitBatchResponse)
            async for each in answers:
                return _said(each)
        except Failed as failed:
            raise self._raise_as(failed) from failed
        raise Unavailable(f"{self.identity.audience} does not say why it refused")

    async def _good(
        self, method: str, said: Message, kind: type[M], *, dig: bytes | None = None, anonymous: bool = False
    ) -> M:
        try:
            return await self._channel.call(method, said, kind, dig=dig, anonymous=anonymous)
        except Failed as failed:
            raise self._raise_as(failed) from failed

    async def _all(self, method: str, said: Message, kind: type[M], *, anonymous: bool = False) -> list[M]:
        try:
            return [each async for each in self._channel.stream(method, said, kind, anonymous=anonymous)]
        except Failed as failed:
            raise self._raise_as(failed) from failed

    @contextmanager
    def _raised(self) -> Iterator[None]:
        try:
            yield
        except Failed as failed:
            raise self._raise_as(failed) from failed

    def _raise_as(self, failed: Failed) -> Refused | Unavailable:
        """Return what a call that did not go well is raised as."""
        detail = failed.detail
        if detail is None or detail.code == "unavailable":
            return Unavailable(f"{self.identity.audience} gave no answer: {failed}")
        raw = detail.envelope or detail.problem
        said: Mapping[str, object] = {}
        if raw:
            said = outcome.refusal_in(raw, failed.number, node_id=self.identity.audience, trust=self._trust)
        words = str(said.get("detail", failed))
        return Refused(detail.code, detail.requirement, words, retryable=detail.retryable)

    def _outcome(self, raw: bytes, status: int, submitted: Envelope) -> Outcome:
        return outcome.read(
            raw, status, submitted=submitted, node_id=self.identity.audience, trust=self._trust
        )

    def _opened(self, raw: bytes) -> dict[str, object]:
        return outcome.opened(raw, node_id=self.identity.audience, trust=self._trust)


def _said(answer: documents.SubmitBatchResponse) -> bytes:
    name = answer.WhichOneof("outcome")
    return b"" if name is None else bytes(getattr(answer, name))


def _key(key: Mapping[str, str]) -> Key:
    return Key(scheme=key["scheme"], issuer=key["issuer"], value=key["value"])
