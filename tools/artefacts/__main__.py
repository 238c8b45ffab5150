"""Write the published artefacts of the standard: OpenAPI bundles, schemas, protos, a collection, checksums.

Usage: ``python -m tools.artefacts [--out dist-spec]``. The same tree gives the same octets.
"""

import argparse
import hashlib
import importlib.resources
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import yaml
from grpc_tools import protoc
from tools.artefacts.collection import collection
from tools.artefacts.components import bundle, schema_bundle
from tools.artefacts.legacy import downgrade

ROOT: Final = Path(__file__).resolve().parents[2]


class Whole(yaml.SafeDumper):
    """Writes every node out: an anchor is one thing more that a lagging tool may not read."""

    def ignore_aliases(self, data: Any) -> bool:
        """Say that nothing is written as an alias."""
        return True


def artefacts() -> dict[str, bytes]:
    """Return every artefact by its file name, the checksums last."""
    described = bundle()
    made = {
        "openapi-3.1.yaml": yaml.dump(
            described, Dumper=Whole, sort_keys=False, allow_unicode=True, width=110
        ).encode(),
        "openapi-3.0.3.json": text(downgrade(described)),
        "schemas.json": text(schema_bundle()),
        "threeflow.binpb": descriptor_set(ROOT / "proto"),
        "threeflow.postman_collection.json": text(collection(described)),
        **{f"proto/{name}": octets for name, octets in protos(ROOT / "proto").items()},
    }
    sums = "".join(f"{hashlib.sha256(octets).hexdigest()}  {name}\n" for name, octets in sorted(made.items()))
    return {**made, "SHA256SUMS": sums.encode()}


def text(value: Any) -> bytes:
    """Return a value as JSON that people can read."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def protos(folder: Path) -> dict[str, bytes]:
    """Return the sources below a folder by the names that they import one another by."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.proto"))}


def descriptor_set(folder: Path) -> bytes:
    """Return the serialised FileDescriptorSet of all protos below a folder, comments and imports included.

    Raises:
        SystemExit: they do not compile; the compiler has said why.
    """
    files = list(protos(folder))
    wellknown = importlib.resources.files("grpc_tools") / "_proto"
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "set.binpb"
        options = ["--include_imports", "--include_source_info", f"--descriptor_set_out={out}"]
        if protoc.main(["protoc", f"-I{folder}", f"-I{wellknown}", *options, *files]) != 0:
            raise SystemExit("the protos do not compile")
        return out.read_bytes()


def main(arguments: list[str] | None = None) -> int:
    """Write the artefacts."""
    parser = argparse.ArgumentParser(description="write the published artefacts of the standard")
    parser.add_argument("--out", type=Path, default=ROOT / "dist-spec", help="folder to write to (dist-spec)")
    out: Path = parser.parse_args(arguments).out
    for name, octets in artefacts().items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(octets)
        print(f"{len(octets):>9,}  {out.name}/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
