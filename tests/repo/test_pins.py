"""What make and CI install is pinned, once, to versions that the stated ranges allow."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;@]+)$")


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, str]:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [PIN.match(line) for line in lines if line and not line.startswith("#")]
    assert all(found), "a line that is no exact pin"
    return {canonicalize_name(match.group(1)): match.group(2) for match in found if match}


def test_every_stated_dependency_is_pinned_within_its_range(root: Path, pins: dict[str, str]) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    stated = [Requirement(each) for each in project["dependencies"] + extras]
    loose = [
        str(each)
        for each in stated
        if not each.specifier.contains(pins.get(canonicalize_name(each.name), "0"))
    ]
    assert loose == []
