"""Print every refusal code of ``refusals.yaml`` on ``docs/reference/refusals.md``.

Usage: ``python tools/refusals_page.py [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "spec" / "threeflow_spec" / "v1" / "refusals.yaml"
TARGET = ROOT / "docs" / "reference" / "refusals.md"

HEAD = """# Refusals 拒收代码

A refusal says that a message was not taken in. It has no legal meaning, it binds nothing, and the same
document may be sent again once its cause is gone. It is not `refuse-entry`, which is an act of customs.

This page is printed from `spec/threeflow_spec/v1/refusals.yaml` by `make generate`. The checks run in one
fixed order and the first failure wins. *May be sent again* says
that the very same message may succeed later.

| code | meaning | what to do |
|---|---|---|
"""


def requirement(name: str, pages: dict[str, str]) -> str:
    """The id of a requirement, linked to its sentence where the prose has it."""
    return f"[{name}](../../spec/v1/{pages[name]}#{name.lower()})" if name in pages else name


def row(code: str, entry: dict[str, Any], pages: dict[str, str]) -> str:
    """One line of the table, English above Chinese."""
    title, remedy = (f"{entry[key]['en']}<br>{entry[key]['zh']}" for key in ("title", "remedy"))
    again = " · may be sent again" if entry["retryable"] else ""
    link = requirement(entry["requirement"], pages)
    statuses = f"HTTP {entry['http']}, gRPC {entry['grpc']}"
    return f'| <a id="{code}"></a>`{code}`<br>{statuses} · {link}{again} | {title} | {remedy} |\n'


def page(refusals: dict[str, Any], pages: dict[str, str]) -> str:
    """The whole page; ``pages`` says which page of the prose has a requirement."""
    return HEAD + "".join(row(each["code"], each, pages) for each in refusals["refusals"])


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as the data has it."""
    parser = argparse.ArgumentParser(description="print the refusal codes as a page of the docs")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page differs")
    extracted = json.loads((SOURCE.parent / "requirements.json").read_bytes())["requirements"]
    pages = {each["id"]: each["page"] for each in extracted}
    wanted = page(yaml.safe_load(SOURCE.read_text(encoding="utf-8")), pages)
    if not parser.parse_args(argv).check:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is not what refusals.yaml says: make generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
