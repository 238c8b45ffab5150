"""Write the 3.0.3 bundle of the REST binding, for tools that do not speak OpenAPI 3.1.

The source is the hand-written ``v1/openapi.yaml``. What 3.0.3 cannot say (content schemas, constants, schemas
in other files) is left out or widened: the bundle never refuses what the source admits.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import yaml

_FOLDER: Final = Path(__file__).resolve().parent.parent / "spec" / "threeflow_spec" / "v1"
SOURCE: Final = _FOLDER / "openapi.yaml"
BUNDLE: Final = _FOLDER / "openapi-3.0.3.json"

_ONLY_IN_3_1: Final = frozenset(
    {
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "jsonSchemaDialect",
        "webhooks",
        "$schema",
        "$id",
        "unevaluatedProperties",
    }
)


def downgrade(node: Any) -> Any:
    """Return ``node`` of a 3.1 description as 3.0.3 can say it."""
    if isinstance(node, list):
        return [downgrade(each) for each in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        return {"$ref": reference} if reference.startswith("#/") else {"type": "object"}
    said = {key: downgrade(value) for key, value in node.items() if key not in _ONLY_IN_3_1}
    if "const" in said:
        said["enum"] = [said.pop("const")]
    _split_types(said)
    return said


def _split_types(schema: dict[str, Any]) -> None:
    types = schema.get("type")
    if isinstance(types, list):
        named = [each for each in types if each != "null"]
        if len(named) == 1:
            schema["type"] = named[0]
        else:
            del schema["type"]
            schema["anyOf"] = [{"type": each} for each in named]
        if "null" in types:
            schema["nullable"] = True


def bundle(source: str) -> str:
    """Return the text of the bundle made from the text of the source."""
    described = downgrade(yaml.safe_load(source))
    described["openapi"] = "3.0.3"
    described["info"] = {key: value for key, value in described["info"].items() if key != "summary"}
    described["info"]["license"] = {"name": described["info"]["license"]["name"]}
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the bundle, or with ``--check`` say whether the one in the tree is up to date: 0 yes, 1 no."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    asked = parser.parse_args(arguments)
    made = bundle(SOURCE.read_text(encoding="utf-8"))
    if not asked.check:
        BUNDLE.write_text(made, encoding="utf-8")
        return 0
    if BUNDLE.exists() and BUNDLE.read_text(encoding="utf-8") == made:
        return 0
    sys.stderr.write(f"{BUNDLE.name} is not what tools/generate_openapi.py makes of {SOURCE.name}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
