"""Print the last recorded run of ``make mutation`` on ``docs/reference/mutation.md``.

Usage: ``python tools/mutation_page.py [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "conformance"))

from faults import FAULTS  # type: ignore[import-not-found]  # noqa: E402

SOURCE = ROOT / "tests" / "conformance" / "mutation.json"
TARGET = ROOT / "docs" / "reference" / "mutation.md"

HEAD = """# Mutation score 变异得分

A conformance suite is worth what it notices. So the reference gateway is made wrong in one thing at a time
(one check weakened, one effect lost) and the suite has to tell: by a failed expectation of the very
requirement that was broken, in a case that the right gateway passes in the same run. What could not be run
tells nothing.

This page is printed by `make generate` from the last run recorded with `make mutation ARGS=--record`, which
fails under 95 %, on any crash that counted as a correct refusal, and where it takes more than 1800 s of
processor time.

认证套件的价值在于它能发现什么。参考网关每次只改错一处，套件必须以被破坏的那一条要求报告失败；
无法运行的用例不计入。
"""


def page(said: dict[str, Any], pages: dict[str, str]) -> str:
    """The whole page; ``pages`` says which page of the prose has a requirement."""
    return "\n".join(_lines(said, pages)) + "\n"


def _lines(said: dict[str, Any], pages: dict[str, str]) -> Iterator[str]:
    yield HEAD
    yield "## The last recorded run\n"
    yield (
        f"* {said['date']}, threeflow-conformance {said['suite']}, "
        f"{said['seconds']} s on {said['cores']} cores, load {said['load']} when it ended"
        + (
            f"; {said['cpu']} s of processor time, of the 1800 that 15 minutes of two cores are"
            if "cpu" in said
            else ""
        )
    )
    yield f"* **{said['killed']} of {len(said['faults'])} faulty nodes told: {said['score']} %**"
    for each in said["right"]:
        yield f"* the right gateway as `{each['role']}`: {each['cases']} cases, {len(each['red'])} red"
    yield "\n## Crashes\n"
    yield "Nodes that break wherever they should refuse run every case. A case that met such a crash and"
    yield "passed all the same would count the crash as a correct refusal.\n"
    if not said["crashes"]:
        yield "Not part of the recorded run."
    else:
        yield "| node | cases that met a crash | of these passed |\n|---|---|---|"
    for each in said["crashes"]:
        yield f"| {_words(each['node'])} | {each['met']} of {each['cases']} | {len(each['counted'])} |"
    yield "\n## What survived\n"
    survived = [each for each in said["faults"] if not each["killed"]]
    for each in survived:
        yield f"* {_words(each['fault'])} ({', '.join(_link(name, pages) for name in each['requirements'])})"
    if not survived:
        yield "Nothing."
    new = sorted(set(FAULTS) - {each["fault"] for each in said["faults"]})
    if new:
        yield "\n## What has been added since\n"
        yield f"{len(new)} faults are not in the recorded run: {', '.join(_words(each) for each in new)}."
    yield "\n## By requirement\n"
    yield "A fault counts for each requirement that it breaks.\n"
    yield "| requirement | told | faults |\n|---|---|---|"
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in said["faults"]:
        for name in each["requirements"]:
            found[name].append(each)
    for name in sorted(found, key=lambda each: (each.rsplit("-", 1)[0], int(each.rsplit("-", 1)[1]))):
        told = sum(each["killed"] for each in found[name])
        words = "; ".join(
            _words(each["fault"]) + ("" if each["killed"] else " **(survived)**") for each in found[name]
        )
        yield f"| {_link(name, pages)} | {told} of {len(found[name])} | {words} |"


def _words(name: str) -> str:
    return f"`{name}`" if "-tf-" in name else name.replace("-", " ")


def _link(name: str, pages: dict[str, str]) -> str:
    return f"[{name}](../../spec/v1/{pages[name]}#{name.lower()})" if name in pages else name


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as the record has it."""
    parser = argparse.ArgumentParser(description="print the last recorded mutation run as a page of the docs")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page differs")
    extracted = json.loads((ROOT / "spec" / "threeflow_spec" / "v1" / "requirements.json").read_bytes())
    pages = {each["id"]: each["page"] for each in extracted["requirements"]}
    wanted = page(json.loads(SOURCE.read_bytes()), pages)
    if not parser.parse_args(argv).check:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is not what the recorded run says: make generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
