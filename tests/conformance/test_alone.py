"""The suite is installed and works without anything of the reference gateway."""

import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_RUN = """
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError("not installed", name=name)

sys.meta_path.insert(0, Absent())
from threeflow_conformance import fuzz
from threeflow_conformance.cli import main
assert main(["prepare", "--role", "customs:import", "--target", "http://127.0.0.1:9", "--out", {network!r}]) == 0
assert main(["list", "--gaps"]) == 0
sys.exit(main(["run", "--role", "customs:import", "--target", "http://127.0.0.1:9", "--network", {network!r}, "--out", {out!r}]))
"""
_MODULES = {"grpcio-health-checking": "grpc_health", "grpcio-reflection": "grpc_reflection",
            "prometheus-client": "prometheus_client"}  # fmt: skip


def _needs(distribution: str, extra: str) -> set[str]:
    """All distributions that one needs, with one of its extras, whatever they need in turn."""
    found: set[str] = set()
    waiting = [(distribution, frozenset({extra}))]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for text in requires(name) or ():
            each = Requirement(text)
            if each.marker is None or any(each.marker.evaluate({"extra": one}) for one in (extras or {""})):
                found.add(canonicalize_name(each.name))
                waiting.append((each.name, frozenset(each.extras)))
    return found


def _gateway() -> set[str]:
    """What the gateway alone needs, as the package says it."""
    said = [Requirement(each) for each in requires("threeflow") or ()]
    return {
        canonicalize_name(each.name) for each in said if re.search(r"extra == .gateway.", str(each.marker))
    }


def test_its_extra_pulls_in_nothing_of_the_gateway() -> None:
    assert len(_gateway()) > 5
    assert not _gateway() & _needs("threeflow", "conformance")


def test_it_works_where_the_gateway_and_what_it_needs_are_not_there(tmp_path: Path) -> None:
    blocked = {_MODULES.get(each, each) for each in _gateway()} | {"threeflow_gateway"}
    code = _RUN.format(blocked=blocked, network=str(tmp_path / "network"), out=str(tmp_path / "out"))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "does not answer" in done.stderr
