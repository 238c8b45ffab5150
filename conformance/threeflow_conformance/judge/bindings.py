"""What every answer over gRPC has to be (page grpc)."""

from threeflow_conformance.errors import UnmetError
from threeflow_conformance.judge.answers import catalogue

__all__ = ["BINDING", "check_status"]

BINDING = ("TF-GRPC-2", "TF-GRPC-3", "TF-GRPC-4", "TF-GRPC-5", "TF-GRPC-7", "TF-GRPC-8", "TF-GRPC-9")
"""Requirements that are judged on every answer of a case that runs over gRPC."""

_NEVER = {"UNKNOWN", "INTERNAL", "DATA_LOSS"}
_MOST_DETAILS = 5120


def check_status(name: str, octets: bytes, code: str | None, requirement: str, *, left_out: bool) -> None:
    """Judge a status; ``code`` and ``requirement`` are those of its RefusalDetail (None where it has none).

    Raises:
        UnmetError: the status breaks the page.
    """
    if name in _NEVER:
        raise UnmetError("TF-GRPC-7", f"the node answered {name}")
    if name == "OK":
        return
    if code is None:
        raise UnmetError("TF-GRPC-8", f"{name} came without a RefusalDetail in its details")
    listed = catalogue().get(code)
    if listed is None:
        raise UnmetError("TF-RCPT-11", f"no refusal has the code {code}")
    if listed["grpc"] != name:
        raise UnmetError("TF-GRPC-8", f"{code} came with {name}, not {listed['grpc']}")
    if len(octets) > _MOST_DETAILS:
        raise UnmetError("TF-GRPC-9", f"the status details have {len(octets)} octets")
    if left_out and not requirement:
        raise UnmetError("TF-GRPC-9", "a refusal that is left out names no requirement")
