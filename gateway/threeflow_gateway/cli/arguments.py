"""Arguments that several commands take, written once."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from threeflow_gateway.cli.output import Printer

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Subparsers = object

Run = Callable[[argparse.Namespace, Printer], int]


def command(
    commands: Subparsers, name: str, run: Run, *, text: str, description: str, examples: str
) -> argparse.ArgumentParser:
    """Add one command with a help that ends in examples; every command takes ``--json``."""
    made = commands.add_parser(
        name,
        help=text,
        description=description,
        epilog="examples:\n" + examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--json", action="store_true", help="print the result as JSON, for programs")
    made.set_defaults(run=run)
    return made


def group(commands: Subparsers, name: str, *, text: str, description: str) -> Subparsers:
    """Add a command that only holds others."""
    made = commands.add_parser(name, help=text, description=description)
    return made.add_subparsers(title="commands", metavar="COMMAND", required=True)


def moment(text: str) -> datetime:
    """Read a time argument: RFC 3339 with an offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no RFC 3339 time") from None
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset: write Z or ±hh:mm")
    return found.astimezone(UTC)
