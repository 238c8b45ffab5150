"""The Merkle tree over the log's leaves (RFC 9162, SHA-256), kept so that a long log starts quickly.

Leaves are gathered in tiles of 256, each stored with the root of its subtree. In memory are only those roots,
what is above them, and the leaves of the last, incomplete tile; proofs read the tiles that they pass through.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import Final

from sqlalchemy import insert, select

from threeflow_gateway.store import statements, tables
from threeflow_gateway.store.database import Database

__all__ = ["Ledger"]

_LEVEL: Final = 8
_TILE: Final = 1 << _LEVEL

_LEAVES_FROM: Final = (
    select(tables.document.c.leaf_hash).where(tables.document.c.leaf >= 0).order_by(tables.document.c.leaf)
)
_ROOTS_FROM: Final = select(tables.tile.c.root).order_by(tables.tile.c.number)


class Ledger:
    """The log's tree as far as it was read; ``catch_up`` reads on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._upper: list[list[bytes]] = [[]]
        self._tail: list[bytes] = []
        self._tile = lru_cache(maxsize=256)(self._read_tile)

    @property
    def size(self) -> int:
        """Number of leaves read."""
        return len(self._upper[0]) * _TILE + len(self._tail)

    def catch_up(self) -> int:
        """Read the leaves committed since, store the tiles that became complete, and return the size."""
        with self._lock:
            stored = len(self._upper[0])
            with self._database.reading() as connection:
                for root in connection.execute(_ROOTS_FROM.where(tables.tile.c.number >= stored)).scalars():
                    self._push(0, root)
                    self._tail.clear()
                hashes = (
                    connection.execute(_LEAVES_FROM.where(tables.document.c.leaf >= self.size))
                    .scalars()
                    .all()
                )
            tail = [*self._tail, *hashes]
            full = len(tail) - len(tail) % _TILE
            tiles = [tail[at : at + _TILE] for at in range(0, full, _TILE)]
            if tiles:
                self._store(tiles)
            # Stored before it is taken for closed: where that fails, the next call tries again.
            for leaves in tiles:
                self._push(0, _fold(leaves))
            self._tail = tail[full:]
            return self.size

    def root(self, size: int) -> bytes:
        """Return the tree's hash at ``size`` leaves."""
        with self._lock:
            return self._range(0, size) if size else sha256(b"").digest()

    def leaf(self, index: int) -> bytes:
        """Return one leaf's hash."""
        with self._lock:
            return self._node(0, index)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the path that proves leaf ``index`` in the tree of ``size`` (RFC 9162, 2.1.3.1)."""
        # A tile is closed before it is stored: whoever reads in between would find it in neither place.
        with self._lock:
            return self._inclusion(index, size)

    def _inclusion(self, index: int, size: int) -> list[bytes]:
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Return the path that proves the tree of ``first`` a beginning of the other (RFC 9162, 2.1.4.1)."""
        with self._lock:
            return list(self._subproof(first, 0, second, whole=True))

    def _subproof(self, old: int, start: int, end: int, *, whole: bool) -> Iterator[bytes]:
        if old == end - start:
            if not whole:
                yield self._range(start, end)
            return
        middle = start + _split(end - start)
        if old <= middle - start:
            yield from self._subproof(old, start, middle, whole=whole)
            yield self._range(middle, end)
        else:
            yield from self._subproof(old - (middle - start), middle, end, whole=False)
            yield self._range(start, middle)

    def _range(self, start: int, end: int) -> bytes:
        width = end - start
        if width & (width - 1) == 0:
            return self._node(width.bit_length() - 1, start // width)
        middle = start + _split(width)
        return _join(self._range(start, middle), self._range(middle, end))

    def _node(self, level: int, index: int) -> bytes:
        if level >= _LEVEL:
            return self._upper[level - _LEVEL][index]
        first = index << level
        number, offset = divmod(first, _TILE)
        leaves = self._tail if number == len(self._upper[0]) else self._tile(number)
        return _fold(leaves[offset : offset + (1 << level)])

    def _read_tile(self, number: int) -> list[bytes]:
        query = select(tables.tile.c.hashes).where(tables.tile.c.number == number)
        with self._database.reading() as connection:
            hashes: bytes = connection.execute(query).scalar_one()
        return [hashes[at : at + 32] for at in range(0, len(hashes), 32)]

    def _push(self, height: int, node: bytes) -> None:
        if height == len(self._upper):
            self._upper.append([])
        row = self._upper[height]
        row.append(node)
        if len(row) % 2 == 0:
            self._push(height + 1, _join(row[-2], row[-1]))

    def _store(self, tiles: list[list[bytes]]) -> None:
        first = len(self._upper[0])
        rows = [
            {"number": first + at, "root": _fold(leaves), "hashes": b"".join(leaves)}
            for at, leaves in enumerate(tiles)
        ]
        query = select(tables.tile.c.number).where(tables.tile.c.number >= first)
        with self._database.writing() as connection:
            # Another process may be about to store the same: it waits for the writers' lock.
            connection.execute(statements.HEAD)
            held = set(connection.execute(query).scalars())
            missing = [row for row in rows if row["number"] not in held]
            if missing:
                connection.execute(insert(tables.tile), missing)


def _split(width: int) -> int:
    """Return the largest power of two below ``width``."""
    return int(1 << (width - 1).bit_length() - 1)


def _join(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _fold(nodes: list[bytes]) -> bytes:
    row = nodes
    while len(row) > 1:
        row = [_join(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]
