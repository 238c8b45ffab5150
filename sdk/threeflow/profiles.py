"""Profiles: the data of a regime or corridor, read and checked (TF-PROF)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from threeflow.rules import cel
from threeflow.rules.evaluate import Finding, Parameters, Rules
from threeflow.rules.pack import Period, Text, read_parameter, read_period
from threeflow.rules.parts import Parties, open_parts, withheld
from threeflow.rules.pointer import Path as Pointer
from threeflow.rules.source import Source
from threeflow_spec import names, read

SCHEMA: Final = "v1/profiles/profile.schema.json"
Reason = Literal["absent", "withheld", "unfit"]
Flow = Literal["required", "optional", "ignored"]


@dataclass(frozen=True, slots=True)
class Required:
    """An element that documents of a type (and kinds; empty: all) must hold, on the days of `period`."""

    type: str
    kinds: frozenset[str]
    pointer: Pointer
    element: int | None
    title: Text
    fits: cel.Program | None
    period: Period


@dataclass(frozen=True, slots=True)
class Missing:
    """An element that the profile asks for and the document does not hold, or not in a form that will do."""

    pointer: str
    element: int | None
    reason: Reason
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Matching:
    """What is compared for these purposes on the days of `period`; `flows` says which documents must come.

    `within` names the charges (freight, insurance) that the declared goods value holds; None: not stated.
    """

    purposes: frozenset[str]
    period: Period
    flows: Mapping[str, Flow]
    compare: frozenset[str]
    within: frozenset[str] | None = None
    third_party: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """A named conversion of a value on its way into the import declaration."""

    function: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a field's value may come from."""

    type: str
    kinds: frozenset[str]
    pointer: Pointer
    convert: Conversion | None


@dataclass(frozen=True, slots=True)
class Member:
    """One member of each element of a source that is an array."""

    to: Pointer
    source: Pointer
    convert: Conversion | None


@dataclass(frozen=True, slots=True)
class Field:
    """One place of the import declaration: a constant, or the first of its sources that has a value."""

    to: Pointer
    constant: Any
    sources: tuple[Origin, ...]
    each: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A regime or corridor as data."""

    id: str
    title: Text
    agencies: Mapping[str, tuple[str, ...]]
    rule_packs: tuple[str, ...]
    parameters: Parameters
    code_lists: tuple[str, ...]
    documents: Mapping[str, tuple[str, ...]]
    carries: frozenset[int] | None
    required: tuple[Required, ...]
    matchings: tuple[Matching, ...]
    referral_rules: frozenset[str]
    refers_missing: bool
    fill_kind: str
    fields: tuple[Field, ...]

    def matching(self, purpose: str, at: datetime) -> Matching:
        """The settings for a purpose on the UTC day of `at`.

        Raises LookupError where the profile compares nothing for it.
        """
        on = at.astimezone(UTC).date()
        for each in self.matchings:
            if purpose in each.purposes and each.period.holds(on):
                return each
        raise LookupError(f"profile {self.id} compares nothing for {purpose!r} on {on}")

    def missing(
        self, payload: Mapping[str, Any], at: datetime, parts: Parties | None = None
    ) -> tuple[Missing, ...]:
        """What the document lacks for this profile on the UTC day of `at`, in the profile's order."""
        document = open_parts(payload, parts) if parts else payload
        type_, kind = document["header"]["type"], document["header"].get("kind", "")
        on = at.astimezone(UTC).date()
        return tuple(
            found
            for each in self.required
            if each.type == type_ and (not each.kinds or kind in each.kinds) and each.period.holds(on)
            for found in _lacking(each, document)
        )

    def refers(self, findings: tuple[Finding, ...], missing: tuple[Missing, ...] = ()) -> bool:
        """Whether the findings or what is missing send the goods to a human."""
        named = any(each.rule in self.referral_rules for each in findings)
        return named or (self.refers_missing and bool(missing))


def load(*overlays: Path) -> dict[str, Profile]:
    """Read the profiles of the standard and of overlay folders (`profiles/*.yaml`), which only add.

    Raises SourceError with file and line for a faulty profile, ValueError for one that stands in two files.
    """
    files = [(name, read(name)) for name in names("v1/profiles/") if name.endswith(".yaml")]
    for overlay in overlays:
        files += [(str(path), path.read_bytes()) for path in sorted((overlay / "profiles").glob("*.yaml"))]
    found: dict[str, Profile] = {}
    for name, octets in files:
        profile = read_profile(name, octets)
        if profile.id in found:
            raise ValueError(f"{name}: the profile {profile.id} stands in two files")
        found[profile.id] = profile
    return found


def hold(profiles: Mapping[str, Profile], rules: Rules, lists: frozenset[str]) -> None:
    """Hold profiles to what they name: packs, rules, parameters and code lists that are there.

    Raises ValueError naming the profile and what it names in vain.
    """
    packs = {pack.id for pack in rules.packs}
    parameters = {rule.id: rule.parameters.keys() for rule in rules}
    for profile in profiles.values():
        named = [("rule pack", each) for each in profile.rule_packs if each not in packs]
        named += [("code list", each) for each in profile.code_lists if each not in lists]
        named += [("rule", each) for each in sorted(profile.referral_rules) if each not in parameters]
        named += [
            ("rule parameter", f"{rule}.{name}")
            for rule, own in profile.parameters.items()
            for name in own
            if name not in parameters.get(rule, ())
        ]
        if named:
            what, unknown = named[0]
            raise ValueError(f"profile {profile.id} names the {what} {unknown}, which is not there")


def read_profile(file: str, octets: bytes) -> Profile:
    """Read and check one profile.

    Raises SourceError with file and line.
    """
    source = Source(file, octets, SCHEMA)
    raw = source.value
    fill = raw.get("fill", {"kind": "", "fields": []})
    return Profile(
        id=raw["profile"], title=_text(raw["title"]),
        agencies={position: tuple(each["agencies"]) for position, each in raw["positions"].items()},
        rule_packs=tuple(raw["rulePacks"]), parameters=_parameters(source),
        code_lists=tuple(raw["codeLists"]),
        documents={position: tuple(each) for position, each in raw["documents"].items()},
        carries=frozenset(raw["carries"]) if "carries" in raw else None,
        required=tuple(_required(source, index) for index in range(len(raw["required"]))),
        matchings=tuple(_matching(source, index) for index in range(len(raw["matching"]))),
        referral_rules=frozenset(raw["referral"]["rules"]), refers_missing=raw["referral"]["missing"],
        fill_kind=fill["kind"], fields=tuple(map(_field, fill["fields"])),
    )  # fmt: skip


def _lacking(required: Required, document: Mapping[str, Any]) -> Iterator[Missing]:
    parent, last = Pointer(required.pointer.tokens[:-1]), required.pointer.tokens[-1]
    places = list(parent.places(document))
    if not places:
        yield _missing(
            required, str(required.pointer), "withheld" if _hidden(required, document) else "absent"
        )
    for place, value in places:
        member = value.get(last) if isinstance(value, Mapping) else None
        if member is None:
            yield _missing(required, f"{place}/{last}", "withheld" if withheld(value) else "absent")
        elif withheld(member):
            yield _missing(required, f"{place}/{last}", "withheld")
        elif required.fits is not None and not _fits(required.fits, member):
            yield _missing(required, f"{place}/{last}", "unfit")


def _hidden(required: Required, document: Mapping[str, Any]) -> bool:
    tokens = required.pointer.tokens
    return any(
        withheld(value)
        for length in range(1, len(tokens))
        for _, value in Pointer(tokens[:length]).places(document)
    )


def _fits(program: cel.Program, value: Any) -> bool:
    try:
        return program({"item": value}) is True
    except cel.EvaluationError:
        return False


def _missing(required: Required, pointer: str, reason: Reason) -> Missing:
    return Missing(pointer, required.element, reason, required.title.en, required.title.zh)


def _parameters(source: Source) -> Parameters:
    found: dict[str, dict[str, Any]] = {}
    for rule, parameters in source.value.get("parameters", {}).items():
        for name, raw in parameters.items():
            try:
                found.setdefault(rule, {})[name] = read_parameter(raw)
            except ValueError as fault:
                raise source.fault(["parameters", rule, name], str(fault)) from None
    return found


def _required(source: Source, index: int) -> Required:
    raw = source.value["required"][index]
    try:
        fits = cel.compile(raw["expression"], ["item"]) if "expression" in raw else None
    except cel.CelError as fault:
        raise source.fault(["required", index, "expression"], str(fault)) from None
    return Required(
        raw["type"], frozenset(raw.get("kinds", ())), Pointer.parse(raw["pointer"]), raw.get("element"),
        _text(raw["title"]), fits, _period(source, ["required", index]),
    )  # fmt: skip


def _matching(source: Source, index: int) -> Matching:
    raw = source.value["matching"][index]
    period = _period(source, ["matching", index])
    value = raw.get("value")
    within = frozenset(name for name, place in value.items() if place == "within") if value else None
    return Matching(
        frozenset(raw["purposes"]), period, raw["flows"], frozenset(raw["compare"]), within,
        raw.get("thirdParty") == "allowed",
    )  # fmt: skip


def _period(source: Source, path: list[str | int]) -> Period:
    raw: Any = source.value
    for step in path:
        raw = raw[step]
    try:
        return read_period(raw.get("from"), raw.get("to"))
    except ValueError as fault:
        raise source.fault(path, str(fault)) from None


def _field(raw: Mapping[str, Any]) -> Field:
    sources = tuple(
        Origin(
            each["type"], frozenset(each.get("kinds", ())), Pointer.parse(each["pointer"]), _conversion(each)
        )
        for each in raw.get("from", ())
    )
    each = tuple(
        Member(Pointer.parse(one["to"]), Pointer.parse(one["from"]), _conversion(one))
        for one in raw.get("each", ())
    )
    return Field(Pointer.parse(raw["to"]), raw.get("constant"), sources, each)


def _conversion(raw: Mapping[str, Any]) -> Conversion | None:
    convert = raw.get("convert")
    return Conversion(convert["function"], tuple(convert.get("arguments", ()))) if convert else None


def _text(raw: Mapping[str, str]) -> Text:
    return Text(raw["en"], raw["zh"])
