"""``threeflow archive``: keep documents with receipts and proofs in a file, and verify it offline."""

import argparse
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from threeflow_gateway.cli.arguments import Subparsers, command, group, moment
from threeflow_gateway.cli.loading import database_of, trust_store
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer

TEXT = "keep documents with their proofs in a file, and verify it"
DESCRIPTION = """\
An archive is one file, a JSON object a line: a sealed checkpoint of a node's log, and for each leaf the
document, its receipt, and the path that proves the receipt in the log. It holds no personal data parts. It is
verified without asking anybody, long after the node is gone, by trust lists that were obtained elsewhere."""
WRITE = """\
Write an archive of a node's log, whether the node runs or not: from a leaf on, up to the newest checkpoint,
or what was taken in before a time. Nothing is removed from the database. No existing file is written over."""
VERIFY = """\
Say whether archives hold: every seal, each receipt for its document, each proof up to the checkpoint's root,
no leaf missing, and no key that was not valid when the receipt was given. A witness of another jurisdiction
for the checkpoint, which the archive carries, keeps good what was sealed before a theft of a key."""


def add(commands: Subparsers) -> None:
    """Add both commands."""
    under = group(commands, "archive", text=TEXT, description=DESCRIPTION)
    written = command(
        under, "write", write, text="write an archive of a node's log", description=WRITE,
        examples="  threeflow archive write --config node.toml --out 2026 --before 2027-01-01T00:00:00Z\n"
                 "  threeflow archive write --config node.toml --out more --first 120000\n",
    )  # fmt: skip
    written.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="the node's configuration, TOML"
    )
    written.add_argument("--out", type=Path, required=True, metavar="FILE", help="the new file")
    written.add_argument("--first", type=int, default=0, metavar="LEAF", help="first leaf (default: 0)")
    written.add_argument(
        "--before", type=moment, metavar="TIME", help="only what was taken in before this RFC 3339 time"
    )
    verified = command(
        under, "verify", verify, text="say whether archives hold, offline", description=VERIFY,
        examples="  threeflow archive verify 2026.ndjson --trust xa.json xb.json\n",
    )  # fmt: skip
    verified.add_argument("archives", nargs="+", metavar="ARCHIVE", help="archive files")
    verified.add_argument("--trust", nargs="+", required=True, metavar="TRUST", help="trust files")


def write(args: argparse.Namespace, printer: Printer) -> int:
    """Write one archive."""
    from sqlalchemy.exc import SQLAlchemyError

    from threeflow.errors import Unavailable
    from threeflow_gateway import clock
    from threeflow_gateway.store import archiving

    with closing(database_of(args.config)) as database:
        try:
            found = archiving.extent(
                database, first=args.first, before=clock.text(args.before) if args.before else ""
            )
            if found is None:
                raise CannotRunError("no checkpoint covers a leaf that is asked for")
            _save(args.out, archiving.lines(database, found))
        except (SQLAlchemyError, Unavailable) as error:
            raise CannotRunError(f"the database does not answer: {error}") from None
    printer.result(
        {"file": str(args.out), "first": found.first, "last": found.last},
        [f"wrote leaves {found.first} to {found.last} to [bold]{args.out}[/]"],
    )
    return GOOD


def _save(path: Path, lines: Iterable[bytes]) -> None:
    """Write a new file whole, or none."""
    half = path.with_name(path.name + ".part")
    try:
        if path.exists():
            raise CannotRunError(f"{path} is there already")
        with half.open("wb") as file:
            file.writelines(lines)
        half.rename(path)
    except OSError as error:
        raise CannotRunError(f"{path}: {error.strerror or error}") from None


def verify(args: argparse.Namespace, printer: Printer) -> int:
    """Verify archives."""
    from threeflow import archive
    from threeflow.errors import Refused

    trust = trust_store(args.trust)
    found, said = [], []
    for name in args.archives:
        try:
            with Path(name).open("rb") as lines:
                report = archive.verify(lines, trust)
        except OSError as error:
            raise CannotRunError(f"{name}: {error.strerror or error}") from None
        except Refused as refused:
            found.append({"file": name, "good": False, "faults": [str(refused)]})
            said.append(f"{name}: [bold red]not good[/]: {refused}")
            continue
        found.append({
            "file": name, "good": not report.faults, "node": report.node, "first": report.first,
            "last": report.last, "witnessedAt": report.witnessed_at, "faults": list(report.faults),
        })  # fmt: skip
        verdict = "[bold red]not good[/]" if report.faults else "good"
        said.append(f"{name}: leaves {report.first} to {report.last} of {report.node}: {verdict}")
        said += [f"  {each}" for each in report.faults]
    printer.result(found, said)
    return GOOD if all(each["good"] for each in found) else ANSWER_IS_NO
