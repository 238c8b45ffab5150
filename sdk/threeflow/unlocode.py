"""A full edition of UN/LOCODE as a code list of an overlay, read from the file that UNECE publishes.

    python -m threeflow.unlocode code-list.csv --edition 2024-2 --out DIR/codelists/un-locode-2024-2.json

The list extends `un-locode`, of which the standard ships the places that its profiles name.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

FUNCTIONS: Final = {"1": "port", "2": "rail", "3": "road", "4": "airport", "5": "postal", "6": "multimodal",
                    "7": "fixed", "B": "border"}  # fmt: skip
REMOVED: Final = "X"
_COLUMNS: Final = ("Change", "Country", "Location", "Name", "Function")


def read(lines: Iterable[str], edition: str) -> dict[str, Any]:
    """The list as JSON; entries that the edition removes, and names without a code, are left out.

    Raises ValueError for a file without the published columns.
    """
    rows = csv.DictReader(lines)
    absent = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
    if absent:
        raise ValueError(f"no column {', '.join(absent)}")
    found: dict[str, dict[str, Any]] = {}
    for entry in _entries(rows):
        found.setdefault(entry["code"], entry)
    return {
        "id": f"un-locode-{edition.lower()}",
        "extends": "un-locode",
        "title": {"en": f"Places of trade and transport, {edition}", "zh": f"贸易和运输地点（{edition}）"},
        "authority": "UNECE",
        "source": "UN/LOCODE",
        "edition": edition,
        "licence": "as UNECE grants it",
        "codes": [found[code] for code in sorted(found)],
    }


def main(argv: list[str]) -> int:
    """Convert one file; exit code 2 where it is not of the published form."""
    parser = argparse.ArgumentParser(description="Make an overlay's code list of a full UN/LOCODE edition")
    parser.add_argument("file", type=Path, help="the edition as CSV, with the published column names")
    parser.add_argument("--edition", required=True, help="its name, as 2024-2")
    parser.add_argument(
        "--out", type=Path, required=True, help="codelists/un-locode-EDITION.json of an overlay"
    )
    args = parser.parse_args(argv)
    try:
        with args.file.open(encoding="utf-8-sig", newline="") as lines:
            made = read(lines, args.edition)
    except (OSError, UnicodeDecodeError, ValueError) as problem:
        print(f"{args.file}: {problem}", file=sys.stderr)
        return 2
    args.out.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    print(f"{args.out}: {len(made['codes'])} places")
    return 0


def _entries(rows: Iterable[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        country, place = row["Country"].strip(), row["Location"].strip()
        if place and row["Change"].strip() != REMOVED:
            kinds = " ".join(FUNCTIONS[each] for each in row["Function"] if each in FUNCTIONS)
            entry: dict[str, Any] = {"code": country + place, "name": {"en": row["Name"].strip()}}
            yield {**entry, "properties": {"kinds": kinds}} if kinds else entry


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
