"""Snapshots of the standard: what a release is, in one file of ``spec/releases/``."""

import io
import re
import tarfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
RELEASES: Final = ROOT / "spec/releases"
SUFFIX: Final = ".tar.xz"
VERSION: Final = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)(?:-draft\.([0-9]+))?")
MACHINE: Final = "spec/threeflow_spec/v1"
GUARDED: Final = (
    f"{MACHINE}/openapi.yaml", f"{MACHINE}/exchange.yaml", f"{MACHINE}/refusals.yaml",
    f"{MACHINE}/rules/*.yaml", f"{MACHINE}/codelists/*.json", f"{MACHINE}/schemas/**/*.schema.json",
    "proto/**/*.proto",
)  # fmt: skip
Tree = dict[str, bytes]


def of_folder(root: Path = ROOT) -> Tree:
    """Return the guarded files of a working tree, octets by path."""
    paths = sorted({path for pattern in GUARDED for path in root.glob(pattern)})
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def of_archive(path: Path) -> Tree:
    """Return the files of a snapshot."""
    with tarfile.open(path, "r:xz") as archive:
        held = [(each.name, archive.extractfile(each)) for each in archive.getmembers()]
        return {name: file.read() for name, file in held if file is not None}


def order(version: str) -> tuple[int, int, int, float]:
    """Return what versions are ordered by; a release comes after its drafts.

    Raises:
        SystemExit: it is no version.
    """
    match = VERSION.fullmatch(version)
    if match is None:
        raise SystemExit(f"{version} is no version: 1.0.0 or 1.0.0-draft.2")
    major, minor, patch, draft = match.groups()
    return int(major), int(minor), int(patch), float(draft) if draft else float("inf")


def versions(folder: Path = RELEASES) -> list[str]:
    """Return the versions of all snapshots, oldest first."""
    return sorted((path.name.removesuffix(SUFFIX) for path in folder.glob("*" + SUFFIX)), key=order)


def path_of(version: str, folder: Path = RELEASES) -> Path:
    """Return where the snapshot of a version stands."""
    return folder / (version + SUFFIX)


def write(tree: Tree, target: Path) -> None:
    """Write a snapshot; the same files give the same octets."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz", format=tarfile.USTAR_FORMAT, preset=9) as archive:
        for name in sorted(tree):
            entry = tarfile.TarInfo(name)
            entry.size = len(tree[name])
            archive.addfile(entry, io.BytesIO(tree[name]))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(buffer.getvalue())
