"""Opening parts: personal members put back where they are held, marked where they are not."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from threeflow import digest

Parties: TypeAlias = Mapping[str, Mapping[str, Any]]


def held(parts: Iterable[bytes]) -> dict[str, dict[str, Any]]:
    """The parties of parts that were bound and checked before, by the digest of the part's octets."""
    return {digest.of(octets): json.loads(octets)["party"] for octets in parts}


def open_parts(payload: Mapping[str, Any], parts: Parties) -> dict[str, Any]:
    """The payload with every `{"part": name}` whose part is held given the members of that part's party.

    `part` stays, so that a rule can still see where the members came from; pointers stay true.
    """
    bound = {each["name"]: each["digest"] for each in payload.get("header", {}).get("parts", ())}
    parties = {name: parts[value] for name, value in bound.items() if value in parts}
    opened: dict[str, Any] = _opened(payload, parties) if parties else dict(payload)
    return opened


def withheld(value: Any) -> bool:
    """Whether a party's personal members stand in a part that is not held."""
    return isinstance(value, Mapping) and "part" in value and "name" not in value


def _opened(value: Any, parties: Parties) -> Any:
    if isinstance(value, dict):
        members = {name: _opened(member, parties) for name, member in value.items()}
        return {**members, **parties.get(value.get("part", ""), {})} if _named(value) else members
    if isinstance(value, list):
        return [_opened(member, parties) for member in value]
    return value


def _named(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("part"), str)
