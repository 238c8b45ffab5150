"""The tamper-evident log: Merkle trees and their proofs by RFC 9162 with SHA-256 (spec page ``log``)."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(octets: bytes) -> bytes:
    """Return the leaf hash (32 octets) of a receipt's payload."""
    return sha256(b"\x00" + octets).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """A tree that grows by leaf hashes and keeps the hash of every complete subtree."""

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for each in leaf_hashes:
            self.append(each)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> int:
        """Add a leaf hash and return its index."""
        index = self.size
        level, position = 0, index
        self._levels[0].append(leaf)
        while position & 1:
            pair = node_hash(self._levels[level][position - 1], self._levels[level][position])
            level, position = level + 1, position >> 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(pair)
        return index

    def root(self, size: int | None = None) -> bytes:
        """Return the root (32 octets) over the first ``size`` leaves; all, where None.

        Raises:
            ValueError: the tree has not so many leaves.
        """
        end = self.size if size is None else size
        self._check(0 <= end <= self.size)
        return self._hash(0, end) if end else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return the hashes that lead from the leaf ``index`` to the root over ``size`` leaves.

        Raises:
            ValueError: there is no such leaf or size.
        """
        self._check(0 <= index < size <= self.size)
        proof: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._hash(middle, end))
                end = middle
            else:
                proof.append(self._hash(start, middle))
                start = middle
        return proof[::-1]

    def consistency_proof(self, first: int, second: int) -> list[bytes]:
        """Return the hashes that show the tree of ``first`` leaves to be the beginning of that of ``second``.

        Raises:
            ValueError: not 0 < first <= second <= size.
        """
        self._check(0 < first <= second <= self.size)
        proof: list[bytes] = []
        start, end, known = 0, second, True
        while first != end:
            middle = start + _split(end - start)
            if first <= middle:
                proof.append(self._hash(middle, end))
                end = middle
            else:
                proof.append(self._hash(start, middle))
                start, known = middle, False
        if not known:
            proof.append(self._hash(start, end))
        return proof[::-1]

    def _check(self, holds: bool) -> None:
        if not holds:
            raise ValueError(f"the tree has {self.size} leaves")

    def _hash(self, start: int, end: int) -> bytes:
        count = end - start
        level = count.bit_length() - 1
        if count == 1 << level:
            return self._levels[level][start >> level]
        middle = start + _split(count)
        return node_hash(self._hash(start, middle), self._hash(middle, end))


def _split(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether the proof shows the leaf hash at ``index`` of a tree of that size (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, result = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            result = node_hash(each, result)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            result = node_hash(result, each)
        position, last = position >> 1, last >> 1
    return last == 0 and result == root


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the proof shows the first tree to be the beginning of the second (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, each)
        position, last = position >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
