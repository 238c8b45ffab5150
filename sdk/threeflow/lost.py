"""What a document loses when it is expressed in a profile's own data set (TF-PROF)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urljoin

from threeflow.profiles import Profile
from threeflow.rules.pointer import escaped
from threeflow.schemas import Schemas
from threeflow.standard import Standard
from threeflow_spec import read

ELEMENT, ADDITION = "x-element", "x-addition"


@dataclass(frozen=True, slots=True)
class Lost:
    """A member that the profile's data set cannot carry: its elements, or the addition that it is."""

    pointer: str
    elements: tuple[int, ...]
    additions: tuple[str, ...]
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class _Node:
    """A schema and the file against which its references are read."""

    schema: Mapping[str, Any]
    base: str


def lost(standard: Standard, profile: Profile, payload: Mapping[str, Any]) -> tuple[Lost, ...]:
    """Every member of a payload that the profile does not carry, in document order.

    Raises Refused (`unknown-type`) for a type without a schema.
    """
    if profile.carries is None:
        return ()
    root = standard.schemas.schema(payload["header"]["type"])
    nodes = _opened(standard.schemas, _Node(root, root["$id"]))
    return tuple(_members(standard.schemas, nodes, payload, "", profile.carries))


def _members(
    schemas: Schemas, nodes: list[_Node], value: Any, pointer: str, carries: frozenset[int]
) -> Iterator[Lost]:
    for step, child, below in _children(schemas, nodes, value):
        place = f"{pointer}/{escaped(step)}"
        elements = tuple(sorted(set(_annotations(below, ELEMENT))))
        additions = tuple(sorted(set(_annotations(below, ADDITION))))
        if (elements and not carries & set(elements)) or (additions and not elements):
            yield Lost(place, elements, additions, *_titles((*elements, *additions), below))
        else:
            yield from _members(schemas, below, child, place, carries)


def _children(schemas: Schemas, nodes: list[_Node], value: Any) -> Iterator[tuple[str, Any, list[_Node]]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield (
                name,
                child,
                [found for node in nodes for found in _below(schemas, node, "properties", name)],
            )
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield str(index), child, _within([found for node in nodes for found in _items(schemas, node)])


def _below(schemas: Schemas, node: _Node, keyword: str, name: str) -> list[_Node]:
    schema = node.schema.get(keyword, {}).get(name)
    return _opened(schemas, _Node(schema, node.base)) if isinstance(schema, dict) else []


def _items(schemas: Schemas, node: _Node) -> list[_Node]:
    schema = node.schema.get("items")
    return _opened(schemas, _Node(schema, node.base)) if isinstance(schema, dict) else []


def _within(nodes: list[_Node]) -> list[_Node]:
    """An element of an array bears what its array bears: it is no member of its own."""
    bare = {ELEMENT, ADDITION}
    return [
        _Node({key: each for key, each in node.schema.items() if key not in bare}, node.base)
        for node in nodes
    ]


def _opened(schemas: Schemas, node: _Node) -> list[_Node]:
    """The schema itself, and all that apply beside it by reference or combination."""
    found = [node]
    if "$ref" in node.schema:
        uri = urljoin(node.base, node.schema["$ref"])
        found += _opened(schemas, _Node(schemas.referred(uri), uri))
    for part in node.schema.get("allOf", ()):
        found += _opened(schemas, _Node(part, node.base))
    return found


def _annotations(nodes: list[_Node], keyword: str) -> Iterator[Any]:
    for node in nodes:
        raw = node.schema.get(keyword, [])
        yield from raw if isinstance(raw, list) else [raw]


def _titles(numbers: tuple[int | str, ...], nodes: list[_Node]) -> tuple[str, str]:
    own = next((str(node.schema["title"]) for node in nodes if "title" in node.schema), "")
    known = next((_names()[each] for each in numbers if each in _names()), {})
    return own or known.get("en", ""), known.get("zh", own)


@cache
def _names() -> dict[int | str, dict[str, str]]:
    source = json.loads(read("v1/elements.json"))
    named: dict[int | str, dict[str, str]] = {
        each["no"]: each["name"] for each in (*source["elements"], *source["extensions"])
    }
    return named | {each["id"]: each["name"] for each in source["additions"]}
