"""``threeflow coverage``: how each of the plan's 145 systems is served, or why it is not."""

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping

from rich.markup import escape

from threeflow.coverage import Service, coverage
from threeflow_gateway.cli.arguments import Subparsers, command
from threeflow_gateway.cli.loading import add_overlay, standard
from threeflow_gateway.cli.output import ANSWER_IS_NO, GOOD, CannotRunError, Printer

DESCRIPTION = """\
Print for each of the 145 systems of the plan what serves it: the rows of the exchange table (a row is a
document type), the rules over these documents, and the journeys over running gateways that show it; or what
is built in, or why it is outside, or "not yet". Exit code 1 where a system is not served yet."""

EXAMPLES = """\
  threeflow coverage
  threeflow coverage 10
  threeflow coverage --json
"""


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(
        commands,
        "coverage",
        run,
        text="print what serves each of the plan's 145 systems",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    made.add_argument("system", nargs="?", type=int, metavar="SYSTEM", help="the number of one system")
    add_overlay(made)


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Print every system, or one."""
    found = coverage(standard(args.overlay))
    if args.system is not None:
        found = tuple(each for each in found if each.number == args.system)
        if not found:
            raise CannotRunError(f"no system {args.system}; they are numbered 1 to 145")
    count = Counter(each.state for each in found)
    printer.result([_as_json(each) for each in found], _lines(found))
    printer.remark(", ".join(f"{number} {state}" for state, number in sorted(count.items())))
    return ANSWER_IS_NO if count["not yet"] else GOOD


def _as_json(each: Service) -> dict[str, object]:
    return {
        "number": each.number,
        "kind": each.kind,
        "name": each.name,
        "state": each.state,
        "types": list(each.types),
        "documents": list(each.documents),
        "rules": list(each.rules),
        "journeys": list(each.journeys),
        "builtIn": each.built_in,
        "outside": each.outside,
        "outsideInPart": each.outside_in_part,
    }


def _lines(found: tuple[Service, ...]) -> Iterator[str]:
    for each in found:
        yield f"[bold]{each.number}[/] {escape(each.name['en'])} {escape(each.name['zh'])}: {each.state}"
        for what, said in (
            ("rows", ", ".join(each.types)),
            ("documents", ", ".join(each.documents)),
            ("rules", ", ".join(each.rules)),
            ("journeys", ", ".join(each.journeys)),
            ("built in", _both(each.built_in)),
            ("outside", _both(each.outside)),
            ("outside in part", _both(each.outside_in_part)),
        ):
            if said:
                yield f"    {what}: {escape(said)}"


def _both(words: Mapping[str, str] | None) -> str:
    return f"{words['en']}  {words['zh']}" if words else ""
