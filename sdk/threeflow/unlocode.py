"""A full edition of UN/LOCODE as a code list of an overlay, read from the files that UNECE publishes.

    python -m threeflow.unlocode CodeListPart1.csv CodeListPart2.csv CodeListPart3.csv \\
        --edition 2024-2 --out DIR/codelists/un-locode-2024-2.json

The list extends `un-locode`, of which the standard ships the places that its profiles name. Each file is CSV
in UTF-8 or Windows-1252, with a line of column names or, as UNECE publishes it, without: twelve columns then.
"""

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FUNCTIONS: Final = {"1": "port", "2": "rail", "3": "road", "4": "airport", "5": "postal", "6": "multimodal",
                    "7": "fixed", "B": "border"}  # fmt: skip
REMOVED: Final = "X"
PUBLISHED: Final = ("Change", "Country", "Location", "Name", "NameWoDiacritics", "Subdivision", "Function",
                    "Status", "Date", "IATA", "Coordinates", "Remarks")  # fmt: skip
_NEEDED: Final = ("Change", "Country", "Location", "Name", "Function")
_CODE: Final = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_FUNCTION: Final = re.compile(r"[0-9B-]{0,8}")
_TOLD: Final = 20


@dataclass
class Edition:
    """What was read: the places by code, how many rows are no place that may be used, and rows that are odd.

    Left out by the edition's own word are headings of countries, names that refer to another, and places that
    are removed. An odd row is told as `file:line: what is odd`.
    """

    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: int = 0
    odd: list[str] = field(default_factory=list)

    def add(self, file: str, octets: bytes) -> None:
        """Take in one file; where a code stands twice the first counts.

        Raises ValueError for a file that is no text or has other columns.
        """
        rows = csv.reader(io.StringIO(_text(file, octets), newline=""))
        try:
            numbered = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
        except csv.Error as fault:
            raise ValueError(f"{file}:{rows.line_num}: {fault}") from None
        if not numbered:
            raise ValueError(f"{file}: no rows")
        columns, body = _columns(file, numbered)
        for line, row in body:
            self._row(f"{file}:{line}", columns, row)

    def as_list(self, edition: str) -> dict[str, Any]:
        """The code list as JSON, sorted by code."""
        return {
            "id": f"un-locode-{edition.lower()}",
            "extends": "un-locode",
            "title": {
                "en": f"Places of trade and transport, {edition}",
                "zh": f"贸易和运输地点（{edition}）",
            },
            "authority": "UNECE",
            "source": "UN/LOCODE",
            "edition": edition,
            "licence": "as UNECE grants it",
            "from": None,
            "to": None,
            "codes": [self.places[code] for code in sorted(self.places)],
        }

    def _row(self, where: str, columns: Sequence[str], row: Sequence[str]) -> None:
        if len(row) != len(columns):
            self.odd.append(f"{where}: {len(row)} columns, not {len(columns)}")
            return
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=True)}
        if not cells["Location"] or cells["Change"] == REMOVED:
            self.left_out += 1
            return
        fault = _fault(cells)
        if fault:
            self.odd.append(f"{where}: {fault}")
        else:
            place = _place(cells)
            self.places.setdefault(place["code"], place)


def read(lines: Iterable[str], edition: str) -> dict[str, Any]:
    """One file's list as JSON; entries that the edition removes, and names without a code, are left out.

    Raises ValueError for a file without the published columns, or with rows that are odd.
    """
    found = Edition()
    found.add("edition.csv", "".join(f"{line.rstrip()}\n" for line in lines).encode())
    if found.odd:
        raise ValueError("; ".join(found.odd))
    return found.as_list(edition)


def main(argv: list[str]) -> int:
    """Convert the files of an edition; exit code 1 where rows are odd, 2 where a file is of another form."""
    args = _arguments().parse_args(argv)
    found = Edition()
    try:
        for path in args.files:
            found.add(str(path), path.read_bytes())
    except (OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    for each in found.odd[:_TOLD]:
        print(each, file=sys.stderr)
    if found.odd and not args.leave_out:
        print(
            f"{len(found.odd)} odd rows, no list is written: mend them, or add --leave-out", file=sys.stderr
        )
        return 1
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(found.as_list(args.edition), ensure_ascii=False), encoding="utf-8")
    rest = f"{found.left_out} rows are none, {len(found.odd)} are odd and left out"
    print(f"{args.out}: {len(found.places)} places; {rest}")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m threeflow.unlocode",
        description="Make an overlay's code list of a full UN/LOCODE edition.",
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="the edition's CSV, in its parts")
    parser.add_argument("--edition", required=True, help="its name, as 2024-2")
    parser.add_argument(
        "--out", type=Path, required=True, help="codelists/un-locode-EDITION.json of an overlay"
    )
    parser.add_argument("--leave-out", action="store_true", help="make the list without the odd rows")
    return parser


def _text(file: str, octets: bytes) -> str:
    """UNECE publishes in Windows-1252, who converts it does so to UTF-8."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError(f"{file}: neither UTF-8 nor Windows-1252")


def _columns(
    file: str, numbered: list[tuple[int, list[str]]]
) -> tuple[Sequence[str], Iterator[tuple[int, list[str]]]]:
    """The names of the columns, and the rows below them."""
    line, first = numbered[0]
    names = [each.strip() for each in first]
    if "Location" in names or "Country" in names:
        absent = [name for name in _NEEDED if name not in names]
        if absent:
            raise ValueError(f"{file}:{line}: no column {', '.join(absent)}")
        return names, iter(numbered[1:])
    if len(first) != len(PUBLISHED):
        raise ValueError(
            f"{file}:{line}: {len(first)} columns and no names; {', '.join(PUBLISHED)} are expected"
        )
    return PUBLISHED, iter(numbered)


def _fault(cells: Mapping[str, str]) -> str:
    code = cells["Country"] + cells["Location"]
    if not _CODE.fullmatch(code):
        return f"{code!r} is no code of a country and three letters or digits 2 to 9"
    if not cells["Name"]:
        return f"{code} has no name"
    if not _FUNCTION.fullmatch(cells["Function"]):
        return f"{code} has the function {cells['Function']!r}, not eight signs as -23-5---"
    return ""


def _place(cells: Mapping[str, str]) -> dict[str, Any]:
    kinds = " ".join(FUNCTIONS[each] for each in cells["Function"] if each in FUNCTIONS)
    place: dict[str, Any] = {"code": cells["Country"] + cells["Location"], "name": {"en": cells["Name"]}}
    return {**place, "properties": {"kinds": kinds}} if kinds else place


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
