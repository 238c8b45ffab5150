"""The stored tree gives the roots and proofs of the SDK's tree, at every size, also after a restart."""

import hashlib
from pathlib import Path

from sqlalchemy import insert

from threeflow.log import MerkleTree, verify_consistency, verify_inclusion
from threeflow_gateway.store import revisions, tables
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.ledger import Ledger


def _leaf(index: int) -> bytes:
    return hashlib.sha256(b"%d" % index).digest()


def _fill(database: Database, first: int, last: int) -> None:
    rows = [
        {
            "no": index + 1,
            "issuer": "xa.node",
            "id": str(index),
            "digest": "",
            "type": "t",
            "kind": "",
            "caller": "",
            "received_at": "",
            "outcome": "accepted",
            "effect": "accepted",
            "envelope": b"",
            "receipt": b"",
            "leaf": index,
            "leaf_hash": _leaf(index),
        }
        for index in range(first, last)
    ]
    with database.writing() as connection:
        connection.execute(insert(tables.document), rows)


def test_roots_and_proofs_are_those_of_rfc_9162(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'node.sqlite3'}")
    revisions.prepare(database)
    ledger, tree = Ledger(database), MerkleTree()
    done = 0
    for size in (1, 2, 3, 255, 256, 257, 700, 1024, 1300):
        _fill(database, done, size)
        for index in range(done, size):
            tree.append(_leaf(index))
        done = size
        assert ledger.catch_up() == size
        assert ledger.root(size) == tree.root()
    for fresh in (ledger, Ledger(database)):
        fresh.catch_up()
        for index, size in ((0, 1), (0, 1300), (255, 256), (256, 257), (1299, 1300), (300, 700), (511, 1024)):
            path = fresh.inclusion(index, size)
            assert path == tree.inclusion_proof(index, size)
            assert verify_inclusion(fresh.leaf(index), index, size, path, fresh.root(size))
        for first, second in ((1, 1300), (256, 1024), (257, 700), (1299, 1300), (1300, 1300), (3, 255)):
            path = fresh.consistency(first, second)
            assert path == tree.consistency_proof(first, second)
            assert verify_consistency(first, second, fresh.root(first), fresh.root(second), path)
    database.close()
