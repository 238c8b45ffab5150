"""``threeflow verify``: is a dossier valid, offline."""

import argparse
from collections.abc import Iterator

from rich.markup import escape

from threeflow import dossier
from threeflow.dossier import Verdict
from threeflow_gateway.cli.arguments import Subparsers, command, moment
from threeflow_gateway.cli.loading import add_overlay, now, standard, trust_store
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, Printer, read

DESCRIPTION = """\
Say whether dossiers are valid, without asking any server. Nothing inside a dossier is trusted: keys come
from the trust files alone, and the states are computed anew from the documents. Each problem names the
piece, the requirement of the standard and what was found."""

EXAMPLES = """\
  threeflow verify dossier.json --trust xa.json xb.json
  threeflow verify dossier.json --trust xa.json xb.json --at 2026-03-02T12:00:00Z
  threeflow verify dossiers/*.json --trust xa.json xb.json --json
"""


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(
        commands,
        "verify",
        run,
        text="say whether a dossier is valid, offline",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    made.add_argument("dossiers", nargs="+", metavar="DOSSIER", help="dossier files; - is standard input")
    made.add_argument(
        "--trust",
        nargs="+",
        required=True,
        metavar="TRUST",
        help="trust files, one of each jurisdiction that sealed something, obtained by a way of their own",
    )
    made.add_argument(
        "--at", type=moment, metavar="TIME", help="the moment to ask for, RFC 3339 (default: now)"
    )
    made.add_argument(
        "--witness",
        nargs="+",
        default=[],
        metavar="FILE",
        help="sealed receipts obtained beside the dossier, for its head, checkpoint or a document",
    )
    add_overlay(made)


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Verify every dossier; good only if all are valid."""
    trust = trust_store(args.trust)
    rules_of_the_game = standard(args.overlay)
    witnesses = [read(path) for path in args.witness]
    verdicts: dict[str, Verdict] = {}
    for path in printer.track(args.dossiers, "verifying"):
        verdicts[path] = dossier.verify(
            read(path), trust, rules_of_the_game, now=now(), at=args.at, witnesses=witnesses
        )
    printer.result(
        [{"file": path} | verdict.as_json() for path, verdict in verdicts.items()],
        (line for path, verdict in verdicts.items() for line in _lines(path, verdict)),
    )
    return GOOD if all(verdict.valid for verdict in verdicts.values()) else ANSWER_IS_NO


def _lines(path: str, verdict: Verdict) -> Iterator[str]:
    name, asked = escape(path), verdict.moment.isoformat()
    if verdict.valid:
        span = f"as of {verdict.as_of}, until {verdict.valid_until}"
        yield f"[green]valid[/]      {name} {span}, asked for {asked}"
        return
    yield f"[bold red]not valid[/]  {name}, asked for {asked}"
    for each in verdict.problems:
        yield f"  [bold]{escape(each.where)}[/]  {each.requirement}  {escape(each.message_en)}"
        yield f"  [dim]{escape(each.message_zh)}[/]"
