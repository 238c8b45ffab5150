"""How the standard serves each of the plan's 145 systems: by rows and rules, built in, or outside.

A document serves with every kind of its row. A rule serves where it applies to one of these documents.
A journey is a test over running gateways that names the systems which it shows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import threeflow_spec
from threeflow import plain_yaml
from threeflow.process import Table
from threeflow.standard import Standard

__all__ = ["Journey", "Service", "coverage", "journeys"]

State = Literal["served", "built-in", "outside", "not yet"]


@dataclass(frozen=True, slots=True)
class Journey:
    """One journey over running gateways: the file of its tests, and the systems that it shows."""

    id: str
    test: str
    systems: tuple[int, ...]
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Service:
    """One system of the plan, and what serves it.

    `types` are rows of the table, `documents` their kinds as `type/kind`, `rules` and `journeys` are ids; the
    rest is words, or None.
    """

    number: int
    kind: str
    name: Mapping[str, str]
    types: tuple[str, ...]
    documents: tuple[str, ...]
    rules: tuple[str, ...]
    journeys: tuple[str, ...]
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


def journeys() -> tuple[Journey, ...]:
    """The journeys of the standard, in the order of its file."""
    source: dict[str, Any] = plain_yaml.read(threeflow_spec.read("v1/journeys.yaml"))
    return tuple(
        Journey(each["id"], each["test"], tuple(each["systems"]), _words(each)) for each in source["journeys"]
    )


def coverage(standard: Standard) -> tuple[Service, ...]:
    """Every system in the order of its number; ValueError where a number stands twice or names none."""
    table = standard.table
    source: dict[str, Any] = plain_yaml.read(threeflow_spec.read("v1/systems.yaml"))
    listed = {each["number"]: each for each in source["systems"]}
    serving: dict[int, list[str]] = {number: [] for number in listed}
    in_part = {number: each for each in source["outside-in-part"] for number in each["systems"]}
    named = {*source["built-in"], *source["outside"], *in_part}
    named.update(number for row in table.rows.values() for number in row.serves)
    shown = journeys()
    named.update(number for each in shown for number in each.systems)
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
            _documents(table, serving[number]),
            tuple(rule.id for rule in standard.rules if rule.applies_to.keys() & set(serving[number])),
            tuple(journey.id for journey in shown if number in journey.systems),
            _words(source["built-in"].get(number)),
            _words(source["outside"].get(number)),
            _words(in_part.get(number)),
        )
        for number, each in sorted(listed.items())
    )


def _documents(table: Table, types: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{type_}/{kind}" for type_ in types for kind in table.rows[type_].kinds)


def _words(found: Mapping[str, str] | None) -> Any:
    return None if found is None else {"en": found["en"], "zh": found["zh"]}
