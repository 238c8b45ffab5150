"""Runs of the demo as a user starts them, what they leave behind, and the death of nodes on the way."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from kit.stations import Process
from threeflow import log
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

    def __init__(self, out: Path, asked: Asked, program: Sequence[str] = ()) -> None:
        """Start `threeflow demo`, or another program that takes the same words."""
        self.out = out
        self.said = out.with_suffix(".txt")
        demo = (str(Path(sys.executable).with_name("threeflow")), "demo")
        command = [*(program or demo), "--out", str(out), *asked.words]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
        with self.said.open("wb") as said:
            self._process = subprocess.Popen(
                command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=environment
            )

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


def personal(out: Path) -> set[str]:
    """What only the parts of documents say, which the nodes of a run hold: names, addresses, accounts."""
    found: set[str] = set()
    for folder in sorted((out / "nodes").glob("*.*/")):
        with sqlite3.connect(folder / "node.sqlite3") as database:
            for (raw,) in database.execute("select envelope from document"):
                for part in json.loads(raw).get("parts", ()):
                    found.update(_texts(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))))
    return {each for each in found if len(each) > 4}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


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


def setting(folder: Path, name: str) -> Any:
    """A setting of the node of this folder."""
    return tomllib.loads((folder / "node.toml").read_text())["node"][name]


def endpoint(folder: Path) -> str:
    """Where the node of this folder is published."""
    return str(setting(folder, "endpoint"))


class _Direct(httpx.AsyncHTTPTransport):
    """Calls a node at its own port, whatever stood at its published address during the run."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=self._port)
        return await super().handle_async_request(request)


@asynccontextmanager
async def reopened(out: Path, node: str) -> AsyncIterator[Client]:
    """A node of a run that is over, started again on what it left; and a client that asks it as itself."""
    folder = out / "nodes" / node
    port = setting(folder, "port")
    process = Process(folder / "node.toml", f"http://127.0.0.1:{port}")
    seal, token = (SigningKey.load(folder / "keys" / f"{use}.json") for use in ("seal", "token"))
    await asyncio.to_thread(process.start)
    try:
        at = endpoint(folder)
        direct = _Direct(port)
        async with Client(at, node, token, seal, audience=node, trust=trust(out), http=direct) as client:
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


async def prove_receipts(out: Path, summary: dict[str, Any]) -> None:
    """Let every node of a run that is over prove each receipt that the run's parties hold."""
    kept = receipts(out)
    assert sum(map(len, kept.values())) == summary["documents"]
    for node, own in kept.items():
        assert len({each["index"] for each in own}) == len(own)
        async with reopened(out, node) as client:
            covering = await checkpoint(client, max(each["index"] for each in own) + 1)
            proven = await asyncio.gather(*(_proven(client, each, covering) for each in own))
            assert all(proven), node


async def _proven(client: Client, kept: dict[str, Any], covering: dict[str, Any]) -> bool:
    """Whether the node's log shows a leaf, by the leaf hash that the party kept and the checkpoint's root."""
    size, root = int(covering["size"]), bytes.fromhex(covering["root"].removeprefix("sha-256:"))
    answer = await client._transport.request("GET", f"/v1/log/inclusion?index={kept['index']}&size={size}")
    path = [bytes.fromhex(each.removeprefix("sha-256:")) for each in answer.json()["path"]]
    return log.verify_inclusion(bytes.fromhex(kept["leaf"]), kept["index"], size, path, root)
