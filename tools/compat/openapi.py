"""Compare OpenAPI descriptions: operations, parameters, bodies, statuses, media types and components."""

from collections.abc import Collection, Generator, Iterator, Mapping
from typing import Any, Final

from tools.compat.change import Change, Verdict, members, rest, shared, words
from tools.compat.schemas import NOTES, compare_files
from tools.compat.schemas import compare as compare_schemas

PART: Final = "openapi"
METHODS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
SCHEMAS: Final = "#/components/schemas/"
Node = Mapping[str, Any]


def compare(old: Node, new: Node) -> Iterator[Change]:
    """Compare two descriptions."""
    before, after = operations(old), operations(new)
    yield from members(PART, "", "operation", before, after)
    for name, one, other in shared(before, after):
        yield from _operation(one, other, name)
    yield from _components(old.get("components", {}), new.get("components", {}), _asked(new))


def operations(described: Node) -> dict[str, dict[str, Any]]:
    """Return each operation by method and path, with the parameters and the security that it inherits."""
    return {
        f"{method.upper()} {path}": {
            "security": described.get("security", []),
            **operation,
            "parameters": [*methods.get("parameters", ()), *operation.get("parameters", ())],
        }
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def _operation(old: Node, new: Node, where: str) -> Iterator[Change]:
    yield from words(PART, where, old, new, ("summary", "description", "tags"))
    if old.get("operationId") != new.get("operationId"):
        yield Change("breaking", PART, where, f"operationId changed to {new.get('operationId')}")
    if old["security"] != new["security"]:
        verdict: Verdict = "additive" if new["security"] == [] else "breaking"
        yield Change(verdict, PART, where, "security changed")
    yield from _parameters(old["parameters"], new["parameters"], where)
    yield from _body(old.get("requestBody"), new.get("requestBody"), where)
    before, after = old.get("responses", {}), new.get("responses", {})
    yield from members(PART, where, "status", before, after)
    for status, one, other in shared(before, after):
        yield from _answer(one, other, f"{where} {status}")


def _parameters(old: list[Node], new: list[Node], where: str) -> Iterator[Change]:
    before, after = ({_name(each): each for each in side} for side in (old, new))
    for name in after.keys() - before.keys():
        verdict: Verdict = "breaking" if after[name].get("required") or "$ref" in after[name] else "additive"
        yield Change(verdict, PART, where, f"parameter {name} added")
    for name in before.keys() - after.keys():
        yield Change("breaking", PART, where, f"parameter {name} removed")
    for name, one, other in shared(before, after):
        yield from _parameter(one, other, f"{where} {name}")


def _name(parameter: Node) -> str:
    return str(parameter.get("$ref") or f"{parameter['in']} {parameter['name']}")


def _parameter(old: Node, new: Node, where: str) -> Iterator[Change]:
    yield from words(PART, where, old, new, ("description",))
    if old.get("required", False) != new.get("required", False):
        made = "required" if new.get("required") else "optional"
        yield Change("breaking" if new.get("required") else "additive", PART, where, f"made {made}")
    yield from compare_schemas(old.get("schema", {}), new.get("schema", {}), where, PART)
    yield from rest(PART, where, old, new, ("description", "required", "schema"))


def _body(old: Node | None, new: Node | None, where: str) -> Iterator[Change]:
    if old is None or new is None:
        if old is not new:
            yield Change("breaking", PART, where, "body " + ("added" if old is None else "removed"))
        return
    if not old.get("required") and new.get("required"):
        yield Change("breaking", PART, where, "body made required")
    yield from _content(old, new, where + " body")


def _answer(old: Node, new: Node, where: str) -> Iterator[Change]:
    if "$ref" in old or "$ref" in new:
        if old != new:
            yield Change("breaking", PART, where, "answer changed")
        return
    yield from words(PART, where, old, new, ("description",))
    yield from _content(old, new, where)
    yield from members(PART, where, "header", old.get("headers", {}), new.get("headers", {}))


def _content(old: Node, new: Node, where: str) -> Iterator[Change]:
    before, after = old.get("content", {}), new.get("content", {})
    yield from members(PART, where, "media type", before, after)
    for media, one, other in shared(before, after):
        said = one.get("schema", {})
        if not where.endswith(" body"):
            said = yield from _described(said, other.get("schema", {}), f"{where} {media}")
        yield from compare_schemas(said, other.get("schema", {}), f"{where} {media}", PART)


def _asked(described: Node) -> frozenset[str]:
    """Return the names of the schemas that some request body reaches; the others stand in answers."""
    schemas = described.get("components", {}).get("schemas", {})
    found: set[str] = set()
    ahead = {
        name for each in operations(described).values() for name in _references(each.get("requestBody", {}))
    }
    while ahead:
        name = ahead.pop()
        found.add(name)
        ahead |= set(_references(schemas.get(name, {}))) - found
    return frozenset(found)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if str(node.get("$ref", "")).startswith(SCHEMAS):
            yield node["$ref"].removeprefix(SCHEMAS)
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


def _described(old: Any, new: Any, where: str) -> Generator[Change, None, Any]:
    """Return the old schema of an answer, with the new one where any object was admitted and is no more.

    Who read an answer could rely on nothing inside such an object, so describing it takes nothing away.
    """
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return old
    meaning = {key: value for key, value in old.items() if key not in NOTES}
    if meaning == {"type": "object"} and "$ref" in new:
        yield Change("additive", PART, where, f"any object, now described by {new['$ref']}")
        return new
    kept = dict(old)
    for key in ("properties", "items"):
        if key == "items" and key in old and key in new:
            kept[key] = yield from _described(old[key], new[key], where + "[]")
        elif isinstance(old.get(key), Mapping) and isinstance(new.get(key), Mapping):
            kept[key] = dict(old[key])
            for name, one, other in shared(old[key], new[key]):
                kept[key][name] = yield from _described(one, other, f"{where}/{name}")
    return kept


def _components(old: Node, new: Node, asked: Collection[str]) -> Iterator[Change]:
    before, after = dict(old.get("schemas", {})), new.get("schemas", {})
    for name, one, other in list(shared(before, after)):
        if name not in asked:
            before[name] = yield from _described(one, other, name)
    yield from compare_files(before, after, PART)
    for kind, judge in (("parameters", _parameter), ("responses", _answer)):
        before, after = old.get(kind, {}), new.get(kind, {})
        yield from members(PART, f"components/{kind}", kind.removesuffix("s"), before, after)
        for name, one, other in shared(before, after):
            yield from judge(one, other, f"components/{kind}/{name}")
    yield from rest(PART, "components", old, new, ("schemas", "parameters", "responses", "headers"))
