"""The standard's valid document vectors, from which the suite's own documents are made."""

import json
from functools import cache

import threeflow_spec
from threeflow_conformance.judge import schemas

__all__ = ["base", "vectors_of"]


@cache
def vectors_of(type_: str) -> tuple[str, ...]:
    """The valid vectors of a type, as JSON."""
    found = threeflow_spec.names(f"v1/vectors/documents/{type_}/")
    return tuple(
        threeflow_spec.read(name).decode() for name in found if name.endswith(".json") and "twins" not in name
    )


@cache
def base(type_: str, kind: str) -> str:
    """A valid payload of a type and kind: its own vector, or another kind's where the schema admits it; or empty."""
    for text in vectors_of(type_):
        if json.loads(text)["header"]["kind"] == kind:
            return text
    for text in vectors_of(type_):
        payload = json.loads(text)
        payload["header"]["kind"] = kind
        if not schemas.violations(type_, payload):
            return json.dumps(payload)
    return ""
