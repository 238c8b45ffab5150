"""`threeflow demo`: invoices in, two jurisdictions of real gateways, every invoice accounted for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from threeflow.errors import Refused, Unavailable
from threeflow.standard import Standard
from threeflow_gateway.demo import account, accounting, planted, proof, report, schedule, summary
from threeflow_gateway.demo import orders as reading
from threeflow_gateway.demo.account import Account
from threeflow_gateway.demo.journey import Arrival
from threeflow_gateway.demo.shipment import Shipment, shipments
from threeflow_gateway.demo.stage import Stage, staged

GOOD, WRONG, COULD_NOT = 0, 1, 2
AT_ONCE = 64
# Far beyond the slowest shipment, a killed gateway's restart included: what takes longer is stuck.
SHIPMENT_SECONDS = 240.0
ALIASES = "country-label-alias"
ISO = "iso-3166-1"
WRITTEN = ("summary.json", "report.html", "dossiers", "trust", "nodes")


def run_demo(
    *, orders: Path | None, limit: int | None, seed: int, out: Path, as_json: bool = False, keep: bool = False
) -> int:
    """Run the demo into `out`; what an earlier run wrote there goes first.

    Returns 0 where every invoice has one outcome and the nodes show exactly what was planted, 1 where not,
    2 where it could not run. `keep` leaves the gateways running until interrupted.
    """
    console = Console(stderr=as_json)
    try:
        with as_file(files(__package__) / "data" / "sample.csv") as sample:
            found = Demo(orders or sample, limit, seed, out, console, keep).run()
    except* (Unavailable, Refused) as errors:
        console.print(f"could not run: {_first(errors)}", style="bold red", highlight=False, markup=False)
        found = {"good": None}
    except* (KeyboardInterrupt, asyncio.CancelledError):
        console.print("interrupted")
        found = {"good": None}
    if found["good"] is None:
        return COULD_NOT
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return GOOD if found["good"] else WRONG


@dataclass(frozen=True)
class Settled:
    """One invoice at its end: its account, and its case for the report."""

    account: Account
    case: dict[str, Any]


@dataclass
class Demo:
    """One run."""

    orders: Path
    limit: int | None
    seed: int
    out: Path
    console: Console
    keep: bool
    waited: float = 0.0
    standard: Standard = field(default_factory=Standard.load)

    def run(self) -> dict[str, Any]:
        """Read, ship, account, verify, write; return the summary."""
        began = time.monotonic()
        self._empty()
        invoices = reading.read(self.orders, self.limit)
        explained = reading.explain_credits(invoices)
        clean = [each for each in invoices if not each.is_credit_note and each.decision is None]
        days = schedule.shift_days(invoices, datetime.now(UTC))
        chosen = planted.plant([each for each in clean if self._territory(each.country_label)], self.seed)
        todo = shipments(clean, chosen, self._territory, self.seed, timedelta(days=days))
        begins = min((each.placed_at for each in invoices), default=datetime.now(UTC)) + timedelta(
            days=days - 1
        )
        with self._progress() as progress:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                settled, measured = runner.run(self._ship(todo, begins, progress))
            verified = self._verify(progress)
        ended = [_ended(invoice, explained, settled) for invoice in invoices]
        accounts = [each.account for each in ended]
        findings = summary.Findings(
            accounting.planted_kinds(todo), accounting.found_kinds(accounts), verified
        )
        took = time.monotonic() - began - self.waited
        run = summary.Run(self.orders.name, self.seed, self.limit, days, took, **measured)
        found = summary.write(run, accounts, len(invoices), findings)
        self._write(found, [each.case for each in ended])
        self._tell(found)
        return found

    def _empty(self) -> None:
        for name in WRITTEN:
            path = self.out / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        (self.out / "dossiers").mkdir(parents=True)

    def _territory(self, label: str) -> str | None:
        """The ISO 3166-1 code of a country label by the published alias list, None where it names none."""
        alias = self.standard.codelists.get(ALIASES).codes.get(label)
        return alias.counterparts.get(ISO) if alias else None

    async def _ship(
        self, todo: Sequence[Shipment], begins: datetime, progress: Progress
    ) -> tuple[dict[str, Settled], dict[str, Any]]:
        _end_on_sigterm()
        task = progress.add_task("starting three gateways", total=None)
        async with staged(self.out, self.standard, begins, self.seed) as stage:
            progress.update(task, description="orders crossing", total=len(todo), completed=0)
            settled = await self._all(stage, todo, lambda: progress.advance(task))
            if self.keep:
                self.console.print("the gateways run until interrupted (Ctrl-C)")
                self.waited = await _interrupted()
            receipts = [asdict(each) for each in stage.parties.receipts]
            (self.out / "nodes" / "receipts.json").write_text(json.dumps(receipts))
        gateways = stage.network.gateways
        measured = {
            "documents": len(receipts),
            "restarts": {name: each.restarts for name, each in gateways.items()},
            "peak_mb": {name: each.peak_rss_mb for name, each in gateways.items()} | {"demo": _own_peak_mb()},
            "cpu_seconds": {name: each.cpu_seconds for name, each in gateways.items()}
            | {"demo": time.process_time()},
        }
        return settled, measured

    async def _all(
        self, stage: Stage, todo: Sequence[Shipment], advance: Callable[[], None]
    ) -> dict[str, Settled]:
        """Run every shipment, so many at once, and keep of each only what summary and report need."""
        gate = asyncio.Semaphore(AT_ONCE)
        settled: dict[str, Settled] = {}

        async def one(shipment: Shipment) -> None:
            async with gate:
                found = await self._one(stage, shipment)
            settled.update({each.account.invoice: each for each in found})
            advance()

        async with asyncio.TaskGroup() as group:
            for each in todo:
                group.create_task(one(each))
        return settled

    async def _one(self, stage: Stage, shipment: Shipment) -> list[Settled]:
        try:
            arrivals = await _within(stage.journeys.run(shipment), shipment)
            accounts = accounting.shipped(shipment, arrivals)
        except (Refused, account.UnaccountedError) as error:
            accounts = accounting.unaccounted(shipment, error)
            arrivals = []
        for each in arrivals:
            if each.dossier is not None:
                path = self.out / "dossiers" / f"{each.seen.declaration}.json"
                path.write_bytes(each.dossier.octets)
        return [
            Settled(its, summary.report_case(deal.invoice, its, shipment, arrivals))
            for deal, its in zip(shipment.deals, accounts, strict=True)
        ]

    def _verify(self, progress: Progress) -> list[proof.Verified]:
        paths = sorted((self.out / "dossiers").glob("*.json"))
        task = progress.add_task("dossiers verified offline", total=len(paths))
        trust_files = sorted((self.out / "trust").glob("*.json"))
        return proof.verify_all(paths, trust_files, lambda done: progress.advance(task, done))

    def _write(self, found: dict[str, Any], cases: Sequence[dict[str, Any]]) -> None:
        text = json.dumps(found, ensure_ascii=False, indent=1)
        (self.out / "summary.json").write_text(text + "\n", encoding="utf-8")
        report.write(self.out / "report.html", summary.for_report(found), cases, self.standard.table)

    def _progress(self) -> Progress:
        columns = (
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        return Progress(*columns, console=self.console, refresh_per_second=2)

    def _tell(self, found: dict[str, Any]) -> None:
        table = Table(title=f"{found['invoices']} invoices, one outcome each", title_justify="left")
        table.add_column("outcome")
        table.add_column("结果")
        table.add_column("invoices", justify="right")
        for outcome in account.OUTCOMES:
            table.add_row(*account.TITLES[outcome], str(found["outcomes"][outcome]))
        table.add_section()
        table.add_row("all", "合计", str(sum(found["outcomes"].values())))
        self.console.print(table)
        dossiers = found["dossiers"]
        say = self.console.print
        say(f"{dossiers['valid']} of {dossiers['cut']} dossiers verified offline, "
            f"the slowest in {dossiers['slowestMilliseconds']} ms")  # fmt: skip
        expected = sum(len(each) for each in found["planted"]["expected"].values())
        say(f"{expected} planted, {'found exactly' if found['planted']['agree'] else 'NOT found exactly'}")
        say(f"{found['documents']} documents in {found['seconds']} s; the report: {self.out / 'report.html'}")


def _ended(
    invoice: reading.Invoice, explained: dict[str, str | None], settled: dict[str, Settled]
) -> Settled:
    """How one invoice of the file ended; each has an end, or the run is not good."""
    if invoice.number in settled:
        return settled[invoice.number]
    if invoice.is_credit_note:
        its = accounting.credited(invoice, explained[invoice.number])
    else:
        its = accounting.decided(invoice)
    return Settled(its, summary.report_case(invoice, its, None, ()))


def _first(errors: BaseExceptionGroup[Exception]) -> BaseException:
    """The first single error of a group; the others have the same cause more often than not."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _within(journey: Awaitable[list[Arrival]], shipment: Shipment) -> list[Arrival]:
    try:
        async with asyncio.timeout(SHIPMENT_SECONDS):
            return await journey
    except TimeoutError as error:
        number = shipment.deals[0].order_number
        raise Unavailable(f"invoice {number} did not end within {SHIPMENT_SECONDS:.0f} s") from error


async def _interrupted() -> float:
    """Wait until somebody interrupts, and say for how many seconds."""
    began = time.monotonic()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    return time.monotonic() - began


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop, where the platform has it."""
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


def _end_on_sigterm() -> None:
    """Let a termination unwind as an interrupt does, so that no gateway is left behind."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _own_peak_mb() -> float:
    """Peak resident memory of this program, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # The kernel's usage record would count the program that started this one as well.
        told = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(told.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
