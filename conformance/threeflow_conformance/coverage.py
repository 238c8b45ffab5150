"""Which requirement is shown by what: checks, the standard's vectors, or a stated reason why by neither."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

import threeflow_spec
from threeflow_conformance.judge.answers import AMBIENT
from threeflow_conformance.judge.bindings import BINDING
from threeflow_conformance.judge.table import rows, table, walked
from threeflow_conformance.judge.walks import walks_of
from threeflow_conformance.registry import all_checks

__all__ = ["Covered", "coverage", "requirements", "row_coverage"]

_ID = re.compile(r"TF-[A-Z]+-[0-9]+")


@dataclass(frozen=True, slots=True)
class Covered:
    """One requirement: its words, the checks tied to it, vectors that name it, or why neither is there."""

    id: str
    level: str
    text: str
    page: str
    checks: tuple[str, ...]
    vectors: tuple[str, ...]
    reason: str

    @property
    def how(self) -> str:
        """check, vector, excluded, or gap."""
        if self.checks:
            return "check"
        if self.vectors:
            return "vector"
        return "excluded" if self.reason else "gap"


@cache
def requirements() -> Mapping[str, Mapping[str, str]]:
    """All requirements of the standard by id."""
    found = json.loads(threeflow_spec.read("v1/requirements.json"))["requirements"]
    return {each["id"]: each for each in found}


@cache
def _said() -> Mapping[str, Mapping[str, str]]:
    """The suite's own data: requirement or family to the vectors that show it, or the reason of an exclusion."""
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(
        resources.files("threeflow_conformance").joinpath("data/coverage.yaml").read_text(encoding="utf-8")
    )
    return found


@cache
def _vectors() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in threeflow_spec.names("v1/vectors/"):
        if name.endswith(".json"):
            for requirement in sorted(set(_ID.findall(threeflow_spec.read(name).decode()))):
                found.setdefault(requirement, []).append(name.removeprefix("v1/vectors/"))
    return {name: tuple(each) for name, each in found.items()}


def coverage() -> tuple[Covered, ...]:
    """Every requirement with what shows it."""
    tied: dict[str, list[str]] = {each: ["every answer"] for each in AMBIENT}
    tied |= {each: ["every call over gRPC"] for each in BINDING}
    for check in all_checks():
        for requirement in check.requirements:
            tied.setdefault(requirement, []).append(check.id)
    found = []
    for name, each in requirements().items():
        family = name.rsplit("-", 1)[0]
        vectors = _vectors().get(name, ())
        named = _said()["vectors"].get(name) or _said()["vectors"].get(family)
        if not vectors and named:
            vectors = (named,)
        reason = _said()["excluded"].get(name) or _said()["excluded"].get(family) or ""
        checks = tuple(tied.get(name, ()))
        found.append(Covered(name, each["level"], each["text"], each["page"], checks, vectors, reason))
    return tuple(found)


@cache
def row_coverage() -> Mapping[str, str]:
    """Each type and kind of the exchange table: ``walk``, ``vector``, or ``gap``."""
    walks = {
        (walk.act.type, walk.act.kind)
        for track in table()["tracks"] if walked(track) for group in walks_of(track) for walk in group
    }  # fmt: skip
    found = {}
    for type_, row in rows().items():
        vectors = [
            each for each in threeflow_spec.names(f"v1/vectors/documents/{type_}/") if each.endswith(".json")
        ]
        for kind in row["kinds"]:
            how = "walk" if (type_, kind) in walks else "vector" if vectors else "gap"
            found[f"{type_}/{kind}"] = how
    return found
