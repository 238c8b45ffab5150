"""The demo's network: three gateways as real processes on loopback, watched, restarted, stopped."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from threeflow.errors import Unavailable
from threeflow_gateway.demo import lists, names

GATEWAYS = (names.HUB, names.EXPORT_CUSTOMS, names.IMPORT_CUSTOMS)
READY_SECONDS = 60.0
FALSE_STARTS = 3
STOP_SECONDS = 10.0
POLL_SECONDS = 0.05
LOG = 'level = "WARNING"'


@dataclass
class Gateway:
    """One gateway process; `restarts` counts how often it died of itself and was started again."""

    id: str
    folder: Path
    endpoint: str
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    answered: bool = False
    peak_rss_mb: float = 0.0
    cpu_seconds: float = 0.0
    _cpu_before: float = 0.0

    @property
    def pid_file(self) -> Path:
        return self.folder / "pid"

    def start(self) -> None:
        """Start the process; its standard error goes to `log.txt`, its id to `pid`."""
        self._cpu_before = self.cpu_seconds
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and configuration
                [sys.executable, "-m", "threeflow_gateway.app", "--config", str(self.folder / "node.toml")],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self.pid_file.write_text(str(self.process.pid))

    @property
    def given_up(self) -> bool:
        """Whether it died so often before it ever answered that it cannot run at all."""
        return not self.answered and self.restarts >= FALSE_STARTS

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """Ask the process to end, and end it where it does not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def measure(self) -> None:
        """Note peak resident memory, in megabytes, and processor time, where /proc tells them."""
        folder = Path(f"/proc/{self.process.pid}") if self.process else None
        if folder is None or not (folder / "status").exists():
            return
        for line in (folder / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                self.peak_rss_mb = max(self.peak_rss_mb, int(line.split()[1]) / 1024)
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        self.cpu_seconds = self._cpu_before + ticks / os.sysconf("SC_CLK_TCK")


@dataclass
class Network:
    """All gateways of a run, the keys of all members, and the trust files."""

    folder: Path
    keys: Mapping[str, lists.KeyPair]
    trust_files: Mapping[str, Path]
    gateways: Mapping[str, Gateway]
    _watch: asyncio.Task[None] | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Start every gateway and wait until each answers; then restart any that dies, until `stop`.

        Raises:
            Unavailable: a gateway was not ready in time.
        """
        for gateway in self.gateways.values():
            gateway.start()
        self._watch = asyncio.create_task(self._restart_dead())
        async with httpx.AsyncClient(timeout=2.0) as client:
            await asyncio.gather(*(_ready(client, gateway) for gateway in self.gateways.values()))

    async def stop(self) -> None:
        """Stop the watch, then the processes that this network started."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for gateway in self.gateways.values():
            gateway.measure()
        await asyncio.gather(*(asyncio.to_thread(gateway.stop) for gateway in self.gateways.values()))

    async def _restart_dead(self) -> None:
        while True:
            for gateway in self.gateways.values():
                if gateway.died() and not gateway.given_up:
                    gateway.restarts += 1
                    gateway.start()
                gateway.measure()
            await asyncio.sleep(POLL_SECONDS * 4)


def prepare(out: Path, countries: Collection[str], begins: datetime) -> Network:
    """Make keys, trust files and configurations below `out`; `countries` are all ISO 3166-1 codes.

    Keys count from `begins`, the first business moment, since a document's own date is business time.
    Nothing runs yet.
    """
    folder = out / "nodes"
    trust_folder = out / "trust"
    trust_folder.mkdir(parents=True, exist_ok=True)
    ports = _free_ports(len(GATEWAYS))
    endpoints = published(dict(zip(GATEWAYS, ports, strict=True)))
    members = [member for side in lists.JURISDICTIONS.values() for member in side]
    keys = {member.id: lists.new_keys(member) for member in members}
    trust_files: dict[str, Path] = {}
    for jurisdiction in lists.JURISDICTIONS:
        trust_files[jurisdiction] = trust_folder / f"{jurisdiction}.json"
        trust_files[jurisdiction].write_bytes(
            lists.trust_file(jurisdiction, keys, endpoints, countries, begins)
        )
    gateways: dict[str, Gateway] = {}
    for name, port in zip(GATEWAYS, ports, strict=True):
        place = folder / name
        lists.save(keys[name], place / "keys")
        (place / "node.toml").write_text(_configuration(name, port, endpoints[name], trust_files))
        gateways[name] = Gateway(name, place, endpoints[name])
    return Network(folder, keys, trust_files, gateways)


def published(ports: Mapping[str, int]) -> dict[str, str]:
    """The addresses that the trust lists name for gateways on these ports of loopback."""
    return {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}


def _configuration(name: str, port: int, endpoint: str, trust_files: Mapping[str, Path]) -> str:
    quoted = json.dumps
    trusted = ", ".join(quoted(str(path.resolve())) for path in trust_files.values())
    return f"""[node]
id = {quoted(name)}
environment = {quoted(names.ENVIRONMENT)}
endpoint = {quoted(endpoint)}
port = {port}
seal_keys = ["keys/seal.json"]
token_key = "keys/token.json"
profile = {quoted(names.PROFILE)}

[trust]
files = [{trusted}]

[storage]
url = "sqlite:///node.sqlite3"

[limits]
subjects_in_memory = 400

[delivery]
first_retry_seconds = 0.2
longest_retry_seconds = 2.0

[log]
checkpoint_seconds = 1.5
{LOG}
"""


def _free_ports(count: int) -> list[int]:
    held = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


async def _ready(client: httpx.AsyncClient, gateway: Gateway) -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        if gateway.died() and gateway.given_up:
            tail = (gateway.folder / "log.txt").read_text(errors="replace")[-2000:]
            raise Unavailable(f"{gateway.id} ended before it was ready:\n{tail}")
        try:
            answer = await client.get(f"{gateway.endpoint}/ready")
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == httpx.codes.OK:
            gateway.answered = True
            return
        await asyncio.sleep(POLL_SECONDS)
    raise Unavailable(f"{gateway.id} was not ready within {READY_SECONDS:.0f} s")
