"""``threeflow doctor``: look at a node from all sides, and say what to do."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from threeflow_gateway.cli.arguments import Subparsers, command
from threeflow_gateway.cli.loading import now
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer

if TYPE_CHECKING:
    from threeflow_gateway.health.doctor import Finding, Report

DESCRIPTION = """\
Look at a node, whether it runs or not: configuration, trust lists and their age, keys and their permissions,
disk, database and its revision, archives, what is owed to peers, dead letters, whether the log holds
together, this machine's clock against the peers' and the newest receipt's, the node's own readiness, and
whether each peer answers under its seal. Nothing is changed. Each finding says what to do, in English and
Chinese.

Exit code 0 where all is well or there are only warnings, 1 where there is a problem."""

EXAMPLES = """\
  threeflow doctor --config node.toml
  threeflow doctor --config node.toml --json
  threeflow doctor --config node.toml --offline --strict
"""
COLOURS = {"well": "green", "warning": "yellow", "problem": "bold red"}


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(
        commands, "doctor", run, text="look at a node and say what to do", description=DESCRIPTION,
        examples=EXAMPLES,
    )  # fmt: skip
    made.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="the node's configuration, TOML"
    )
    made.add_argument("--offline", action="store_true", help="call neither the node nor its peers")
    made.add_argument("--strict", action="store_true", help="exit code 1 for warnings too")
    made.add_argument("--verbose", action="store_true", help="show what is well too")


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Examine the node."""
    import httpx

    from threeflow_gateway.health.doctor import examine

    if not args.config.is_file():
        raise CannotRunError(f"{args.config}: no such file")
    with httpx.Client(trust_env=False, follow_redirects=False) as http:
        report = examine(args.config, now(), http=None if args.offline else http)
    shown = [each for each in report.findings if args.verbose or each.level != "well"]
    printer.result(
        {
            "worst": report.worst,
            "findings": [
                {
                    "check": each.check, "code": each.code, "level": each.level,
                    "what": dict(zip(("en", "zh"), each.what, strict=True)),
                    "do": dict(zip(("en", "zh"), each.do, strict=True)),
                }
                for each in report.findings
            ],
        },
        [line for each in shown for line in _lines(each)] + [_sum(report)],
    )  # fmt: skip
    bad = ("warning", "problem") if args.strict else ("problem",)
    return ANSWER_IS_NO if report.worst in bad else GOOD


def _lines(each: "Finding") -> list[str]:
    colour = COLOURS[each.level]
    said = [
        f"[{colour}]{each.level:8}[/] [bold]{each.check}[/] {escape(each.what[0])}",
        f"         {escape(each.what[1])}",
    ]
    if each.do[0]:
        said += [f"         → {escape(each.do[0])}", f"         → {escape(each.do[1])}"]
    return said


def _sum(report: "Report") -> str:
    counts = {level: sum(each.level == level for each in report.findings) for level in COLOURS}
    return (
        f"{counts['well']} well, {counts['warning']} warnings, {counts['problem']} problems  "
        f"正常 {counts['well']}，警告 {counts['warning']}，问题 {counts['problem']}"
    )
