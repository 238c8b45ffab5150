"""``threeflow validate``: is a document well-formed and lawful, without any gateway."""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.markup import escape

from threeflow import strict
from threeflow.errors import Refused, Violation
from threeflow.parts import read as read_parts
from threeflow.profiles import Missing, Profile
from threeflow.rules import Finding, evaluate, held
from threeflow.standard import Standard
from threeflow_gateway.cli.arguments import Subparsers, command, moment
from threeflow_gateway.cli.loading import add_overlay, now, payload_of, standard, type_of
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer, read

DESCRIPTION = """\
Check payloads, bare or in an envelope, against schema and rules, and print every violation with its place.
With --profile the rules of that regime or corridor apply too, and what the document lacks for it is listed.
Rules that ask for facts which only a node has are reported as not judged, unless --facts supplies them.
Seals are not checked; see `threeflow open`."""

EXAMPLES = """\
  threeflow validate order.json
  threeflow validate declaration.json --profile xa-xb-demo --at 2026-03-02T12:00:00Z
  threeflow validate *.json --json
"""


@dataclass(frozen=True)
class Report:
    """What one file earned. ``refusal`` is there where it could not even be read as a document."""

    file: str
    refusal: Refused | None
    violations: tuple[Violation, ...] = ()
    findings: tuple[Finding, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def good(self) -> bool:
        """Warnings and what could not be judged leave a document good."""
        failed = any(each.severity == "error" and each.verdict == "fail" for each in self.findings)
        return self.refusal is None and not (self.violations or self.missing or failed)


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(
        commands,
        "validate",
        run,
        text="check documents against schema and rules",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="payloads or envelopes; - is standard input")
    made.add_argument("--profile", metavar="P", help="id of a profile of the standard or of an overlay")
    made.add_argument("--facts", metavar="FILE", help="JSON object of the facts that rules ask for by name")
    made.add_argument(
        "--at", type=moment, metavar="TIME", help="business time to judge at, RFC 3339 (default: now)"
    )
    add_overlay(made)


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Validate every file; good only if all are."""
    whole = standard(args.overlay)
    profile = _profile(whole, args.profile)
    facts = _facts(args.facts)
    reports = [
        report(path, whole, profile, facts, args.at or now())
        for path in printer.track(args.files, "validating")
    ]
    printer.result([_as_json(each) for each in reports], (line for each in reports for line in _lines(each)))
    return GOOD if all(each.good for each in reports) else ANSWER_IS_NO


def report(
    path: str, whole: Standard, profile: Profile | None, facts: Mapping[str, object], at: datetime
) -> Report:
    """Judge one file."""
    try:
        payload, octets = payload_of(read(path))
        value: dict[str, Any] = strict.parse_object(payload)
        type_ = type_of(value)
        violations = whole.schemas.validate(type_, value)
        if violations:
            return Report(path, None, violations)
        if octets:
            read_parts(value, octets)
    except Refused as refused:
        return Report(path, refused)
    parties = held(octets)
    findings = evaluate(whole, profile, value, facts, at, parties)
    missing = profile.missing(value, at, parties) if profile is not None else ()
    return Report(path, None, (), findings, missing)


def _profile(whole: Standard, name: str | None) -> Profile | None:
    if name is None:
        return None
    found: Profile | None = whole.profiles.get(name)
    if found is None:
        raise CannotRunError(f"no profile {name}; there are {', '.join(sorted(whole.profiles))}")
    return found


def _facts(path: str | None) -> Mapping[str, object]:
    if path is None:
        return {}
    try:
        return strict.parse_object(read(path))
    except Refused as refused:
        raise CannotRunError(f"{path}: {refused.detail}") from None


def _as_json(found: Report) -> dict[str, object]:
    made: dict[str, object] = {"file": found.file, "good": found.good}
    if found.refusal is not None:
        refusal = found.refusal
        made["refusal"] = {
            "code": refusal.code,
            "requirement": refusal.requirement,
            "detail": refusal.detail,
            "pointer": refusal.pointer,
        }
    made["violations"] = [_violation(each) for each in found.violations]
    made["findings"] = [
        {"severity": each.severity, "verdict": each.verdict} | _violation(each.violation())
        for each in found.findings
    ]
    made["missing"] = [
        {
            "pointer": each.pointer,
            "element": each.element,
            "reason": each.reason,
            "title": {"en": each.en, "zh": each.zh},
        }
        for each in found.missing
    ]
    return made


def _violation(each: Violation) -> dict[str, object]:
    message = {"en": each.message_en, "zh": each.message_zh}
    return {
        "rule": each.rule,
        "pointer": each.pointer,
        "message": message,
        "parameters": dict(each.parameters),
    }


def _lines(found: Report) -> Iterator[str]:
    mark = "[green]good[/]" if found.good else "[bold red]not good[/]"
    yield f"{mark}  {escape(found.file)}"
    if found.refusal is not None:
        refusal = found.refusal
        yield f"  {refusal.code}  {refusal.requirement}  {escape(refusal.pointer)}  {escape(refusal.detail)}"
    for violation in found.violations:
        yield from _line(violation.rule, violation.pointer, violation.message_en, violation.message_zh)
    for finding in found.findings:
        state = finding.severity if finding.verdict == "fail" else "not judged"
        yield from _line(f"{finding.rule} ({state})", finding.pointer, finding.message_en, finding.message_zh)
    for each in found.missing:
        element = f"element {each.element}, " if each.element is not None else ""
        yield from _line(f"lacks ({element}{each.reason})", each.pointer, each.en, each.zh)


def _line(what: str, pointer: str, english: str, chinese: str) -> Iterator[str]:
    yield f"  [bold]{escape(what)}[/]  {escape(pointer or '/')}  {escape(english)}"
    yield f"  [dim]{escape(chinese)}[/]"
