"""A node whose documents are written to an archive and moved there, and all that anybody can see of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from kit.raw import post
from kit.stations import Station
from threeflow_gateway.app import Gateway
from threeflow_gateway.cli import main
from threeflow_gateway.config import load
from threeflow_gateway.store import tables
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.moved import ENVELOPE, RECEIPT

NAME = "2026.ndjson"
SETTINGS: dict[str, dict[str, Any]] = {
    "storage": {"archives": "archives"},
    "log": {"checkpoint_seconds": 3600.0, "level": "ERROR"},
    "audit": {"erase_seconds": 0.0},
}


class Shelf:
    """The archive folder of the node ``xa.customs`` below a test's folder, and the commands about it."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.config = folder / "xa.customs" / "node.toml"
        self.folder = folder / "xa.customs" / "archives"
        self.folder.mkdir(parents=True)
        self.path = self.folder / NAME
        self.trust = [str(folder / "trust" / f"{each}.json") for each in ("xa", "xb")]
        self._capfd = capfd

    async def run(self, *words: object, code: int = 0) -> Any:
        """A command beside the running node, as an operator gives it; what it says as JSON."""
        self._capfd.readouterr()
        ended = await asyncio.to_thread(main, [*map(str, words), "--json"])
        said = self._capfd.readouterr()
        assert ended == code, said
        return json.loads(said.out)

    async def write(self, gateway: Gateway, *, name: str = NAME) -> None:
        """Write all that the log holds now to an archive."""
        await gateway.node._checkpoints.make()
        await self.run("archive", "write", "--config", self.config, "--out", self.folder / name)

    async def move(self, *words: object, code: int = 0) -> Any:
        """Move what the archive holds."""
        return await self.run("archive", "move", "--config", self.config, self.path, *words, code=code)

    async def verify_database(self, code: int = 0) -> Any:
        """Read the whole log."""
        return await self.run("database", "verify", "--config", self.config, code=code)

    def database(self) -> closing[Database]:
        """The node's database as its configuration has it, for who asks for rows."""
        return closing(Database.of(load(self.config).storage))

    async def let_outbox_be(self, state: str) -> None:
        """Let every delivery stand in a state."""

        def change() -> None:
            with self.database() as database, database.writing() as connection:
                connection.execute(update(tables.outbox).values(state=state))

        await asyncio.to_thread(change)

    async def moved(self) -> dict[int, tuple[bool, bool]]:
        """For each leaf whether envelope and receipt are in the archive."""

        def look() -> dict[int, tuple[bool, bool]]:
            query = select(tables.document.c.leaf, ENVELOPE, RECEIPT).where(tables.document.c.leaf >= 0)
            with self.database() as database, database.reading() as connection:
                return {
                    row.leaf: (row.envelope[:1] == b"\0", row.receipt[:1] == b"\0")
                    for row in connection.execute(query)
                }

        return await asyncio.to_thread(look)


async def get(station: Station, target: str, caller: str = "xa.customs") -> tuple[int, bytes]:
    """Status and octets of an answer."""
    answer = await post(station, b"", method="GET", target=target, caller=caller)
    return answer.status_code, answer.content


def place(payload: Mapping[str, Any]) -> str:
    """Where a document is fetched."""
    return f"/v1/documents/{payload['header']['issuer']}/{payload['header']['id']}"


async def seen(
    station: Station, gateway: Gateway, sealed: Mapping[str, bytes], subjects: Sequence[tuple[str, Any]]
) -> dict[str, Any]:
    """Everything that the node's own people see of documents and subjects, octet for octet."""
    client = station.as_("xa.customs")
    node, size = gateway.node, gateway.node.ledger.catch_up()
    return {
        "documents": {each: await get(station, each) for each in sealed},
        "receipts": {each: await get(station, each + "/receipt") for each in sealed},
        "repeats": {each: await repeat(station, each, octets) for each, octets in sealed.items()},
        "subjects": [await client.subject(kind, key) for kind, key in subjects],
        "events": [each async for each in client.events()],
        "proofs": [node.proofs.inclusion(index, size) for index in range(size)],
        "checkpoint": node.proofs.checkpoint(),
    }


async def bring(station: Station, target: str, sealed: bytes) -> httpx.Response:
    """The answer to an envelope that its issuer brings."""
    return await post(station, sealed, caller=target.split("/")[3])


async def repeat(station: Station, target: str, sealed: bytes) -> tuple[int, bytes]:
    """What a document that is brought again earns."""
    answer = await bring(station, target, sealed)
    return answer.status_code, answer.content
