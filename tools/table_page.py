"""Print the exchange table on ``docs/reference/exchange-table.md``.

Usage: ``python tools/table_page.py [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from threeflow.process import Kind, Row, Table
from threeflow.process.table import Move, Step, Text
from threeflow.standard import Standard

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference" / "exchange-table.md"

HEAD = """# The exchange table 交换表

Who issues each document type, who receives it, what it needs and what it causes. The language of the table is
TF-TABLE; nodes interpret the table, and no code names a document type.

This page is printed from `spec/threeflow_spec/v1/exchange.yaml` by `make generate`.
"""


def words(text: Text) -> str:
    """Both languages on one line."""
    return f"{text.en} {text.zh}".replace("|", "\\|")


def names(found: Iterable[str]) -> str:
    """Names in a fixed order, or a dash."""
    return ", ".join(f"`{name}`" for name in sorted(found)) or "–"


def needs(kinds: Iterable[Kind]) -> str:
    """What kinds have to name, each once; a choice of types is joined by *or*."""
    found = dict.fromkeys(each for kind in kinds for each in kind.needs)
    return ", ".join(" or ".join(f"`{type_}`" for type_ in sorted(each)) for each in found) or "–"


def move(step: Step, found: Move) -> str:
    """One move as `track@position: from → to`, with its conditions."""
    origin = "any" if found.origins is None else " or ".join(sorted(found.origins))
    place = step.track if step.position is None else f"{step.track}@{step.position}"
    conditions = [each.expression for each in (step.guard, found.when) if each is not None]
    when = "".join(f", if `{condition}`" for condition in conditions).replace("|", "\\|")
    return f"{place}: {origin} → {found.to or 'unchanged'}{when}"


def effect(kind: Kind) -> str:
    """All that a kind causes, or why it causes nothing."""
    found = [move(step, each) for step in kind.steps for each in step.moves]
    found += [
        f"{'takes back' if post.reverse else 'posts'} a {post.side} to `{post.account}`"
        for post in kind.posts
    ]
    if kind.declares:
        found.append("declares goods")
    if kind.agrees is not None:
        found.append(f"answers {'yes' if kind.agrees else 'no'}")
    if kind.no_effect is not None:
        found.append(words(kind.no_effect))
    found += [f"finding `{rule.code}`: {words(rule.text)}" for rule in kind.findings]
    return "<br>".join(found)


def row_lines(row: Row) -> Iterator[str]:
    """One document type."""
    yield f"\n## {row.type}\n\n{words(row.text)}"
    yield f". {words(row.note)}" if row.note else ""
    yield "\n\n| | |\n|---|---|\n"
    yield f"| family, subject, nature | {row.family}, {row.subject}, {row.nature} |\n"
    yield f"| issued by | {names(row.issuers)} |\n| received by | {names(row.receivers)} |\n"
    yield f"| must name | {needs(row.kinds.values())} |\n| joins | {names(row.joins)} |\n"
    yield f"| ordered by | `{row.at}` |\n"
    yield f"| competence | {names({kind.competence for kind in row.kinds.values() if kind.competence})} |\n"
    yield f"| serves systems | {', '.join(map(str, row.serves)) or '–'} |\n"
    yield "\n| kind | meaning | effect |\n|---|---|---|\n"
    every = {kind.needs for kind in row.kinds.values()}
    for kind in row.kinds.values():
        own = f"must name: {needs([kind])}<br>" if len(every) > 1 else ""
        yield f"| `{kind.name}` | {words(kind.text)} | {own}{effect(kind)} |\n"


def lines(table: Table) -> Iterator[str]:
    """The page: the tracks, then a document type a chapter."""
    yield HEAD
    yield "\n## Tracks 状态轨\n\n| track | subject | written at | states |\n|---|---|---|---|\n"
    for track in table.tracks.values():
        states = " ".join(f"`{state}`" for state in track.states)
        writers = names(track.writers) if track.writers else "by facts"
        yield f"| `{track.name}` {words(track.text)} | {track.subject} | {writers} | {states} |\n"
    for row in table.rows.values():
        yield from row_lines(row)


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as it would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 where the page has drifted"
    )
    page = "".join(lines(Standard.load().table))
    if not parser.parse_args(argv).check:
        TARGET.write_text(page, encoding="utf-8")
        return 0
    if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != page:
        print(f"{TARGET.relative_to(ROOT)} has drifted; run make generate", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
