"""The schemas keep to the style that lets every validator, in every language, read them alike."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

import threeflow_spec
from threeflow.codelists import CodeLists
from threeflow.schema_messages import KEYWORDS

ROOT = "v1/schemas/"
SCHEMAS = {name: json.loads(threeflow_spec.read(name)) for name in threeflow_spec.names(ROOT)}
FORBIDDEN = {"multipleOf", "unevaluatedProperties", "$dynamicRef", "patternProperties", "contains"}
NOT_PORTABLE = re.compile(r"\\[dDwWsSpPbBxu]|\(\?|\\[1-9]|[*+?}][+?]")
APPLICATORS = {
    "$ref",
    "$defs",
    "allOf",
    "anyOf",
    "oneOf",
    "if",
    "then",
    "else",
    "properties",
    "items",
    "dependentSchemas",
}
ANNOTATIONS = {
    "$schema",
    "$id",
    "title",
    "description",
    "default",
    "examples",
    "contentEncoding",
    "contentMediaType",
}


def _subschemas(schema: Any, named: bool = False) -> Iterator[tuple[dict[str, Any], bool]]:
    """Every subschema, with whether it is the value of a member's name."""
    if not isinstance(schema, dict):
        return
    yield schema, named
    for keyword in ("properties", "$defs", "dependentSchemas"):
        for value in schema.get(keyword, {}).values():
            yield from _subschemas(value, keyword == "properties")
    for keyword in ("items", "if", "then", "else", "additionalProperties", "propertyNames"):
        yield from _subschemas(schema.get(keyword))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for value in schema.get(keyword, []):
            yield from _subschemas(value)


def _conditional(schema: Any) -> set[int]:
    """The subschemas inside conditions, which narrow members described elsewhere and so carry no words."""
    inside: set[int] = set()
    for each, _ in _subschemas(schema):
        narrowing = [each.get(keyword) for keyword in ("if", "then", "dependentSchemas")] + each.get(
            "allOf", []
        )
        for part in narrowing:
            values = part.values() if part is each.get("dependentSchemas") and part else [part]
            for value in values:
                inside |= {id(inner) for inner, _ in _subschemas(value)}
    return inside


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_named_by_its_place(name: str) -> None:
    schema = SCHEMAS[name]
    assert schema["$id"] == f"https://threeflow.example/{name}"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_is_described(name: str) -> None:
    quiet = _conditional(SCHEMAS[name])
    for schema, is_member in _subschemas(SCHEMAS[name]):
        if is_member and id(schema) not in quiet:
            assert schema.get("title"), schema
            assert schema.get("description"), schema


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_object_admits_unknown_members(name: str) -> None:
    quiet = _conditional(SCHEMAS[name])
    for schema, _ in _subschemas(SCHEMAS[name]):
        if "properties" in schema and id(schema) not in quiet:
            assert schema.get("additionalProperties") is False, schema


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_keyword_and_pattern_is_portable_and_has_words_in_two_languages(name: str) -> None:
    for schema, _ in _subschemas(SCHEMAS[name]):
        keywords = {key for key in schema if not key.startswith("x-")} - APPLICATORS - ANNOTATIONS
        assert not keywords & FORBIDDEN
        assert keywords - {"propertyNames"} <= KEYWORDS
        pattern = schema.get("pattern", "")
        assert not NOT_PORTABLE.search(pattern), pattern
        assert pattern == "" or (pattern.startswith("^") and pattern.endswith("$"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_list_and_text_has_a_limit(name: str) -> None:
    for schema, _ in _subschemas(SCHEMAS[name]):
        if schema.get("type") == "array":
            assert "maxItems" in schema, schema


@pytest.mark.requirement("TF-VER-3")
@pytest.mark.parametrize("name", SCHEMAS)
def test_every_enum_says_whether_it_may_grow(name: str) -> None:
    quiet = _conditional(SCHEMAS[name])
    for schema, _ in _subschemas(SCHEMAS[name]):
        if "enum" in schema and id(schema) not in quiet:
            assert schema.get("x-enum") in {"open", "closed"}, schema


@pytest.mark.requirement("TF-DOC-13")
def test_every_code_list_that_a_field_names_is_published() -> None:
    lists = CodeLists.load()
    named = {
        schema["x-codelist"]
        for each in SCHEMAS.values()
        for schema, _ in _subschemas(each)
        if "x-codelist" in schema
    }
    assert named <= lists.ids
