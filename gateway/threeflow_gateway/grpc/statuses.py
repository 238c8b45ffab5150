"""How a refusal travels as a gRPC status (TF-GRPC-8 to TF-GRPC-11).

The sealed refusal stands in the status details, which are metadata: gRPC begins to lose metadata of more than
8 KB, and octets cost a third more on the wire. What is too large is left out, and its size is not a reason to
say less of the code.
"""

from dataclasses import dataclass
from typing import Final

import grpc
import orjson
from google.rpc import status_pb2

from threeflow import messages
from threeflow.errors import Refused, Unavailable
from threeflow.v1.refusal_detail_pb2 import RefusalDetail

__all__ = [
    "DETAILS",
    "MOST_DETAIL_OCTETS",
    "EndedError",
    "Status",
    "cannot",
    "of",
    "problem",
    "refused",
]

DETAILS: Final = "grpc-status-details-bin"
MOST_DETAIL_OCTETS: Final = 5120
_MOST_MESSAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Status:
    """A status that is not OK: its code, a line for people, and the octets of its details."""

    code: grpc.StatusCode
    message: str
    details: bytes


class EndedError(Exception):
    """A call ends with a status that is decided already."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


def refused(refusal: Refused, sealed: bytes | None = None) -> Status:
    """Return the status of a refusal; ``sealed`` is its envelope, where the caller was proven."""
    entry = messages.catalogue()[refusal.code]
    said = RefusalDetail(
        code=refusal.code,
        requirement=refusal.requirement,
        retryable=refusal.retryable or entry.retryable,
        violations=len(refusal.violations),
    )
    whole = RefusalDetail()
    whole.CopyFrom(said)
    if sealed is not None:
        whole.envelope = sealed
    else:
        whole.problem = problem(refusal)
    code: grpc.StatusCode = grpc.StatusCode[entry.grpc]
    message = f"{refusal.code} ({refusal.requirement}): {refusal.detail}"
    message = message.encode("ascii", "replace").decode()[:_MOST_MESSAGE]
    details = _details(code, message, whole)
    if len(details) > MOST_DETAIL_OCTETS:
        details = _details(code, message, said)
    return Status(code, message, details)


def problem(refusal: Refused) -> bytes:
    """Return a refusal that is not sealed as the octets of its problem."""
    return orjson.dumps(messages.problem(refusal))


def cannot(reason: str) -> Refused:
    """Return the refusal of a node that cannot answer now."""
    return Refused("unavailable", "TF-REST-8", reason, retryable=True)


def of(error: Exception) -> Status:
    """Return the status of what went wrong in a call; what nobody foresaw says the node is the cause."""
    if isinstance(error, EndedError):
        return error.status
    if isinstance(error, Refused):
        return refused(error)
    return refused(cannot(str(error) if isinstance(error, Unavailable) else "the node could not answer"))


def _details(code: grpc.StatusCode, message: str, detail: RefusalDetail) -> bytes:
    number: int = code.value[0]
    status = status_pb2.Status(code=number, message=message)
    status.details.add().Pack(detail)
    octets: bytes = status.SerializeToString()
    return octets
