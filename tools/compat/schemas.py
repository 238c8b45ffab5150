"""Compare JSON Schemas keyword by keyword.

A document has two sides: who writes it must not find it refused, and who reads it must not miss what was
always there. So a limit may be loosened, but a required member may neither come nor go, and a closed enum may
neither shrink nor grow. What cannot be judged (a pattern that reads otherwise, a condition) breaks.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.compat.change import Change, Verdict, members, shared, words

PART: Final = "schemas"
EDITORIAL: Final = ("title", "description")
NOTES: Final = frozenset(
    {"title", "description", "examples", "example", "deprecated", "$comment", "$schema", "$id", "x-element",
     "x-tded", "x-ceb", "x-wco", "x-h7", "x-addition"}
)  # fmt: skip
UPPER: Final = ("maxLength", "maxItems", "maximum", "maxProperties")
LOWER: Final = ("minLength", "minItems", "minimum", "minProperties")
NARROWING: Final = ("pattern", "format", "uniqueItems", "x-codelist", "multipleOf")
BRANCHES: Final = ("anyOf", "oneOf")
NAMED: Final = ("properties", "$defs", "dependentSchemas")
JUDGED: Final = NOTES | {
    *UPPER, *LOWER, *NARROWING, *BRANCHES, *NAMED, "type", "enum", "x-enum", "required", "items", "allOf",
    "additionalProperties",
}  # fmt: skip
Schema = Mapping[str, Any]


def compare_files(old: Mapping[str, Schema], new: Mapping[str, Schema], part: str = PART) -> Iterator[Change]:
    """Compare all schemas by name."""
    yield from members(part, "", "schema", old, new)
    for name, before, after in shared(old, new):
        yield from compare(before, after, name, part)


def compare(old: Any, new: Any, where: str, part: str = PART) -> Iterator[Change]:
    """Compare two schemas of one place."""
    if old == new:
        return
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        yield Change("breaking", part, where, "schema changed")
        return
    yield from words(part, where, old, new, EDITORIAL)
    yield from _types(old, new, where, part)
    yield from _enum(old, new, where, part)
    yield from _limits(old, new, where, part)
    yield from _narrowing(old, new, where, part)
    yield from _members(old, new, where, part)
    yield from _inner(old, new, where, part)
    for key in sorted((old.keys() | new.keys()) - JUDGED):
        if old.get(key) != new.get(key):
            yield Change("breaking", part, where, f"{key} {_how(key, old, new)}")


def _how(key: str, old: Schema, new: Schema) -> str:
    if key not in old:
        return "added"
    return "removed" if key not in new else f"changed from {_short(old[key])} to {_short(new[key])}"


def _short(value: Any) -> str:
    said = str(value)
    return said if len(said) <= 60 else said[:57] + "..."


def _types(old: Schema, new: Schema, where: str, part: str) -> Iterator[Change]:
    before, after = (_set(each.get("type")) for each in (old, new))
    if before == after:
        return
    if not after or (before and before < after):
        yield Change("additive", part, where, f"type widened to {_said(after)}")
    else:
        yield Change("breaking", part, where, f"type changed from {_said(before)} to {_said(after)}")


def _set(types: Any) -> set[str]:
    return {types} if isinstance(types, str) else set(types or ())


def _said(types: set[str]) -> str:
    return " or ".join(sorted(types)) or "anything"


def _enum(old: Schema, new: Schema, where: str, part: str) -> Iterator[Change]:
    if old.get("x-enum") != new.get("x-enum") and "x-enum" in old:
        yield Change("breaking", part, where, f"x-enum {_how('x-enum', old, new)}")
    if ("enum" in old) != ("enum" in new):
        yield Change("breaking", part, where, f"enum {_how('enum', old, new)}")
    elif "enum" in old:
        grows: Verdict = "additive" if old.get("x-enum") == "open" else "breaking"
        yield from members(part, where, "value", old["enum"], new["enum"], grows=grows)


def _limits(old: Schema, new: Schema, where: str, part: str) -> Iterator[Change]:
    for keys, loose in ((UPPER, float("inf")), (LOWER, float("-inf"))):
        for key in keys:
            before, after = old.get(key, loose), new.get(key, loose)
            if before != after:
                wider = after > before if keys is UPPER else after < before
                yield Change("additive" if wider else "breaking", part, where, f"{key} {_how(key, old, new)}")


def _narrowing(old: Schema, new: Schema, where: str, part: str) -> Iterator[Change]:
    for key in NARROWING:
        if old.get(key) != new.get(key):
            verdict: Verdict = "additive" if key not in new else "breaking"
            yield Change(verdict, part, where, f"{key} {_how(key, old, new)}")


def _members(old: Schema, new: Schema, where: str, part: str) -> Iterator[Change]:
    for key in NAMED:
        before, after = old.get(key, {}), new.get(key, {})
        grows: Verdict = "breaking" if key == "dependentSchemas" else "additive"
        yield from members(part, where, "member" if key == "properties" else key, before, after, grows=grows)
        for name, one, other in shared(before, after):
            yield from compare(one, other, f"{where}/{name}", part)
    before, after = old.get("required", ()), new.get("required", ())
    for name in sorted(set(after) - set(before)):
        yield Change("breaking", part, f"{where}/{name}", "made required")
    for name in sorted(set(before) - set(after)):
        if name in new.get("properties", ()):
            yield Change("breaking", part, f"{where}/{name}", "made optional: readers rely on it")


def _inner(old: Schema, new: Schema, where: str, part: str) -> Iterator[Change]:
    if "items" in old and "items" in new:
        yield from compare(old["items"], new["items"], where + "[]", part)
    elif ("items" in old) != ("items" in new):
        yield Change("breaking", part, where, f"items {_how('items', old, new)}")
    yield from _open(
        old.get("additionalProperties", True), new.get("additionalProperties", True), where, part
    )
    yield from _all_of(old.get("allOf", ()), new.get("allOf", ()), where, part)
    for key in BRANCHES:
        yield from _branches(key, old, new, where, part)


def _open(old: Any, new: Any, where: str, part: str) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from compare(old, new, where + "{}", part)
    elif new is True or old is False:
        yield Change("additive", part, where, "further members admitted")
    else:
        yield Change("breaking", part, where, "further members no longer admitted")


def _all_of(old: Any, new: Any, where: str, part: str) -> Iterator[Change]:
    before = [each for each in old if each not in new]
    after = [each for each in new if each not in old]
    if len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from compare(one, other, where, part)
        return
    for _ in before:
        yield Change("additive", part, where, "condition removed")
    for _ in after:
        yield Change("breaking", part, where, "condition added")


def _branches(key: str, old: Schema, new: Schema, where: str, part: str) -> Iterator[Change]:
    if (key in old) != (key in new):
        yield Change("breaking", part, where, f"{key} {_how(key, old, new)}")
        return
    before = [each for each in old.get(key, ()) if each not in new[key]]
    after = [each for each in new.get(key, ()) if each not in old[key]]
    if len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from compare(one, other, where, part)
        return
    for _ in before:
        yield Change("breaking", part, where, f"branch of {key} removed")
    for _ in after:
        yield Change("additive", part, where, f"branch of {key} added")
