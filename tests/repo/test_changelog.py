"""The changelog is in the form of Keep a Changelog and knows the version that the project states."""

import re
import tomllib
from pathlib import Path

KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
VERSION = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2}|unreleased)$")


def test_the_changelog_keeps_its_form(root: Path) -> None:
    lines = (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    versions = [line for line in lines if line.startswith("## ")]
    assert lines[0].startswith("# Changelog")
    assert versions
    assert [line for line in versions if not VERSION.match(line) and line != "## [Unreleased]"] == []
    assert {line.removeprefix("### ") for line in lines if line.startswith("### ")} <= KINDS


def test_the_stated_version_has_an_entry(root: Path) -> None:
    stated = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    entries = [
        VERSION.match(line) for line in (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    ]
    assert stated in {entry.group(1) for entry in entries if entry}
