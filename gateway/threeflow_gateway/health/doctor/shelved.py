"""What was moved to archives: whether each file is there, as long as it has to be, and holds what it must."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from threeflow_gateway.health.doctor.findings import Finding, found
from threeflow_gateway.store import moved
from threeflow_gateway.store.kept import volumes_of
from threeflow_gateway.store.volumes import AwayError, Pointer, Volumes

__all__ = ["archives"]

_TRIED: Final = 1_000


@dataclass(slots=True)
class _Archive:
    """What the database says of one archive: documents in it, its least length, and the newest pointers."""

    octets: int = 0
    pointers: int = 0
    newest: deque[Pointer] = field(default_factory=lambda: deque(maxlen=_TRIED))

    def add(self, pointer: Pointer) -> None:
        self.pointers += 1
        self.octets = max(self.octets, pointer.offset + pointer.length)
        self.newest.append(pointer)


def archives(connection: Connection) -> Iterator[Finding]:
    """Say of every archive that the database points to whether the node can read it; read some of each."""
    named: dict[str, _Archive] = {}
    try:
        for pointer in moved.pointers(connection):
            named.setdefault(pointer.archive, _Archive()).add(pointer)
    except AwayError as error:
        yield found("database", "database-damaged", error.reason, "数据库中的归档指针无法识别")
        return
    volumes = volumes_of(connection.dialect)
    if named and volumes.folder is None:
        names = ", ".join(sorted(named))
        yield found(
            "archives", "archives-unset", f"documents were moved to {names}, and no folder is named",
            f"文件已移至 {names}，但未指明文件夹",
        )  # fmt: skip
        return
    for name, each in sorted(named.items()):
        yield from _one(volumes, name, each)


def _one(volumes: Volumes, name: str, archive: _Archive) -> Iterator[Finding]:
    path = (volumes.folder or Path()) / name
    try:
        with path.open("rb"):
            size = path.stat().st_size
    except OSError as error:
        said = error.strerror or str(error)
        yield found("archives", "archive-gone", f"{path}: {said}", f"{path}：{said}")
        return
    if size < archive.octets:
        yield found(
            "archives", "archive-damaged", f"{path} has {size} octets, at least {archive.octets} were there",
            f"{path} 仅 {size} 字节，应不少于 {archive.octets}",
        )  # fmt: skip
        return
    for each in archive.newest:
        try:
            volumes.fetch(each)
        except AwayError as error:
            yield found("archives", "archive-damaged", error.reason, f"{path} 中的内容与移入时不符")
            return
    documents = archive.pointers // 2
    yield found("archives", "well", f"{path} holds {documents} documents", f"{path} 存有 {documents} 份文件")
