"""Receipts, refusals and checkpoints of the suite's own nodes, as payloads to be sealed."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["artefact_header", "checkpoint", "problem", "receipt"]

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


def problem(code: str, requirement: str, status: int, *, retryable: bool) -> Json:
    """The problem of a refusal; of broken rules it names one."""
    words = {"en": "The suite was told to say so", "zh": "测试套件按要求作此答复"}
    said: Json = {
        "type": f"https://threeflow.example/v1/refusals/{code}", "title": words["en"], "status": status,
        "detail": words["en"], "code": code, "requirement": requirement, "retryable": retryable,
        "titles": words, "remedy": words,
    }  # fmt: skip
    if code == "rule-violated":
        said["violations"] = [{"rule": "SUITE-1", "pointer": "/header", "parameters": {}, "message": words}]
    return said


def checkpoint(header: Json, size: int, root: bytes) -> Json:
    """A checkpoint of the log of the header's issuer."""
    return {"header": header, "log": header["issuer"], "size": size, "root": "sha-256:" + root.hex()}
