"""A Postman collection (format 2.1, which Bruno and Insomnia import too) of the REST binding."""

import uuid
from collections.abc import Iterator
from typing import Any, Final

SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
METHODS: Final = frozenset({"get", "post"})


def collection(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return the collection: a folder a tag, a request an operation, addresses and token as variables."""
    folders = [
        {"name": tag["name"], "description": tag["description"], "item": list(requests(bundle, tag["name"]))}
        for tag in bundle["tags"]
    ]
    name = uuid.uuid5(uuid.NAMESPACE_URL, "https://threeflow.example/v1/collection")
    return {
        "info": {
            "_postman_id": str(name),
            "name": f"{bundle['info']['title']} {bundle['info']['version']}",
            "description": bundle["info"]["description"],
            "schema": SCHEMA,
        },
        "auth": {
            "type": "bearer",
            "bearer": [{"key": "token", "value": "{{callerToken}}", "type": "string"}],
        },
        "variable": [
            {"key": "baseUrl", "value": "http://127.0.0.1:8080", "description": "Endpoint of the node."},
            {"key": "callerToken", "value": "", "description": "A caller token made for this one request."},
            {
                "key": "envelope",
                "value": "",
                "description": "A sealed envelope, as `threeflow seal` prints it.",
            },
        ],
        "item": folders,
    }


def requests(bundle: dict[str, Any], tag: str) -> Iterator[dict[str, Any]]:
    """Give the requests of one tag in the order of the description."""
    for path, operations in bundle["paths"].items():
        for method, operation in operations.items():
            if method in METHODS and tag in operation["tags"]:
                shared = [*operations.get("parameters", ()), *operation.get("parameters", ())]
                parameters = [resolved(bundle, each) for each in shared]
                yield request(path, method, operation, parameters)


def resolved(bundle: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference inside the bundle names."""
    found: Any = node
    if "$ref" in node:
        found = bundle
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
    return dict(found)


def request(
    path: str, method: str, operation: dict[str, Any], parameters: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return one request."""
    asked: dict[str, Any] = {
        "method": method.upper(),
        "description": operation.get("description", operation["summary"]),
        "header": list(headers(operation)),
        "url": address(path, parameters),
    }
    if operation.get("security") == []:
        asked["auth"] = {"type": "noauth"}
    if "requestBody" in operation:
        asked["body"] = {"mode": "raw", "raw": "{{envelope}}"}
    return {"name": operation["summary"].removesuffix("."), "request": asked, "response": []}


def headers(operation: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Give the media types asked for and sent."""
    success = next(each for status, each in operation["responses"].items() if status.startswith("2"))
    if "content" in success:
        yield {"key": "Accept", "value": ", ".join(success["content"])}
    if "requestBody" in operation:
        yield {"key": "Content-Type", "value": next(iter(operation["requestBody"]["content"]))}


def address(path: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an address with its variables."""
    steps = [":" + step[1:-1] if step.startswith("{") else step for step in path.split("/")[1:]]
    query = [entry(each) for each in parameters if each["in"] == "query"]
    asked = "&".join(f"{each['key']}=" for each in query)
    return {
        "raw": "{{baseUrl}}/" + "/".join(steps) + ("?" + asked if asked else ""),
        "host": ["{{baseUrl}}"],
        "path": steps,
        "query": query,
        "variable": [entry(each) for each in parameters if each["in"] == "path"],
    }


def entry(parameter: dict[str, Any]) -> dict[str, str]:
    """Return a parameter, empty but for its default."""
    default = parameter["schema"].get("default", "")
    return {"key": parameter["name"], "value": str(default), "description": parameter["description"]}
