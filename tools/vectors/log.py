"""Vectors of the log: roots and proofs of small trees, good ones and each of them spoiled."""

from tools.vectors.material import Case, case

from threeflow.log import MerkleTree, leaf_hash

SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17)


def _text(octets: bytes) -> str:
    return "sha-256:" + octets.hex()


def _spoiled(proof: list[bytes]) -> list[tuple[str, list[bytes]]]:
    changed = [(f"hash {at} changed", [*proof[:at], bytes(32), *proof[at + 1 :]]) for at in range(len(proof))]
    longer = [("one hash too many", [*proof, bytes(32)])]
    shorter = [("last hash missing", proof[:-1])] if proof else []
    return [*changed, *longer, *shorter]


def _inclusion(tree: MerkleTree, leaves: list[bytes]) -> list[Case]:
    cases = []
    for size in SIZES:
        for index in sorted({0, size // 2, size - 1}):
            proof = tree.inclusion_proof(index, size)
            variants = [("ok", "good", proof)]
            if size in {5, 8}:
                variants += [("dossier-invalid", name, each) for name, each in _spoiled(proof)]
            cases += [
                case(
                    f"leaf {index} of {size}: {name}",
                    verdict,
                    "TF-LOG-3",
                    leaf=leaves[index].decode(),
                    index=index,
                    size=size,
                    root=_text(tree.root(size)),
                    path=[_text(node) for node in each],
                )
                for verdict, name, each in variants
            ]
    return cases


def _consistency(tree: MerkleTree) -> list[Case]:
    cases = []
    for second in SIZES:
        for first in sorted({1, max(1, second // 2), max(1, second - 1), second}):
            proof = tree.consistency_proof(first, second)
            variants = [("ok", "good", proof)]
            if (first, second) in {(3, 7), (4, 8), (6, 13)}:
                variants += [("log-inconsistent", name, each) for name, each in _spoiled(proof)]
            cases += [
                case(
                    f"{first} to {second}: {name}",
                    verdict,
                    "TF-LOG-4",
                    first=first,
                    second=second,
                    firstRoot=_text(tree.root(first)),
                    secondRoot=_text(tree.root(second)),
                    path=[_text(node) for node in each],
                )
                for verdict, name, each in variants
            ]
    return cases


def files() -> dict[str, object]:
    """Return the vector files by path."""
    leaves = [f"receipt {number}".encode() for number in range(max(SIZES))]
    tree = MerkleTree(leaf_hash(each) for each in leaves)
    return {
        "log/inclusion.json": {"cases": _inclusion(tree, leaves)},
        "log/consistency.json": {"cases": _consistency(tree)},
    }
