"""Extract the numbered requirements of the standard's prose into ``requirements.json``.

A requirement is a sentence of ``spec/v1/*.md`` that opens with its bold id: ``**TF-A-3** A verifier MUST …``.
It ends where its paragraph, list item or table row ends, or where the next id begins. The extraction refuses
prose that could not be tested: an id without a keyword, a MUST or SHOULD without an id, an id used twice or
again after it was retired. Once the edition is final, an id that vanishes is retired.

Usage: ``python tools/requirements.py [--check]``. Exit code 0 good, 1 drift or faulty prose.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "spec" / "v1"
TARGET = ROOT / "spec" / "threeflow_spec" / "v1" / "requirements.json"

ID = re.compile(r"\*\*(TF-[A-Z0-9]+-[0-9]+)\*\*[.:]?\s*")
KEYWORD = re.compile(r"\b(MUST NOT|MUST|SHALL NOT|SHALL|REQUIRED|SHOULD NOT|SHOULD|RECOMMENDED|MAY)\b")
FOREIGN = {"SHALL": "MUST", "SHALL NOT": "MUST NOT", "REQUIRED": "MUST", "RECOMMENDED": "SHOULD"}
# The sentence that gives the keywords their meaning names them all and requires nothing.
DEFINES_KEYWORDS = re.compile(r"RFC 2119|BCP 14")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z*`])")
CODE_SPAN = re.compile(r"`[^`]*`")
BLOCK_START = re.compile(r"^\s*([-*+]|\d+[.)]|\||#{1,6}|>)(\s|$)")


class Block(NamedTuple):
    """One paragraph, list item, table row or heading; ``line`` counts from 1."""

    line: int
    text: str


class Requirement(NamedTuple):
    """One numbered sentence; ``text`` is Markdown without the id."""

    id: str
    level: str
    page: str
    anchor: str
    text: str


def blocks(markdown: str) -> Iterator[Block]:
    """Cut a page into blocks, leaving out fenced code."""
    start, lines, fenced = 0, list[str](), False
    for number, line in enumerate([*markdown.splitlines(), ""], start=1):
        fence = line.lstrip().startswith("```")
        boundary = fence or fenced or not line.strip() or BLOCK_START.match(line)
        if boundary and lines:
            yield Block(start, " ".join(lines))
            lines = []
        fenced ^= fence
        if fence or fenced or not line.strip():
            continue
        if not lines:
            start = number
        lines.append(line.strip())


def requirements_of(page: str, markdown: str) -> tuple[list[Requirement], list[str]]:
    """The requirements of one page and what is wrong with its prose."""
    found, faults = list[Requirement](), list[str]()
    for block in blocks(markdown):
        where = f"{page}:{block.line}"
        before, *pieces = ID.split(block.text)
        if _keyword(before) and not DEFINES_KEYWORDS.search(block.text):
            faults.append(f"{where}: a sentence says {_keyword(before)} and has no id: {before.strip()[:80]}")
        for name, raw in zip(pieces[::2], pieces[1::2], strict=True):
            text = raw.strip().rstrip("|").strip()
            level = _keyword(text)
            faults += [
                f"{where}: needs its own id: {more[:80]}"
                for more in SENTENCE.split(text)[1:]
                if _keyword(more)
            ]
            if level is None or level in FOREIGN:
                faults.append(f"{where}: {name} needs one of MUST, MUST NOT, SHOULD, SHOULD NOT, MAY")
            else:
                found.append(Requirement(name, level, page, name.lower(), text))
    return found, faults


def _keyword(text: str) -> str | None:
    match = KEYWORD.search(CODE_SPAN.sub("", text))
    return match.group(1) if match else None


def extract(pages: Path) -> tuple[list[Requirement], list[str]]:
    """All requirements in the order of pages and text, and all faults; Chinese twins carry the same ids."""
    found, faults = list[Requirement](), list[str]()
    for path in sorted(pages.glob("*.md")):
        if not path.name.endswith(".zh.md"):
            more, wrong = requirements_of(path.name, path.read_text(encoding="utf-8"))
            found += more
            faults += wrong
    seen = dict[str, str]()
    for each in found:
        if each.id in seen:
            faults.append(f"{each.page}: {each.id} is also on {seen[each.id]}")
        seen[each.id] = each.page
    return found, faults


def edition(found: list[Requirement], held: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The new file and the faults against the held one: a published id never gets another meaning."""
    ids = {each.id for each in found}
    retired = set(held.get("retired", ()))
    faults = [f"{name} was retired and may not come back" for name in sorted(ids & retired)]
    if held.get("status") == "final":
        retired |= {each["id"] for each in held["requirements"]} - ids
    content = {
        "specVersion": "1.0",
        "status": held.get("status", "draft"),
        "requirements": [each._asdict() for each in found],
        "retired": sorted(retired),
    }
    return content, faults


def main(argv: list[str]) -> int:
    """Write the file, or with ``--check`` say whether it is as the prose has it."""
    parser = argparse.ArgumentParser(description="extract the standard's requirements")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the file differs")
    check = parser.parse_args(argv).check
    held = json.loads(TARGET.read_bytes()) if TARGET.exists() else {}
    found, faults = extract(PAGES)
    content, more = edition(found, held)
    for fault in faults + more:
        print(fault, file=sys.stderr)
    if not check:
        TARGET.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"{TARGET.relative_to(ROOT)}: {len(found)} requirements")
    elif held != content:
        print(f"{TARGET.relative_to(ROOT)} is not what the prose says: make generate", file=sys.stderr)
        return 1
    return 1 if faults or more else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
