"""Runs of the demo as a user starts them, what they leave behind, and the death of nodes on the way."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from kit.stations import Process
from threeflow.client import Client
from threeflow.keys import SigningKey
from threeflow.trust import TrustStore

RUN_SECONDS = 900.0
LOOK_SECONDS = 0.02
CHECKPOINTED_SECONDS = 30.0
EXPORTING = ("xa.hub", "xa.customs")


@dataclass(frozen=True)
class Asked:
    """What is run: so many invoices of a file (None: the sample's), and the seed of what happens to them."""

    invoices: int
    seed: int = 3
    orders: Path | None = None

    @property
    def words(self) -> list[str]:
        words = ["--limit", str(self.invoices), "--seed", str(self.seed)]
        return words if self.orders is None else [*words, "--orders", str(self.orders)]


class Run:
    """One run of `threeflow demo` in a folder."""

    def __init__(self, out: Path, asked: Asked) -> None:
        self.out = out
        self.said = out.with_suffix(".txt")
        command = [str(Path(sys.executable).with_name("threeflow")), "demo", "--out", str(out), *asked.words]
        with self.said.open("wb") as said:
            self._process = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL)

    @property
    def over(self) -> bool:
        return self._process.poll() is not None

    def finish(self) -> dict[str, Any]:
        """Wait for its end, which has to be a good one, and return its summary."""
        try:
            code = self._process.wait(RUN_SECONDS)
        finally:
            self._process.terminate()
        assert code == 0, self.said.read_text()
        summary: dict[str, Any] = json.loads((self.out / "summary.json").read_text("utf-8"))
        return summary

    def documents(self, node: str) -> int:
        """How many documents a node holds by now, checkpoints left out."""
        path = self.out / "nodes" / node / "node.sqlite3"
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0) as database:
                (count,) = database.execute(
                    "select count(*) from document where type != 'checkpoint'"
                ).fetchone()
        except sqlite3.OperationalError:
            return 0
        return int(count)

    def pid(self, node: str) -> int | None:
        """The process of a node that answers now; None where none does."""
        folder = self.out / "nodes" / node
        try:
            pid = int((folder / "pid").read_text())
            answer = httpx.get(f"{endpoint(folder)}/ready", timeout=2.0)
        except (OSError, ValueError, httpx.TransportError):
            return None
        return pid if answer.status_code == httpx.codes.OK else None


def kill(run: Run, times: int, seed: int, documents: int) -> list[int]:
    """Kill the exporting nodes in turn while a run goes on; return how many documents the hub then held.

    The moments are drawn from the first three quarters of the `documents` that the hub holds in the end.
    A node that is down when its moment comes is killed as soon as it answers again.
    """
    draw = random.Random(seed)
    moments = sorted(draw.randrange(1, documents * 3 // 4) for _ in range(times))
    killed: list[int] = []
    for number, moment in enumerate(moments):
        victim = EXPORTING[number % len(EXPORTING)]
        pid = None
        while not run.over and (pid is None or run.documents("xa.hub") < moment):
            pid = run.pid(victim)
            time.sleep(LOOK_SECONDS)
        if run.over or pid is None:
            break
        time.sleep(draw.uniform(0.0, 0.1))
        os.kill(pid, signal.SIGKILL)
        killed.append(run.documents("xa.hub"))
    return killed


def totals(summary: dict[str, Any]) -> Any:
    """What is equal in every run with the same orders and seed."""
    cases = {each["invoice"]: (each["outcome"], each.get("kinds", [])) for each in summary["cases"]}
    return summary["outcomes"], summary["planted"], summary["creditNotes"], cases


def held(out: Path) -> dict[str, Counter[tuple[str, str, str]]]:
    """How many documents of each issuer, type and kind each node holds; checkpoints come and go with time."""
    found = {}
    for folder in sorted((out / "nodes").glob("*.*/")):
        with sqlite3.connect(folder / "node.sqlite3") as database:
            rows = database.execute("select issuer, type, kind from document where type != 'checkpoint'")
            found[folder.name] = Counter(rows.fetchall())
    return found


def receipts(out: Path) -> dict[str, list[dict[str, Any]]]:
    """The receipts that the run's parties hold, by the node that gave them: log index and leaf hash."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for each in json.loads((out / "nodes" / "receipts.json").read_text()):
        kept.setdefault(each["node"], []).append(each)
    return kept


def trust(out: Path) -> TrustStore:
    """What the run's trust files say."""
    store = TrustStore("demo")
    for path in sorted((out / "trust").glob("*.json")):
        store.add_file(path.read_bytes(), now=datetime.now(UTC))
    return store


def endpoint(folder: Path) -> str:
    """Where the node of this folder listens."""
    for line in (folder / "node.toml").read_text().splitlines():
        if line.startswith("endpoint = "):
            return str(json.loads(line.removeprefix("endpoint = ")))
    raise LookupError(folder)


@asynccontextmanager
async def reopened(out: Path, node: str) -> AsyncIterator[Client]:
    """A node of a run that is over, started again on what it left; and a client that asks it as itself."""
    folder = out / "nodes" / node
    process = Process(folder / "node.toml", endpoint(folder))
    seal, token = (SigningKey.load(folder / "keys" / f"{use}.json") for use in ("seal", "token"))
    await asyncio.to_thread(process.start)
    try:
        async with Client(process.endpoint, node, token, seal, audience=node, trust=trust(out)) as client:
            yield client
    finally:
        await asyncio.to_thread(process.stop)


async def checkpoint(client: Client, size: int) -> dict[str, object]:
    """The node's checkpoint, once it covers so many leaves."""
    deadline = time.monotonic() + CHECKPOINTED_SECONDS
    while True:
        found = await client.checkpoint()
        if int(str(found["size"])) >= size:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"the checkpoint stays at {found['size']}, wanted {size}")
        await asyncio.sleep(0.2)
