"""Fill a gateway's SQLite database with valid rows, quickly: copies of what one real submission wrote.

Each copy is a document of its own: another id and other numbers in its payload, sealed anew by the platform,
with a receipt sealed anew by the gateway and its leaf in the log. A million takes minutes, not hours.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from benchmarks import scene

from threeflow import digest, envelope, strict
from threeflow.keys import SigningKey
from threeflow.log import leaf_hash

__all__ = ["TEMPLATE", "fill"]

TEMPLATE: Final = 9_999_999
"""The number of the order that is copied; seven digits that occur nowhere else in it."""

_AT_ONCE: Final = 5000
_NUMBERED: Final = ("subject", "document", "claim", "subject_document", "mention", "event")
_TILE: Final = 256
Row = dict[str, Any]


@dataclass(frozen=True)
class _Original:
    rows: dict[str, list[Row]]
    payload: bytes
    receipt: dict[str, Any]
    id: str


def fill(path: Path, at: scene.Scene, count: int, progress: Callable[[int], None]) -> None:
    """Add so many copies of the one document that the database holds; the gateway must not run."""
    database = sqlite3.connect(path, isolation_level=None)
    database.row_factory = sqlite3.Row
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        database.execute(f"PRAGMA {pragma}")
    original = _read(database)
    database.execute("BEGIN")
    hashes = [bytes(original.rows["document"][0]["leaf_hash"])]
    for first in range(1, count + 1, _AT_ONCE):
        batch = range(first, min(first + _AT_ONCE, count + 1))
        written: dict[str, list[Row]] = {table: [] for table in original.rows}
        for number in batch:
            for table, row in _copy(original, number, at.seal, at.gateway_seal):
                written[table].append(row)
        for table, rows in written.items():
            _insert(database, table, rows)
        hashes += [row["leaf_hash"] for row in written["document"]]
        progress(len(batch))
    _insert(database, "tile", list(_tiles(hashes)))
    database.execute("UPDATE head SET documents = ?, subjects = ?, leaves = ?", (count + 1,) * 3)
    for party in {row["party"] for row in original.rows["event"]}:
        database.execute("UPDATE party SET events = ? WHERE node = ?", (count + 1, party))
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def _read(database: sqlite3.Connection) -> _Original:
    rows = {table: [dict(row) for row in database.execute(f"SELECT * FROM {table}")] for table in _NUMBERED}
    (document,) = rows["document"]
    receipt: Any = strict.parse_object(envelope.read(document["receipt"]).payload)
    return _Original(rows, envelope.read(document["envelope"]).payload, receipt, document["id"])


def _copy(
    original: _Original, number: int, platform: SigningKey, gateway: SigningKey
) -> Iterator[tuple[str, Row]]:
    digits = f"{number:07d}"
    name = str(UUID(bytes=sha256(b"document %d" % number).digest()[:16], version=4))
    payload = original.payload.replace(b"%d" % TEMPLATE, digits.encode()).replace(
        original.id.encode(), name.encode()
    )
    said = digest.of(payload)
    receipt = orjson.dumps(_receipt(original.receipt, number, name, said))
    for table, rows in original.rows.items():
        for row in rows:
            made = {column: _numbered(column, value, number, digits) for column, value in row.items()}
            if table == "document":
                made |= {
                    "id": name, "digest": said, "envelope": envelope.seal(payload, platform),
                    "receipt": envelope.seal(receipt, gateway), "leaf": number,
                    "leaf_hash": leaf_hash(receipt),
                }  # fmt: skip
            yield table, made


def _receipt(first: dict[str, Any], number: int, name: str, said: str) -> dict[str, Any]:
    own = str(UUID(bytes=sha256(b"receipt %d" % number).digest()[:16], version=4))
    return {
        **first,
        "header": {**first["header"], "id": own},
        "document": {**first["document"], "id": name, "digest": said},
        "subject": {**first["subject"], "id": str(number + 1)},
        "log": {**first["log"], "index": number},
    }


def _numbered(column: str, value: Any, number: int, digits: str) -> Any:
    if column in {"no", "subject", "document", "seq"} and value is not None:
        return number + 1
    return value.replace(str(TEMPLATE), digits) if isinstance(value, str) else value


def _insert(database: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    if rows:
        columns = list(rows[0])
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        database.executemany(statement, [tuple(row[each] for each in columns) for row in rows])


def _tiles(hashes: list[bytes]) -> Iterator[Row]:
    for number in range(len(hashes) // _TILE):
        leaves = hashes[number * _TILE : (number + 1) * _TILE]
        row = leaves
        while len(row) > 1:
            row = [sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
        yield {"number": number, "root": row[0], "hashes": b"".join(leaves)}
