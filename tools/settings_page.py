"""Print every setting of ``node.toml`` on ``docs/reference/settings.md``.

Usage: ``python tools/settings_page.py [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from threeflow_gateway.config import Config

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference" / "settings.md"

HEAD = """# Settings 配置项

`threeflow serve --config node.toml` reads one TOML file. An unknown section or setting is refused at start,
so that a slip of the pen never becomes a default. Relative paths start at the file's folder.

What a node may *do* is not configured: its roles, offices and keys are those that the trust lists name.

This page is printed from the gateway's own declarations by `make generate`.
"""
NAMES = {"str": "string", "int": "integer", "float": "number", "bool": "true or false", "Path": "path"}


def kind(annotation: Any) -> str:
    """The word for a setting's type, as TOML has it."""
    if get_origin(annotation) is tuple:
        return f"list of {kind(get_args(annotation)[0])}s"
    if get_origin(annotation) is UnionType:
        return kind(get_args(annotation)[0])
    return NAMES[annotation.__name__]


def default(field: Field[Any]) -> str:
    """What holds where the file says nothing."""
    if field.default is MISSING:
        return "*required*"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if field.default in ((), "", None):
        return "none"
    return f"`{field.default:_}`" if isinstance(field.default, int) else f"`{field.default}`"


def lines() -> Iterator[str]:
    """The page, a section of the file a chapter."""
    yield HEAD
    for name, hint in get_type_hints(Config).items():
        section = get_args(hint)[0] if get_origin(hint) is UnionType else hint
        hints = get_type_hints(section)
        yield f"\n## `[{name}]`\n\n{section.__doc__}\n\n| setting | type | default | meaning |\n"
        yield "|---|---|---|---|\n"
        for each in fields(section):
            meaning = each.metadata["help"]
            yield f"| `{each.name}` | {kind(hints[each.name])} | {default(each)} | {meaning} |\n"


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as the code has it."""
    parser = argparse.ArgumentParser(description="print the settings of a gateway as a page of the docs")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page differs")
    wanted = "".join(lines())
    if not parser.parse_args(argv).check:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is not what the configuration says: make generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
