"""A node under odd octets at its REST and gRPC ports: a part of ``make fuzz REQUESTS=100000``.

A gateway runs as a process of its own, first with the gRPC port in it, then with the port in a process
beside it; each gets half of the requests. Exit codes: 0 no finding; 1 a redirect, an answer of 5xx, a hang, a
dead process or memory that kept growing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tests"), str(_ROOT)]

from fuzz.edits import edits  # noqa: E402
from fuzz.grpc_port import FAILURES, Call, GrpcPort, record  # noqa: E402
from fuzz.http_port import HttpPort  # noqa: E402
from fuzz.wire import Reply, exchange  # noqa: E402
from kit.members import Society  # noqa: E402
from kit.remote import Remote  # noqa: E402
from kit.stations import Fleet, free_ports  # noqa: E402

NODE = "xa.customs"
_AT_ONCE = 16
_GROWTH = 0.25
"""Share by which memory may still grow in the second half of a run, with so many MiB at least."""
_GROWTH_MIB = 48
_FAILURES = {each.name for each in FAILURES}
FORMS = {"gRPC port in the node": False, "gRPC port beside the node": True}
"""How a node may serve gRPC: whether ``grpc.own_process`` is set."""


@dataclass
class Tally:
    """What was sent over one port in one way, and what came back."""

    kind: str
    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)

    def add(self, octets: bytes, reply: Reply) -> None:
        """Count one exchange."""
        self.sent += 1
        self.answers[str(reply.status) if reply.status else "closed"] += 1
        if 300 <= reply.status < 400 or (reply.status >= 500 and not _busy(reply)):
            self.failed.append(f"{octets[:600]!r} -> {reply.octets[-600:]!r}")
        if reply.hung:
            self.hung.append(repr(octets[:600]))

    def count(self, call: Call, status: str) -> None:
        """Count one call."""
        self.sent += 1
        self.answers[status] += 1
        if status in _FAILURES:
            self.failed.append(f"{call.method} {call.octets[:600]!r} -> {status}")

    def told(self) -> dict[str, object]:
        """The tally as JSON."""
        answers = dict(sorted(self.answers.items()))
        return {
            "kind": self.kind, "sent": self.sent, "answers": answers, "failed": self.failed, "hung": self.hung
        }  # fmt: skip


def _busy(reply: Reply) -> bool:
    """Whether the node said, as it may, that it takes in nothing more now, and when to come again."""
    return reply.status == 503 and b"\r\nretry-after:" in reply.octets.lower()


async def send(port: int, requests: Iterator[bytes], tally: Tally) -> None:
    """Send the requests, some at once, and count what comes back."""

    async def worker() -> None:
        for octets in requests:
            tally.add(octets, await exchange(port, octets))

    await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))


async def call(port: GrpcPort, calls: Iterator[Call], tally: Tally) -> None:
    """Make the calls, some at once, and count how they end."""

    async def worker() -> None:
        for each in calls:
            tally.count(each, await port.answered(each))

    await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))


def resident_mib(pid: int) -> float:
    """Resident memory of a process and of those that it started, MiB."""
    own = next(
        (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:")),
        None,
    )
    if own is None:
        raise RuntimeError(f"process {pid} is gone")
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return int(own.split()[1]) / 1024 + sum(resident_mib(child) for child in children)


def flat(memory: Sequence[float]) -> bool:
    """Whether memory, MiB, looked at now and then, stopped growing in the second half."""
    middle = memory[len(memory) // 2]
    return memory[-1] - middle <= max(_GROWTH_MIB, _GROWTH * middle)


async def fuzz(
    requests: int, seed: int, folder: Path, *, own_process: bool = False, slices: int = 10
) -> dict[str, object]:
    """Fuzz both ports of a fresh node with so many requests, half of them raw; return the figures."""
    society = Society()
    for number, member in enumerate(each for each in society.members if each.gateway):
        # The list names the peers; nobody listens there.
        society.endpoints[member.id] = f"http://127.0.0.1:{number + 1}"
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    grpc = {"port": port, "endpoint": endpoint, "plaintext": True, "own_process": own_process}
    settings = {"grpc": grpc}
    fleet = Fleet(folder, (NODE,), settings, society)
    fleet.start()
    remote = Remote(fleet.stations[NODE], f"127.0.0.1:{port}")
    try:
        return await _fuzz(fleet, remote, port, requests, seed, slices)
    finally:
        await remote.channel.close()
        await fleet.close()


async def _fuzz(  # noqa: PLR0917 - one call
    fleet: Fleet, remote: Remote, grpc_port: int, requests: int, seed: int, slices: int
) -> dict[str, object]:
    process, station = fleet.processes[NODE], fleet.stations[NODE]
    assert process._child is not None
    port, pid = int(station.endpoint.rpartition(":")[2]), process._child.pid
    http = HttpPort(station)
    calls = GrpcPort(remote)
    kinds = [Tally(each) for each in ("REST, raw", "REST, signed", "gRPC, raw", "gRPC, signed")]
    raw, signed, raw_calls, signed_calls = kinds
    await _taken_in(port, http)
    recorded = await record(grpc_port, remote, [calls.good() for _ in range(3)])
    began, memory = time.monotonic(), [resident_mib(pid)]
    for number in range(slices):
        share, draw = requests // slices // 4, seed + number
        await send(port, http.raw(share, draw), raw)
        await send(port, http.signed(share, draw), signed)
        await send(grpc_port, edits(recorded, share, draw), raw_calls)
        await call(calls, calls.signed(share, draw), signed_calls)
        memory.append(resident_mib(pid))
        sent = sum(each.sent for each in kinds)
        sys.stderr.write(f"{sent} of {requests} sent, {memory[-1]:.0f} MiB\n")
    await _taken_in(port, http)
    if await calls.answered(calls.submission(calls.good())) != "OK":
        raise RuntimeError("a right submission was not taken in over gRPC")
    return {
        "requests": sum(each.sent for each in kinds),
        "seconds": round(time.monotonic() - began, 1),
        "memoryMiB": [round(each) for each in memory],
        "memoryFlat": flat(memory),
        "kinds": [each.told() for each in kinds],
    }


async def _taken_in(port: int, http: HttpPort) -> None:
    reply = await exchange(port, http.good(), quiet=30.0)
    if reply.status != 201:
        raise RuntimeError(f"a right submission was answered {reply.status}: {reply.octets[-500:]!r}")


def findings(figures: dict[str, object]) -> list[str]:
    """What must not be."""
    kinds: list[dict[str, list[str]]] = figures["kinds"]  # type: ignore[assignment]
    found = [f"3xx or 5xx: {each}" for kind in kinds for each in kind["failed"]]
    found += [f"hang: {each}" for kind in kinds for each in kind["hung"]]
    if not figures["memoryFlat"]:
        found.append(f"memory kept growing: {figures['memoryMiB']}")
    return found


def main() -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=10_000, help="how many in all (default 10000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the edits (default 1)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    forms, found = {}, []
    for number, (form, own_process) in enumerate(FORMS.items()):
        with tempfile.TemporaryDirectory() as folder:
            half = fuzz(asked.requests // 2, asked.seed + number, Path(folder), own_process=own_process)
            forms[form] = figures = asyncio.run(half)
        found += [f"{form}: {each}" for each in findings(figures)]
        if not asked.json:
            show(form, figures)
    if asked.json:
        sys.stdout.write(json.dumps(forms) + "\n")
    sys.stdout.writelines(f"FINDING {each}\n" for each in found[:20])
    return int(bool(found))


def show(form: str, figures: dict[str, object]) -> None:
    """Print the figures of a form for people."""
    sys.stdout.write(f"{form}: {figures['requests']} requests in {figures['seconds']} s\n")
    sys.stdout.write(f"memory, MiB: {figures['memoryMiB']}\n")
    for kind in figures["kinds"]:  # type: ignore[attr-defined]
        sys.stdout.write(f"{kind['kind']:<14} {kind['sent']:>8}  {kind['answers']}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
