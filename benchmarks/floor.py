"""What a durable, sealed submit cannot avoid, piece by piece, on the very octets of the run.

Each piece is the library's own primitive, called as directly as can be: no error handling of ours, no views.
The sum is a floor for this design on this machine, measured in the same run as the submit it stands beside.
"""

import hashlib
import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.process import per_call
from benchmarks.scene import Scene, Submission

from threeflow import base64url, envelope, log, rules, strict
from threeflow.standard import Standard

BATCH = 64


def pieces(scene: Scene, sent: Sequence[Submission], receipt: bytes, folder: Path) -> dict[str, float]:
    """CPU seconds of each piece for one document; ``receipt`` is a payload that the gateway made."""
    standard = Standard.load()
    count = len(sent)
    seals = [_seal_signature(each.envelope) for each in sent]
    tokens = [_token_signature(each.token) for each in sent]
    values: list[dict[str, Any]] = [strict.parse_object(each.payload) for each in sent]
    at = datetime.now(UTC)
    tree = log.MerkleTree()
    caller, signer, gateway = scene.token.public, scene.seal.public, scene.gateway_seal

    def verify_token(number: int) -> None:
        signature, octets = tokens[number]
        assert caller.verify(signature, octets)

    def verify_seal(number: int) -> None:
        signature, octets = seals[number]
        assert signer.verify(signature, octets)

    def judge_schema(number: int) -> None:
        assert not standard.schemas.validate("order", values[number])

    def judge_rules(number: int) -> None:
        rules.evaluate(standard, None, values[number], {}, at)

    return {
        "verify the token's signature": per_call(verify_token, count),
        "verify the seal": per_call(verify_seal, count),
        "read the JSON strictly": per_call(lambda number: strict.parse(sent[number].payload), count),
        "schema": per_call(judge_schema, count),
        "rules": per_call(judge_rules, count),
        "hash the payload": per_call(lambda number: hashlib.sha256(sent[number].payload).digest(), count),
        "log leaf": per_call(lambda _: tree.append(log.leaf_hash(receipt)), count),
        "sign the receipt": per_call(lambda _: gateway.sign(receipt), count),
        f"one durable insert in a batch of {BATCH}": _insert(
            [each.envelope for each in sent], receipt, folder
        ),
    }


def _seal_signature(raw: bytes) -> tuple[bytes, bytes]:
    read = envelope.read(raw)
    (seal,) = read.signatures
    return seal.signature, f"{seal.protected}.{base64url.encode(read.payload)}".encode("ascii")


def _token_signature(raw: str) -> tuple[bytes, bytes]:
    signed, _, signature = raw.rpartition(".")
    return base64url.decode(signature), signed.encode("ascii")


def _insert(envelopes: Sequence[bytes], receipt: bytes, folder: Path) -> float:
    base = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute(
        "CREATE TABLE document (id INTEGER PRIMARY KEY, digest TEXT UNIQUE, envelope BLOB, receipt BLOB)"
    )
    rows = [(hashlib.sha256(each).hexdigest(), each, receipt) for each in envelopes]
    batches = [rows[start : start + BATCH] for start in range(0, len(rows) - BATCH + 1, BATCH)]

    def commit(number: int) -> None:
        base.execute("BEGIN IMMEDIATE")
        base.executemany(
            "INSERT OR IGNORE INTO document (digest, envelope, receipt) VALUES (?, ?, ?)", batches[number]
        )
        base.execute("COMMIT")

    # No warm-up by repetition: a row that is there already would cost less than one that is not.
    before = time.process_time_ns()
    for number in range(len(batches)):
        commit(number)
    spent = (time.process_time_ns() - before) / 1e9
    base.close()
    return spent / (len(batches) * BATCH)
