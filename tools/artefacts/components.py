"""The OpenAPI 3.1 description in one file: what it and the documents need are components of it."""

import json
from pathlib import Path
from typing import Any, Final

import yaml
from tools.generate_proto import Sources, class_name

SPEC: Final = Path(__file__).resolve().parents[2] / "spec/threeflow_spec/v1"
# A schema in a file of its own has a name and a dialect; a component has them from the description around it.
OF_FILES: Final = frozenset({"$schema", "$id", "$defs"})


def bundle() -> dict[str, Any]:
    """Return the description without a reference that leads out of it."""
    described: dict[str, Any] = yaml.safe_load((SPEC / "openapi.yaml").read_text(encoding="utf-8"))
    sources = Sources(SPEC / "schemas")
    own = described["components"]["schemas"]
    names = component_names(sources, set(own))
    added = {
        name: inside(schema, file, sources, names)
        for (file, _), (name, schema) in sorted(names.items(), key=lambda each: each[1][0])
    }
    rewritten: dict[str, Any] = outside(described, sources, names)
    rewritten["components"]["schemas"].update(added)
    return told_apart(rewritten)


def told_apart(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return the bundle with no response named as a schema is: some generators make a class of either."""
    components = bundle["components"]
    twice = set(components["responses"]) & set(components["schemas"])
    turned = {f"#/components/responses/{name}": f"#/components/responses/{name}Answer" for name in twice}
    components["responses"] = {
        name + "Answer" if name in twice else name: each for name, each in components["responses"].items()
    }
    renamed: dict[str, Any] = referring(bundle, turned)
    return renamed


def referring(node: Any, turned: dict[str, str]) -> Any:
    """Return any piece of the bundle with some references turned to other components."""
    if isinstance(node, list):
        return [referring(each, turned) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: turned.get(each, each) if key == "$ref" and isinstance(each, str) else referring(each, turned)
        for key, each in node.items()
    }


def component_names(sources: Sources, taken: set[str]) -> dict[tuple[str, str], tuple[str, dict[str, Any]]]:
    """Return component name and schema of every schema file and every definition inside one, by its place.

    Where the binding has a component of the same title, the document's schema is told apart by ``Data``.
    """
    found: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
    for file, schema in sources.files.items():
        places = {"": schema} | {f"/$defs/{name}": each for name, each in schema.get("$defs", {}).items()}
        for pointer, each in places.items():
            title = class_name(each["title"])
            told = {**each, "title": title + "Data"} if title in taken else each
            found[file, pointer] = (title + "Data" if title in taken else title, told)
    return found


def inside(node: Any, file: str, sources: Sources, names: dict[tuple[str, str], tuple[str, Any]]) -> Any:
    """Return a piece of a schema file with its references turned to components."""
    if isinstance(node, list):
        return [inside(each, file, sources, names) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: inside(each, file, sources, names) for key, each in node.items() if key not in OF_FILES}
    if isinstance(kept.get("$ref"), str):
        where, _ = sources.target(kept["$ref"], file)
        kept["$ref"] = "#/components/schemas/" + names[where, kept["$ref"].partition("#")[2]][0]
    return kept


def outside(node: Any, sources: Sources, names: dict[tuple[str, str], tuple[str, Any]]) -> Any:
    """Return a piece of the description with references into schema files turned to components."""
    if isinstance(node, list):
        return [outside(each, sources, names) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: outside(each, sources, names) for key, each in node.items()}
    reference = kept.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        file, _, pointer = reference.partition("#")
        kept["$ref"] = "#/components/schemas/" + names[file.removeprefix("schemas/"), pointer][0]
    return kept


def schema_bundle() -> dict[str, Any]:
    """Return all schema files as one compound document (JSON Schema 2020-12, 9.3): each keeps its ``$id``."""
    files = sorted((SPEC / "schemas").rglob("*.schema.json"))
    names = [path.relative_to(SPEC / "schemas").as_posix().removesuffix(".schema.json") for path in files]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://threeflow.example/v1/schemas/bundle.schema.json",
        "title": "Threeflow schemas",
        "description": "Every schema of the standard in one document; refer to one by its own $id.",
        "$defs": {name: json.loads(path.read_bytes()) for name, path in zip(names, files, strict=True)},
    }
