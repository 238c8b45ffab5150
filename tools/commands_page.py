"""Print every command and option of ``threeflow`` on ``docs/reference/commands.md``.

Usage: ``python tools/commands_page.py [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

from threeflow_gateway.cli.cli import parser

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference" / "commands.md"

EXAMPLE = re.compile(r"^  \S.*\n(?:(?:  .*)?\n)*", re.MULTILINE)
NOTE = """
This page is printed from the program's own parser by `make generate`; `--help` says the same.
"""


def cell(text: str | None) -> str:
    """Text that may stand in a table."""
    return " ".join((text or "").split()).replace("%%", "%").replace("|", r"\|")


def prose(text: str) -> str:
    """A description with its indented examples fenced."""
    fenced = EXAMPLE.sub(lambda match: f"```text\n{dedent(match[0]).strip()}\n```\n\n", text.strip() + "\n")
    return fenced.strip()


def spelling(action: argparse.Action) -> str:
    """How an argument is written."""
    if action.choices is not None and action.metavar is None:
        value = "{" + ",".join(str(each) for each in action.choices) + "}"
    else:
        value = str(action.metavar or action.dest.upper())
    if not action.option_strings:
        return value
    return ", ".join(action.option_strings) + ("" if action.nargs == 0 else f" {value}")


def arguments(made: argparse.ArgumentParser) -> Iterator[str]:
    """The table of one command's arguments."""
    shown = [each for each in made._actions if not isinstance(each, argparse._HelpAction)]
    if shown:
        yield "\n| argument | meaning |\n|---|---|\n"
    for each in shown:
        needed = " *Required.*" if each.required and each.option_strings else ""
        yield f"| `{cell(spelling(each))}` | {cell(each.help)}{needed} |\n"


def chapter(made: argparse.ArgumentParser) -> Iterator[str]:
    """One command, or the commands that it holds."""
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from chapter(each)
            return
    yield f"\n## `{made.prog}`\n\n{prose(made.description or '')}\n"
    yield from arguments(made)
    if made.epilog:
        _, _, examples = made.epilog.partition("examples:\n")
        yield f"\n```console\n{dedent(examples).rstrip()}\n```\n"


def page() -> str:
    """The whole page."""
    top = parser()
    codes, _, _ = (top.epilog or "").partition("examples:")
    listed = "\n".join(line.strip() for line in codes.splitlines()[1:] if line.strip())
    head = f"# Commands 命令\n\n{(top.description or '').strip()}\n{NOTE}\nExit codes:\n"
    return f"{head}\n```text\n{listed}\n```\n" + "".join(chapter(top))


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as the parser has it."""
    options = argparse.ArgumentParser(description="print the commands as a page of the docs")
    options.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page differs")
    wanted = page()
    if not options.parse_args(argv).check:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is not what the commands say: make generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
