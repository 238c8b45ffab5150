"""Build the large code lists of the standard from published sources; the small ones are written by hand.

    python tools/build_codelists.py --sources FOLDER

FOLDER holds ``hs2022.csv``, ``unece_rec20_annex1.csv``, ``unece_rec21.csv``, ``unece_rec24.csv`` and
``china_customs_units.csv``, which are not part of this repository; ISO 3166-1 and ISO 4217 come from the
packages ``pycountry`` and ``iso4217``. Codes, and the names of units, packings, countries and currencies, are
facts; no descriptions are carried over, and the Harmonized System comes without its text.
"""

import argparse
import csv
import importlib
import importlib.metadata
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "spec/threeflow_spec/v1/codelists"
CHINESE: Final = json.loads((Path(__file__).parent / "codelists/chinese-names.json").read_bytes())
CHINA_UNITS: Final = json.loads((Path(__file__).parent / "codelists/cn-customs-unit-map.json").read_bytes())
# Annex I orders units by what they measure; those that only count stand in annexes II and III alone.
COUNTING_UNITS: Final = {
    "CTM": "metric carat", "DZN": "dozen", "EA": "each", "GRO": "gross", "H87": "piece", "PR": "pair",
    "SET": "set",
}  # fmt: skip
WITHDRAWN: Final = frozenset({"D", "X"})
PACKAGE_SOURCES: Final = {"iso-3166-1": "pycountry", "iso-4217": "iso4217"}
# Currencies that the euro replaced while this standard's documents were being kept: their last day.
REPLACED: Final = {
    "HRK": ("Kuna", "191", "2022-12-31"), "BGN": ("Bulgarian Lev", "975", "2025-12-31"),
}  # fmt: skip
Codes = list[dict[str, Any]]


def main() -> int:
    """Write every large list; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=Path, required=True, help="folder with the files named above")
    sources: Path = parser.parse_args().sources
    heads = json.loads((Path(__file__).parent / "codelists/heads.json").read_bytes())
    makers = {
        "hs-2022": lambda: hs(rows(sources / "hs2022.csv")),
        "unece-rec20": lambda: units(rows(sources / "unece_rec20_annex1.csv")),
        "unece-rec21": lambda: coded(rows(sources / "unece_rec21.csv"), "Status", "Code", "unece-rec21"),
        "unece-rec24": lambda: coded(rows(sources / "unece_rec24.csv"), "CI", "Code", "unece-rec24"),
        "cn-customs-unit": lambda: china_units(rows(sources / "china_customs_units.csv")),
        "iso-3166-1": countries,
        "iso-4217": currencies,
    }
    for list_id, make in makers.items():
        head = {"id": list_id, **heads[list_id]}
        package = PACKAGE_SOURCES.get(list_id)
        if package is not None:
            head["edition"] = f"{package} {importlib.metadata.version(package)}"
        write(head, make())
    return 0


def rows(path: Path) -> Codes:
    """Read a CSV file with a header line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def hs(source: Iterable[dict[str, Any]]) -> Codes:
    """Six-digit subheadings without words; the source's chapters 98 and 99 are no part of the system."""
    codes = {row["hscode"] for row in source if row["level"] == "6" and row["hscode"].isdigit()}
    return [{"code": code} for code in sorted(codes) if code[:2] < "98"]


def units(source: Iterable[dict[str, Any]]) -> Codes:
    """Units in use; the annex names a unit once per quantity that it measures."""
    active = [row for row in source if row["Status"] not in WITHDRAWN]
    listed = {each["code"]: each for each in coded(active, "Status", "Common Code", "unece-rec20")}
    counted = {code: entry(code, name, "unece-rec20") for code, name in COUNTING_UNITS.items()}
    return [each for _, each in sorted({**counted, **listed}.items())]


def coded(source: Iterable[dict[str, Any]], status: str, column: str, list_id: str) -> Codes:
    """Codes with their names, those withdrawn left out, each once."""
    found: dict[str, dict[str, Any]] = {}
    for row in source:
        if row[status].strip() not in WITHDRAWN and row[column] not in found:
            found[row[column]] = entry(row[column], row["Name"], list_id)
    return [found[code] for code in sorted(found)]


def china_units(source: Iterable[dict[str, Any]]) -> Codes:
    """Units of China Customs; where the counterpart of UNECE is not certain, the entry says so."""
    return [
        {"code": row["code"], "name": {"zh": row["name"]}, **counterpart(CHINA_UNITS.get(row["code"]))}
        for row in source
    ]


def counterpart(unit: str | None) -> dict[str, Any]:
    """The map to UNECE Recommendation 20, or the mark that there is none yet."""
    return {"properties": {"map": "unverified"}} if unit is None else {"map": {"unece-rec20": unit}}


def countries() -> Codes:
    """Alpha-2 codes with name and numeric code."""
    source = importlib.import_module("pycountry").countries
    codes = [
        {**entry(each.alpha_2, each.name, "iso-3166-1"), "properties": {"numeric": each.numeric}}
        for each in source
    ]
    return sorted(codes, key=lambda each: str(each["code"]))


def currencies() -> Codes:
    """Letter codes with name, numeric code and the number of decimal places where there is one."""
    codes = []
    for each in importlib.import_module("iso4217").Currency:
        properties = {"numeric": f"{each.number:03}"}
        if each.exponent is not None:
            properties["decimals"] = str(each.exponent)
        codes.append({**entry(each.code, each.currency_name, "iso-4217"), "properties": properties})
    for code, (name, number, end) in REPLACED.items():
        properties = {"numeric": number, "decimals": "2"}
        codes.append({**entry(code, name, "iso-4217"), "to": end, "properties": properties})
    return sorted(codes, key=lambda each: str(each["code"]))


def entry(code: str, name: str, list_id: str) -> dict[str, Any]:
    """One code with its English name, and the Chinese one where the standard has it."""
    chinese = CHINESE.get(list_id, {}).get(code)
    return {"code": code, "name": {"en": " ".join(name.split()), **({"zh": chinese} if chinese else {})}}


def write(head: dict[str, Any], codes: Codes) -> None:
    """Write one list, a code a line."""
    members = [
        f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()
    ]
    lines = [f"    {json.dumps(each, ensure_ascii=False)}" for each in codes]
    members.append('  "codes": [\n' + ",\n".join(lines) + "\n  ]")
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / f"{head['id']}.json").write_text("{\n" + ",\n".join(members) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
