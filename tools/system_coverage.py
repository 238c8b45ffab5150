"""Print how the standard serves each of the plan's 145 systems.

Usage: ``python tools/system_coverage.py [--json]``. Exit code 0 where every system is served, built in or
outside with its reason; 1 where one is not.
"""

import argparse
import json
import sys
from collections import Counter

from threeflow.coverage import Service, coverage
from threeflow.standard import Standard


def words(each: Service) -> str:
    """How one system is served, in English."""
    how = [", ".join(each.types)] if each.types else []
    how += [f"built in: {each.built_in['en']}"] if each.built_in else []
    how += [f"outside: {each.outside['en']}"] if each.outside else []
    how += [f"outside in part: {each.outside_in_part['en']}"] if each.outside_in_part else []
    return "; ".join(how) or "not yet"


def as_json(each: Service) -> dict[str, object]:
    """One system for programs."""
    return {
        "number": each.number,
        "kind": each.kind,
        "name": each.name,
        "state": each.state,
        "types": list(each.types),
        "builtIn": each.built_in,
        "outside": each.outside,
        "outsideInPart": each.outside_in_part,
    }


def main(argv: list[str]) -> int:
    """Print the coverage; return the exit code."""
    parser = argparse.ArgumentParser(description="how the standard serves each of the plan's systems")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    as_document = parser.parse_args(argv).json
    found = coverage(Standard.load())
    if as_document:
        print(json.dumps([as_json(each) for each in found], ensure_ascii=False, indent=1))
    else:
        for each in found:
            print(f"{each.number:3} {each.state:8} {each.name['en']} {each.name['zh']}: {words(each)}")
        print(", ".join(f"{count} {state}" for state, count in Counter(each.state for each in found).items()))
    return 1 if any(each.state == "not yet" for each in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
