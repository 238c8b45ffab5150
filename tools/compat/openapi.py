"""Compare OpenAPI descriptions: operations, parameters, bodies, statuses, media types and components."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.compat.change import Change, Verdict, members, rest, shared, words
from tools.compat.schemas import compare as compare_schemas
from tools.compat.schemas import compare_files

PART: Final = "openapi"
METHODS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
Node = Mapping[str, Any]


def compare(old: Node, new: Node) -> Iterator[Change]:
    """Compare two descriptions."""
    before, after = operations(old), operations(new)
    yield from members(PART, "", "operation", before, after)
    for name, one, other in shared(before, after):
        yield from _operation(one, other, name)
    yield from _components(old.get("components", {}), new.get("components", {}))


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
        yield from compare_schemas(one.get("schema", {}), other.get("schema", {}), f"{where} {media}", PART)


def _components(old: Node, new: Node) -> Iterator[Change]:
    yield from compare_files(old.get("schemas", {}), new.get("schemas", {}), PART)
    for kind, judge in (("parameters", _parameter), ("responses", _answer)):
        before, after = old.get(kind, {}), new.get(kind, {})
        yield from members(PART, f"components/{kind}", kind.removesuffix("s"), before, after)
        for name, one, other in shared(before, after):
            yield from judge(one, other, f"components/{kind}/{name}")
    yield from rest(PART, "components", old, new, ("schemas", "parameters", "responses", "headers"))
