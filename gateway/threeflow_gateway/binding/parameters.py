"""What a verb may be asked, by the OpenAPI description: one statement for both bindings.

Over REST connexion holds requests to it; over gRPC this does.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

import threeflow_spec
from threeflow.errors import Refused

__all__ = ["check"]


def check(operation: str, asked: Mapping[str, Any]) -> None:
    """Hold the parameters of an operation, or the members of its body, to its description.

    Raises:
        Refused: ``bad-request``, with a pointer to the parameter.
    """
    for error in _validators()[operation].iter_errors(dict(asked)):
        pointer = "".join(f"/{step}" for step in error.instance_path)
        raise Refused("bad-request", "TF-REST-1", error.message[:200], pointer)


@cache
def _validators() -> dict[str, Any]:
    described = json.loads(threeflow_spec.read("v1/openapi-3.0.3.json"))
    components = described["components"]
    found: dict[str, Any] = {}
    for path in described["paths"].values():
        shared = path.get("parameters", [])
        for operation in path.values():
            if isinstance(operation, dict):
                schema = _body(operation) or _parameters(
                    [*shared, *operation.get("parameters", [])], components
                )
                found[operation["operationId"]] = jsonschema_rs.Draft202012Validator(
                    {**schema, "components": components}
                )
    return found


def _body(operation: Mapping[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    return dict(content["application/json"]["schema"]) if "application/json" in content else None


def _parameters(named: list[Mapping[str, Any]], components: Mapping[str, Any]) -> dict[str, Any]:
    stated = [_resolved(each, components) for each in named]
    return {
        "type": "object",
        "properties": {each["name"]: each["schema"] for each in stated},
        "required": [each["name"] for each in stated if each.get("required")],
        "additionalProperties": False,
    }


def _resolved(parameter: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in parameter:
        return parameter
    held: Mapping[str, Any] = components["parameters"][parameter["$ref"].rpartition("/")[2]]
    return held
