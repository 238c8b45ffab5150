"""Print every finding of ``threeflow doctor`` on ``docs/reference/doctor.md``.

Usage: ``python tools/doctor_page.py [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from threeflow_gateway.health.doctor.findings import TO_DO

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference" / "doctor.md"

HEAD = """# Doctor 诊断

What [`threeflow doctor`](commands.md) may find, by its stable code. It changes nothing, runs beside a node or
without one, and says what it found in English and Chinese. Exit code 1 where there is a *problem*; with
`--strict` for a *warning* too.

This page is printed from the program's own findings by `make generate`.

| code | level | what to do | 处理 |
|---|---|---|---|
"""


def lines() -> Iterator[str]:
    """The page."""
    yield HEAD
    for code, (level, english, chinese) in TO_DO.items():
        yield f"| `{code}` | {level} | {english} | {chinese} |\n"


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as the code has it."""
    parser = argparse.ArgumentParser(description="print the findings of the doctor as a page of the docs")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page differs")
    wanted = "".join(lines())
    if not parser.parse_args(argv).check:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is not what the program finds: make generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
