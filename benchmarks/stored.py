"""Start-up and cost of a submit with a million documents stored, beside an empty node: ``make bench-stored``.

Both nodes are measured in one run, in turn, on the same machine. The full one is filled with valid rows
(`benchmarks.filling`), whose log is verified before anything is measured; what a consumer that is a million
events behind waits for a page is measured on it too.

Exit code 0 within the targets, 1 above one, 2 could not run.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from benchmarks import filling, process, scene
from benchmarks.submit import WARM_UP, FailedError, check
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import text

from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.verifying import verify

START_TARGET = 5.0
RATIO_TARGET = 1.5
DOCUMENTS = 1024
CONNECTIONS = 64


@dataclass(frozen=True)
class Node:
    """What was measured of one node: seconds to be ready (wall and CPU), µs of CPU a submit, MiB resident."""

    stored: int
    start_seconds: float
    start_cpu_seconds: float
    submit_us: float
    memory_mib: float


@dataclass(frozen=True)
class Report:
    """Both nodes, how they compare, and the slowest page of a feed that is read from its beginning, in ms."""

    empty: Node
    full: Node
    ratio: float
    start_target: float
    ratio_target: float
    fill_seconds: float
    database_mib: float
    slowest_page_ms: float
    pages: int


def node(at: scene.Scene, stored: int, first: int) -> Node:
    """Start a gateway, let it be ready, submit, and look at its memory."""
    command = [sys.executable, "-m", "threeflow_gateway.app", "--config", str(at.folder / "node.toml")]
    began = time.monotonic()
    with process.server(command, at.port, at.folder / "gateway.log") as pid:
        while httpx.get(at.endpoint + "/ready", timeout=60).status_code != 200:
            time.sleep(0.02)
        start, start_cpu = time.monotonic() - began, process.cpu_seconds(pid)
        early = scene.submissions(at, WARM_UP, first)
        _, _, answers = process.under_load(
            pid, at.port, CONNECTIONS, [each.request for each in early], at.folder
        )
        check(answers, early, at)
        sent = scene.submissions(at, DOCUMENTS, first + WARM_UP)
        spent, _, answers = process.under_load(
            pid, at.port, CONNECTIONS, [each.request for each in sent], at.folder
        )
        check(answers, sent, at)
        memory = int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024
    return Node(stored, start, start_cpu, spent / DOCUMENTS * 1e6, memory)


def one_document(at: scene.Scene) -> None:
    """Let a gateway take in the document that is copied."""
    command = [sys.executable, "-m", "threeflow_gateway.app", "--config", str(at.folder / "node.toml")]
    with process.server(command, at.port, at.folder / "gateway.log") as pid:
        sent = scene.submissions(at, 1, filling.TEMPLATE)
        _, _, answers = process.under_load(pid, at.port, 1, [each.request for each in sent], at.folder)
        check(answers, sent, at)


def pages(database: Database, stored: int) -> tuple[float, int]:
    """Read a feed from its beginning, at twenty places over its length; return the slowest page in ms."""
    slowest, read = 0.0, 0
    for part in range(20):
        after = stored * part // 20
        asked = {"party": scene.GATEWAY, "after": after, "limit": 100}
        began = time.perf_counter()
        with database.reading() as connection:
            rows = connection.execute(statements.EVENTS_AFTER, asked).all()
        slowest = max(slowest, time.perf_counter() - began)
        if [row.seq for row in rows] != list(range(after + 1, after + 1 + len(rows))) or not rows:
            raise FailedError(f"the feed after {after} has a gap")
        read += 1
    return slowest * 1e3, read


def measure(folder: Path, stored: int, console: Console) -> Report:
    """Fill one node, and measure both."""
    places = {name: folder / name for name in ("empty", "full")}
    for each in places.values():
        each.mkdir()
    now = datetime.now(UTC)
    scenes = {name: scene.prepare(place, process.free_port(), "ES256", now) for name, place in places.items()}
    full = scenes["full"]
    one_document(full)
    path = places["full"] / "node.sqlite3"
    began = time.monotonic()
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("filling", total=stored - 1)
        filling.fill(path, full, stored - 1, lambda count: bar.advance(task, count))
    filled = time.monotonic() - began
    database = Database(f"sqlite:///{path}")
    with database.reading() as connection:
        verdict = verify(connection)
        connection.execute(text("SELECT 1"))
    if verdict.faults or verdict.size != stored:
        raise FailedError(f"the log that was filled is not whole: {verdict.faults}")
    slowest, read = pages(database, stored)
    database.close()
    empty_node = node(scenes["empty"], 0, 1_000_001)
    full_node = node(full, stored, 1_000_001)
    return Report(
        empty=empty_node,
        full=full_node,
        ratio=full_node.submit_us / empty_node.submit_us,
        start_target=START_TARGET,
        ratio_target=RATIO_TARGET,
        fill_seconds=filled,
        database_mib=path.stat().st_size / 2**20,
        slowest_page_ms=slowest,
        pages=read,
    )


def show(report: Report, console: Console) -> None:
    """Print the report for people."""
    table = Table(title="A node by what it holds", title_justify="left")
    for column in ("documents stored", "ready after s", "CPU s of it", "CPU µs a submit", "MiB resident"):
        table.add_column(column, justify="right")
    for each in (report.empty, report.full):
        figures = (each.start_seconds, each.start_cpu_seconds)
        table.add_row(
            f"{each.stored:,}", *(f"{figure:.2f}" for figure in figures), f"{each.submit_us:.0f}",
            f"{each.memory_mib:.0f}",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"ratio of a submit {report.ratio:.2f} (target {report.ratio_target}); ready after "
        f"{report.full.start_seconds:.2f} s (target {report.start_target:.0f}); the slowest of "
        f"{report.pages} pages of 100 events {report.slowest_page_ms:.1f} ms; "
        f"filled in {report.fill_seconds:.0f} s, {report.database_mib:.0f} MiB; {os.cpu_count()} cores"
    )


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="a node that holds much beside one that holds nothing")
    parser.add_argument("--stored", type=int, default=1_000_000, help="documents stored (default: 1,000,000)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(argv)
    console = Console(stderr=args.json)
    # A shop's usual order, so that a million of them fit a small disk.
    scene.LINES = 1
    try:
        with tempfile.TemporaryDirectory(prefix="threeflow-stored-") as folder:
            report = measure(Path(folder), args.stored, console)
    except (FailedError, RuntimeError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(asdict(report), indent=1))
    else:
        show(report, console)
    good = report.full.start_seconds <= report.start_target and report.ratio <= report.ratio_target
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
