"""Generate the typed views ``proto/threeflow/v1/*.proto`` from the schemas; the services are written by hand.

    python tools/generate_proto.py            # write them and the registry of field numbers
    python tools/generate_proto.py --check    # exit 1 when what is written is not what the schemas give

A view is a message whose ProtoJSON is the payload: one message an object, one field a member, the member's
name as its JSON name. ``proto/field-numbers.json`` holds every number ever given: a member that goes leaves
its number and name reserved, one that comes back takes its old number again.
"""

import argparse
import json
import posixpath
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMAS: Final = ROOT / "spec/threeflow_spec/v1/schemas"
TARGET: Final = ROOT / "proto/threeflow/v1"
REGISTRY: Final = ROOT / "proto/field-numbers.json"
PACKAGE: Final = "threeflow.v1"
WIDTH: Final = 110
INT32_MAX: Final = 2**31 - 1
UNION: Final = "DocumentView"
TAKEN: Final = frozenset({"Message"})  # what the libraries of several languages call every message
STRUCT: Final = "google.protobuf.Struct"
HEAD: Final = """// Views of the family {family}, generated from the schemas by generate_proto.py; not to be edited.

syntax = "proto3";

package threeflow.v1;
{imports}
option csharp_namespace = "Threeflow.V1";
option go_package = "threeflow.example/threeflow/v1;threeflowv1";
option java_multiple_files = true;
option java_package = "example.threeflow.v1";
"""
Registry = dict[str, dict[str, dict[str, int]]]


@dataclass(frozen=True)
class Kind:
    """What a member holds: a proto type, how often, and the schema that says so (references resolved)."""

    type: str
    label: str
    schema: dict[str, Any]
    nested: "Message | None" = None


@dataclass(frozen=True)
class Field:
    """One member of a message."""

    json_name: str
    kind: Kind
    comment: str

    @property
    def name(self) -> str:
        """The member's name as proto writes it: ``issuedAt`` gives ``issued_at``."""
        return re.sub(r"(?<!^)([A-Z])", r"_\1", self.json_name).lower()


@dataclass
class Message:
    """One object; ``path`` is its name with the messages that it stands in."""

    path: tuple[str, ...]
    comment: str
    fields: list[Field] = field(default_factory=list)
    oneof: bool = False

    @property
    def name(self) -> str:
        """The name by which the registry knows it."""
        return ".".join(self.path)

    @property
    def nested(self) -> list["Message"]:
        """Messages for the objects described in place."""
        return [each.kind.nested for each in self.fields if each.kind.nested]


class Sources:
    """All schema files by their path below ``schemas/``."""

    def __init__(self, folder: Path = SCHEMAS) -> None:
        self.files: dict[str, dict[str, Any]] = {
            path.relative_to(folder).as_posix(): json.loads(path.read_bytes())
            for path in sorted(folder.rglob("*.json"))
        }

    def target(self, reference: str, file: str) -> tuple[str, dict[str, Any]]:
        """Return the file and the schema that a reference in a file names."""
        path, _, pointer = reference.partition("#")
        where = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else file
        schema = self.files[where]
        for step in pointer.split("/")[1:]:
            schema = schema[step]
        return where, schema

    def families(self) -> dict[str, list[Message]]:
        """Return the messages of each family, and of the union of all documents."""
        found: dict[str, list[Message]] = {}
        for file, schema in self.files.items():
            described = [*schema.get("$defs", {}).values(), schema]
            messages = [self.message(each, file, ()) for each in described if is_object(each)]
            found.setdefault(file.split("/")[0], []).extend(messages)
        found["document_view"] = [self._union()]
        return found

    def message(self, schema: dict[str, Any], file: str, owner: tuple[str, ...], name: str = "") -> Message:
        """Return the message of an object, those of objects inside it included."""
        made = Message((*owner, name or class_name(schema["title"])), schema["description"])
        branches = [schema, *schema.get("oneOf", [])]
        members = {key: value for each in branches for key, value in each.get("properties", {}).items()}
        for key, value in members.items():
            kind = self.kind(value, file, made.path, key)
            always = key in schema.get("required", ()) or all(
                key in each.get("required", ()) for each in branches[1:] or [{}]
            )
            made.fields.append(Field(key, kind, comment(value["description"], kind, always)))
        return made

    def kind(self, schema: dict[str, Any], file: str, owner: tuple[str, ...], key: str) -> Kind:
        """Return what a member's schema holds."""
        for narrowed in ("allOf", "anyOf"):
            if narrowed in schema:
                return self.kind(schema[narrowed][0], file, owner, key)
        if "$ref" in schema:
            where, target = self.target(schema["$ref"], file)
            if is_object(target):
                return Kind(class_name(target["title"]), "", target)
            own = {name: each for name, each in schema.items() if name != "$ref"}
            return self.kind({**target, **own}, where, owner, key)
        if schema.get("type") == "array":
            entry = {"title": key.removesuffix("s"), "description": schema["description"], **schema["items"]}
            each = self.kind(entry, file, owner, key)
            return Kind(each.type, "repeated", {**each.schema, **schema}, each.nested)
        if schema.get("type") == "object":
            return self._inner(schema, file, owner, key)
        return Kind(scalar(schema), "optional", schema)

    def _inner(self, schema: dict[str, Any], file: str, owner: tuple[str, ...], key: str) -> Kind:
        if is_object(schema):
            nested = self.message(schema, file, owner, nested_name(schema.get("title", key), key, owner))
            return Kind(nested.path[-1], "", schema, nested)
        if schema["additionalProperties"] is True:
            return Kind(STRUCT, "", schema)
        value = self.kind(schema["additionalProperties"], file, owner, key)
        return Kind(f"map<string, {value.type}>", "map", schema)

    def _union(self) -> Message:
        about = "A typed view of one document, whatever its type. It is unsigned and proves nothing."
        union = Message((UNION,), about, oneof=True)
        for file, schema in self.files.items():
            if "header" in schema.get("properties", {}):
                stem = posixpath.basename(file).removesuffix(".schema.json").split("-")
                name = stem[0] + "".join(word.title() for word in stem[1:])
                said = schema["description"] + " Present where the type says so."
                union.fields.append(Field(name, Kind(class_name(schema["title"]), "", schema), said))
        return union


def is_object(schema: dict[str, Any]) -> bool:
    """Whether a schema describes an object by named members."""
    return "properties" in schema or any("properties" in each for each in schema.get("oneOf", ()))


def scalar(schema: dict[str, Any]) -> str:
    """Return the proto type of a text, an integer or a truth value."""
    kind = schema.get("type") or {bool: "boolean", str: "string"}[type(schema["const"])]
    if kind == "integer":
        return "int32" if schema["maximum"] <= INT32_MAX else "int64"
    return {"boolean": "bool", "string": "string"}[kind]


def class_name(title: str) -> str:
    """Return a title as the name of a message: ``Import decision`` gives ``ImportDecision``."""
    words = re.findall(r"[A-Za-z0-9]+", title)
    return "".join(word[0].upper() + (word[1:].lower() if word.isupper() else word[1:]) for word in words)


def nested_name(title: str, key: str, owner: tuple[str, ...]) -> str:
    """Return a name that no message around it bears: Java nests no class in one of its own name."""
    for name in (class_name(title), class_name(key), owner[-1] + class_name(title)):
        if name not in owner and name not in TAKEN:
            return name
    raise SystemExit(f"no name for {'.'.join(owner)}.{key}")


def comment(description: str, kind: Kind, always: bool) -> str:
    """Return what a field means, whether it must be there, and what its schema admits."""
    schema, said = kind.schema, [description, "Required." if always else "Optional."]
    if "const" in schema and not kind.nested:
        said.append(f"Always {json.dumps(schema['const'])}.")
    if "enum" in schema:
        grows = "; the list may grow." if schema.get("x-enum") == "open" else "."
        said.append(f"One of {', '.join(schema['enum'])}{grows}")
    if "x-codelist" in schema:
        said.append(f"A code of the list {schema['x-codelist']}.")
    if kind.label == "repeated":
        said.append(f"From {schema.get('minItems', 0)} to {schema['maxItems']} entries.")
    elif "maximum" in schema:
        said.append(f"From {schema['minimum']} to {schema['maximum']}.")
    elif "maxLength" in schema:
        said.append(f"At most {schema['maxLength']} characters.")
    return " ".join(said)


def number(message: Message, registry: Registry) -> Registry:
    """Return the registry with a number for each field of a message and of those inside it."""
    known = registry.get(message.name, {"fields": {}, "removed": {}})
    given = {**known["removed"], **known["fields"]}
    fields: dict[str, int] = {}
    for each in message.fields:
        fields[each.name] = given.get(each.name) or next_number([*given.values(), *fields.values()])
    removed = {name: each for name, each in given.items() if name not in fields}
    numbered = {**registry, message.name: {"fields": fields, "removed": removed}}
    for inner in message.nested:
        numbered = number(inner, numbered)
    return numbered


def next_number(used: list[int]) -> int:
    """Return the lowest number above all that were ever used, outside the range that protobuf keeps."""
    following = max(used, default=0) + 1
    return 20000 if 19000 <= following < 20000 else following


def file_text(family: str, messages: list[Message], registry: Registry, homes: dict[str, str]) -> str:
    """Return one .proto file."""
    needed = {path for message in messages for path in imports(message, homes)} - {home(family)}
    lines = "".join(f'\nimport "{path}";' for path in sorted(needed))
    head = HEAD.format(family=family.replace("_", " "), imports=lines + "\n" if lines else "")
    return head + "".join("\n" + "\n".join(body(each, registry, ())) + "\n" for each in messages)


def home(family: str) -> str:
    """Return the path of a family's file, as an import names it."""
    return f"{PACKAGE.replace('.', '/')}/{family}.proto"


def imports(message: Message, homes: dict[str, str]) -> Iterator[str]:
    """Say which files hold the types that a message names."""
    for each in message.fields:
        if each.kind.type == STRUCT:
            yield "google/protobuf/struct.proto"
        elif each.kind.nested is None and each.kind.type in homes:
            yield home(homes[each.kind.type])
    for inner in message.nested:
        yield from imports(inner, homes)


def body(message: Message, registry: Registry, shadows: tuple[str, ...]) -> Iterator[str]:
    """Give the lines of a message; ``shadows`` are the names that messages around it give to their own."""
    shadows = (*shadows, *(inner.path[-1] for inner in message.nested))
    yield from remark(message.comment)
    yield f"message {message.path[-1]} {{"
    for inner in message.nested:
        yield from ("  " + line if line else "" for line in body(inner, registry, shadows))
        yield ""
    numbers = registry[message.name]
    indent = "    " if message.oneof else "  "
    if message.oneof:
        yield "  // The document, by its type."
        yield "  oneof document {"
    for each in message.fields:
        yield from (indent + line for line in remark(each.comment, WIDTH - 4))
        yield f"{indent}{declaration(each, shadows, oneof=message.oneof)} = {numbers['fields'][each.name]};"
    if message.oneof:
        yield "  }"
    if numbers["removed"]:
        yield "  reserved " + ", ".join(str(each) for each in sorted(numbers["removed"].values())) + ";"
        yield "  reserved " + ", ".join(f'"{each}"' for each in sorted(numbers["removed"])) + ";"
    yield "}"


def declaration(each: Field, shadows: tuple[str, ...], *, oneof: bool) -> str:
    """Return label, type and name of a field."""
    kind = each.kind
    shadowed = kind.nested is None and kind.type in shadows
    type_ = f".{PACKAGE}.{kind.type}" if shadowed else kind.type
    label = "" if oneof or kind.label in {"", "map"} else kind.label + " "
    return f"{label}{type_} {each.name}"


def remark(text: str, width: int = WIDTH) -> list[str]:
    """Return a text as comment lines."""
    lines = textwrap.wrap(text, width - 3, break_long_words=False, break_on_hyphens=False)
    return [f"// {line}" for line in lines]


def generate(registry: Registry, sources: Sources | None = None) -> tuple[dict[str, str], Registry]:
    """Return the text of each file by its name, and the registry after them."""
    families = (sources or Sources()).families()
    homes = {each.path[0]: family for family, messages in families.items() for each in messages}
    if len(homes) != sum(len(messages) for messages in families.values()):
        raise SystemExit("two schemas have one title")
    for messages in families.values():
        for each in messages:
            registry = number(each, registry)
    files = {f"{family}.proto": file_text(family, each, registry, homes) for family, each in families.items()}
    return files, dict(sorted(registry.items()))


def main(arguments: list[str] | None = None) -> int:
    """Write the views and the registry, or compare them; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="compare instead of writing; exit 1 on a difference"
    )
    check = parser.parse_args(arguments).check
    known: Registry = json.loads(REGISTRY.read_bytes()) if REGISTRY.exists() else {}
    files, registry = generate(known)
    wanted = {TARGET / name: text for name, text in files.items()}
    wanted[REGISTRY] = json.dumps(registry, indent=1) + "\n"
    stale = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if check:
            sys.stderr.write(f"{path.relative_to(ROOT)} is not what the schemas give: make generate\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
