"""The schemas of the protocol's own artefacts, which have no row in the exchange table."""

import json
from functools import cache
from typing import Final, cast

import jsonschema_rs

import threeflow_spec

_BASE: Final = "https://threeflow.example/"


def problem(name: str, value: object, family: str = "protocol") -> str | None:
    """Say where and how ``value`` is no artefact ``name`` (as ``receipt``), or None where it is one."""
    for error in _validator(name, family).iter_errors(value):
        pointer = "".join(f"/{each}" for each in error.instance_path)
        return f"{pointer or 'the payload'}: {error.message[:300]}"
    return None


@cache
def _validator(name: str, family: str) -> jsonschema_rs.Draft202012Validator:
    schema = _schema(f"{_BASE}v1/schemas/{family}/{name}.schema.json")
    return jsonschema_rs.Draft202012Validator(schema, retriever=_schema, validate_formats=True)


def _schema(address: str) -> dict[str, object]:
    return cast(dict[str, object], json.loads(threeflow_spec.read(address.removeprefix(_BASE))))
