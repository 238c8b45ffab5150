"""Every tracked file keeps the house rules that no linter knows."""

import re
from pathlib import Path

import pytest

ORDINARY_LENGTH = 400
GENERATED = ("sdk/threeflow/v1/",)
# The words are spelt in pieces so that this file keeps its own rule.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME"]) + r")\b")
MACHINE_PATH = re.compile(
    r"(?<![\w.}])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers"]) + r")/\w"
)
REGISTRY = re.compile(
    "|".join([r"py" + r"pi\.org", "python" + r"hosted\.org", r"index" + r"-url", "registry" + r"\.npmjs"])
)
SESSIONS = re.compile(
    "|".join([r"Cla" + "ude", r"Anth" + "ropic", r"\bSEA" + r"MS\.md", r"sub" + "agent"]), re.IGNORECASE
)


def violations(texts: dict[Path, str], root: Path, pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path, text in texts.items():
        for number, line in enumerate(text.splitlines(), start=1):
            if match := pattern.search(line):
                found.append(f"{path.relative_to(root)}:{number}: {match.group()}")
    return found


@pytest.mark.parametrize(
    "pattern",
    [UNFINISHED, MACHINE_PATH, REGISTRY, SESSIONS],
    ids=["unfinished", "machine-path", "registry-address", "session-name"],
)
def test_no_tracked_file_says_what_does_not_belong_there(
    texts: dict[Path, str], root: Path, pattern: re.Pattern[str]
) -> None:
    assert violations(texts, root, pattern) == []


def test_a_planted_slip_would_be_found(tmp_path: Path) -> None:
    slip = tmp_path / "a.py"
    texts = {slip: "x = 1  # " + "TO" + "DO later\npath = '/ro" + "ot/x'\n"}
    assert violations(texts, tmp_path, UNFINISHED) == ["a.py:1: " + "TO" + "DO"]
    assert len(violations(texts, tmp_path, MACHINE_PATH)) == 1


def test_code_files_hold_one_noun_and_stay_short(texts: dict[Path, str], root: Path) -> None:
    long = {
        str(path.relative_to(root)): len(text.splitlines())
        for path, text in texts.items()
        if path.suffix == ".py"
        and not str(path.relative_to(root)).startswith(GENERATED)
        and len(text.splitlines()) > ORDINARY_LENGTH
    }
    assert long == {}


def test_every_test_folder_mirrors_a_package(root: Path) -> None:
    known = {"conformance", "fuzz", "gateway", "repo", "sdk", "spec", "system"}
    folders = {
        path.name for path in (root / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"
    }
    helpers = {name for name in folders - known if not any((root / "tests" / name).glob("**/test_*.py"))}
    assert folders - helpers <= known


def test_folder_roots_are_no_packages(root: Path) -> None:
    assert [name for name in ("spec", "sdk", "gateway") if (root / name / "__init__.py").exists()] == []
