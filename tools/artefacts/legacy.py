"""The bundle as OpenAPI 3.0.3, for code generators: it admits what the 3.1 bundle admits, and sometimes more.

What generators stumble over is widened rather than translated: conditions go, an open enum is a text whose
known codes stand in ``x-extensible-enum``, a public key is one object with the members of its forms, and
dates are texts, so that a client keeps the offset that was written. Titles go too, for some generators name
classes by them, and an item's *Portion* is not an event's.
"""

from typing import Any, Final

LEFT_OUT: Final = frozenset(
    {"contentEncoding", "contentMediaType", "contentSchema", "dependentSchemas", "examples", "if", "then",
     "jsonSchemaDialect", "propertyNames", "title", "webhooks"}
)  # fmt: skip
# A generator takes a whole number without a format for one of 32 bits.
MOST_OF_32_BITS: Final = 2**31 - 1
PREFIX: Final = "#/components/schemas/"


def downgrade(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return the 3.1 bundle as 3.0.3 can say it."""
    scalars = {
        PREFIX + name: schema
        for name, schema in bundle["components"]["schemas"].items()
        if schema.get("type") in {"string", "integer"}
    }
    said: dict[str, Any] = lowered(bundle, scalars)
    components = said["components"]
    components["schemas"] = {
        name: each for name, each in components["schemas"].items() if PREFIX + name not in scalars
    }
    said["openapi"] = "3.0.3"
    said["info"] = {key: value for key, value in bundle["info"].items() if key != "summary"}
    said["info"]["license"] = {"name": said["info"]["license"]["name"]}
    return said


def lowered(node: Any, scalars: dict[str, Any]) -> Any:
    """Return any piece of the bundle."""
    if isinstance(node, list):
        return [lowered(each, scalars) for each in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return referred(node, scalars)
    if isinstance(node.get("allOf"), list) and "$ref" in node["allOf"][0]:
        return lowered({**node["allOf"][0]}, scalars)
    if {"type": "null"} in node.get("anyOf", ()):
        return {**lowered(node["anyOf"][0], scalars), "nullable": True}
    return plain(merged(node), scalars)


def referred(node: dict[str, Any], scalars: dict[str, Any]) -> Any:
    """Return a reference alone, or the text or number that it names: an alias helps no generated client."""
    target = scalars.get(node["$ref"])
    if target is None:
        return {"$ref": node["$ref"]}
    return lowered({**target, **{key: value for key, value in node.items() if key != "$ref"}}, scalars)


def merged(node: dict[str, Any]) -> dict[str, Any]:
    """Return an object of several forms as one object with the members of all."""
    forms = node.get("oneOf")
    if not isinstance(forms, list) or not all("properties" in each for each in forms):
        return node
    members = {name: each for form in forms for name, each in form["properties"].items()}
    always = set.intersection(*(set(form.get("required", ())) for form in forms))
    rest = {key: value for key, value in node.items() if key != "oneOf"}
    shown = {name: {**each, "const": None} if "const" in each else each for name, each in members.items()}
    return {**rest, "properties": shown, "required": sorted(always), "additionalProperties": False}


def plain(node: dict[str, Any], scalars: dict[str, Any]) -> dict[str, Any]:
    """Return an object of the description without what 3.0.3 or its tools do not know."""
    said = {key: value for key, value in node.items() if key not in LEFT_OUT and not is_condition(key, value)}
    if "const" in said:
        constant = said.pop("const")
        said.setdefault("type", {bool: "boolean"}.get(type(constant), "string"))
        if isinstance(constant, str):
            said["enum"] = [constant]
    if isinstance(said.get("type"), list):
        (said["type"],) = (each for each in said["type"] if each != "null")
        said["nullable"] = True
    if said.get("type") == "integer" and said.get("maximum", 0) > MOST_OF_32_BITS:
        said.setdefault("format", "int64")
    if said.get("x-enum") == "open" and "enum" in said:
        said["x-extensible-enum"] = said.pop("enum")
    if said.get("format") in {"date", "date-time"}:
        del said["format"]
    return {
        key: named(value, scalars) if key == "properties" else lowered(value, scalars)
        for key, value in said.items()
    }


def named(members: dict[str, Any], scalars: dict[str, Any]) -> dict[str, Any]:
    """Return the members of an object; a member may bear the name of a keyword."""
    return {name: lowered(each, scalars) for name, each in members.items()}


def is_condition(key: str, value: Any) -> bool:
    """Whether a keyword holds nothing but conditions between members."""
    return key == "allOf" and isinstance(value, list) and all("if" in each for each in value)
