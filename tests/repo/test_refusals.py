"""Refusal codes: one list, raised in code, documented for people."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.fixture(scope="module")
def codes(machine: Path) -> dict[str, Any]:
    content = yaml.safe_load((machine / "refusals.yaml").read_text(encoding="utf-8"))
    entries = content.get("refusals", content) if isinstance(content, dict) else content
    return entries if isinstance(entries, dict) else {each["code"]: each for each in entries}


def raised(source: str) -> Iterator[str]:
    """The codes of ``Refused("code", …)`` in one file, however the class is reached."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        code = (
            node.args[0] if node.args else next((kw.value for kw in node.keywords if kw.arg == "code"), None)
        )
        if name == "Refused" and isinstance(code, ast.Constant) and isinstance(code.value, str):
            yield code.value


def raised_in_code(texts: dict[Path, str], root: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path, text in texts.items():
        relative = str(path.relative_to(root))
        if path.suffix == ".py" and relative.startswith(("sdk/", "gateway/")):
            for code in raised(text):
                found.setdefault(code, set()).add(relative)
    return found


def test_the_scan_sees_both_ways_of_raising() -> None:
    assert list(raised("raise Refused('a', 'TF-X-1', 'd')\nraise errors.Refused(code='b')")) == ["a", "b"]


def test_every_code_raised_is_in_the_list(texts: dict[Path, str], root: Path, codes: dict[str, Any]) -> None:
    unknown = {code: files for code, files in raised_in_code(texts, root).items() if code not in codes}
    assert unknown == {}


def test_every_code_says_all_that_a_caller_needs(codes: dict[str, Any]) -> None:
    for code, entry in codes.items():
        assert 400 <= entry["http"] <= 599, code
        assert isinstance(entry["retryable"], bool), code
        assert entry["requirement"].startswith("TF-"), code
        for member in ("title", "remedy"):
            assert entry[member]["en"].strip(), code
            assert entry[member]["zh"].strip(), code


def test_every_code_has_its_line_on_the_page(root: Path, codes: dict[str, Any]) -> None:
    page = (root / "docs" / "reference" / "refusals.md").read_text(encoding="utf-8")
    assert [code for code in codes if f"`{code}`" not in page] == []


@pytest.mark.parametrize("tool", ["refusals_page.py", "requirements.py", "settings_page.py"])
def test_generated_files_are_what_their_source_says(root: Path, tool: str) -> None:
    check = subprocess.run(
        [sys.executable, str(root / "tools" / tool), "--check"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr
