"""Join the standard's requirements to the tests that turn red for them.

The tests are collected by pytest itself, so that a marker counts only where a test really carries it: on a
function, a class, a module or one set of parameters (a vector that names its requirement).

Usage: ``python tools/coverage.py [--json]``. Exit code 0 every MUST has a test, 1 a gap or a marker without a
requirement, 2 the tests could not be collected.
"""

import argparse
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "spec" / "threeflow_spec" / "v1" / "requirements.json"
BINDING = {"MUST", "MUST NOT"}


class Collector:
    """A pytest plugin that keeps, for each requirement id, the tests that carry it."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the markers of every collected test."""
        for item in items:
            for marker in item.iter_markers("requirement"):
                for name in marker.args:
                    self.tests.setdefault(str(name), []).append(item.nodeid)


def collect() -> dict[str, list[str]]:
    """Requirement id to node ids of tests; RuntimeError with pytest's words if a test file cannot be read."""
    collector, words = Collector(), io.StringIO()
    with contextlib.redirect_stdout(words):
        code = pytest.main(
            ["--collect-only", "-q", "-p", "no:cacheprovider", str(ROOT / "tests")], [collector]
        )
    if code != pytest.ExitCode.OK:
        raise RuntimeError(words.getvalue()[-2000:])
    return collector.tests


def report(requirements: list[dict[str, Any]], tests: dict[str, list[str]]) -> dict[str, Any]:
    """What is covered, what is not, and which markers name nothing."""
    known = {each["id"] for each in requirements}
    binding = [each for each in requirements if each["level"] in BINDING]
    return {
        "requirements": len(requirements),
        "binding": len(binding),
        "bindingCovered": sum(each["id"] in tests for each in binding),
        "gaps": [each for each in binding if each["id"] not in tests],
        "untestedAdvice": [
            each["id"] for each in requirements if each not in binding and each["id"] not in tests
        ],
        "unknownMarkers": {name: nodes for name, nodes in sorted(tests.items()) if name not in known},
    }


def show(found: dict[str, Any]) -> None:
    """Print the report for people."""
    for gap in found["gaps"]:
        print(f"no test: {gap['id']} ({gap['level']}, {gap['page']}): {gap['text'][:100]}")
    for name, nodes in found["unknownMarkers"].items():
        print(f"no such requirement: {name}, in {nodes[0]}")
    print(
        f"{found['bindingCovered']} of {found['binding']} MUST have a test; "
        f"{len(found['untestedAdvice'])} SHOULD and MAY have none; {found['requirements']} in all"
    )


def main(argv: list[str]) -> int:
    """Print the report and say by the exit code whether it is clean."""
    parser = argparse.ArgumentParser(description="which requirements no test is tied to")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    as_json = parser.parse_args(argv).json
    try:
        tests = collect()
    except RuntimeError as problem:
        print(problem, file=sys.stderr)
        return 2
    found = report(json.loads(REQUIREMENTS.read_bytes())["requirements"], tests)
    print(json.dumps(found, ensure_ascii=False, indent=1)) if as_json else show(found)
    return 1 if found["gaps"] or found["unknownMarkers"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
