"""``threeflow archive``: keep documents with receipts and proofs in a file, verify it, move what it holds."""

import argparse
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.markup import escape

from threeflow_gateway.cli.arguments import Subparsers, command, group, moment
from threeflow_gateway.cli.loading import database_of, trust_store
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer

if TYPE_CHECKING:
    from threeflow_gateway.store.database import Database

TEXT = "keep documents with their proofs in a file, verify it, and move what it holds out of the database"
WHY: Final = {
    "personal-data": "their parts with personal data are not erased",
    "pending": "they wait",
    "owed": "a peer is owed them",
    "dead-letter": "a peer did not take them (threeflow dead-letters)",
}
_TOLD: Final = 20
"""So many of an archive's disagreements with the database are told."""
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
MOVE = """\
Move the octets of documents and receipts that archives hold out of a node's database; the node reads them
from the archives then, and nobody can tell. The archives stand in the folder that storage.archives names, and
stay there. Each is first held to the database, line by line: where anything differs, nothing is moved. The
node may run meanwhile, in several processes too, once all of them read that folder. Kept in the database are
documents whose parts with personal data are not erased, that wait, or that a peer is owed or did not take:
the same command moves them later. It may be ended and repeated at any time. With --back the octets are put
back."""


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
    moved = command(
        under, "move", move, text="move what archives hold out of the database", description=MOVE,
        examples="  threeflow archive move --config node.toml archives/2026.ndjson\n"
                 "  threeflow archive move --config node.toml archives/2026.ndjson --back\n",
    )  # fmt: skip
    moved.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="the node's configuration, TOML"
    )
    moved.add_argument(
        "archives", nargs="+", metavar="ARCHIVE", help="archive files in the folder storage.archives"
    )
    moved.add_argument("--back", action="store_true", help="put what was moved there back into the database")
    moved.add_argument("--vacuum", action="store_true", help="write the whole SQLite file anew afterwards")
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
    """Write a new file whole, or none; it is on the disk then."""
    from threeflow_gateway.store.volumes import settle

    half = path.with_name(path.name + ".part")
    try:
        if path.exists():
            raise CannotRunError(f"{path} is there already")
        with half.open("wb") as file:
            file.writelines(lines)
        settle(half)
        half.rename(path)
        settle(path)
    except OSError as error:
        raise CannotRunError(f"{path}: {error.strerror or error}") from None
    finally:
        half.unlink(missing_ok=True)


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


def move(args: argparse.Namespace, printer: Printer) -> int:
    """Move what archives hold out of the database, or back."""
    from sqlalchemy.exc import SQLAlchemyError

    from threeflow_gateway.store.moving import ChangedError
    from threeflow_gateway.store.volumes import AwayError

    with closing(database_of(args.config)) as database:
        paths = [_in_folder(database.volumes.folder, each) for each in args.archives]
        try:
            ended = (_back if args.back else _away)(database, paths, printer)
            database.settle_file(whole=args.vacuum)
        except SQLAlchemyError as error:
            raise CannotRunError(f"the database does not take it: {error}") from None
        except AwayError as error:
            raise CannotRunError(error.reason) from None
        except ChangedError as error:
            raise CannotRunError(f"the archive was changed while it was read: {error}") from None
        except OSError as error:
            raise CannotRunError(f"{error.filename or 'the archive'}: {error.strerror or error}") from None
    return ended


def _in_folder(folder: Path | None, name: str) -> Path:
    """Return the path of an archive where the node finds it by its name."""
    if folder is None:
        raise CannotRunError("the configuration names no folder of archives: say storage.archives first")
    named = Path(name)
    path = folder / named.name
    if named.parent != Path() and named.parent.resolve() != folder.resolve():
        raise CannotRunError(f"{name} does not stand in {folder}: put it there, where the node will read it")
    if not path.is_file() or path.is_symlink():
        raise CannotRunError(f"{path} is no file")
    return path


def _away(database: "Database", paths: Sequence[Path], printer: Printer) -> int:
    from threeflow_gateway.store import moving

    faults = []
    for path in paths:
        with printer.progress(_entries(path), f"comparing {path.name}") as advance:
            found = islice(moving.disagreements(database, path, advance), _TOLD)
            faults += [f"{path.name}: {each}" for each in found]
    if faults:
        lines = ["nothing is moved: the archives are not what the database holds", *map(escape, faults)]
        printer.result({"good": False, "faults": faults}, lines)
        return ANSWER_IS_NO
    tally = moving.Tally()
    for path in paths:
        with printer.progress(_entries(path), f"moving {path.name}") as advance:
            tally.add(moving.move(database, path, advance))
    kept = {reason: tally.kept[reason] for reason in moving.REASONS}
    printer.result(
        {"good": True, "moved": tally.moved, "movedBefore": tally.before, "kept": kept,
         "freedOctets": tally.octets},
        [f"moved {tally.moved} documents, {tally.octets} octets; {tally.before} were moved before",
         *(f"kept {count}: {WHY[reason]}" for reason, count in kept.items() if count)],
    )  # fmt: skip
    return GOOD


def _back(database: "Database", paths: Sequence[Path], printer: Printer) -> int:
    from threeflow_gateway.store import moving

    tally, faults = moving.Tally(), []
    for path in paths:
        with printer.progress(_entries(path), f"putting back {path.name}") as advance:
            done, missing = moving.back(database, path.name, advance)
        tally.add(done)
        faults += [f"{path.name}: {each}" for each in missing]
    printer.result(
        {"good": not faults, "back": tally.moved, "octets": -tally.octets, "faults": faults},
        [f"put {tally.moved} documents back, {-tally.octets} octets", *map(escape, faults)],
    )
    return ANSWER_IS_NO if faults else GOOD


def _entries(path: Path) -> int:
    """Return how many leaves an archive holds, for the bar alone: what the file is, is judged elsewhere."""
    with path.open("rb") as file:
        return max(0, sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1)
