"""Generate the typed models of ``threeflow.v1`` from the schemas.

    python tools/generate_models.py            # write them
    python tools/generate_models.py --check    # exit 1 when what is written is not what the schemas give

All schemas become one, whose definitions bear the titles of the files. What pydantic cannot say (conditions
between members, annotations) and what would change a text (formats) is left out: a model is a view for
building and reading, and validation stays with the schemas.
"""

import argparse
import difflib
import json
import posixpath
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMAS: Final = ROOT / "spec/threeflow_spec/v1/schemas"
TARGET: Final = ROOT / "sdk/threeflow/v1/models.py"
CONDITIONS: Final = frozenset(
    {"if", "then", "dependentSchemas", "minProperties", "maxProperties", "propertyNames"}
)
LEFT_OUT: Final = CONDITIONS | {
    "$schema",
    "$id",
    "examples",
    "format",
}  # without formats, texts stay as written
OPTIONS: Final = (
    "--input-file-type=jsonschema",
    "--output-model-type=pydantic_v2.BaseModel",
    "--target-python-version=3.11",
    "--enum-field-as-literal=all",
    "--no-use-standard-collections",
    "--use-union-operator",
    "--use-annotated",
    "--field-constraints",
    "--use-title-as-name",
    "--snake-case-field",
    "--allow-population-by-field-name",
    "--use-schema-description",
    "--use-field-description",
    "--collapse-root-models",
    "--disable-timestamp",
    "--formatters=ruff-format",
)
HEAD: Final = '"""Generated from the schemas by tools/generate_models.py; do not edit."""\n'


def main() -> int:
    """Write the models, or compare them; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="compare instead of writing; exit 1 on a difference"
    )
    check = parser.parse_args().check
    fresh = generate()
    if not check:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(fresh, encoding="utf-8")
        return 0
    written = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    for line in difflib.unified_diff(
        written.splitlines(), fresh.splitlines(), "written", "generated", lineterm=""
    ):
        sys.stdout.write(line + "\n")
    return int(written != fresh)


def generate() -> str:
    """Return the module's text."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "threeflow.json", Path(folder) / "models.py"
        source.write_text(json.dumps(bundle(), ensure_ascii=False), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "datamodel_code_generator",
            f"--input={source}",
            f"--output={target}",
            *OPTIONS,
        ]
        subprocess.run(command, check=True)  # noqa: S603 (a fixed command over files of this repository)
        text = target.read_text(encoding="utf-8")
    return HEAD + text.partition("\n\n")[2] if text.startswith("#") else HEAD + text


def bundle() -> dict[str, Any]:
    """Return one schema whose ``$defs`` are all schema files, by class name."""
    files = {
        path.relative_to(SCHEMAS).as_posix(): json.loads(path.read_bytes())
        for path in sorted(SCHEMAS.rglob("*.json"))
    }
    names = {file: class_name(schema["title"]) for file, schema in files.items()}
    if len(set(names.values())) != len(names):
        raise SystemExit("two schema files have one title")
    definitions: dict[str, Any] = {}
    for file, schema in files.items():
        for name, inner in schema.pop("$defs", {}).items():
            definitions[class_name(inner["title"])] = plain(inner, file, names, inner["title"])
            names[f"{file}#/$defs/{name}"] = class_name(inner["title"])
        definitions[names[file]] = plain(schema, file, names, schema["title"])
    payloads = [names[file] for file, schema in files.items() if "header" in schema.get("properties", {})]
    union = [{"$ref": f"#/$defs/{name}"} for name in payloads]
    return {"title": "Payload", "description": "Any document.", "anyOf": union, "$defs": definitions}


def class_name(title: str) -> str:
    """Return a title as the name of a class: ``Import decision`` gives ``ImportDecision``."""
    return "".join(word[0].upper() + word[1:] for word in title.replace("-", " ").replace("/", " ").split())


def plain(node: Any, file: str, names: dict[str, str], owner: str) -> Any:
    """Return a schema without what the models do not say, its references pointing into the bundle.

    Only objects keep a title, for it names their class.
    """
    if isinstance(node, list):
        return [plain(each, file, names, owner) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key not in LEFT_OUT and not key.startswith("x-")}
    if "items" in kept:
        kept["items"] = member(kept.get("title", "entry"), loose(kept["items"], file), owner)
    if "$ref" in kept:
        kept["$ref"] = "#/$defs/" + names[target_of(kept["$ref"], file)]
    if "properties" in kept:
        kept.pop("allOf", None)
        members = {name: member(name, value, owner) for name, value in kept["properties"].items()}
        kept["properties"] = {name: plain(value, file, names, owner) for name, value in members.items()}
    elif "allOf" not in kept:
        kept.pop("title", None)
    return {
        key: value if key == "properties" else plain(value, file, names, owner) for key, value in kept.items()
    }


def loose(items: Any, file: str) -> Any:
    """Return the entries of a list without constraints where they are plain texts or numbers.

    A constrained entry would get a class of its own, which helps nobody who builds or reads a list.
    """
    schema = items
    if "$ref" in items and not items["$ref"].startswith("#"):
        schema = json.loads((SCHEMAS / target_of(items["$ref"], file)).read_bytes())
    return {"type": schema["type"]} if schema.get("type") in {"string", "integer"} else items


def member(name: str, schema: Any, owner: str) -> Any:
    """Return a member's schema, the owner's title before its own where it is an object described in place."""
    if not isinstance(schema, dict) or not {"properties", "allOf"} & schema.keys():
        return schema
    title = schema.get("title", name)
    own = class_name(title).startswith(class_name(owner))
    return {**schema, "title": title if own else f"{owner} {title}"}


def target_of(reference: str, file: str) -> str:
    """Return what a relative reference in a file names: another file, or a definition of the same one."""
    if reference.startswith("#"):
        return file + reference
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), reference))


if __name__ == "__main__":
    sys.exit(main())
