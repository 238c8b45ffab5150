"""A disk of a few megabytes that can be filled to the last octet, and given room again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PIECE = 65_536


class SmallDisk:
    """A file system of its own in memory, with its own bound, mounted at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self, *, but: int = 0) -> None:
        """Write until the system says that no room is left, then give back so many octets."""
        with self._ballast.open("ab", buffering=0) as file:
            for piece in (_PIECE, 4096, 1):
                while _written(file.fileno(), piece):
                    pass
            if but:
                file.truncate(max(0, file.tell() - but))

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink()

    def left(self) -> int:
        """How many octets are left."""
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize


def _written(to: int, octets: int) -> bool:
    try:
        return os.write(to, bytes(octets)) == octets
    except OSError:
        return False


@contextmanager
def mounted(path: Path, mebibytes: int) -> Iterator[SmallDisk]:
    """A small disk at a path; the test skips where this user may mount nothing."""
    path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0777", "tmpfs", str(path)],
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"a disk of its own needs the right to mount: {done.stderr.decode().strip()}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
