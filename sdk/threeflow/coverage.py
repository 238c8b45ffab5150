"""How the standard serves each of the plan's 145 systems: by rows of the table, built in, or outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import threeflow_spec
from threeflow import plain_yaml
from threeflow.process import Table

__all__ = ["Service", "coverage"]

State = Literal["served", "built-in", "outside", "not yet"]


@dataclass(frozen=True, slots=True)
class Service:
    """One system of the plan; `types` are the document types that serve it, the rest is words, or None."""

    number: int
    kind: str
    name: Mapping[str, str]
    types: tuple[str, ...]
    built_in: Mapping[str, str] | None
    outside: Mapping[str, str] | None
    outside_in_part: Mapping[str, str] | None

    @property
    def state(self) -> State:
        if self.types:
            return "served"
        if self.built_in is not None:
            return "built-in"
        return "outside" if self.outside is not None else "not yet"


def coverage(table: Table) -> tuple[Service, ...]:
    """Every system in the order of its number; ValueError where a number stands twice or names none."""
    source: dict[str, Any] = plain_yaml.read(threeflow_spec.read("v1/systems.yaml"))
    listed = {each["number"]: each for each in source["systems"]}
    serving: dict[int, list[str]] = {number: [] for number in listed}
    in_part = {number: each for each in source["outside-in-part"] for number in each["systems"]}
    named = {*source["built-in"], *source["outside"], *in_part}
    named.update(number for row in table.rows.values() for number in row.serves)
    if len(listed) < len(source["systems"]) or not named <= listed.keys():
        raise ValueError(f"not exactly one system each: {sorted(named - listed.keys())}")
    for row in table.rows.values():
        for number in row.serves:
            serving[number].append(row.type)
    return tuple(
        Service(
            number,
            each["kind"],
            _words(each),
            tuple(serving[number]),
            _words(source["built-in"].get(number)),
            _words(source["outside"].get(number)),
            _words(in_part.get(number)),
        )
        for number, each in sorted(listed.items())
    )


def _words(found: Mapping[str, str] | None) -> Any:
    return None if found is None else {"en": found["en"], "zh": found["zh"]}
