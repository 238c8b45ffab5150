"""What the tests of the repository itself look at: its tracked files and the standard's machine half."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def machine() -> Path:
    """The machine half of the standard, version 1."""
    return ROOT / "spec" / "threeflow_spec" / "v1"


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Files that git would carry; a source archive without git counts every file of the known folders."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if listing.returncode == 0:
        paths = [root / name.decode() for name in listing.stdout.split(b"\0") if name]
    else:
        folders = ("benchmarks", "docs", "gateway", "proto", "sdk", "spec", "tests", "tools")
        paths = [
            path
            for folder in folders
            for path in (root / folder).rglob("*")
            if "__pycache__" not in path.parts
        ]
    return sorted(path for path in paths if path.is_file())


@pytest.fixture(scope="session")
def texts(tracked: list[Path]) -> dict[Path, str]:
    """Tracked text files; what is not UTF-8 is left out."""
    found = {}
    for path in tracked:
        try:
            found[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found
