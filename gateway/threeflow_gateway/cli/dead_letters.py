"""``threeflow dead-letters``: what peers did not take, and what is to become of it."""

import argparse
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from threeflow_gateway.cli.arguments import Subparsers, command, group
from threeflow_gateway.cli.loading import now
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer

if TYPE_CHECKING:
    from threeflow_gateway.delivery.dead_letters import DeadLetter
    from threeflow_gateway.store.database import Database

Answer = TypeVar("Answer")

TEXT = "list, retry or drop what peers did not take"
DESCRIPTION = """\
Documents that a peer refused for good, or that could not be delivered for as long as the settings allow, are
dead letters. They are kept until somebody decides. The commands work on the node's database, whether it
runs or not; a running node acts within seconds."""


def add(commands: Subparsers) -> None:
    """Add the three commands."""
    under = group(commands, "dead-letters", text=TEXT, description=DESCRIPTION)
    listed = command(
        under, "list", list_, text="list dead letters", description=DESCRIPTION,
        examples="  threeflow dead-letters list --config node.toml\n"
                 "  threeflow dead-letters list --config node.toml --peer xb.customs --json\n",
    )  # fmt: skip
    _selects(listed)
    retried = command(
        under, "retry", retry, text="let dead letters be delivered again",
        description="Let dead letters be owed again, as if they were new: they are offered at once, before\n"
                    "what is still owed of the same subject. What was delivered meanwhile is not repeated.",
        examples="  threeflow dead-letters retry --config node.toml --peer xb.customs\n"
                 "  threeflow dead-letters retry --config node.toml --document 018f5f0e-…\n",
    )  # fmt: skip
    _selects(retried)
    dropped = command(
        under, "drop", drop, text="give dead letters up for good",
        description="Give dead letters up: they are not offered again and leave the list. The document\n"
                    "stays, and the reason with it. Say which by --peer, --document or both.",
        examples="  threeflow dead-letters drop --config node.toml --document 018f5f0e-… --peer xb.customs\n",
    )  # fmt: skip
    _selects(dropped)


def _selects(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="the node's configuration, TOML"
    )
    made.add_argument("--peer", metavar="NODE", default="", help="only those to this peer")
    made.add_argument(
        "--document", metavar="ID", action="append", default=[],
        help="only those of this document id (may be repeated)",
    )  # fmt: skip


def list_(args: argparse.Namespace, printer: Printer) -> int:
    """List dead letters."""
    from threeflow_gateway.delivery import dead_letters

    found = _on(args, lambda database: dead_letters.find(database, peer=args.peer, ids=args.document))
    printer.result([_as_json(each) for each in found], () if found else ["no dead letters"])
    if found:
        printer.table(
            f"{len(found)} dead letters",
            ("peer", "document", "type", "given up", "attempts", "reason"),
            (
                (each.peer, f"{each.issuer} {each.id}", f"{each.type} {each.kind}".strip(),
                 each.died.strftime("%Y-%m-%d %H:%M:%SZ"), each.attempts, each.reason)
                for each in found
            ),
        )  # fmt: skip
    return GOOD


def retry(args: argparse.Namespace, printer: Printer) -> int:
    """Let the chosen dead letters be owed again."""
    from threeflow_gateway.delivery import dead_letters

    return _decide(args, printer, dead_letters.retry, "retried")


def drop(args: argparse.Namespace, printer: Printer) -> int:
    """Give the chosen dead letters up."""
    if not args.peer and not args.document:
        raise CannotRunError("say which: --peer NODE, --document ID or both")
    from threeflow_gateway.delivery import dead_letters

    return _decide(args, printer, dead_letters.drop, "dropped")


def _decide(
    args: argparse.Namespace,
    printer: Printer,
    end: Callable[..., int],
    word: str,
) -> int:
    from threeflow_gateway.delivery import dead_letters

    def decided(database: "Database") -> "tuple[Collection[DeadLetter], int]":
        found = dead_letters.find(database, peer=args.peer, ids=args.document)
        moment: datetime = now()
        return found, end(database, found, now=moment)

    found, count = _on(args, decided)
    printer.result({word: count, "deadLetters": [_as_json(each) for each in found]}, [f"{count} {word}"])
    return GOOD if count else ANSWER_IS_NO


def _on(args: argparse.Namespace, ask: "Callable[[Database], Answer]") -> Answer:
    from sqlalchemy.exc import SQLAlchemyError

    from threeflow_gateway.config import MisconfiguredError, load
    from threeflow_gateway.store.database import Database

    try:
        config = load(args.config)
        with closing(Database.of(config.storage)) as database:
            return ask(database)
    except MisconfiguredError as error:
        raise CannotRunError(str(error)) from None
    except SQLAlchemyError as error:
        raise CannotRunError(f"the node's database: {error}") from None


def _as_json(each: "DeadLetter") -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(each).items()
    }
