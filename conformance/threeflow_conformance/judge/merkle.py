"""The log's tree by RFC 9162, sections 2.1.1, 2.1.3.2 and 2.1.4.2; hashes are 32 octets."""

import hashlib
from collections.abc import Sequence

__all__ = ["consistent", "included", "leaf", "node", "proof_of_consistency", "proof_of_inclusion", "root"]


def leaf(octets: bytes) -> bytes:
    """Hash of a leaf (TF-LOG-1)."""
    return hashlib.sha256(b"\x00" + octets).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (TF-LOG-2)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root of a tree of leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = _split(len(leaves))
    return node(root(leaves[:middle]), root(leaves[middle:]))


def included(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether a path leads from a leaf to the root of a tree of ``size`` leaves (TF-LOG-3)."""
    if not 0 <= index < size:
        return False
    first, second, found = index, size - 1, leaf_hash
    for step in path:
        if second == 0:
            return False
        if first & 1 or first == second:
            found = node(step, found)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            found = node(found, step)
        first, second = first >> 1, second >> 1
    return second == 0 and found == expected


def consistent(first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Whether a path shows one tree to be the beginning of another (TF-LOG-4)."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    low, high = first - 1, second - 1
    while low & 1:
        low, high = low >> 1, high >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if high == 0:
            return False
        if low & 1 or low == high:
            old, new = node(step, old), node(step, new)
            while not low & 1 and low:
                low, high = low >> 1, high >> 1
        else:
            new = node(new, step)
        low, high = low >> 1, high >> 1
    return high == 0 and (old, new) == (first_root, second_root)


def proof_of_inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The path from a leaf to the root of the tree of all these leaves (RFC 9162, 2.1.3.1)."""
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*proof_of_inclusion(index, leaves[:middle]), root(leaves[middle:])]
    return [*proof_of_inclusion(index - middle, leaves[middle:]), root(leaves[:middle])]


def proof_of_consistency(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The path that shows the tree of the first leaves to be the beginning of the whole (RFC 9162, 2.1.4.1)."""
    return _subproof(first, leaves, whole=True)


def _subproof(first: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    middle = _split(len(leaves))
    if first <= middle:
        return [*_subproof(first, leaves[:middle], whole=whole), root(leaves[middle:])]
    return [*_subproof(first - middle, leaves[middle:], whole=False), root(leaves[:middle])]


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)
