"""Vectors of the rules: documents that a rule passes or fails, and running them (TF-RULE)."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from threeflow.rules.evaluate import HasRules, Profile, evaluate
from threeflow_spec import names, read

_SURROUNDINGS: Final = ("at", "profile", "facts")


class HasProfiles(HasRules, Protocol):
    """A standard with its rules and profiles."""

    @property
    def profiles(self) -> Mapping[str, Profile]: ...


@dataclass(frozen=True, slots=True)
class Vector:
    """One document and what a rule says of it: pairs of verdict and pointer, in order.

    `base` is the vector that it changes, by `edits`: operations of its patch, and another instant, profile or
    set of facts, which count one each.
    """

    rule: str
    name: str
    document: Mapping[str, Any]
    facts: Mapping[str, Any]
    profile: str | None
    at: datetime
    expect: tuple[tuple[str, str], ...]
    base: str | None = None
    edits: int = 0

    @property
    def fails(self) -> bool:
        """Whether the rule fails at some place of it; unknown is no failing."""
        return any(verdict == "fail" for verdict, _ in self.expect)

    def found(self, standard: HasProfiles) -> tuple[tuple[str, str], ...]:
        """What the rule says, in the same form."""
        profile = standard.profiles[self.profile] if self.profile else None
        findings = evaluate(standard, profile, self.document, self.facts, self.at)
        return tuple((each.verdict, each.pointer) for each in findings if each.rule == self.rule)


def load(*overlays: Path) -> tuple[Vector, ...]:
    """The rule vectors of the standard and of overlay folders (`vectors/rules/*.json`)."""
    files = [read(name) for name in names("v1/vectors/rules/") if name.endswith(".json")]
    for overlay in overlays:
        files += [path.read_bytes() for path in sorted((overlay / "vectors" / "rules").glob("*.json"))]
    return tuple(vector for octets in files for vector in _vectors(json.loads(octets)))


def patched(document: Any, patch: Sequence[Mapping[str, Any]]) -> Any:
    """The document changed by a JSON Patch of `add`, `replace` and `remove` (RFC 6902).

    Raises LookupError where a step names a place that is not there.
    """
    changed = copy.deepcopy(document)
    for step in patch:
        *parents, last = (each.replace("~1", "/").replace("~0", "~") for each in step["path"].split("/")[1:])
        target = changed
        for name in parents:
            target = target[int(name)] if isinstance(target, list) else target[name]
        if isinstance(target, list):
            _change_list(target, last, step)
        else:
            _change_members(target, last, step)
    return changed


def _vectors(file: Mapping[str, Any]) -> Iterator[Vector]:
    whole: dict[str, dict[str, Any]] = {}
    for raw in file["vectors"]:
        given = dict(raw)
        if "from" in raw:
            base = whole[raw["from"]]
            given = {**base, **raw, "document": patched(base["document"], raw["patch"])}
        whole[raw["name"]] = given
        expect = tuple((each["verdict"], each["pointer"]) for each in given["expect"])
        at = datetime.fromisoformat(given["at"])
        yield Vector(
            file["rule"], given["name"], given["document"], given.get("facts", {}), given.get("profile"), at,
            expect, raw.get("from"), len(raw.get("patch", ())) + sum(name in raw for name in _SURROUNDINGS),
        )  # fmt: skip


def _change_list(target: list[Any], last: str, step: Mapping[str, Any]) -> None:
    if step["op"] == "remove":
        del target[int(last)]
    elif step["op"] == "replace":
        target[int(last)] = step["value"]
    else:
        target.insert(len(target) if last == "-" else int(last), step["value"])


def _change_members(target: dict[str, Any], last: str, step: Mapping[str, Any]) -> None:
    if step["op"] != "add" and last not in target:
        raise LookupError(f"{step['path']} is not there")
    if step["op"] == "remove":
        del target[last]
    else:
        target[last] = step["value"]
