"""Compare protos: by their descriptors item by item, and by ``buf breaking`` as a second opinion."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)
from tools.artefacts.__main__ import descriptor_set
from tools.compat.change import Change, members, shared

PART: Final = "protos"
OPTIONS: Final = ("go_package", "java_package", "java_multiple_files", "csharp_namespace")
Protos = Mapping[str, bytes]


def compare(old: Protos, new: Protos) -> Iterator[Change]:
    """Compare two folders of protos, given as octets by path."""
    with tempfile.TemporaryDirectory() as scratch:
        before, after = Path(scratch) / "old", Path(scratch) / "new"
        for folder, files in ((before, old), (after, new)):
            write(files, folder)
        found = list(_sets(_described(before), _described(after)))
        yield from found
        if not any(each.verdict == "breaking" for each in found):
            yield from buf(before, after)


def write(files: Protos, folder: Path) -> None:
    """Write files below a folder."""
    for name, octets in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(octets)


def buf(before: Path, after: Path) -> Iterator[Change]:
    """Give what ``buf breaking`` finds.

    Raises:
        SystemExit: it could not compare.
    """
    rules = json.dumps({"version": "v2", "breaking": {"use": ["FILE"]}})
    command = [str(Path(sys.executable).parent / "buf"), "breaking", str(after), "--against", str(before)]
    options = ["--config", rules, "--error-format", "json"]
    run = subprocess.run([*command, *options], capture_output=True, text=True, check=False)  # noqa: S603
    if run.returncode not in {0, 100}:
        raise SystemExit(f"buf breaking could not compare: {run.stderr or run.stdout}")
    for line in run.stdout.splitlines():
        said = json.loads(line)
        yield Change("breaking", PART, said.get("path", ""), f"{said['message']} ({said['type']})")


def _described(folder: Path) -> FileDescriptorSet:
    return FileDescriptorSet.FromString(descriptor_set(folder))


def _sets(old: FileDescriptorSet, new: FileDescriptorSet) -> Iterator[Change]:
    before, after = ({each.name: each for each in side.file if _ours(each)} for side in (old, new))
    yield from members(PART, "", "file", before, after)
    for name, one, other in shared(before, after):
        for option in OPTIONS:
            if getattr(one.options, option) != getattr(other.options, option):
                yield Change("breaking", PART, name, f"option {option} changed")
    messages = [dict(_messages(side)) for side in (before, after)]
    yield from members(PART, "", "message", *messages)
    for name, one, other in shared(*messages):
        yield from _message(one, other, name)
    services = [
        {each.name: each for file in side.values() for each in file.service} for side in (before, after)
    ]
    yield from members(PART, "", "service", *services)
    for name, one, other in shared(*services):
        yield from _service(one, other, name)


def _ours(file: FileDescriptorProto) -> bool:
    return not file.package.startswith("google.")


def _messages(files: Mapping[str, FileDescriptorProto]) -> Iterator[tuple[str, DescriptorProto]]:
    for file in files.values():
        waiting = [(each.name, each) for each in file.message_type]
        for name, message in waiting:
            yield name, message
            waiting.extend((f"{name}.{each.name}", each) for each in message.nested_type)


def _message(old: DescriptorProto, new: DescriptorProto, where: str) -> Iterator[Change]:
    before, after = ({each.number: each for each in side.field} for side in (old, new))
    reserved, kept = _reserved(old), _reserved(new)
    for number in sorted(before.keys() - after.keys()):
        free = "" if number in kept else " and its number not reserved"
        yield Change("breaking", PART, where, f"field {before[number].name} = {number} removed{free}")
    for number in sorted(after.keys() - before.keys()):
        reused = number in reserved
        said = f"field {after[number].name} = {number} " + ("reuses a reserved number" if reused else "added")
        yield Change("breaking" if reused else "additive", PART, where, said)
    for number in sorted(reserved - kept - after.keys()):
        yield Change("breaking", PART, where, f"number {number} no longer reserved")
    for number in sorted(before.keys() & after.keys()):
        yield from _field(before[number], after[number], f"{where}.{before[number].name}")


def _reserved(message: DescriptorProto) -> set[int]:
    return {number for span in message.reserved_range for number in range(span.start, span.end)}


def _field(old: FieldDescriptorProto, new: FieldDescriptorProto, where: str) -> Iterator[Change]:
    for name in ("name", "json_name", "type", "type_name", "label", "proto3_optional"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change("breaking", PART, where, f"{name} changed from {before} to {after}")
    if old.HasField("oneof_index") != new.HasField("oneof_index"):
        yield Change("breaking", PART, where, "moved into or out of a oneof")


def _service(old: ServiceDescriptorProto, new: ServiceDescriptorProto, where: str) -> Iterator[Change]:
    before, after = ({each.name: each for each in side.method} for side in (old, new))
    yield from members(PART, where, "method", before, after)
    for name, one, other in shared(before, after):
        for part in ("input_type", "output_type", "client_streaming", "server_streaming"):
            if getattr(one, part) != getattr(other, part):
                yield Change("breaking", PART, f"{where}/{name}", f"{part} changed")
