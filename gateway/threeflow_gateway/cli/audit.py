"""``threeflow audit``: what a node decided, who read personal data, and what was erased."""

import argparse
from pathlib import Path
from typing import Any

from threeflow_gateway import clock
from threeflow_gateway.cli.arguments import Subparsers, command, moment
from threeflow_gateway.cli.output import GOOD, CannotRunError, Printer

DESCRIPTION = """\
Print the audit trail of a node, newest first: every document that was taken in with its outcome, every
refusal with its code, every read and every erasure of personal data. It reads the node's database, whether
the node runs or not. The trail names nodes, documents, digests and parts; it holds no personal data."""

EXAMPLES = """\
  threeflow audit --config node.toml --since 2026-03-01T00:00:00Z --what refused
  threeflow audit --config node.toml --caller xa.hub --limit 1000 --json
"""

WHAT = ("accepted", "refused", "read", "erased", "incident")
_COLUMNS = ("at", "what", "caller", "code", "issuer", "id", "detail", "times")


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(
        commands, "audit", run, text="print the audit trail of a node", description=DESCRIPTION,
        examples=EXAMPLES,
    )  # fmt: skip
    made.add_argument("--config", type=Path, required=True, metavar="FILE", help="the node's configuration")
    made.add_argument("--since", type=moment, metavar="T", help="not before this RFC 3339 time")
    made.add_argument("--until", type=moment, metavar="T", help="not after this RFC 3339 time")
    made.add_argument("--caller", default="", metavar="NODE", help="only what this node asked")
    made.add_argument("--what", choices=WHAT, help="only entries of this kind")
    made.add_argument("--limit", type=int, default=100, metavar="N", help="at most so many (default: 100)")


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Print the trail."""
    from sqlalchemy.exc import SQLAlchemyError

    from threeflow_gateway.cli.loading import database_of
    from threeflow_gateway.store import trail

    asked = trail.Asked(
        since=clock.text(args.since) if args.since else "",
        until=clock.text(args.until) if args.until else "",
        caller=args.caller,
        what=args.what or "",
        limit=args.limit,
    )
    database = database_of(args.config)
    try:
        with database.reading() as connection:
            found = trail.read(connection, asked)
    except SQLAlchemyError as error:
        raise CannotRunError(f"the database does not answer: {error}") from None
    finally:
        database.close()
    printer.table(
        f"{len(found)} entries", _COLUMNS, ([_cell(each, name) for name in _COLUMNS] for each in found)
    )
    if printer.as_json:
        printer.result(found)
    return GOOD


def _cell(entry: dict[str, Any], name: str) -> object:
    return entry[name] or ""
