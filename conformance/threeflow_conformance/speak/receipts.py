"""Receipts, refusals and checkpoints of the suite's own nodes, as payloads to be sealed."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["artefact_header", "checkpoint", "receipt", "refusal"]

Json = dict[str, Any]


def artefact_header(type_: str, issuer: str, receiver: str, environment: str, *, id_: str, at: str) -> Json:
    """The header of a protocol artefact."""
    return {
        "specVersion": "1.0", "type": type_, "id": id_, "issuer": issuer, "environment": environment,
        "issuedAt": at, "receivers": [receiver],
    }  # fmt: skip


def receipt(
    header: Json, about: Mapping[str, str], digest: str, kids: Sequence[str], *, salt: str, index: int | None,
    outcome: str = "accepted",
) -> Json:  # fmt: skip
    """A receipt under ``header`` for the document with the header ``about``; a checkpoint's has no ``index``."""
    said: Json = {
        "header": header,
        "document": {
            "issuer": about["issuer"], "id": about["id"], "digest": digest, "type": about["type"],
            "kids": list(kids),
        },
        "outcome": outcome, "findings": [],
    }  # fmt: skip
    if index is not None:
        said["log"] = {"id": header["issuer"], "index": index}
    return said | {"trustLists": [], "salt": salt}


def refusal(header: Json, digest: str, code: str, requirement: str, *, status: int, retryable: bool) -> Json:
    """A refusal of the document with this digest."""
    words = {"en": "The suite was told to say so", "zh": "测试套件按要求作此答复"}
    problem = {
        "type": f"https://threeflow.example/v1/refusals/{code}", "title": words["en"], "status": status,
        "detail": words["en"], "code": code, "requirement": requirement, "retryable": retryable,
        "titles": words, "remedy": words,
    }  # fmt: skip
    return {"header": header, "digest": digest, "problem": problem}


def checkpoint(header: Json, size: int, root: bytes) -> Json:
    """A checkpoint of the log of the header's issuer."""
    return {"header": header, "log": header["issuer"], "size": size, "root": "sha-256:" + root.hex()}
