"""Judging one document by the rules that bind it: pure, and silent about nothing (TF-RULE).

A rule holds, fails or stays unknown: unknown where a part is withheld, a fact was not supplied or the
expression meets data that it cannot read. Unknown is a finding, never a pass.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal, Protocol

from threeflow.errors import Violation
from threeflow.rules.cel import Engine, EvaluationError, Program
from threeflow.rules.functions import BUILT_IN, CodeLists, Signature, with_code_lists
from threeflow.rules.pack import Dated, Parameter, Rule, RulePack, Severity, Text, read_pack
from threeflow.rules.parts import Parties, open_parts, withheld
from threeflow.rules.plan import JSON_TYPES, Bound, Doubts, ValidCodes, doubts

Verdict = Literal["fail", "unknown"]
Parameters = Mapping[str, Mapping[str, tuple[Dated, ...]]]

_UNKNOWN = {
    "withheld": Text("Not judged: {detail} is withheld", "未作判定：{detail}未提供"),
    "fact-missing": Text("Not judged: the fact {detail} was not supplied", "未作判定：缺少事实{detail}"),
    "parameter-missing": Text(
        "Not judged: {detail} has no value on that day", "未作判定：参数{detail}在该日无值"
    ),
    "not-evaluable": Text("Not judged: {detail}", "未作判定：{detail}"),
}


class Profile(Protocol):
    """What judging needs to know of a profile."""

    @property
    def id(self) -> str: ...
    @property
    def rule_packs(self) -> Sequence[str]: ...
    @property
    def parameters(self) -> Parameters: ...


class HasRules(Protocol):
    """Whatever holds the standard's rules."""

    @property
    def rules(self) -> "Rules": ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says about one place of a document: that it fails there, or could not be judged."""

    rule: str
    severity: Severity
    pointer: str
    message_en: str
    message_zh: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    verdict: Verdict = "fail"

    def violation(self) -> Violation:
        """The same as a refusal names it."""
        return Violation(
            self.rule, self.pointer, self.message_en, self.message_zh, self.parameters, self.severity
        )


class Rules:
    """All rule packs of a standard and its overlays, compiled against its code lists."""

    def __init__(
        self, packs: Iterable[RulePack], functions: Mapping[str, Signature], lists: CodeLists | None = None
    ) -> None:
        self.packs = tuple(packs)
        self._functions, self._lists = {**BUILT_IN, **functions}, lists
        self._fused: dict[tuple[object, ...], Doubts] = {}
        self._by_id: dict[str, Rule] = {}
        for rule in (rule for pack in self.packs for rule in pack.rules):
            if rule.id in self._by_id:
                raise ValueError(f"rule {rule.id} stands in {self._by_id[rule.id].pack} and in {rule.pack}")
            self._by_id[rule.id] = rule
        self._zones = sorted({UTC, *(rule.zone for rule in self._by_id.values())}, key=str)
        self._chosen = lru_cache(maxsize=4096)(self._choose)
        self._codes = lru_cache(maxsize=512)(self._codes_on)

    @classmethod
    def load(cls, files: Iterable[tuple[str, bytes]], lists: CodeLists) -> "Rules":
        """Read packs given as (file name, octets).

        Raises SourceError for a faulty file, ValueError for a rule id in two packs.
        """
        functions = with_code_lists(lists)
        engine = Engine(functions)
        return cls((read_pack(name, octets, engine) for name, octets in files), functions, lists)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._by_id.values())

    def rule(self, rule_id: str) -> Rule:
        """Raises KeyError for a rule that no pack holds."""
        return self._by_id[rule_id]

    def binding(self, type_: str, kind: str, profile: Profile | None, at: datetime) -> "tuple[Bound, ...]":
        """The rules that bind a document of this type and kind at that instant, sorted by id."""
        return self._plan(type_, kind, profile, at)[0]

    def doubtful(
        self,
        profile: Profile | None,
        document: Mapping[str, Any],
        facts: Mapping[str, Any],
        at: datetime,
        moment: str,
    ) -> "list[Bound]":
        """The rules that bind a document and do not surely hold; `moment` is `at` as RFC 3339 in UTC."""
        header = document["header"]
        bound, doubts = self._plan(header["type"], header.get("kind", ""), profile, at)
        found = doubts(document, facts, moment, self._codes(at.astimezone(UTC).date()))
        return [bound[index] for index in sorted(found)]

    def _plan(
        self, type_: str, kind: str, profile: Profile | None, at: datetime
    ) -> "tuple[tuple[Bound, ...], Doubts]":
        days = tuple(at.astimezone(zone).date() for zone in self._zones)
        return self._chosen(type_, kind, _Key(profile), days)

    def _codes_on(self, on: date) -> Mapping[str, frozenset[str]]:
        return {} if self._lists is None else ValidCodes(self._lists, on)

    def _choose(
        self, type_: str, kind: str, key: "_Key", days: tuple[date, ...]
    ) -> "tuple[tuple[Bound, ...], Doubts]":
        profile, on = key.profile, dict(zip(self._zones, days, strict=True))
        packs = set(profile.rule_packs) if profile else set()
        chosen = []
        for pack in self.packs:
            for rule in pack.rules if pack.always or pack.id in packs else ():
                if _binds(rule, type_, kind, profile) and rule.period.holds(on[rule.zone]):
                    own = profile.parameters.get(rule.id, {}) if profile else {}
                    chosen.append(Bound(rule, _parameters_on({**rule.parameters, **own}, on[rule.zone])))
        bound = tuple(sorted(chosen, key=lambda each: each.rule.id))
        return bound, self._fuse(bound)

    def _fuse(self, bound: "tuple[Bound, ...]") -> Doubts:
        """The function of these rules with these parameters: one for all days on which they are the same."""
        key = tuple((each.rule.id, repr(sorted(each.parameters.items()))) for each in bound)
        if key not in self._fused:
            self._fused[key] = doubts(bound, self._functions, has_lists=self._lists is not None)
        return self._fused[key]


class _Key:
    """A profile by its id, so that choosing rules can be remembered."""

    __slots__ = ("profile",)

    def __init__(self, profile: Profile | None) -> None:
        self.profile = profile

    def __hash__(self) -> int:
        return hash(self.profile.id if self.profile else None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.profile is self.profile


def evaluate(  # noqa: PLR0917 (the order is the one that every caller writes)
    standard: HasRules,
    profile: Profile | None,
    payload: Mapping[str, Any],
    facts: Mapping[str, Any],
    at: datetime,
    parts: Parties | None = None,
) -> tuple[Finding, ...]:
    """Judge a payload (a dict as `strict.parse` gives it) at an instant of business time.

    `facts` are what its rules ask for by name; `parts` the parties of the held parts, by the digest of
    the part. Findings are sorted by rule and place.
    """
    document = open_parts(payload, parts) if parts else payload
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    doubtful = standard.rules.doubtful(profile, document, facts, at, moment)
    return tuple(finding for each in doubtful for finding in judge(each, document, facts, moment))


def judge(bound: Bound, document: Mapping[str, Any], facts: Mapping[str, Any], at: str) -> list[Finding]:
    """Judge one rule on one document whose parts are opened as far as they are held."""
    rule = bound.rule
    reason = _not_judgeable(bound, document, facts)
    if reason is not None:
        return [_unknown(rule, *reason)]
    variables: dict[str, Any] = {
        "doc": document, "item": document, "facts": facts, "parameters": bound.parameters, "at": at
    }  # fmt: skip
    found = []
    for path in rule.for_each:
        for place, element in path.places(document):
            variables["item"] = element
            finding = _judge_element(bound, variables, place)
            if finding:
                found.append(finding)
    return found


def blocking(findings: Iterable[Finding], nature: str) -> tuple[Finding, ...]:
    """The findings that refuse a document of this nature: failed errors, on requests only."""
    if nature != "request":
        return ()
    return tuple(each for each in findings if each.severity == "error" and each.verdict == "fail")


def _binds(rule: Rule, type_: str, kind: str, profile: Profile | None) -> bool:
    kinds = rule.applies_to.get(type_)
    if kinds is None or (kinds and kind not in kinds):
        return False
    return not rule.profiles or (profile is not None and profile.id in rule.profiles)


def _parameters_on(parameters: Mapping[str, tuple[Dated, ...]], on: date) -> Mapping[str, Parameter | None]:
    return {
        name: next((dated.value for dated in values if dated.period.holds(on)), None)
        for name, values in parameters.items()
    }


def _not_judgeable(
    bound: Bound, document: Mapping[str, Any], facts: Mapping[str, Any]
) -> tuple[str, str, str] | None:
    for path in bound.rule.parts:
        for place, value in path.places(document):
            if withheld(value):
                return "withheld", place, place
    for name, fact in bound.rule.facts.items():
        if name not in facts or not isinstance(facts[name], JSON_TYPES[fact.type]):
            return "fact-missing", name, ""
    for name, value in bound.parameters.items():
        if value is None:
            return "parameter-missing", name, ""
    return None


def _judge_element(bound: Bound, variables: Mapping[str, Any], place: str) -> Finding | None:
    rule = bound.rule
    try:
        if rule.when is not None and not _truth(rule.when, variables):
            return None
        if _truth(rule.expression, variables):
            return None
    except EvaluationError as error:
        return _unknown(rule, "not-evaluable", str(error), place + str(rule.pointer))
    values = {**bound.parameters, **{name: _value(each, variables) for name, each in rule.values.items()}}
    message = rule.message.filled(values)
    return Finding(rule.id, rule.severity, place + str(rule.pointer), message.en, message.zh, values)


def _truth(program: Program, variables: Mapping[str, Any]) -> bool:
    value = program(variables)
    if value is True or value is False:
        return bool(value)
    raise EvaluationError(f"the expression gave {type(value).__name__}, not a bool")


def _value(program: Program, variables: Mapping[str, Any]) -> object:
    try:
        return program(variables)
    except EvaluationError as error:
        return f"({error})"


def _unknown(rule: Rule, reason: str, detail: str, pointer: str) -> Finding:
    message = _UNKNOWN[reason].filled({"detail": detail})
    parameters = {"reason": reason, "detail": detail}
    return Finding(rule.id, rule.severity, pointer, message.en, message.zh, parameters, "unknown")
