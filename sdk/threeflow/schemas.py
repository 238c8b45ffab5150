"""The standard's schemas, compiled: what is wrong with the form of a document, where, in two languages."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

import threeflow_spec
from threeflow.errors import Refused, Violation
from threeflow.schema_messages import message

__all__ = ["SPEC_VERSIONS", "Schemas"]

SPEC_VERSIONS: Final = frozenset({"1.0"})
_FOLDER: Final = "v1/schemas/"
_SUFFIX: Final = ".schema.json"


class Schemas:
    """All schemas of the standard and of its overlays; each document type is compiled at its first use."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Take schema files by name (``customs/release``).

        Raises:
            ValueError: two files have one ``$id``, or one document type.
        """
        self._documents: dict[str, dict[str, Any]] = {name: json.loads(text) for name, text in files.items()}
        self._names = _types(self._documents)
        resources = [(schema["$id"], schema) for schema in self._documents.values()]
        if len({uri for uri, _ in resources}) != len(resources):
            raise ValueError("two schema files have one $id")
        self._by_id = dict(resources)
        self._registry = jsonschema_rs.Registry(resources)
        self._compiled: dict[str, jsonschema_rs.Validator] = {}

    @classmethod
    def load(cls, *overlays: Path) -> "Schemas":
        """Read the standard's own schemas, then those of each overlay folder; an overlay only adds.

        Raises:
            ValueError: an overlay names a file that the standard has.
        """
        files = {_stem(path[len(_FOLDER) :]): threeflow_spec.read(path) for path in _paths()}
        for overlay in overlays:
            folder = overlay / "schemas"
            for path in sorted(folder.rglob(f"*{_SUFFIX}")):
                name = _stem(path.relative_to(folder).as_posix())
                if name in files:
                    raise ValueError(f"{path} would replace a schema of the standard")
                files[name] = path.read_bytes()
        return cls(files)

    @property
    def types(self) -> frozenset[str]:
        """All document types and protocol artefacts that have a schema."""
        return frozenset(self._names)

    def family(self, type_: str) -> str:
        """Return the folder of a type: trade, funds, logistics, customs and so on."""
        return self._name(type_).rpartition("/")[0]

    def schema(self, type_: str) -> Mapping[str, Any]:
        """Return the schema of a type as JSON, with its references unresolved."""
        return self._documents[self._name(type_)]

    def referred(self, uri: str) -> Mapping[str, Any]:
        """Return the schema file of that ``$id``, with its references unresolved.

        Raises:
            KeyError: no file has it.
        """
        found: Mapping[str, Any] = self._by_id[uri]
        return found

    def validate(self, type_: str, value: object) -> tuple[Violation, ...]:
        """Return what is wrong with the form of a payload, sorted by pointer and rule; nothing wrong is ().

        Raises:
            Refused: ``unknown-type`` or ``unknown-version``.
        """
        name = self._name(type_)
        version = _version(value)
        if version is not None and version not in SPEC_VERSIONS:
            raise Refused("unknown-version", "TF-VER-1", f"{version!r} is not known", "/header/specVersion")
        return self.check(name, value)

    def check(self, name: str, value: object) -> tuple[Violation, ...]:
        """Return what is wrong with any value by the schema file ``name``, as in ``common/part``."""
        compiled = self._compiled.get(name) or self._compile(name)
        if compiled.is_valid(value):
            return ()
        found = {(each.pointer, each.rule): each for each in _violations(compiled.iter_errors(value))}
        return tuple(found[key] for key in sorted(found))

    def _name(self, type_: str) -> str:
        name = self._names.get(type_)
        if name is None:
            raise Refused("unknown-type", "TF-DOC-1", f"{type_!r} is no document type", "/header/type")
        return name

    def _compile(self, name: str) -> jsonschema_rs.Validator:
        schema = {"$ref": self._documents[name]["$id"]}
        compiled = jsonschema_rs.Draft202012Validator(schema, registry=self._registry, validate_formats=True)
        self._compiled[name] = compiled
        return compiled


def _types(documents: Iterable[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for name in documents:
        family, _, type_ = name.rpartition("/")
        if family == "common":
            continue
        if type_ in names:
            raise ValueError(f"two schema files describe the document type {type_}")
        names[type_] = name
    return names


def _paths() -> list[str]:
    return [path for path in threeflow_spec.names(_FOLDER) if path.endswith(_SUFFIX)]


def _stem(path: str) -> str:
    return path.removesuffix(_SUFFIX)


def _version(value: object) -> str | None:
    header = value.get("header") if isinstance(value, dict) else None
    version = header.get("specVersion") if isinstance(header, dict) else None
    return version if isinstance(version, str) else None


def _violations(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterable[Violation]:
    for error in errors:
        keyword = error.kind.name
        known = {key: value for key, value in error.kind.as_dict().items() if key not in {"error", "context"}}
        for member in _members(keyword, known):
            steps = [*error.instance_path, *member]
            parameters = {"keyword": keyword, **known}
            english, chinese = message(keyword, known)
            yield Violation(f"schema-{keyword}", _pointer(steps), english, chinese, parameters)


def _members(keyword: str, known: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Point at the member itself where it is missing or unexpected, not at the object around it."""
    if keyword == "required":
        return [(known["property"],)]
    if keyword == "additionalProperties":
        return [(name,) for name in known["unexpected"]]
    return [()]


def _pointer(steps: Iterable[str | int]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
