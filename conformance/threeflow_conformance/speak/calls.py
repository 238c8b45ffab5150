"""What goes over gRPC in the place of a request over REST, and what comes back, as octets."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from google.protobuf.message import DecodeError
from google.rpc import status_pb2

from threeflow.v1 import document_service_pb2, event_service_pb2, log_service_pb2, subject_service_pb2
from threeflow.v1.refusal_detail_pb2 import RefusalDetail
from threeflow_conformance.judge.answers import JOSE, JSON, PROBLEM, catalogue
from threeflow_conformance.judge.octets import decode

__all__ = [
    "BATCH",
    "DOSSIER",
    "EVENTS",
    "SUBMIT",
    "Call",
    "answer",
    "as_over_rest",
    "batch_line",
    "batch_outcome",
    "call_for",
    "detail_in",
    "dossier_call",
    "event_in",
    "events_call",
    "frames",
    "piece_in",
    "unframed",
]

SUBMIT = "/threeflow.v1.DocumentService/SubmitDocument"
BATCH = "/threeflow.v1.DocumentService/SubmitBatch"
EVENTS = "/threeflow.v1.EventService/ListEvents"
DOSSIER = "/threeflow.v1.SubjectService/FetchDossier"
_DOCUMENT = "/threeflow.v1.DocumentService/FetchDocument"
_RECEIPT = "/threeflow.v1.DocumentService/FetchReceipt"
_CHECKPOINT = "/threeflow.v1.LogService/FetchCheckpoint"
_INCLUSION = "/threeflow.v1.LogService/ProveInclusion"
_CONSISTENCY = "/threeflow.v1.LogService/ProveConsistency"
_HEAD = 4


@dataclass(frozen=True, slots=True)
class Call:
    """A call: the method's full name, the octets of its request, and what its token is bound to."""

    method: str
    octets: bytes
    bound: bytes | None = None


def call_for(method: str, target: str, body: bytes | None) -> Call | None:
    """The call that means what a request over REST means; None where it stays with REST."""
    path, _, query = target.partition("?")
    steps = [unquote(each) for each in path.split("/")[1:]]
    said = {name: each[0] for name, each in parse_qs(query).items()}
    if (method, path) == ("POST", "/v1/documents"):
        octets = document_service_pb2.SubmitDocumentRequest(envelope=body or b"").SerializeToString()
        return Call(SUBMIT, octets, body or b"")
    if method != "GET":
        return None
    if steps[:2] == ["v1", "documents"] and len(steps) == 4:
        return Call(
            _DOCUMENT,
            document_service_pb2.FetchDocumentRequest(issuer=steps[2], id=steps[3]).SerializeToString(),
        )
    if steps[:2] == ["v1", "documents"] and steps[4:] == ["receipt"]:
        return Call(
            _RECEIPT,
            document_service_pb2.FetchReceiptRequest(issuer=steps[2], id=steps[3]).SerializeToString(),
        )
    return _about_log(path, said)


def _about_log(path: str, said: dict[str, str]) -> Call | None:
    if path == "/v1/log/checkpoint":
        return Call(_CHECKPOINT, log_service_pb2.FetchCheckpointRequest().SerializeToString())
    numbers = {name: int(each) for name, each in said.items() if each.isdigit()}
    if path == "/v1/log/inclusion" and numbers.keys() == {"index", "size"}:
        return Call(_INCLUSION, log_service_pb2.ProveInclusionRequest(**numbers).SerializeToString())
    if path == "/v1/log/consistency" and numbers.keys() == {"first", "second"}:
        return Call(_CONSISTENCY, log_service_pb2.ProveConsistencyRequest(**numbers).SerializeToString())
    return None


def detail_in(octets: bytes) -> RefusalDetail | None:
    """The refusal in the octets of status details; None where there is none."""
    detail = RefusalDetail()
    status = status_pb2.Status()
    try:
        status.ParseFromString(octets)
        found = any(each.Unpack(detail) for each in status.details)
    except Exception:  # noqa: BLE001 - whatever the library says of octets that are no message
        return None
    return detail if found else None


def answer(method: str, status: str, octets: bytes) -> tuple[int, dict[str, str], bytes]:
    """What came as the REST binding would say it: status, headers, body. ``octets`` are a message or status details."""
    if status != "OK":
        return _refused(detail_in(octets))
    if method == SUBMIT:
        said = document_service_pb2.SubmitDocumentResponse.FromString(octets)
        code = 200 if said.repeated_delivery else 202 if _outcome(said.receipt) == "pending" else 201
        return code, {"content-type": JOSE}, said.receipt
    if method == _DOCUMENT:
        return (
            200,
            {"content-type": JOSE},
            document_service_pb2.FetchDocumentResponse.FromString(octets).envelope,
        )
    if method == _RECEIPT:
        return (
            200,
            {"content-type": JOSE},
            document_service_pb2.FetchReceiptResponse.FromString(octets).receipt,
        )
    if method == _CHECKPOINT:
        return (
            200,
            {"content-type": JOSE},
            log_service_pb2.FetchCheckpointResponse.FromString(octets).checkpoint,
        )
    return 200, {"content-type": JSON}, json.dumps(_proof(method, octets)).encode()


def as_over_rest(method: str, sent: bytes, status: str, octets: bytes) -> tuple[bytes, bytes]:
    """What was sent and what came as it would be over REST; octets that are no such messages stay as they are."""
    try:
        if method == SUBMIT:
            sent = document_service_pb2.SubmitDocumentRequest.FromString(sent).envelope or sent
        return sent, answer(method, status, octets)[2] or octets
    except (DecodeError, ValueError):
        return sent, octets


def _proof(method: str, octets: bytes) -> dict[str, Any]:
    if method == _INCLUSION:
        found = log_service_pb2.ProveInclusionResponse.FromString(octets)
        return {"index": found.index, "size": found.size, "leaf": found.leaf, "path": list(found.path)}
    proof = log_service_pb2.ProveConsistencyResponse.FromString(octets)
    return {"first": proof.first, "second": proof.second, "path": list(proof.path)}


def _refused(detail: RefusalDetail | None) -> tuple[int, dict[str, str], bytes]:
    if detail is None or detail.code not in catalogue():
        return 0, {}, b""
    http = int(catalogue()[detail.code]["http"])
    if detail.HasField("envelope"):
        return http, {"content-type": JOSE}, detail.envelope
    if detail.HasField("problem"):
        return http, {"content-type": PROBLEM}, detail.problem
    # TF-GRPC-9: too large for metadata; code, requirement and retryable stay.
    said = {"code": detail.code, "requirement": detail.requirement, "retryable": detail.retryable}
    return http, {"content-type": PROBLEM, "left-out": "too large"}, json.dumps(said).encode()


def _outcome(receipt: bytes) -> str:
    try:
        return str(json.loads(decode(json.loads(receipt)["payload"]))["outcome"])
    except (ValueError, KeyError, TypeError):
        return ""


def events_call(after: int, limit: int = 0) -> Call:
    """The caller's events behind a number, until there are no more."""
    said = event_service_pb2.ListEventsRequest(after=after, until_current=True, limit=limit)
    return Call(EVENTS, frames(said.SerializeToString()))


def event_in(octets: bytes) -> tuple[int, str]:
    """Sequence number and document of an event."""
    event = event_service_pb2.ListEventsResponse.FromString(octets).event
    return event.sequence, event.document.id


def batch_line(mark: int, envelope: bytes) -> bytes:
    """One document of a batch."""
    return document_service_pb2.SubmitBatchRequest(mark=mark, envelope=envelope).SerializeToString()


def batch_outcome(octets: bytes) -> tuple[int, str, bytes]:
    """Mark, kind (receipt, refusal, problem) and octets of one outcome."""
    said = document_service_pb2.SubmitBatchResponse.FromString(octets)
    kind = said.WhichOneof("outcome") or ""
    return said.mark, kind, bytes(getattr(said, kind)) if kind else b""


def dossier_call(digest: str) -> Call:
    """The bundle of a dossier, in pieces."""
    return Call(DOSSIER, frames(subject_service_pb2.FetchDossierRequest(digest=digest).SerializeToString()))


def piece_in(octets: bytes) -> bytes:
    """One piece of a bundle."""
    return subject_service_pb2.FetchDossierResponse.FromString(octets).piece


def frames(*messages: bytes) -> bytes:
    """Messages of a stream as octets of one text: each behind its length in 4 octets."""
    return b"".join(len(each).to_bytes(_HEAD, "big") + each for each in messages)


def unframed(octets: bytes) -> list[bytes]:
    """The messages again."""
    found, at = [], 0
    while at < len(octets):
        size = int.from_bytes(octets[at : at + _HEAD], "big")
        found.append(octets[at + _HEAD : at + _HEAD + size])
        at += _HEAD + size
    return found
