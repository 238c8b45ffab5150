"""Rule packs, as read: every rule checked and compiled before one document is judged (TF-RULE)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone
from typing import Any, Literal

from threeflow.rules.cel import CelError, Engine, Program
from threeflow.rules.functions import decimal
from threeflow.rules.pointer import Path
from threeflow.rules.source import Source
from threeflow.rules.syntax import Name, Select, walk

SCHEMA = "v1/rules/rule-pack.schema.json"
VARIABLES = ("doc", "item", "facts", "parameters", "at")
_PLACE = re.compile(r"\{([a-z][0-9A-Za-z]*)\}")

Severity = Literal["error", "warning", "information"]
Parameter = str | int | list[str]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in English and Chinese; `{name}` stands for a parameter."""

    en: str
    zh: str

    def filled(self, values: Mapping[str, object]) -> "Text":
        """With every `{name}` that has a value replaced by it."""

        def word(place: re.Match[str]) -> str:
            return str(values[place[1]]) if place[1] in values else place[0]

        return Text(_PLACE.sub(word, self.en), _PLACE.sub(word, self.zh))


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both inclusive; an open end is None."""

    start: date | None
    end: date | None

    def holds(self, on: date) -> bool:
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)


@dataclass(frozen=True, slots=True)
class Dated:
    """A parameter's value and the days on which it counts."""

    value: Parameter
    period: Period


@dataclass(frozen=True, slots=True)
class Fact:
    """Knowledge that a rule asks for by name: its JSON type (`map`, `list`, …) and what it means.

    `supplied` says how a node comes by it: `held`, `register`, `account` or `stated`; empty where the pack is
    silent.
    """

    name: str
    type: str
    title: Text
    supplied: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, compiled. `expression` is true where the document is right."""

    id: str
    pack: str
    severity: Severity
    basis: str
    source: str
    verified: bool
    title: Text
    message: Text
    parameters: Mapping[str, tuple[Dated, ...]]
    period: Period
    zone: timezone
    profiles: frozenset[str]
    applies_to: Mapping[str, frozenset[str]]
    for_each: tuple[Path, ...]
    pointer: Path
    when: Program | None
    expression: Program
    values: Mapping[str, Program]
    facts: Mapping[str, Fact]
    parts: tuple[Path, ...]
    vectors: str
    definition: Mapping[str, Any] = field(compare=False, repr=False)
    """The rule as its pack states it."""


@dataclass(frozen=True, slots=True)
class RulePack:
    """A file of rules; `always` packs bind every document, the others those whose profile names them."""

    id: str
    title: Text
    always: bool
    rules: tuple[Rule, ...]


def read_pack(file: str, octets: bytes, engine: Engine) -> RulePack:
    """Read, check and compile one pack.

    Raises SourceError with file, line and rule for anything that is wrong in it.
    """
    source = Source(file, octets, SCHEMA)
    raw = source.value
    facts = {
        name: Fact(name, each["type"], _text(each["title"]), each.get("supplied", ""))
        for name, each in raw.get("facts", {}).items()
    }
    seen: set[str] = set()
    rules = []
    for index, each in enumerate(raw["rules"]):
        if each["id"] in seen:
            raise source.fault(["rules", index, "id"], "the id stands twice in this pack")
        seen.add(each["id"])
        rules.append(_Reader(source, index, each, engine, facts).rule(raw["pack"]))
    return RulePack(raw["pack"], _text(raw["title"]), raw["applies"] == "always", tuple(rules))


class _Reader:
    """Reads one rule; knows where it stands, so that a fault can say so."""

    def __init__(self, source: Source, index: int, raw: Mapping[str, Any], engine: Engine,
                 facts: Mapping[str, Fact]) -> None:  # fmt: skip
        self.source, self.index, self.raw, self.engine, self.facts = source, index, raw, engine, facts

    def rule(self, pack: str) -> Rule:
        raw = self.raw
        if raw["severity"] == "error" and not raw["verified"]:
            raise self.fault("severity", "an unverified rule is at most a warning")
        rule = Rule(
            id=raw["id"], pack=pack, severity=raw["severity"], basis=raw["basis"], source=raw["source"],
            verified=raw["verified"], title=_text(raw["title"]), message=_text(raw["message"]),
            parameters={name: self.parameter(name) for name in raw.get("parameters", {})},
            period=self.period(raw, "effectiveFrom", "effectiveTo"), zone=offset(raw.get("offset", "+00:00")),
            profiles=frozenset(raw.get("profiles", ())),
            applies_to={each["type"]: frozenset(each.get("kinds", ())) for each in raw["appliesTo"]},
            for_each=_paths(raw.get("forEach", "")),
            pointer=Path.parse(raw.get("pointer", "")),
            when=self.condition("when") if "when" in raw else None, expression=self.condition("expression"),
            values={name: self.program(each, "values", name) for name, each in raw.get("values", {}).items()},
            facts={name: self.fact(name) for name in raw.get("facts", ())},
            parts=tuple(Path.parse(each) for each in raw.get("parts", ())), vectors=raw["vectors"],
            definition=raw,
        )  # fmt: skip
        self.hold_message(rule)
        self.hold_names(rule)
        return rule

    def fault(self, member: str, detail: str, *below: str) -> Exception:
        return self.source.fault(["rules", self.index, member, *below], detail)

    def parameter(self, name: str) -> tuple[Dated, ...]:
        raw = self.raw["parameters"][name]
        try:
            return read_parameter(raw)
        except ValueError as fault:
            raise self.fault("parameters", str(fault), name) from None

    def period(self, raw: Mapping[str, Any], start: str, end: str) -> Period:
        try:
            return read_period(raw.get(start), raw.get(end))
        except ValueError as fault:
            raise self.fault(start if start in raw else end, str(fault)) from None

    def condition(self, member: str) -> Program:
        program = self.program(self.raw[member], member)
        if program.tree.types.get(program.tree.root.id, "dyn") not in ("bool", "dyn"):
            raise self.fault(member, "the expression does not give a bool")
        return program

    def program(self, text: str, *path: str) -> Program:
        try:
            return self.engine.compile(text, VARIABLES)
        except CelError as fault:
            raise self.fault(path[0], f"{path[-1]}:{fault}", *path[1:]) from None

    def fact(self, name: str) -> Fact:
        if name not in self.facts:
            raise self.fault("facts", f"the pack declares no fact {name!r}")
        return self.facts[name]

    def hold_message(self, rule: Rule) -> None:
        known = rule.parameters.keys() | rule.values.keys()
        for text in (rule.message.en, rule.message.zh):
            for name in _PLACE.findall(text):
                if name not in known:
                    raise self.fault("message", f"{{{name}}} is neither a parameter nor a value")

    def hold_names(self, rule: Rule) -> None:
        programs = [rule.expression, *rule.values.values(), *([rule.when] if rule.when else [])]
        for program in programs:
            for scope, known in (("facts", rule.facts), ("parameters", rule.parameters)):
                for name in sorted(_selected(program, scope) - known.keys()):
                    raise self.fault("expression", f"{scope}.{name} is not declared by the rule")


def read_parameter(raw: Mapping[str, Any]) -> tuple[Dated, ...]:
    """The dated values of a parameter, as a rule pack or a profile writes it.

    Raises ValueError where a value is not of the parameter's type.
    """
    entries = raw.get("dated") or [{"value": raw["value"]}]
    hold = _TYPES[raw.get("type", "string")]
    for each in entries:
        if not hold(each["value"]):
            raise ValueError(f"{each['value']!r} is not of type {raw['type']}")
    return tuple(Dated(each["value"], read_period(each.get("from"), each.get("to"))) for each in entries)


def read_period(start: str | None, end: str | None) -> Period:
    """Raises ValueError for a day that does not exist, or an end before its start."""
    period = Period(date.fromisoformat(start) if start else None, date.fromisoformat(end) if end else None)
    if period.start and period.end and period.end < period.start:
        raise ValueError("the period ends before it begins")
    return period


def offset(text: str) -> timezone:
    """The fixed offset that `+08:00` names."""
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))


def _decimal(value: Any) -> bool:
    try:
        decimal(value)
    except (ValueError, TypeError):
        return False
    return True


_TYPES: Mapping[str, Callable[[object], bool]] = {
    "decimal": _decimal,
    "integer": lambda value: type(value) is int,
    "string": lambda value: isinstance(value, str),
    "list": lambda value: isinstance(value, list),
}


def _selected(program: Program, scope: str) -> frozenset[str]:
    selects: Iterable[Select] = (node for node in walk(program.tree.root) if isinstance(node, Select))
    return frozenset(
        node.field for node in selects if isinstance(node.operand, Name) and node.operand.name == scope
    )


def _paths(raw: str | list[str]) -> tuple[Path, ...]:
    return tuple(Path.parse(each) for each in ([raw] if isinstance(raw, str) else raw))


def _text(raw: Mapping[str, str]) -> Text:
    return Text(raw["en"], raw["zh"])
