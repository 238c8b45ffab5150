"""Merkle trees against the definition of RFC 9162, and their proofs against every other."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threeflow import artefacts
from threeflow.log import EMPTY_ROOT, MerkleTree, leaf_hash, verify_consistency, verify_inclusion

LEAVES = [leaf_hash(bytes([number])) for number in range(70)]
TREE = MerkleTree(LEAVES)
sizes = st.integers(1, len(LEAVES))


def defined(leaves: list[bytes]) -> bytes:
    """The root as section 2.1.1 defines it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


@pytest.mark.requirement("TF-LOG-1")
def test_a_leaf_is_the_hash_behind_a_zero_octet() -> None:
    assert leaf_hash(b"receipt") == sha256(b"\x00receipt").digest()


@pytest.mark.requirement("TF-LOG-2")
def test_roots_are_those_of_the_definition() -> None:
    assert MerkleTree().root() == EMPTY_ROOT
    for size in range(len(LEAVES) + 1):
        assert TREE.root(size) == defined(LEAVES[:size])


@pytest.mark.requirement("TF-LOG-3")
@given(sizes, st.data())
def test_a_proof_of_inclusion_fits_its_leaf_place_and_tree_only(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = TREE.inclusion_proof(index, size), TREE.root(size)
    assert verify_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(0, len(LEAVES) - 1).filter(lambda each: each != index))
    assert not verify_inclusion(LEAVES[other], index, size, proof, root)
    assert not verify_inclusion(LEAVES[index], other, size, proof, root)
    assert not verify_inclusion(LEAVES[index], index, size, [*proof, root], root)
    assert not verify_inclusion(
        LEAVES[index], index, size, proof, LEAVES[index] if size > 1 else LEAVES[other]
    )


@pytest.mark.requirement("TF-LOG-4")
@given(sizes, st.data())
def test_a_proof_of_consistency_fits_its_two_trees_only(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second))
    proof = TREE.consistency_proof(first, second)
    roots = TREE.root(first), TREE.root(second)
    assert verify_consistency(first, second, *roots, proof)
    changed = MerkleTree([leaf_hash(b"changed"), *LEAVES[1:]])
    assert not verify_consistency(first, second, changed.root(first), roots[1], proof)
    assert not verify_consistency(first, second, roots[0], changed.root(second), proof)
    if proof:
        assert not verify_consistency(first, second, *roots, proof[:-1])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3), (0, 71)])
def test_what_is_not_in_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="70 leaves"):
        TREE.inclusion_proof(index, size)
    assert not verify_inclusion(LEAVES[0], index, min(size, 3), [], LEAVES[0])


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (1, 71)])
def test_trees_that_do_not_follow_have_no_proof(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="70 leaves"):
        TREE.consistency_proof(first, second)


@pytest.mark.requirement("TF-LOG-5")
def test_a_checkpoint_names_log_size_and_root() -> None:
    header = {
        "specVersion": "1.0",
        "type": "checkpoint",
        "id": "00000000-0000-4000-8000-000000000001",
        "issuer": "xa.customs",
        "environment": "sandbox",
        "issuedAt": "2026-03-01T09:30:00Z",
    }
    good = {"header": header, "log": "xa.customs/1", "size": 42, "root": "sha-256:" + "0" * 64}
    assert artefacts.problem("checkpoint", good) is None
    for change in (
        {"size": 0},
        {"root": "0" * 64},
        {"log": ""},
        {"more": 1},
        {"header": {**header, "type": "order"}},
    ):
        assert artefacts.problem("checkpoint", {**good, **change}), change
