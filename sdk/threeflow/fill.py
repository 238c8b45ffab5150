"""The import declaration, filled from a dossier by the profile's field map, and what it lacks (TF-PROF)."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from threeflow.profiles import Conversion, Field, Missing, Origin, Profile
from threeflow.rules.parts import Parties, open_parts
from threeflow.versions import latest

OWN = "own"


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
    documents: Mapping[str, Sequence[Mapping[str, Any]]],
    parts: Parties,
    profile: Profile,
    at: datetime,
    own: Mapping[str, Any] | None = None,
) -> Filled:
    """Fill the import declaration of a profile at an instant.

    `documents` are payloads by type; `parts` the parties of the parts held, by digest; `own` what the
    declarant adds of its own knowledge, in the shape of a declaration. Replaced versions are left aside.
    """
    at_hand: dict[str, Sequence[Mapping[str, Any]]] = {
        name: latest(each) for name, each in documents.items()
    }
    at_hand[OWN] = [own] if own else []
    draft = _Draft(parts)
    for field in profile.fields:
        value = _value(field, at_hand, draft)
        if value is not None:
            _put(draft.content, field.to.tokens, value)
    whole = {
        "header": {"type": "declaration", "kind": profile.fill_kind, "parts": draft.bindings},
        **draft.content,
    }
    missing = profile.missing(open_parts(whole, parts), at)
    return Filled(profile.fill_kind, draft.content, tuple(draft.bindings), missing)


class _Draft:
    """The declaration as it grows, with the parts that it takes over."""

    def __init__(self, parts: Parties) -> None:
        self.parts = parts
        self.content: dict[str, Any] = {}
        self.bindings: list[dict[str, Any]] = []

    def taken(self, value: Any, source: Mapping[str, Any]) -> Any:
        """A copy of a value whose parts are bound anew; where one is not held, of its open members."""
        if isinstance(value, list):
            return [self.taken(each, source) for each in value]
        if not isinstance(value, dict):
            return copy.copy(value)
        members = {name: self.taken(each, source) for name, each in value.items() if name != "part"}
        name = self._bound(value["part"], source) if isinstance(value.get("part"), str) else None
        return {"part": name, **members} if name else members

    def _bound(self, name: str, source: Mapping[str, Any]) -> str | None:
        bindings = source.get("header", {}).get("parts", ())
        binding = next((each for each in bindings if each["name"] == name), None)
        if binding is None or binding["digest"] not in self.parts:
            return None
        for each in self.bindings:
            if each["digest"] == binding["digest"]:
                return str(each["name"])
        names = {each["name"] for each in self.bindings}
        free = next(each for each in _numbered(name) if each not in names)
        self.bindings.append({**binding, "name": free})
        return free


def _value(field: Field, documents: Mapping[str, Sequence[Mapping[str, Any]]], draft: _Draft) -> Any:
    if not field.sources:
        return copy.deepcopy(field.constant)
    for source in field.sources:
        for document in _of(source, documents):
            found = _converted(source.pointer.first(document), source.convert)
            if found is not None:
                taken = draft.taken(found, document)
                return [_element(field, each) for each in taken] if field.each else taken
    return None


def _of(source: Origin, documents: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Mapping[str, Any]]:
    for document in documents.get(source.type, ()):
        if not source.kinds or document.get("header", {}).get("kind") in source.kinds:
            yield document


def _element(field: Field, value: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for member in field.each:
        found = _converted(member.source.first(value), member.convert)
        if found is not None:
            _put(made, member.to.tokens, found)
    return made


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
