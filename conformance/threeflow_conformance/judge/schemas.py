"""Schemas judged by ``jsonschema``, with the formats asserted that the standard asserts (TF-DOC-3, TF-DOC-4)."""

import json
import re
import uuid
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

import threeflow_spec

__all__ = ["component", "faults", "openapi", "schema_names", "violations"]

_BASE = "https://threeflow.example/v1/schemas/"
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_FORMATS = FormatChecker(formats=())


@cache
def schema_names() -> tuple[str, ...]:
    """Names of all schemas below the standard's folder, as in ``trade/order``."""
    found = (name for name in threeflow_spec.names("v1/schemas/") if name.endswith(".schema.json"))
    return tuple(name.removeprefix("v1/schemas/").removesuffix(".schema.json") for name in found)


def violations(name: str, value: Any) -> tuple[str, ...]:
    """What of a value breaks a schema, given as ``order`` or ``protocol/receipt``; empty where nothing does."""
    return tuple(
        sorted(
            f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in _validator(_path(name)).iter_errors(value)
        )
    )


def faults(name: str, value: Any) -> tuple[tuple[str, str], ...]:
    """Place and keyword of each violation, in the standard's own way of naming places."""
    found: set[tuple[str, str]] = set()
    for error in _validator(_path(name)).iter_errors(value):
        found.add(("/" + "/".join(map(str, error.absolute_path)), str(error.validator)))
    return tuple(sorted(found))


@cache
def openapi() -> Any:
    """The description of the REST binding."""
    return yaml.safe_load(threeflow_spec.read("v1/openapi.yaml"))


def component(name: str, value: Any) -> tuple[str, ...]:
    """What of a value breaks a schema of the OpenAPI description; empty where nothing does."""
    return tuple(
        sorted(
            f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in _component(name).iter_errors(value)
        )
    )


@cache
def _component(name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": openapi()["components"]}
    return Draft202012Validator(schema, registry=_registry(), format_checker=_FORMATS)


@cache
def _path(name: str) -> str:
    if "/" in name:
        return name
    found = [each for each in schema_names() if each.endswith(f"/{name}")]
    if not found:
        raise KeyError(f"the standard has no schema {name}")
    return found[0]


@cache
def _registry() -> Registry[Any]:
    resources = []
    for name in schema_names():
        value = json.loads(threeflow_spec.read(f"v1/schemas/{name}.schema.json"))
        resources.append((value["$id"], Resource.from_contents(value)))
    return Registry().with_resources(resources)


@cache
def _validator(path: str) -> Draft202012Validator:
    schema = _registry().contents(f"{_BASE}{path}.schema.json")
    return Draft202012Validator(schema, registry=_registry(), format_checker=_FORMATS)


def _date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if not _DATE_TIME.fullmatch(value):
        return False
    # A leap second is a time of RFC 3339, and none that the plain library knows.
    datetime.fromisoformat(re.sub(r"[.][0-9]+", "", value.upper()).replace(":60", ":59"))
    return True


def _date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


def _uuid(value: object) -> bool:
    return not isinstance(value, str) or str(uuid.UUID(value)) == value.lower()


def _uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


for _name, _judge in (("date-time", _date_time), ("date", _date), ("uuid", _uuid), ("uri", _uri)):
    _FORMATS.checks(_name, raises=ValueError)(_judge)
