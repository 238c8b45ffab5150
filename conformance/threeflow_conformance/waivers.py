"""Waivers: an implementer's own, each for one check, with a reason, an issue and an end."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from threeflow_conformance.engine import Outcome
from threeflow_conformance.errors import UsageError

__all__ = ["Waiver", "apply", "load"]


@dataclass(frozen=True, slots=True)
class Waiver:
    """One check that is known to fail."""

    check: str
    reason: str
    issue: str
    until: date


def load(path: Path) -> tuple[Waiver, ...]:
    """Read a TOML file of ``[[waiver]]`` with check, reason, issue (a link) and until (a date).

    Raises:
        UsageError: the file cannot be read, or a waiver is not whole.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))["waiver"]
        found = [Waiver(each["check"], each["reason"], each["issue"], each["until"]) for each in said]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: a waiver has check, reason, issue and until ({error})") from error
    for each in found:
        whole = each.reason and each.issue.startswith("https://") and type(each.until) is date
        if not whole:
            raise UsageError(f"{path}: the waiver of {each.check} wants a reason, an issue's link and a date")
    return tuple(found)


def apply(outcomes: Sequence[Outcome], waivers: Sequence[Waiver], today: date) -> None:
    """Turn waived failures into warnings; a waiver that is over, or waives nothing, fails, whatever the others do."""
    if not outcomes:
        return
    stale = []
    for waiver in waivers:
        named = [each for each in outcomes if waiver.check in {each.case.id, each.case.check.id}]
        failing = [each for each in named if (each.judged or each.verdict) == "fail"]
        if waiver.until < today or not failing:
            why = "has ended" if waiver.until < today else "waives nothing that fails"
            stale.append((named[0] if named else outcomes[0], f"stale waiver: {waiver.check} {why}; "))
            continue
        for each in failing:
            why = f"waived until {waiver.until} ({waiver.reason}, {waiver.issue}): {each.message}"
            _change(each, "warn", why)
    for target, why in stale:
        _change(target, "fail", why + target.message)


def _change(outcome: Outcome, verdict: str, message: str) -> None:
    outcome.judged = outcome.judged or outcome.verdict
    outcome.verdict, outcome.message = verdict, message
