"""One reference gateway on loopback with customs at work behind it, and the file by which clients call it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
from tools.clients.customs import Customs
from tools.clients.society import CLIENTS, CUSTOMS, ENVIRONMENT, Pair, keys, trust_file

from threeflow.client import Client
from threeflow.keys import SigningKey
from threeflow.trust import TrustStore

READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
TRUST: Final = "xa.json"


@dataclass(frozen=True)
class Sandbox:
    """A node, how it is called, and whom it trusts: its folder holds ``client.json`` and the trust file."""

    folder: Path
    endpoint: str
    pairs: Mapping[str, Pair]
    trust: TrustStore

    @property
    def client_file(self) -> Path:
        """What clients read: endpoints and their own keys."""
        return self.folder / "client.json"

    @property
    def trust_path(self) -> Path:
        """The trust file."""
        return self.folder / TRUST

    def as_(self, member: str) -> Client:
        """Return a client of one member; the caller closes it."""
        pair = self.pairs[member]
        return Client(self.endpoint, member, pair.token, pair.seal, audience=CUSTOMS, trust=self.trust)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Sandbox]:
    """Start the node and customs on what is written below a new folder, and stop both at the end.

    Raises:
        RuntimeError: the node did not start.
        FileExistsError: the folder holds a sandbox already.
    """
    made = prepare(folder)
    node = Node(folder / "node")
    await asyncio.to_thread(node.start)
    try:
        await _ready(made.endpoint, node)
        async with _acting(made):
            yield made
    finally:
        await asyncio.to_thread(node.stop)


@asynccontextmanager
async def _acting(made: Sandbox) -> AsyncIterator[None]:
    """Let customs work; an error of its own ends the sandbox."""
    clients: dict[str, Client] = {}

    def as_(member: str) -> Client:
        if member not in clients:
            clients[member] = made.as_(member)
        return clients[member]

    try:
        async with asyncio.TaskGroup() as group:
            work = group.create_task(Customs(as_).run())
            try:
                yield
            finally:
                work.cancel()
    finally:
        for each in clients.values():
            await each.close()


class Node:
    """The process of the node."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it says goes to ``log.txt``."""
        command = [sys.executable, "-m", "threeflow_gateway.app", "--config", str(self._folder / "node.toml")]
        with (self._folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603 - our own interpreter

    def ended(self) -> str | None:
        """Return what it said last where it ended by itself."""
        if self._process is None or self._process.poll() is None:
            return None
        return (self._folder / "log.txt").read_text(errors="replace")[-2000:]

    def stop(self) -> None:
        """Ask it to end, and end it where it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def prepare(folder: Path) -> Sandbox:
    """Write keys, trust file, ``node.toml`` and ``client.json`` below a new folder; nothing runs yet."""
    rest, grpc = _free_ports(2)
    endpoint = f"http://127.0.0.1:{rest}"
    pairs = keys()
    node = folder / "node"
    node.mkdir(parents=True)
    trusted = trust_file(pairs, endpoint)
    (folder / TRUST).write_bytes(trusted)
    pairs[CUSTOMS].seal.save(node / "seal.json")
    pairs[CUSTOMS].token.save(node / "token.json")
    (node / "node.toml").write_text(_configuration(endpoint, rest, grpc), encoding="utf-8")
    store = TrustStore(ENVIRONMENT)
    store.add_file(trusted, now=datetime.now(UTC))
    made = Sandbox(folder, endpoint, pairs, store)
    _write_secret(made.client_file, _for_clients(endpoint, grpc, pairs))
    return made


def _configuration(endpoint: str, rest: int, grpc: int) -> str:
    sections: dict[str, dict[str, Any]] = {
        "node": {
            "id": CUSTOMS, "environment": ENVIRONMENT, "endpoint": endpoint, "port": rest,
            "seal_keys": ["seal.json"], "token_key": "token.json",
        },
        "grpc": {"port": grpc, "endpoint": f"http://127.0.0.1:{grpc}", "plaintext": True},
        "trust": {"files": [f"../{TRUST}"]},
        "log": {"checkpoint_seconds": 0.5, "level": "WARNING"},
    }  # fmt: skip
    lines: list[str] = []
    for section, values in sections.items():
        lines += [f"[{section}]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]
    return "\n".join(lines) + "\n"


def _for_clients(endpoint: str, grpc: int, pairs: Mapping[str, Pair]) -> dict[str, Any]:
    """Say how the node is called, and hold the keys of the members that a client speaks for."""
    own = {
        member: {"seal": _key(pairs[member].seal), "token": _key(pairs[member].token)} for member in CLIENTS
    }
    return {
        "endpoint": endpoint,
        "grpc": f"127.0.0.1:{grpc}",
        "audience": CUSTOMS,
        "environment": ENVIRONMENT,
        "trust": TRUST,
        "keys": own,
    }


def _key(key: SigningKey) -> Any:
    return json.loads(key.to_json())


def _write_secret(path: Path, value: Mapping[str, Any]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)


def _free_ports(count: int) -> list[int]:
    held = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


async def _ready(endpoint: str, node: Node) -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    async with httpx.AsyncClient(timeout=2.0) as client:
        while asyncio.get_running_loop().time() < deadline:
            if (said := node.ended()) is not None:
                raise RuntimeError(f"the node ended before it was ready:\n{said}")
            try:
                answer = await client.get(f"{endpoint}/ready")
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == httpx.codes.OK:
                return
            await asyncio.sleep(0.1)
    raise RuntimeError(f"the node was not ready within {READY_SECONDS:.0f} s")
