"""Refusals as people and programs read them: bilingual RFC 9457 problems (spec page ``refusals``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import threeflow_spec
from threeflow import plain_yaml
from threeflow.errors import Refused, Violation

ADDRESS: Final = "https://threeflow.example/v1/refusals/"
LANGUAGES: Final = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of the catalogue; ``http`` and ``grpc`` are statuses, ``title`` and ``remedy`` by language."""

    code: str
    http: int
    grpc: str
    retryable: bool
    requirement: str
    title: Mapping[str, str]
    remedy: Mapping[str, str]


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return every refusal code of the standard."""
    source: dict[str, Any] = plain_yaml.read(threeflow_spec.read("v1/refusals.yaml"))
    return {each["code"]: Entry(**each) for each in source["refusals"]}


def refused(
    code: str, detail: str, pointer: str = "", violations: tuple[Violation, ...] = (), requirement: str = ""
) -> Refused:
    """Make a refusal with the catalogue's requirement, unless another is given, and its word on repeating.

    Raises:
        KeyError: the catalogue has no such code.
    """
    entry = catalogue()[code]
    return Refused(code, requirement or entry.requirement, detail, pointer, violations, entry.retryable)


def problem(refusal: Refused, language: str | None = None) -> dict[str, object]:
    """Return the refusal as a problem; ``title`` is in ``language`` (``en`` or ``zh``), English where None.

    Raises:
        KeyError: the catalogue has no such code, or the title is not known in that language.
    """
    entry = catalogue()[refusal.code]
    members: dict[str, object] = {
        "type": ADDRESS + refusal.code,
        "title": entry.title[language or "en"],
        "status": entry.http,
        "detail": refusal.detail,
        "code": refusal.code,
        "requirement": refusal.requirement,
        "retryable": refusal.retryable or entry.retryable,
    }
    if refusal.pointer:
        members["pointer"] = refusal.pointer
    members["titles"] = {each: entry.title[each] for each in LANGUAGES}
    members["remedy"] = {each: entry.remedy[each] for each in LANGUAGES}
    if refusal.violations:
        ordered = sorted(refusal.violations, key=lambda each: (each.rule, each.pointer))
        members["violations"] = [_violation(each) for each in ordered]
    return members


def payload(
    refusal: Refused,
    *,
    id: str,  # noqa: A002 - the header's own word
    issuer: str,
    environment: str,
    issued_at: str,
    receiver: str,
    digest: str | None = None,
    language: str | None = None,
) -> dict[str, object]:
    """Return the payload of a sealed refusal; ``digest`` is that of the refused payload, if it has one."""
    made: dict[str, object] = {
        "header": {
            "specVersion": "1.0",
            "type": "refusal",
            "id": id,
            "issuer": issuer,
            "environment": environment,
            "issuedAt": issued_at,
            "receivers": [receiver],
        }
    }
    if digest is not None:
        made["digest"] = digest
    made["problem"] = problem(refusal, language)
    return made


def _violation(violation: Violation) -> dict[str, object]:
    return {
        "rule": violation.rule,
        "pointer": violation.pointer,
        "parameters": dict(violation.parameters),
        "message": {"en": violation.message_en, "zh": violation.message_zh},
    }
