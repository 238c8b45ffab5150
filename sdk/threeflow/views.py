"""Typed views of payloads in protobuf: made from a payload, turned back into one, held against one.

A view is unsigned; what is sealed are the payload's octets. ProtoJSON of a view is the payload but for what
is restored here from the schema: integers that protobuf writes as texts or doubles, empty lists and objects
that must be there, and nulls that must be there (the page *Views* of the standard).
"""

import json
import posixpath
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.message import Message

import threeflow_spec
from threeflow.errors import Refused
from threeflow.v1.document_view_pb2 import DocumentView

__all__ = ["check", "payload_of", "view_of"]

_ROOT: Final = "v1/schemas/"
_FIELDS: Final = {each.name.replace("_", "-"): each.name for each in DocumentView.DESCRIPTOR.fields}


def view_of(payload: Mapping[str, Any]) -> DocumentView:
    """Return the typed view of a payload.

    Raises:
        Refused: ``unknown-type`` where no view is known, ``schema-violated`` where the payload does not fit.
    """
    type_ = _type(payload)
    if type_ not in _FIELDS:
        raise Refused("unknown-type", "TF-DOC-1", f"no view is known for the type {type_}")
    view = DocumentView()
    document = getattr(view, _FIELDS[type_])
    document.SetInParent()
    try:
        json_format.ParseDict(dict(payload), document)
    except json_format.ParseError as error:
        raise Refused("schema-violated", "TF-DOC-3", f"the payload does not fit its view: {error}") from error
    return view


def payload_of(view: DocumentView) -> dict[str, Any]:
    """Return the payload that a view shows (TF-VIEW-2, TF-VIEW-3), for the caller to write and seal.

    Raises:
        Refused: ``bad-request`` where the view holds no document.
    """
    field = view.WhichOneof("document")
    if field is None:
        raise Refused("bad-request", "TF-VIEW-5", "the view holds no document")
    document: Message = getattr(view, field)
    said = json_format.MessageToDict(document)
    restored: dict[str, Any] = _restored(said, *_schemas()[field.replace("_", "-")])
    return restored


def check(view: DocumentView, payload: Mapping[str, Any]) -> None:
    """Hold a view that came with a document against the document's payload.

    Raises:
        Refused: ``bad-request`` where it shows anything else.
    """
    if payload_of(view) != _normal(payload):
        raise Refused("bad-request", "TF-VIEW-5", "the view beside the envelope is not a view of its payload")


def _type(payload: Mapping[str, Any]) -> str:
    header = payload.get("header")
    return str(header.get("type", "")) if isinstance(header, Mapping) else ""


def _normal(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payload as its own view gives it back: an optional empty list goes as if it were absent."""
    try:
        return payload_of(view_of(payload))
    except Refused as refused:
        raise Refused("bad-request", "TF-VIEW-5", f"the payload has no view: {refused.detail}") from refused


def _restored(value: Any, schema: Mapping[str, Any], file: str) -> Any:
    schema, file = _resolved(schema, file)
    if isinstance(value, list):
        return [_restored(each, schema["items"], file) for each in value]
    if schema.get("type") == "integer":
        return int(value)
    if not isinstance(value, dict):
        return value
    if "properties" not in schema:
        return _integral(value)
    members = schema["properties"]
    required = schema.get("required", ())
    absent = {name: _empty(members[name]) for name in required if name not in value}
    held = {name: _restored(each, members[name], file) for name, each in value.items()}
    return {**held, **{name: each for name, each in absent.items() if each is not Ellipsis}}


def _integral(value: Any) -> Any:
    """Return a value of an open object, whose numbers protobuf holds as doubles, with integers."""
    if isinstance(value, dict):
        return {name: _integral(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_integral(each) for each in value]
    return int(value) if isinstance(value, float) else value


def _empty(schema: Mapping[str, Any]) -> Any:
    """Return what a required member is that ProtoJSON leaves out; an ellipsis where nothing is implied."""
    if schema.get("type") == "array":
        return []
    if schema.get("type") == "object" and "additionalProperties" in schema and "properties" not in schema:
        return {}
    return None if {"type": "null"} in schema.get("anyOf", ()) else Ellipsis


def _resolved(schema: Mapping[str, Any], file: str) -> tuple[Mapping[str, Any], str]:
    for key in ("allOf", "anyOf"):
        if key in schema and "properties" not in schema:
            return _resolved(schema[key][0], file)
    if "$ref" not in schema:
        return schema, file
    path, _, pointer = schema["$ref"].partition("#")
    where = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else file
    target = _schema(where)
    for step in pointer.split("/")[1:]:
        target = target[step]
    return _resolved(target, where)


@cache
def _schema(file: str) -> Any:
    return json.loads(threeflow_spec.read(file))


@cache
def _schemas() -> dict[str, tuple[Mapping[str, Any], str]]:
    files = [name for name in threeflow_spec.names(_ROOT) if name.endswith(".schema.json")]
    return {posixpath.basename(file).removesuffix(".schema.json"): (_schema(file), file) for file in files}
