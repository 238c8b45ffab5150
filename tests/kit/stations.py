"""Gateways for tests: in this process behind an ASGI transport, or as processes of their own on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from kit.members import Society
from kit.refused import assert_exact
from threeflow.client import Client, Patience
from threeflow_gateway.app import Gateway
from threeflow_gateway.config import load
from threeflow_gateway.observe.traces import Traces

database_of: Callable[[Path], str] | None = None
"""Gives the database's address of the node in a folder; None where each keeps an SQLite file of its own."""


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    held = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def configure(
    folder: Path,
    society: Society,
    node: str,
    port: int,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """Write keys, trust files and ``node.toml`` of a node; return the configuration's path."""
    place = folder / node
    place.mkdir(parents=True, exist_ok=True)
    for use, key in (("seal", society.keys[node].seal), ("token", society.keys[node].token)):
        path = place / f"{use}-{key.kid.partition('#')[2]}.json"
        if not path.exists():
            key.save(path)
    trust = [str(path) for path in society.save(folder / "trust")]
    seal_file = f"seal-{society.keys[node].seal.kid.partition('#')[2]}.json"
    token_file = f"token-{society.keys[node].token.kid.partition('#')[2]}.json"
    sections: dict[str, dict[str, Any]] = {
        "node": {
            "id": node,
            "environment": society.environment,
            "endpoint": society.endpoints[node],
            "port": port,
            "seal_keys": [seal_file],
            "token_key": token_file,
        },
        "trust": {"files": trust},
        "process": {"sweep_seconds": 0.2},
        "delivery": {"first_retry_seconds": 0.1, "longest_retry_seconds": 0.5},
        "log": {"checkpoint_seconds": 0.3, "level": "WARNING"},
    }
    if database_of is not None:
        sections["storage"] = {"url": database_of(place)}
    for section, values in (settings or {}).items():
        sections.setdefault(section, {}).update(values)
    lines = []
    for section, values in sections.items():
        lines.append(f"[{section}]")
        lines.extend(f"{setting} = {json.dumps(value)}" for setting, value in values.items())
    path = place / "node.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class Station:
    """One gateway, and clients that call it as any member."""

    def __init__(
        self, society: Society, node: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.society = society
        self.node = node
        self.endpoint = society.endpoints[node]
        self._transport = transport
        self._clients: dict[str, Client] = {}

    def as_(self, member: str, *, attempts: int = 3) -> Client:
        """The client of a member."""
        if member not in self._clients:
            keys = self.society.keys[member]
            self._clients[member] = Client(
                self.endpoint,
                member,
                keys.token,
                keys.seal,
                audience=self.node,
                trust=self.society.store(),
                patience=Patience(attempts=attempts, pause=0.05),
                http=self._transport,
            )
        return self._clients[member]

    async def submit(self, payload: Mapping[str, Any], caller: str | None = None) -> Any:
        """Submit a payload sealed by its issuer; the caller is the issuer unless another is named.

        Whatever is refused here, in whichever test, has to name rule and place.
        """
        issuer = str(payload["header"]["issuer"])
        sealed = self.as_(issuer).seal(payload)
        outcome = await self.as_(caller or issuer).submit(sealed)
        if outcome.refusal is not None:
            assert_exact(payload, outcome.refusal)
        return outcome

    async def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            await client.close()


@asynccontextmanager
async def in_process(
    folder: Path,
    society: Society,
    node: str = "xa.customs",
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    traces: Traces | None = None,
) -> AsyncIterator[tuple[Station, Gateway]]:
    """A gateway in this process; it delivers nothing unless the settings say so."""
    for index, member in enumerate(each for each in society.members if each.gateway):
        # Nobody listens there: what is in this process is reached by its transport alone.
        society.endpoints.setdefault(member.id, f"http://127.0.0.1:{index + 1}")
    wanted = {"delivery": {"enabled": False}, **(settings or {})}
    gateway = Gateway(load(configure(folder, society, node, 1, wanted)), traces=traces)
    await gateway.node.start()
    station = Station(society, node, httpx.ASGITransport(app=gateway.app))  # type: ignore[arg-type]
    try:
        yield station, gateway
    finally:
        await station.close()
        await gateway.node.close()


class Process:
    """A gateway as a process of its own."""

    def __init__(self, config: Path, endpoint: str) -> None:
        self.config = config
        self.endpoint = endpoint
        self.environment: dict[str, str] = {}
        """Variables of its own beside those of the tests."""
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        log = (self.config.parent / "log.txt").open("ab")
        self._child = subprocess.Popen(
            [sys.executable, "-m", "threeflow_gateway.app", "--config", str(self.config)],
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONHASHSEED": "0", **self.environment},
        )
        log.close()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                raise RuntimeError((self.config.parent / "log.txt").read_text())
            try:
                if httpx.get(self.endpoint + "/ready", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError(self.endpoint)

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._child is not None
        return self._child.pid

    def kill(self) -> None:
        """End it at once, without a chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self._end(signal.SIGTERM)

    def _end(self, with_signal: signal.Signals) -> None:
        if self._child is not None:
            self._child.send_signal(with_signal)
            self._child.wait(30)
            self._child = None


class Fleet:
    """Several gateways as processes."""

    def __init__(
        self,
        folder: Path,
        nodes: tuple[str, ...],
        settings: Mapping[str, Any] | None = None,
        society: Society | None = None,
    ) -> None:
        self.society = society or Society()
        ports = free_ports(len(nodes))
        for node, port in zip(nodes, ports, strict=True):
            self.society.endpoints[node] = f"http://127.0.0.1:{port}"
        self.processes = {
            node: Process(configure(folder, self.society, node, port, settings), self.society.endpoints[node])
            for node, port in zip(nodes, ports, strict=True)
        }
        self.stations = {node: Station(self.society, node) for node in nodes}

    def start(self) -> None:
        """Start all."""
        for process in self.processes.values():
            process.start()

    async def close(self) -> None:
        """Close clients and processes."""
        for station in self.stations.values():
            await station.close()
        for process in self.processes.values():
            process.stop()
