"""``threeflow incidents``: what shows that a peer's log or a jurisdiction's list says two things."""

import argparse
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from threeflow_gateway.cli.arguments import Subparsers, command, group
from threeflow_gateway.cli.loading import database_of, now
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer

TEXT = "list, export and close incidents"
DESCRIPTION = """\
An incident is what shows that a peer's log was rewritten (log-inconsistent), or that a jurisdiction sealed
two trust lists of one sequence (trust-list-equivocation). The node goes on with what it held first, and keeps
both sealed texts: they prove the incident to anybody who has the trust lists. Nobody but the holder of the
key that sealed both can have made them. The commands work on the node's database, whether it runs or not."""
_COLUMNS = ("no", "at", "code", "about", "source", "detail", "closed_at")
_NAMED = ("no", "at", "code", "requirement", "about", "source", "digest", "detail", "closed_at")


def add(commands: Subparsers) -> None:
    """Add the three commands."""
    under = group(commands, "incidents", text=TEXT, description=DESCRIPTION)
    listed = command(
        under, "list", list_, text="list incidents", description=DESCRIPTION,
        examples="  threeflow incidents list --config node.toml\n"
                 "  threeflow incidents list --config node.toml --json\n",
    )  # fmt: skip
    exported = command(
        under, "export", export, text="write the evidence of incidents",
        description="Write the two sealed texts of each incident, and what it is about, into a folder.",
        examples="  threeflow incidents export --config node.toml --out evidence\n",
    )  # fmt: skip
    exported.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write to")
    closed = command(
        under, "close", close, text="say that an incident was seen to",
        description="Close an incident: doctor and metrics no longer count it. The evidence stays.",
        examples="  threeflow incidents close --config node.toml --no 3\n",
    )  # fmt: skip
    closed.add_argument("--no", type=int, required=True, metavar="N", help="number of the incident")
    for each in (listed, exported, closed):
        each.add_argument(
            "--config", type=Path, required=True, metavar="FILE", help="the node's configuration, TOML"
        )


def list_(args: argparse.Namespace, printer: Printer) -> int:
    """List all incidents."""
    found = _all(args.config)
    printer.table(
        f"{len(found)} incidents", _COLUMNS, ([each[name] or "" for name in _COLUMNS] for each in found)
    )
    if printer.as_json:
        printer.result([{name: each[name] for name in _NAMED} for each in found])
    return GOOD


def export(args: argparse.Namespace, printer: Printer) -> int:
    """Write the evidence of all incidents."""
    from threeflow import strict

    found = _all(args.config)
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        for each in found:
            start = args.out / f"{each['no']}-{each['code']}"
            start.with_name(f"{start.name}.held.json").write_bytes(each["held"])
            start.with_name(f"{start.name}.shown.json").write_bytes(each["shown"])
            about = {name: each[name] for name in _NAMED}
            start.with_name(f"{start.name}.json").write_bytes(strict.dump(about))
    except OSError as error:
        raise CannotRunError(f"{args.out}: {error.strerror or error}") from None
    printer.result({"folder": str(args.out), "incidents": len(found)}, [f"wrote {len(found)} to {args.out}"])
    return GOOD


def close(args: argparse.Namespace, printer: Printer) -> int:
    """Close one incident."""
    from threeflow_gateway import clock
    from threeflow_gateway.store import evidence

    def work(database: Any) -> int:
        with database.writing() as connection:
            asked = {"of_no": args.no, "to_closed": clock.text(now())}
            return int(connection.execute(evidence.CLOSE, asked).rowcount)

    closed = _with(args.config, work)
    printer.result({"closed": closed}, [f"closed {closed}"])
    return GOOD if closed else ANSWER_IS_NO


def _all(config: Path) -> list[dict[str, Any]]:
    from threeflow_gateway.store import evidence

    def work(database: Any) -> list[dict[str, Any]]:
        with database.reading() as connection:
            return [dict(each._mapping) for each in connection.execute(evidence.INCIDENTS)]

    found: list[dict[str, Any]] = _with(config, work)
    return found


def _with(config: Path, work: Callable[[Any], Any]) -> Any:
    from sqlalchemy.exc import SQLAlchemyError

    from threeflow.errors import Unavailable

    with closing(database_of(config)) as database:
        try:
            return work(database)
        except (SQLAlchemyError, Unavailable) as error:
            raise CannotRunError(f"the database does not answer: {error}") from None
