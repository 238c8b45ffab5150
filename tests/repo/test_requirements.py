"""The prose's requirements are extracted faithfully, and every MUST has a test that turns red for it."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def tool(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("requirements_tool", root / "tools" / "requirements.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def coverage(root: Path) -> dict[str, Any]:
    """One collection of all tests, in a process of its own."""
    run = subprocess.run(
        [sys.executable, str(root / "tools" / "coverage.py"), "--json"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_a_requirement_is_the_sentence_behind_its_id(tool: ModuleType) -> None:
    found, faults = tool.requirements_of(
        "seal.md", "Prose.\n\n- **TF-SEAL-3** A verifier MUST NOT\n  guess.\n"
    )
    assert faults == []
    assert [tuple(each) for each in found] == [
        ("TF-SEAL-3", "MUST NOT", "seal.md", "tf-seal-3", "A verifier MUST NOT guess.")
    ]


@pytest.mark.parametrize(
    "prose",
    [
        "A node MUST answer.",
        "**TF-A-1** A node answers.",
        "**TF-A-1** A node SHALL answer.",
        "**TF-A-1** A node MUST answer. It MUST be quick.",
    ],
    ids=["no-id", "no-keyword", "foreign-keyword", "second-sentence-without-id"],
)
def test_prose_that_could_not_be_tested_is_a_fault(tool: ModuleType, prose: str) -> None:
    assert tool.requirements_of("a.md", prose)[1]


@pytest.mark.parametrize(
    "prose", ["```\nMUST\n```", "The member `MUST` is a name.", "MUST and SHOULD are read as in RFC 2119."]
)
def test_code_and_the_definition_of_the_words_require_nothing(tool: ModuleType, prose: str) -> None:
    assert tool.requirements_of("a.md", prose) == ([], [])


def test_an_id_stands_once(tool: ModuleType, tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("**TF-A-1** A node MUST answer.\n", encoding="utf-8")
    assert tool.extract(tmp_path)[1] == ["b.md: TF-A-1 is also on a.md"]


def test_an_id_of_a_final_edition_is_never_used_again(tool: ModuleType) -> None:
    first = tool.Requirement("TF-A-1", "MUST", "a.md", "tf-a-1", "A node MUST answer.")
    held = {"status": "final", "requirements": [first._asdict()], "retired": []}
    later, faults = tool.edition([], held)
    assert (later["retired"], faults) == (["TF-A-1"], [])
    assert tool.edition([first], later)[1] == ["TF-A-1 was retired and may not come back"]


def test_the_prose_has_requirements_and_no_faults(tool: ModuleType) -> None:
    found, faults = tool.extract(tool.PAGES)
    assert faults == []
    assert found


def test_every_must_has_a_test(coverage: dict[str, Any]) -> None:
    assert [gap["id"] for gap in coverage["gaps"]] == []


def test_every_marker_names_a_requirement(coverage: dict[str, Any]) -> None:
    assert coverage["unknownMarkers"] == {}
