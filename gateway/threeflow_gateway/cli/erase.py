"""``threeflow erase``: take personal data out of what a node keeps, and prove that the rest stands."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from threeflow_gateway import clock
from threeflow_gateway.cli.arguments import Subparsers, command
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer

DESCRIPTION = """\
Erase parts with personal data from a node's database: all whose retention is over, or those of one document.
Payloads, seals, receipts, the log and its proofs stay as they are; dossiers cut later name the part as
withheld, and bundles that hold it are given out no more. The erasure is entered in the audit trail. The node
may run meanwhile; it erases what is due by itself every hour. Backups are not reached."""

EXAMPLES = """\
  threeflow erase --config node.toml --due
  threeflow erase --config node.toml --document xa.platform 6f1c0f0e-52f5-4d0f-8a55-0a4f6a0c9b11 \\
    --part buyer --why "request of the person, case 2026-17"
"""
_AT_ONCE = 100


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(
        commands, "erase", run, text="erase personal data whose time is over", description=DESCRIPTION,
        examples=EXAMPLES,
    )  # fmt: skip
    made.add_argument("--config", type=Path, required=True, metavar="FILE", help="the node's configuration")
    which = made.add_mutually_exclusive_group(required=True)
    which.add_argument("--due", action="store_true", help="every part whose retention is over now")
    which.add_argument("--document", nargs=2, metavar=("ISSUER", "ID"), help="parts of one document")
    made.add_argument("--part", action="append", metavar="NAME", help="only this part of it; may be repeated")
    made.add_argument("--why", default="", metavar="TEXT", help="the ground, for the trail; no personal data")
    made.add_argument("--vacuum", action="store_true", help="write the whole SQLite file anew afterwards")


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Erase, and print what was erased."""
    from sqlalchemy.exc import SQLAlchemyError

    from threeflow_gateway.cli.loading import database_of
    from threeflow_gateway.store import erasing, personal, statements
    from threeflow_gateway.store.erasing import Erased

    if args.document and not args.why:
        raise CannotRunError("say --why the parts of this document are erased before their time")
    database = database_of(args.config)
    now = clock.text(datetime.now(UTC))
    erased: list[Erased] = []
    try:
        while True:
            with database.writing() as connection:
                connection.execute(statements.HEAD)
                if args.document:
                    asked = {"issuer": args.document[0], "id": args.document[1]}
                    held = connection.execute(statements.FIND_DOCUMENT, asked).first()
                    if held is None:
                        raise CannotRunError(f"no document {asked['id']} of {asked['issuer']} is held")
                    names = args.part or connection.execute(
                        personal.PARTS_OF, {"document": held.no}
                    ).scalars().all()  # fmt: skip
                    wanted = [(held.no, name, args.why) for name in names]
                else:
                    wanted = erasing.due(connection, now, _AT_ONCE)
                for number, name, why in wanted:
                    erased += erasing.erase(connection, number, [name], at=now, why=why, who="operator")
            if args.document or len(wanted) < _AT_ONCE:
                break
        if erased:
            database.settle_file(whole=args.vacuum)
    except SQLAlchemyError as error:
        raise CannotRunError(f"the database does not take it: {error}") from None
    finally:
        database.close()
    printer.result(
        [{"issuer": each.issuer, "id": each.id, "part": each.name, "digest": each.digest} for each in erased],
        [f"erased {each.name} of {each.issuer} {each.id}" for each in erased] or ["nothing to erase"],
    )
    return GOOD if erased or args.due else ANSWER_IS_NO
