"""``threeflow lost``: what documents lose when they are expressed in the data set of a profile."""

import argparse
from collections.abc import Iterator

from rich.markup import escape

from threeflow import strict
from threeflow.errors import Refused
from threeflow.lost import Lost, lost
from threeflow.profiles import Profile
from threeflow.standard import Standard
from threeflow_gateway.cli.arguments import Subparsers, command
from threeflow_gateway.cli.loading import add_overlay, payload_of, standard, type_of
from threeflow_gateway.cli.output import GOOD, CannotRunError, Printer, read

DESCRIPTION = """\
Report which members of a case's documents a regime's own data set cannot carry: the elements that it has no
place for, and the additions of this standard. Export messages of China, as an example, carry no consignee and
no origin, and the data set H7 of the European Union no origin and no unit price."""

EXAMPLES = """\
  threeflow lost order.json declaration.json --profile eu-h7
  threeflow lost *.json --profile asean-acdd --json
"""


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(
        commands,
        "lost",
        run,
        text="report what documents lose in a profile",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="payloads or envelopes; - is standard input")
    made.add_argument("--profile", metavar="P", required=True, help="id of the profile to express them in")
    add_overlay(made)


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Report what every file loses."""
    whole = standard(args.overlay)
    profile = whole.profiles.get(args.profile)
    if profile is None:
        raise CannotRunError(f"no profile {args.profile}; there are {', '.join(sorted(whole.profiles))}")
    found = [(path, _lost(path, whole, profile, read(path))) for path in printer.track(args.files, "reading")]
    printer.result(
        [{"file": path, "lost": [_as_json(each) for each in members]} for path, members in found],
        (line for path, members in found for line in _lines(path, members)),
    )
    if profile.carries is None:
        printer.remark(
            f"{profile.id} has no data set of its own: documents travel whole",
            f"[dim]{profile.id}无自有数据集，单证完整传输[/]",
        )
    return GOOD


def _lost(path: str, whole: Standard, profile: Profile, octets: bytes) -> tuple[Lost, ...]:
    try:
        payload, _ = payload_of(octets)
        value = strict.parse_object(payload)
        type_of(value)
        return lost(whole, profile, value)
    except Refused as refused:
        raise CannotRunError(f"{path}: {refused.detail}") from None


def _as_json(each: Lost) -> dict[str, object]:
    return {
        "pointer": each.pointer,
        "elements": list(each.elements),
        "additions": list(each.additions),
        "title": {"en": each.en, "zh": each.zh},
    }


def _lines(path: str, members: tuple[Lost, ...]) -> Iterator[str]:
    yield f"[bold]{len(members)} lost[/]  {escape(path)}"
    for each in members:
        number = ", ".join(map(str, each.elements)) or "addition"
        yield f"  {number}  {escape(each.pointer)}  {escape(each.en)}  {escape(each.zh)}"
