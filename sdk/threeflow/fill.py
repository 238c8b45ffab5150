"""The import declaration, filled from a dossier by the profile's field map, and what it lacks (TF-PROF)."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from threeflow.profiles import Conversion, Field, Missing, Origin, Profile
from threeflow.rules.parts import Parties, open_parts
from threeflow.versions import latest

OWN = "own"
Documents: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Filled:
    """A draft: `content` beside the header, the part bindings that it needs in its header, and what it lacks.

    A binding names the same octets as in the source document: the declarant attaches that part unchanged.
    """

    kind: str
    content: dict[str, Any]
    bindings: tuple[dict[str, Any], ...]
    missing: tuple[Missing, ...]


def fill(
    documents: Documents,
    parts: Parties,
    profile: Profile,
    at: datetime,
    own: Mapping[str, Any] | None = None,
) -> Filled:
    """Fill the import declaration of a profile at an instant.

    `documents` are payloads by type; `parts` the parties of the parts held, by digest; `own` what the
    declarant adds of its own knowledge, in the shape of a declaration. Replaced versions are left aside.
    """
    at_hand: dict[str, Sequence[Mapping[str, Any]]] = {name: latest(each) for name, each in documents.items()}
    at_hand[OWN] = [own] if own else []
    draft = _Draft(parts)
    for field in profile.fields:
        draft.place(field, at_hand)
    header = {"type": "declaration", "kind": profile.fill_kind, "parts": draft.bindings}
    whole = open_parts({"header": header, **draft.content}, parts)
    missing = tuple(draft.explained(each) for each in profile.missing(whole, at))
    return Filled(profile.fill_kind, draft.content, tuple(draft.bindings), missing)


class _Draft:
    """The declaration as it grows, with the parts that it takes over and what was lost on the way."""

    def __init__(self, parts: Parties) -> None:
        self.parts = parts
        self.content: dict[str, Any] = {}
        self.bindings: list[dict[str, Any]] = []
        self.withheld: set[str] = set()
        self.unfit: set[str] = set()

    def place(self, field: Field, documents: Documents) -> None:
        """Put a field's value where it belongs, if there is one.

        A source that needs a part which is not held gives way to a later one that loses nothing.
        """
        if not field.sources:
            _put(self.content, field.to.tokens, copy.deepcopy(field.constant))
            return
        found = list(self.values(field, documents))
        if not found:
            return
        document, value = next((each for each in found if not self.loses(each[1], each[0])), found[0])
        if self.loses(value, document):
            self.withheld.add(str(field.to))
        taken = self.taken(value, document)
        if field.each:
            taken = [self.element(field, index, each) for index, each in enumerate(taken)]
        _put(self.content, field.to.tokens, taken)

    def values(self, field: Field, documents: Documents) -> Iterator[tuple[Mapping[str, Any], Any]]:
        """Every source document with the value that it gives, in the map's order."""
        for source in field.sources:
            for document in _of(source, documents):
                raw = source.pointer.first(document)
                value = _converted(raw, source.convert)
                if value is not None:
                    yield document, value
                elif raw is not None:
                    self.unfit.add(str(field.to))

    def element(self, field: Field, index: int, value: Any) -> dict[str, Any]:
        """One element of an array, member by member."""
        made: dict[str, Any] = {}
        for member in field.each:
            raw = member.source.first(value)
            found = _converted(raw, member.convert)
            if found is not None:
                _put(made, member.to.tokens, found)
            elif raw is not None:
                self.unfit.add(f"{field.to}/{index}{member.to}")
        return made

    def loses(self, value: Any, source: Mapping[str, Any]) -> bool:
        """Whether a part inside the value is not held."""
        if isinstance(value, list):
            return any(self.loses(each, source) for each in value)
        if not isinstance(value, dict):
            return False
        lost = isinstance(value.get("part"), str) and self.binding(value["part"], source) is None
        return lost or any(self.loses(each, source) for each in value.values())

    def taken(self, value: Any, source: Mapping[str, Any]) -> Any:
        """A copy of a value whose parts are bound anew; where one is not held, of its open members."""
        if isinstance(value, list):
            return [self.taken(each, source) for each in value]
        if not isinstance(value, dict):
            return copy.copy(value)
        members = {name: self.taken(each, source) for name, each in value.items() if name != "part"}
        binding = self.binding(value["part"], source) if isinstance(value.get("part"), str) else None
        return {"part": self.bound(binding), **members} if binding else members

    def binding(self, name: str, source: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The source's binding of a part that is held."""
        bindings = source.get("header", {}).get("parts", ())
        found = next((each for each in bindings if each["name"] == name), None)
        return found if found is not None and found["digest"] in self.parts else None

    def bound(self, binding: Mapping[str, Any]) -> str:
        """The name under which the draft binds the same octets."""
        for each in self.bindings:
            if each["digest"] == binding["digest"]:
                return str(each["name"])
        taken = {each["name"] for each in self.bindings}
        free = next(each for each in _numbered(binding["name"]) if each not in taken)
        self.bindings.append({**binding, "name": free})
        return free

    def explained(self, missing: Missing) -> Missing:
        """The same, with the reason that only filling knows."""
        if missing.pointer in self.unfit:
            return replace(missing, reason="unfit")
        if any(f"{missing.pointer}/".startswith(f"{lost}/") for lost in self.withheld):
            return replace(missing, reason="withheld")
        return missing


def _of(source: Origin, documents: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Mapping[str, Any]]:
    for document in documents.get(source.type, ()):
        if not source.kinds or document.get("header", {}).get("kind") in source.kinds:
            yield document


def _converted(value: Any, conversion: Conversion | None) -> Any:
    if value is None or conversion is None:
        return value
    return _CONVERSIONS[conversion.function](value, *conversion.arguments)


def _text_in(value: Any, *languages: str) -> Any:
    """The texts of an array that are in one of the languages; nothing where there is none."""
    return [each for each in value if each["lang"].split("-")[0] in languages] or None


def _six_digits(value: Any, list_id: str) -> Any:
    """The first six digits of a code that a national tariff builds on the Harmonized System."""
    code = value["code"]
    return {"list": list_id, "code": code[:6]} if len(code) >= 6 and code[:6].isdigit() else None


def _keys_of(value: Any, *schemes: str) -> Any:
    """The keys of an array that are of one of the schemes."""
    return [each for each in value if each["scheme"] in schemes] or None


_CONVERSIONS: Mapping[str, Callable[..., Any]] = {
    "text-in": _text_in,
    "six-digits": _six_digits,
    "keys-of": _keys_of,
}


def _put(target: dict[str, Any], tokens: tuple[str, ...], value: Any) -> None:
    for token in tokens[:-1]:
        target = target.setdefault(token, {})
    target[tokens[-1]] = value


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
