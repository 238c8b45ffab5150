"""Say what changed in the standard since its last release, item by item; exit 1 where something breaks.

    python -m tools.compat [--against VERSION] [--json] [--all]
    python -m tools.compat --cut VERSION

``--cut`` makes the snapshot of a release from the tree. It refuses a release that breaks the one before
inside the same major; a draft may break the draft before it.
"""

import argparse
import json
import sys
from collections import Counter
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from tools.compat import compare, release
from tools.compat.change import Change, Verdict

COLOURS: Final[dict[Verdict, str]] = {"breaking": "red", "additive": "green", "editorial": "dim"}


def main(arguments: list[str] | None = None) -> int:
    """Compare or cut; return the exit code: 0 additive, 1 breaking, 2 nothing to compare with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", metavar="VERSION", help="a release other than the last")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--all", action="store_true", help="print editorial changes too")
    parser.add_argument("--cut", metavar="VERSION", help="make the snapshot of a release from the tree")
    asked = parser.parse_args(arguments)
    held = release.versions()
    if asked.cut:
        return cut(asked.cut, held)
    if not held:
        print("no release to compare with: make one with --cut", file=sys.stderr)
        return 2
    against = asked.against or held[-1]
    if against not in held:
        print(f"no snapshot of {against}; there are {', '.join(held)}", file=sys.stderr)
        return 2
    changes = compare(release.of_archive(release.path_of(against)), release.of_folder())
    report(changes, against, as_json=asked.json, every=asked.all)
    return int(any(each.verdict == "breaking" for each in changes))


def report(changes: list[Change], against: str, *, as_json: bool, every: bool) -> None:
    """Print the changes and the verdict."""
    count = Counter(each.verdict for each in changes)
    verdict = "breaking" if count["breaking"] else "additive" if count["additive"] else "unchanged"
    if as_json:
        said = {"against": against, "verdict": verdict, "changes": [each._asdict() for each in changes]}
        print(json.dumps(said, ensure_ascii=False, indent=1))
        return
    shown = [each for each in changes if every or each.verdict != "editorial"]
    console = Console(width=None if sys.stdout.isatty() else 160)
    if shown:
        rows = Table("verdict", "part", "where", "what", box=box.SIMPLE)
        for each in shown:
            colour = COLOURS[each.verdict]
            rows.add_row(f"[{colour}]{each.verdict}[/]", each.part, each.where, each.what)
        console.print(rows)
    totals = ", ".join(f"{count[name]} {name}" for name in COLOURS)
    console.print(f"since {against}: {verdict} ({totals})", highlight=False)


def cut(version: str, held: list[str]) -> int:
    """Write the snapshot of a release; return 1 where it may not be one."""
    number = release.order(version)
    if held and number <= release.order(held[-1]):
        print(f"{version} does not come after {held[-1]}", file=sys.stderr)
        return 1
    tree = release.of_folder()
    if held and "-draft." not in version and release.order(held[-1])[0] == number[0]:
        changes = compare(release.of_archive(release.path_of(held[-1])), tree)
        breaking = [each for each in changes if each.verdict == "breaking"]
        if breaking:
            report(breaking, held[-1], as_json=False, every=False)
            return 1
    release.write(tree, release.path_of(version))
    print(f"{release.path_of(version).relative_to(release.ROOT)}: {len(tree)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
