"""``threeflow table``: the exchange table, row by row."""

import argparse
from collections.abc import Iterator

from rich.markup import escape

from threeflow.process import Kind, Row, choice
from threeflow_gateway.cli.arguments import Subparsers, command, group
from threeflow_gateway.cli.loading import add_overlay, standard
from threeflow_gateway.cli.output import GOOD, CannotRunError, Printer

DESCRIPTION = """\
Show the exchange table: who may issue each document type, who receives it, what it needs and what it
causes. With TYPE, one row with all its kinds and steps."""


def add(commands: Subparsers) -> None:
    """Add the group."""
    made = command(
        group(commands, "table", text="look at the exchange table", description="The exchange table."),
        "show",
        show,
        text="show the exchange table, or one row",
        description=DESCRIPTION,
        examples="  threeflow table show\n  threeflow table show release\n",
    )
    made.add_argument("type", nargs="?", metavar="TYPE", help="a document type")
    add_overlay(made)


def show(args: argparse.Namespace, printer: Printer) -> int:
    """Show all rows or one."""
    table = standard(args.overlay).table
    if args.type is not None:
        row = table.row(args.type)
        if row is None:
            raise CannotRunError(f"no document type {args.type}; there are {', '.join(sorted(table.rows))}")
        printer.result(_as_json(row), _lines(row))
        return GOOD
    rows = tuple(table.rows.values())
    printer.result([_as_json(each) for each in rows])
    printer.table(
        f"{len(rows)} document types",
        ("type", "subject", "nature", "issuers", "needs", "kinds"),
        (
            (
                each.type,
                each.subject,
                each.nature,
                ", ".join(sorted(each.issuers)),
                ", ".join(_needs(each)),
                ", ".join(each.kinds),
            )
            for each in rows
        ),
    )
    return GOOD


def _as_json(row: Row) -> dict[str, object]:
    return {
        "type": row.type,
        "title": {"en": row.text.en, "zh": row.text.zh},
        "family": row.family,
        "subject": row.subject,
        "nature": row.nature,
        "issuers": sorted(row.issuers),
        "receivers": sorted(row.receivers),
        "must": _needs(row),
        "joins": list(row.joins),
        "kinds": [_kind(each) for each in row.kinds.values()],
        "serves": list(row.serves),
    }


def _kind(kind: Kind) -> dict[str, object]:
    return {
        "kind": kind.name,
        "title": {"en": kind.text.en, "zh": kind.text.zh},
        "must": [choice(each) for each in kind.needs],
        "steps": [
            {
                "track": step.track,
                "position": step.position,
                "guard": step.guard.expression if step.guard else None,
                "moves": [
                    {
                        "from": sorted(move.origins) if move.origins is not None else "any",
                        "to": move.to,
                        "when": move.when.expression if move.when else None,
                    }
                    for move in step.moves
                ],
            }
            for step in kind.steps
        ],
        "posts": [
            {"account": post.account, "side": post.side, "reverse": post.reverse, "position": post.position}
            for post in kind.posts
        ],
        "findings": [each.code for each in kind.findings],
        "noEffect": None if kind.no_effect is None else {"en": kind.no_effect.en, "zh": kind.no_effect.zh},
    }


def _lines(row: Row) -> Iterator[str]:
    yield f"[bold]{row.type}[/]  {escape(row.text.en)}  {escape(row.text.zh)}"
    yield f"family {row.family}, subject {row.subject}, nature {row.nature}"
    yield f"issued by    {', '.join(sorted(row.issuers))}"
    yield f"received by  {', '.join(sorted(row.receivers))}"
    needs = _needs(row)
    if needs:
        yield f"needs        {', '.join(needs)}"
    if row.joins:
        yield f"joins        {', '.join(row.joins)}"
    for kind in row.kinds.values():
        yield f"[bold]{kind.name}[/]  {escape(kind.text.en)}  {escape(kind.text.zh)}"
        own = [choice(each) for each in kind.needs]
        if own != needs:
            yield f"  needs {', '.join(own) or 'nothing'}"
        yield from _effects(kind)


def _needs(row: Row) -> list[str]:
    """Return what the kinds have to name, each once; a choice of types is written `a|b`."""
    return list(dict.fromkeys(choice(each) for kind in row.kinds.values() for each in kind.needs))


def _effects(kind: Kind) -> Iterator[str]:
    for step in kind.steps:
        for move in step.moves:
            origins = "any" if move.origins is None else ", ".join(sorted(move.origins))
            at = f"@{step.position}" if step.position else ""
            yield f"  {step.track}{at}: {escape(origins)} -> {move.to or 'unchanged'}"
    for post in kind.posts:
        yield f"  {post.account}: {'takes back the ' if post.reverse else ''}{post.side}"
    if kind.no_effect is not None:
        yield f"  no effect: {escape(kind.no_effect.en)}"
