"""A gateway at half of its measured peak, for long: ``make soak MINUTES=20``.

The peak is measured first, in the same run and on the same machine. Then orders are sent at half that rate,
by the clock and not by the answers, so that a slow answer delays no other. Flat means: of the later half of
the run, memory grew by no more than a quarter (or 48 MiB), the median latency of its last quarter is at most
twice that of the one before (judged only from five minutes on: before, a neighbour's minute decides), and no
file stays open.

Exit code 0 flat and every order taken in, 1 not, 2 could not run.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import process, scene
from benchmarks.submit import WARM_UP, FailedError, check
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

PEAK_DOCUMENTS = 4096
SLICE_SECONDS = 10.0
CONNECTIONS = 64
GROWTH, GROWTH_MIB = 0.25, 48.0
SLOWER = 2.0
LATENCY_SECONDS = 300.0
FILES = 8


@dataclass(frozen=True)
class Slice:
    """One slice of the run: seconds since its beginning, orders, latencies in ms, memory, open files."""

    at: float
    sent: int
    refused: int
    median_ms: float
    p99_ms: float
    memory_mib: float
    files: int


@dataclass(frozen=True)
class Report:
    """The whole run."""

    peak_per_second: float
    rate_per_second: float
    seconds: float
    documents: int
    refused: int
    slices: list[Slice]
    memory_flat: bool
    latency_flat: bool
    files_closed: bool

    @property
    def good(self) -> bool:
        """Whether every order was taken in and nothing grew."""
        latency = self.latency_flat or self.seconds < LATENCY_SECONDS
        return not self.refused and self.memory_flat and latency and self.files_closed


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: bytes) -> bool:
        """Send a request; say whether it was taken in."""
        # The server ends a connection on which nothing was asked for a while.
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        await reader.readexactly(length)
        return head.split(b" ", 2)[1] == b"201"

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()


class Pacer:
    """Sends at a rate over some connections; latency counts from when an order was due."""

    def __init__(self, port: int, rate: float) -> None:
        self._rate = rate
        self._all = [Connection(port) for _ in range(CONNECTIONS)]
        self._free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        for each in self._all:
            self._free.put_nowait(each)

    async def run(self, requests: Sequence[bytes]) -> tuple[list[float], int]:
        """Send all; return the latencies in seconds, and how many were not taken in."""
        loop = asyncio.get_running_loop()
        start = loop.time()

        async def one(number: int, request: bytes) -> tuple[float, bool]:
            due = start + number / self._rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            connection = await self._free.get()
            try:
                taken = await connection.send(request)
            finally:
                self._free.put_nowait(connection)
            return loop.time() - due, taken

        done = await asyncio.gather(*(one(*each) for each in enumerate(requests)))
        return [seconds for seconds, _ in done], sum(not taken for _, taken in done)

    def close(self) -> None:
        """Close the connections."""
        for each in self._all:
            each.close()


def memory_mib(pid: int) -> float:
    """Resident memory of a process, MiB."""
    line = next(
        each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


def open_files(pid: int) -> int:
    """How many files and sockets a process holds open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def peak(at: scene.Scene, pid: int) -> float:
    """Documents a second of a closed loop over all connections.

    Raises:
        FailedError: an answer was no valid receipt.
    """
    early = scene.submissions(at, WARM_UP, 1)
    _, _, answers = process.under_load(pid, at.port, CONNECTIONS, [e.request for e in early], at.folder)
    check(answers, early, at)
    sent = scene.submissions(at, PEAK_DOCUMENTS, WARM_UP + 1)
    _, seconds, answers = process.under_load(pid, at.port, CONNECTIONS, [e.request for e in sent], at.folder)
    check(answers, sent, at)
    return PEAK_DOCUMENTS / seconds


async def soak(at: scene.Scene, pid: int, rate: float, seconds: float, progress: Progress) -> list[Slice]:
    """Send at a rate for so long, slice by slice."""
    pacer, slices, began = Pacer(at.port, rate), [], time.monotonic()
    number = WARM_UP + PEAK_DOCUMENTS + 1
    bar = progress.add_task("soaking", total=seconds)
    count = max(1, int(rate * SLICE_SECONDS))
    try:
        while (past := time.monotonic() - began) < seconds:
            requests = [
                each.request for each in await asyncio.to_thread(scene.submissions, at, count, number)
            ]
            number += count
            latencies, refused = await pacer.run(requests)
            ordered = sorted(latencies)
            slices.append(
                Slice(
                    past, count, refused, statistics.median(ordered) * 1e3, ordered[int(count * 0.99)] * 1e3,
                    memory_mib(pid), open_files(pid),
                )
            )  # fmt: skip
            progress.update(bar, completed=time.monotonic() - began)
    finally:
        pacer.close()
    return slices


def judged(peak_rate: float, seconds: float, slices: list[Slice]) -> Report:
    """What the slices say."""
    middle = slices[len(slices) // 2]
    quarter = max(1, len(slices) // 4)
    earlier, later = slices[-2 * quarter : -quarter] or slices[:1], slices[-quarter:]
    return Report(
        peak_per_second=peak_rate,
        rate_per_second=peak_rate / 2,
        seconds=seconds,
        documents=sum(each.sent for each in slices),
        refused=sum(each.refused for each in slices),
        slices=slices,
        memory_flat=slices[-1].memory_mib - middle.memory_mib <= max(GROWTH_MIB, GROWTH * middle.memory_mib),
        latency_flat=_median(later) <= SLOWER * _median(earlier),
        files_closed=slices[-1].files <= middle.files + FILES,
    )


def _median(slices: list[Slice]) -> float:
    return statistics.median(each.median_ms for each in slices)


def show(report: Report, console: Console) -> None:
    """Print the report for people."""
    console.print(
        f"peak {report.peak_per_second:.0f} documents a second; at {report.rate_per_second:.0f} a second in "
        f"{report.seconds / 60:.1f} min {report.documents} sent, {report.refused} not taken in"
    )
    table = Table("at s", "sent", "median ms", "p99 ms", "memory MiB", "open files")
    step = max(1, len(report.slices) // 12)
    for each in report.slices[::step]:
        table.add_row(
            f"{each.at:.0f}", str(each.sent), f"{each.median_ms:.1f}", f"{each.p99_ms:.1f}",
            f"{each.memory_mib:.0f}", str(each.files),
        )  # fmt: skip
    console.print(table)
    for name, flat in (
        ("memory", report.memory_flat), ("latency", report.latency_flat), ("files", report.files_closed),
    ):  # fmt: skip
        console.print(f"{name}: {'flat' if flat else '[bold red]NOT flat[/]'}")


def measure(folder: Path, minutes: float, console: Console) -> Report:
    """Run everything once."""
    at = scene.prepare(folder, process.free_port(), "ES256", datetime.now(UTC))
    command = [sys.executable, "-m", "threeflow_gateway.app", "--config", str(at.folder / "node.toml")]
    with process.server(command, at.port, at.folder / "gateway.log") as pid, Progress(console=console) as bar:
        rate = peak(at, pid)
        slices = asyncio.run(soak(at, pid, rate / 2, minutes * 60, bar))
    return judged(rate, minutes * 60, slices)


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A gateway at half of its measured peak, for long")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long (default: 2)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    asked = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="threeflow-soak-") as folder:
            report = measure(Path(folder), asked.minutes, Console(stderr=True))
    except (FailedError, RuntimeError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps(asdict(report), indent=1))
    else:
        show(report, Console())
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
