"""Which operation a request asks for: a name of the OpenAPI description, or ``other``."""

import json
import re
from functools import cache
from typing import Final

import threeflow_spec

__all__ = ["OTHER", "operation_of"]

OTHER: Final = "other"
_SUBMIT: Final = {
    ("POST", "/v1/documents"): "submitDocument",
    ("POST", "/v1/documents/batch"): "submitBatch",
}


def operation_of(method: str, path: str) -> str:
    """Return the operation's id."""
    found = _SUBMIT.get((method, path))
    if found is not None:
        return found
    return next((name for verb, shape, name in _routes() if verb == method and shape.fullmatch(path)), OTHER)


@cache
def _routes() -> list[tuple[str, re.Pattern[str], str]]:
    described = json.loads(threeflow_spec.read("v1/openapi-3.0.3.json"))
    return [
        (method.upper(), re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), operation["operationId"])
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if isinstance(operation, dict) and "operationId" in operation
    ]
