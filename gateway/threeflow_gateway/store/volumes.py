"""Volumes: archives to which octets of documents were moved, and the pointers that stand in their place.

A pointer is what a column holds instead of the octets: one zero octet, with which no JSON text begins, how
the octets are written there, their SHA-256, where they stand, and the archive's file name. Each read holds
what it found to the hash, so that an archive that was damaged, replaced or edited is never taken for what it
was.
"""

import os
import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson

from threeflow.errors import Unavailable

__all__ = ["LONGEST", "NAME_AT", "ZERO", "AwayError", "Pointer", "Volumes", "settle"]

ZERO: Final = b"\x00"
"""What a pointer begins with, and no JSON text."""

_LAYOUT: Final = struct.Struct(">cB32sQQ")
_JSON_STRING: Final = 1
"""How octets are written: as a JSON string of their UTF-8 text."""

NAME_AT: Final = _LAYOUT.size
"""Where the archive's name begins in a pointer."""

_LONGEST_NAME: Final = 255
LONGEST: Final = NAME_AT + _LONGEST_NAME
"""So many octets a pointer has at most."""

_MOST_OCTETS: Final = 1 << 30
_FARTHEST: Final = 1 << 62


class AwayError(Unavailable):
    """Octets that were moved to an archive cannot be had now; ``reason`` says why, for the operator alone."""

    def __init__(self, archive: str, reason: str) -> None:
        super().__init__("a document that is needed lies in an archive that cannot be read now")
        self.archive = archive
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where octets are: in which archive, from which octet on, over how many, with which SHA-256."""

    archive: str
    offset: int
    length: int
    hash: bytes

    @property
    def octets(self) -> bytes:
        """What a column holds in the octets' place.

        Raises:
            ValueError: the archive's name is none, or too long.
        """
        name = self.archive.encode()
        if not _names_a_file(self.archive) or len(name) > _LONGEST_NAME:
            raise ValueError(f"{self.archive!r} is no name of an archive: at most {_LONGEST_NAME} octets")
        return _LAYOUT.pack(ZERO, _JSON_STRING, self.hash, self.offset, self.length) + name

    @staticmethod
    def read(octets: bytes) -> "Pointer":
        """Return the pointer of these octets.

        Raises:
            AwayError: they are none that this program wrote.
        """
        try:
            zero, written, digest, offset, length = _LAYOUT.unpack_from(octets)
            name = octets[NAME_AT:].decode()
        except (struct.error, UnicodeDecodeError):
            raise AwayError("", "a column holds neither an envelope nor a pointer") from None
        possible = length <= _MOST_OCTETS and offset <= _FARTHEST
        if (zero, written) != (ZERO, _JSON_STRING) or not _names_a_file(name) or not possible:
            raise AwayError(name, f"a pointer is of a form {written} that this release does not know")
        return Pointer(name, offset, length, digest)


@dataclass(frozen=True, slots=True)
class Volumes:
    """The folder in which archives stand; None where the settings name none."""

    folder: Path | None

    def octets(self, stored: bytes) -> bytes:
        """Return what a column's octets stand for: themselves, or what the pointer leads to.

        Raises:
            AwayError: the archive is missing, cannot be read, or holds other octets there.
        """
        return self.fetch(Pointer.read(stored)) if stored.startswith(ZERO) else stored

    def fetch(self, pointer: Pointer) -> bytes:
        """Return the octets that a pointer leads to.

        Raises:
            AwayError: as above.
        """
        if self.folder is None:
            raise AwayError(pointer.archive, "storage.archives names no folder")
        path = self.folder / pointer.archive
        try:
            # Opened anew each time: so a file that was put back counts at once, and none that is gone.
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            try:
                written = os.pread(file, pointer.length, pointer.offset)
            finally:
                os.close(file)
        except OSError as error:
            raise AwayError(pointer.archive, f"{path}: {error.strerror or error}") from None
        found = _text(written)
        if found is None or sha256(found).digest() != pointer.hash:
            at = f"octets {pointer.offset} to {pointer.offset + pointer.length - 1}"
            raise AwayError(pointer.archive, f"{path}: {at} are not those that were moved there")
        return found


def settle(path: Path) -> None:
    """Let a file and its name be on the disk, whatever happens to the machine.

    Raises:
        OSError: the disk does not take it.
    """
    for each in (path, path.parent):
        file = os.open(each, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _names_a_file(name: str) -> bool:
    return bool(name) and name not in {".", ".."} and not {"/", "\0"} & set(name)


def _text(written: bytes) -> bytes | None:
    try:
        found = orjson.loads(written)
    except orjson.JSONDecodeError:
        return None
    return found.encode() if isinstance(found, str) else None
