"""Generate the Python messages and gRPC stubs of ``threeflow.v1`` from ``proto/``.

Usage: ``python tools/generate_stubs.py [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import importlib.resources
import sys
import tempfile
from pathlib import Path
from typing import Final

from grpc_tools import protoc

ROOT: Final = Path(__file__).resolve().parent.parent
PROTO: Final = ROOT / "proto"
TARGET: Final = ROOT / "sdk/threeflow/v1"
OURS: Final = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")


def generate() -> dict[str, str]:
    """Return the text of each module by its file name.

    Raises:
        SystemExit: the protos cannot be compiled; the compiler has said why.
    """
    scripts = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "protoc",
            f"-I{PROTO}",
            f"-I{importlib.resources.files('grpc_tools') / '_proto'}",
            *(f"--plugin={each}={scripts / each}" for each in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")),
            f"--python_out={folder}",
            f"--grpc_python_out={folder}",
            f"--mypy_out=quiet:{folder}",
            f"--mypy_grpc_out=quiet:{folder}",
            *(str(path) for path in sorted(PROTO.rglob("*.proto"))),
        ]
        if protoc.main(command) != 0:
            raise SystemExit("the protos do not compile")
        written = {path.name: path.read_text(encoding="utf-8") for path in Path(folder).rglob("*.py*")}
    # A file without a service gets an empty stub that nobody would import.
    return {name: text for name, text in written.items() if "_pb2_grpc" not in name or "_service_" in name}


def main(arguments: list[str] | None = None) -> int:
    """Write the modules, or compare them; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="compare instead of writing; exit 1 on a difference"
    )
    check = parser.parse_args(arguments).check
    wanted = generate()
    held = {path.name: path for pattern in OURS for path in TARGET.glob(pattern)}
    stale = [
        name
        for name in sorted(wanted.keys() | held.keys())
        if name not in wanted or name not in held or held[name].read_text(encoding="utf-8") != wanted[name]
    ]
    for name in stale:
        if check:
            sys.stderr.write(f"sdk/threeflow/v1/{name} is not what the protos give: make generate\n")
        elif name in wanted:
            (TARGET / name).write_text(wanted[name], encoding="utf-8")
        else:
            held[name].unlink()
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
