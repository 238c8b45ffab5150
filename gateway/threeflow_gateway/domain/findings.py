"""Findings as receipts and refusals say them."""

from collections.abc import Iterable

from threeflow.process import Finding as ProcessFinding
from threeflow.process.table import Text
from threeflow.rules import Finding as RuleFinding

__all__ = ["of_process", "of_rules", "of_unknown_position"]


def of_rules(findings: Iterable[RuleFinding]) -> list[dict[str, object]]:
    """Return what rules found, in their order."""
    return [
        {
            "rule": each.rule,
            "severity": each.severity,
            "verdict": each.verdict,
            "pointer": each.pointer,
            "parameters": {name: _plain(value) for name, value in each.parameters.items()},
            "message": {"en": each.message_en, "zh": each.message_zh},
        }
        for each in findings
    ]


def of_process(findings: Iterable[ProcessFinding]) -> list[dict[str, object]]:
    """Return what the fold found."""
    return [
        {
            "rule": each.code,
            "severity": "warning",
            "verdict": "fail",
            "pointer": "",
            "message": {"en": each.text.en, "zh": each.text.zh},
        }
        for each in findings
    ]


def of_unknown_position(text: Text, pointer: str) -> dict[str, object]:
    """Return why an act waits: nothing that is held says who holds the position that it speaks for."""
    return {
        "rule": "position-unknown",
        "severity": "information",
        "verdict": "unknown",
        "pointer": pointer,
        "message": {"en": text.en, "zh": text.zh},
    }


def _plain(value: object) -> object:
    """Return a parameter as strict JSON holds it: what is no text, integer or truth is said as text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value)
