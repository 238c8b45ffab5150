"""``threeflow database``: look at the tables of a node's database, and raise them to this release."""

import argparse
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from threeflow_gateway.cli.arguments import Run, Subparsers, command, group
from threeflow_gateway.cli.loading import database_of
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer, read

if TYPE_CHECKING:
    from threeflow_gateway.store.verifying import Point

UPGRADE = """\
Raise the tables of a node's database to this release, migration by migration, each in one transaction.
Processes of the release before may go on writing meanwhile; new indices are made beside them. One that was
interrupted is finished by the next, and one that runs beside another waits for it. A node on embedded SQLite
does this by itself when it starts; on PostgreSQL it is done once, before the new release starts."""

CURRENT = """\
Print the revision of the tables of a node's database, the revision that this release needs, and the
migrations that lie between."""

CHECK = """\
Answer whether the tables of a node's database are those that this release needs: exit code 0 where they
are, 1 where 'threeflow database upgrade' is needed or the database is of a later release."""

VERIFY = """\
Read the whole log of a node's database and answer whether it is one: each leaf the hash of its receipt, no
gap in leaves, documents or event feeds, and every checkpoint that the node made a state of this very tree.
What was moved to archives is read from there, each octet.
With --checkpoint also those kept elsewhere (from a peer, or from before a restore): one that covers more
leaves than there are, or has another root, says that what was acknowledged is missing here: exit code 1."""

EXAMPLES = {
    "verify": "  threeflow database verify --config node.toml --checkpoint kept/checkpoint.jose.json\n",
    "upgrade": "  threeflow database upgrade --config node.toml\n",
    "current": "  threeflow database current --config node.toml --json\n",
    "check": "  threeflow database check --config node.toml && threeflow serve --config node.toml\n",
}


def add(commands: Subparsers) -> None:
    """Add the group."""
    held = group(
        commands, "database", text="look at a node's tables and raise them", description="A node's database."
    )
    for name, run, text, description in (
        ("upgrade", upgrade, "raise the tables to this release", UPGRADE),
        ("current", current, "print the revision of the tables", CURRENT),
        ("check", check, "say whether the tables are those of this release", CHECK),
        ("verify", verify, "say whether the log is whole, and one with checkpoints kept elsewhere", VERIFY),
    ):
        made = _add(held, name, run, text, description)
    made.add_argument(
        "--checkpoint", action="append", default=[], metavar="FILE",
        help="a sealed checkpoint of this node that was kept elsewhere; may be repeated",
    )  # fmt: skip


def _add(held: Subparsers, name: str, run: Run, text: str, description: str) -> ArgumentParser:
    made = command(held, name, run, text=text, description=description, examples=EXAMPLES[name])
    made.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="the node's configuration, TOML"
    )
    return made


def upgrade(args: argparse.Namespace, printer: Printer) -> int:
    """Apply what is missing."""
    from sqlalchemy.exc import SQLAlchemyError

    from threeflow_gateway.store import revisions

    database = database_of(args.config)
    try:
        applied = revisions.upgrade(database)
    except revisions.NewerDatabaseError as error:
        raise CannotRunError(str(error)) from None
    except SQLAlchemyError as error:
        raise CannotRunError(f"the database does not take it: {error}") from None
    finally:
        database.close()
    lines = [f"applied {each}" for each in applied] or ["nothing to do"]
    printer.result({"applied": applied, "current": revisions.newest()}, [*lines, f"at {revisions.newest()}"])
    return GOOD


def current(args: argparse.Namespace, printer: Printer) -> int:
    """Print where the database stands."""
    held, wanted, missing = _standing(args.config)
    lines = [f"held    {held or 'none: the database is empty'}", f"needed  {wanted}"]
    lines += [f"missing {each}" for each in missing or ()]
    printer.result({"held": held, "needed": wanted, "missing": missing}, lines)
    return GOOD


def check(args: argparse.Namespace, printer: Printer) -> int:
    """Answer whether a node of this release can run on it."""
    held, wanted, missing = _standing(args.config)
    good = missing == ()
    advice = (
        "" if good else ("run a later release" if missing is None else "run 'threeflow database upgrade'")
    )
    value = {"good": good, "held": held, "needed": wanted, "advice": advice}
    printer.result(
        value, [f"at {held or 'no revision'}, needed {wanted}" + (f": {advice}" if advice else "")]
    )
    return GOOD if good else ANSWER_IS_NO


def verify(args: argparse.Namespace, printer: Printer) -> int:
    """Read the whole log."""
    from sqlalchemy.exc import SQLAlchemyError

    from threeflow_gateway.store.verifying import verify as verify_log

    points = [_point(path) for path in args.checkpoint]
    database = database_of(args.config)
    try:
        with database.reading() as connection:
            found = verify_log(connection, points)
    except SQLAlchemyError as error:
        raise CannotRunError(f"the database does not answer: {error}") from None
    finally:
        database.close()
    value = {
        "good": not found.faults, "leaves": found.size, "root": f"sha-256:{found.root.hex()}",
        "checkpoints": found.compared, "faults": found.faults,
    }  # fmt: skip
    lines = [
        f"{found.size} leaves, held to {found.compared} checkpoints",
        *(escape(each) for each in found.faults),
    ]
    printer.result(value, [*lines, "good" if not found.faults else "[bold red]not good[/]"])
    return ANSWER_IS_NO if found.faults else GOOD


def _point(path: str) -> "Point":
    from threeflow import envelope, strict
    from threeflow.errors import Refused
    from threeflow_gateway.store.verifying import Point

    try:
        payload: Any = strict.parse_object(envelope.read(read(path)).payload)
        return Point(path, int(payload["size"]), bytes.fromhex(payload["root"].removeprefix("sha-256:")))
    except (Refused, KeyError, ValueError) as error:
        raise CannotRunError(f"{path} is no sealed checkpoint: {error}") from None


def _standing(config: Path) -> tuple[str | None, str, tuple[str, ...] | None]:
    """Return the revision held, the one needed, and what lies between; None there for a later database."""
    from sqlalchemy.exc import SQLAlchemyError

    from threeflow_gateway.store import revisions

    database = database_of(config)
    try:
        with database.reading() as connection:
            held = revisions.current(connection)
            try:
                return held, revisions.newest(), revisions.pending(connection)
            except revisions.NewerDatabaseError:
                return held, revisions.newest(), None
    except SQLAlchemyError as error:
        raise CannotRunError(f"the database does not answer: {error}") from None
    finally:
        database.close()
