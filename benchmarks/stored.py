"""Start-up and cost of a submit with a million documents stored, beside an empty node: ``make bench-stored``.

Both nodes are measured in one run, in turn, on the same machine. The full one is filled with valid rows
(`benchmarks.filling`), whose log is verified before anything is measured; what a consumer that is a million
events behind waits for a page is measured on it too. Filling takes long: with ``--keep FOLDER`` the full node
is filled there once, and measured at once, or later when the machine is quiet, or again.

Exit code 0 within the targets, 1 above one, 2 could not run.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import closing
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


def node(at: scene.Scene, stored: int, first: int, *, documents: int = DOCUMENTS) -> Node:
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
        sent = scene.submissions(at, documents, first + WARM_UP)
        spent, _, answers = process.under_load(
            pid, at.port, CONNECTIONS, [each.request for each in sent], at.folder
        )
        check(answers, sent, at)
        memory = int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024
    return Node(stored, start, start_cpu, spent / documents * 1e6, memory)


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


def filled(folder: Path, stored: int, console: Console) -> tuple[scene.Scene, float]:
    """The full node of a folder, filled and its log verified, now or by an earlier run; the seconds it took.

    Raises:
        FailedError: the log that was filled is not whole, or an earlier run filled it otherwise.
    """
    done = folder / "filled.json"
    if done.exists():
        told = json.loads(done.read_text(encoding="utf-8"))
        if told["stored"] != stored:
            raise FailedError(f"{folder} was filled with {told['stored']:,} documents, not {stored:,}")
        return scene.again(folder), told["seconds"]
    folder.mkdir(parents=True)
    at = scene.prepare(folder, process.free_port(), "ES256", datetime.now(UTC))
    one_document(at)
    path = folder / "node.sqlite3"
    began = time.monotonic()
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("filling", total=stored - 1)
        filling.fill(path, at, stored - 1, lambda count: bar.advance(task, count))
    seconds = time.monotonic() - began
    with _opened(path) as database, database.reading() as connection:
        verdict = verify(connection)
    if verdict.faults or verdict.size != stored:
        raise FailedError(f"the log that was filled is not whole: {verdict.faults}")
    done.write_text(json.dumps({"stored": stored, "seconds": seconds}), encoding="utf-8")
    return at, seconds


def _opened(path: Path) -> closing[Database]:
    return closing(Database(f"sqlite:///{path}"))


def measure(folder: Path, full: scene.Scene, fill_seconds: float) -> Report:
    """Measure both nodes, the empty one anew in a folder."""
    path = full.folder / "node.sqlite3"
    with _opened(path) as database:
        with database.reading() as connection:
            held: int = connection.execute(text("SELECT documents FROM head")).scalar_one()
        slowest, read = pages(database, held)
    # Orders that no earlier run on a kept node sent.
    first = held + 1
    empty = scene.prepare(folder, process.free_port(), "ES256", datetime.now(UTC))
    empty_node, full_node = node(empty, 0, first), node(full, held, first)
    return Report(
        empty=empty_node,
        full=full_node,
        ratio=full_node.submit_us / empty_node.submit_us,
        start_target=START_TARGET,
        ratio_target=RATIO_TARGET,
        fill_seconds=fill_seconds,
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
    parser.add_argument("--keep", type=Path, help="fill the full node here once, and find it here later")
    parser.add_argument("--fill", action="store_true", help="only fill, with --keep")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(argv)
    console = Console(stderr=args.json)
    # A shop's usual order, so that a million of them fit a small disk.
    scene.LINES = 1
    try:
        with tempfile.TemporaryDirectory(prefix="threeflow-stored-") as folder:
            full, seconds = filled(args.keep or Path(folder) / "full", args.stored, console)
            if args.fill:
                return 0
            (empty := Path(folder) / "empty").mkdir()
            report = measure(empty, full, seconds)
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
