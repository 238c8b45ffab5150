"""The pure halves stay pure: what decides has no IO, no clock and no randomness."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

IMPURE = {
    "asyncio", "glob", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets",
    "select", "shutil", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time",
    "urllib", "uuid",
}  # fmt: skip
CLOCKS = {"now", "today", "utcnow"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def faults(source: str, allowed: tuple[str, ...]) -> list[str]:
    """What a pure module may not do: import beyond the plain library and ``allowed``, or ask a clock."""
    tree = ast.parse(source)
    found = []
    for name in imported(tree):
        top = name.split(".")[0]
        plain = top in sys.stdlib_module_names and top not in IMPURE
        if not plain and not any(name == each or name.startswith(each + ".") for each in allowed):
            found.append(f"imports {name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            found.append(f"calls {node.func.attr}()")
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open":
            found.append("opens a file")
    return found


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("sdk/threeflow/process", ("threeflow.errors", "threeflow.process")),
        ("gateway/threeflow_gateway/domain", ("threeflow", "threeflow_gateway.domain")),
    ],
)
def test_what_decides_is_pure(root: Path, folder: str, allowed: tuple[str, ...]) -> None:
    files = sorted((root / folder).rglob("*.py"))
    found = {path.name: faults(path.read_text(encoding="utf-8"), allowed) for path in files}
    assert files
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from threeflow import envelope",
        "from datetime import datetime\ndatetime.now()",
        "open('x')",
    ],
)
def test_an_impure_module_would_be_found(source: str) -> None:
    assert faults(source, ("threeflow.errors",))


def test_nothing_of_the_node_but_the_key_files_module_reads_a_private_key(root: Path) -> None:
    gateway = root / "gateway" / "threeflow_gateway"
    allowed = {"signing/keyfiles.py", "signing/process.py"}
    # What makes keys, lists and sealed files by hand, and the demo's parties, are no part of a node.
    outside = ("cli/", "demo/")
    found = set()
    for path in gateway.rglob("*.py"):
        name = str(path.relative_to(gateway))
        names = {each.id for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Name)}
        if "SigningKey" in names and not name.startswith(outside):
            found.add(name)
    assert found == allowed
