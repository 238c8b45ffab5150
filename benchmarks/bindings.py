"""What one order costs over each way in: submitted alone over REST and gRPC, and in batches over both.

One gateway answers both bindings (durable, ``synchronous=FULL``), another has its gRPC port in a process
beside it; one more process sends prepared orders of four thousand octets. The ways take turns, round by
round, so that all meet the same machine; only sealed receipts that verify, say ``accepted`` and name the
submitted digest are counted, and one that is missing fails the run.

- *one at a time*: a sender that waits for each receipt before it sends the next document
- *64 at once*, *256 at once*: so many senders, or one that does not wait; the best of them is the binding's
  throughput
- *batch*: one sender, NDJSON of 500 lines a request over REST, one stream over gRPC

Beside them stands what the libraries alone cost for the same octets, 64 at once: a server on uvicorn and one
on grpcio that answer and do nothing else.

Targets: gRPC with the port beside the node keeps at least the throughput of REST; a batch on any binding
reaches at least three times what the same sender reaches one at a time. Exit code 0 within them, 1 below, 2
could not run.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import load, process, scene
from rich.console import Console
from rich.progress import track
from rich.table import Table

from threeflow import digest, envelope, strict, token
from threeflow.v1 import document_service_pb2 as pb

LINES = 500
AT_ONCE = (64, 256)
REST, GRPC, BESIDE = "rest", "grpc", "grpc, port beside"
BINDINGS = (REST, GRPC, BESIDE)
ONE, BATCH = "one at a time", "batch"
MANY = {f"{count} at once": count for count in AT_ONCE}
SUBMIT = "/threeflow.v1.DocumentService/SubmitDocument"
STREAM = "/threeflow.v1.DocumentService/SubmitBatch"
BATCH_TARGET = 3.0


class FailedError(Exception):
    """The run says nothing: an answer was no valid receipt, or a server did not start."""


@dataclass
class Way:
    """One way in, and what its rounds measured."""

    binding: str
    how: str
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    documents: int = 0

    @property
    def rate(self) -> float:
        """Documents a second: the median of the rounds."""
        return statistics.median(self.documents / each for each in self.seconds)

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU of the node's processes for one document: the median of the rounds."""
        return statistics.median(each / self.documents * 1e6 for each in self.cpu_seconds)


def ways() -> list[Way]:
    """All ways in."""
    return [Way(binding, how) for how in (ONE, *MANY, BATCH) for binding in BINDINGS]


@dataclass(frozen=True)
class Bench:
    """The running gateway, and how orders reach it."""

    at: scene.Scene
    grpc_port: int
    pid: int

    def orders(self, count: int, first: int) -> list[bytes]:
        """Sealed orders that differ only in their numbers."""
        now = datetime.now(UTC)
        return [
            envelope.seal(strict.dump(scene.order(number, now)), self.at.seal)
            for number in range(first, first + count)
        ]

    def token(self, uri: str, body: bytes | None) -> bytes:
        """A fresh caller token."""
        caller = token.make(
            self.at.token, scene.PLATFORM, scene.GATEWAY, "POST", uri, body, datetime.now(UTC),
            environment=scene.ENVIRONMENT,
        )  # fmt: skip
        return caller.encode("ascii")

    def posted(self, path: str, media_type: str, body: bytes) -> bytes:
        """One HTTP request."""
        caller = self.token(self.at.endpoint + path, body).decode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {caller}\r\n"
            f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("ascii") + body


def requests_of(bench: Bench, way: Way, orders: Sequence[bytes]) -> tuple[list[str], list[bytes]]:
    """The command that sends, and what it sends."""
    at_once = {ONE: 1, **MANY, BATCH: 1 if way.binding == REST else 0}[way.how]
    if way.binding == REST:
        command = ["benchmarks.load", str(bench.at.port), str(at_once)]
        if way.how != BATCH:
            return command, [bench.posted("/v1/documents", "application/jose+json", each) for each in orders]
        bodies = [b"\n".join(orders[start : start + LINES]) for start in range(0, len(orders), LINES)]
        return command, [bench.posted("/v1/documents/batch", "application/x-ndjson", each) for each in bodies]
    command = ["benchmarks.load_grpc", str(bench.grpc_port), str(at_once)]
    if way.how == BATCH:
        caller = bench.token(STREAM, None)
        return command, [
            caller + b"\n" + pb.SubmitBatchRequest(envelope=each).SerializeToString() for each in orders
        ]
    return command, [
        bench.token(SUBMIT, each) + b"\n" + pb.SubmitDocumentRequest(envelope=each).SerializeToString()
        for each in orders
    ]


def receipts_in(way: Way, answers: Sequence[bytes]) -> list[bytes]:
    """The receipts of all answers, one a document."""
    if way.binding == REST:
        bodies = [each[2:] for each in answers]
        return [line for each in bodies for line in each.splitlines()] if way.how == BATCH else bodies
    if way.how == BATCH:
        return [pb.SubmitBatchResponse.FromString(each).receipt for each in answers]
    return [pb.SubmitDocumentResponse.FromString(each).receipt for each in answers]


def check(bench: Bench, orders: Sequence[bytes], receipts: Sequence[bytes]) -> None:
    """Hold every receipt to its document.

    Raises:
        FailedError: one is missing, does not verify, or is another's.
    """
    key = bench.at.gateway_seal.public
    if len(receipts) != len(orders):
        raise FailedError(f"{len(receipts)} receipts for {len(orders)} documents")
    for sealed, answer in zip(orders, receipts, strict=True):
        try:
            read = envelope.read(answer)
            envelope.check_seals(read, lambda kid: key if kid == key.kid else None)
            receipt: dict[str, Any] = strict.parse_object(read.payload)
        except Exception as error:
            raise FailedError(f"no receipt: {answer[:300]!r}") from error
        wanted = digest.of(envelope.read(sealed).payload)
        if receipt.get("outcome") != "accepted" or receipt["document"]["digest"] != wanted:
            raise FailedError(f"not an accepted receipt of this document: {receipt}")


def one_round(bench: Bench, way: Way, count: int, first: int) -> None:
    """Send so many orders one way, and note what it took."""
    orders = bench.orders(count, first)
    command, requests = requests_of(bench, way, orders)
    seconds, cpu_seconds, answers = sent(bench.at.folder, bench.pid, command, requests)
    way.documents = count
    way.seconds.append(seconds)
    way.cpu_seconds.append(cpu_seconds)
    check(bench, orders, receipts_in(way, answers))


def sent(
    folder: Path, pid: int, command: list[str], requests: Sequence[bytes]
) -> tuple[float, float, list[bytes]]:
    """Send requests from a process of its own: its seconds, CPU seconds of the server, the answers."""
    asked, answered = folder / "requests.bin", folder / "answers.bin"
    load.write(asked, requests)
    before = process.settled_cpu(pid)
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.timed", *command, str(asked), str(answered)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return float(told.stdout), process.settled_cpu(pid) - before, list(load.read(answered))


def bare_cpu_us(bench: Bench, binding: str, count: int) -> float:
    """Microseconds of CPU that the binding's library alone takes for one exchange of the same octets."""
    port = process.free_port()
    command = {
        REST: [
            "uvicorn", "benchmarks.bare:app", "--port", str(port), "--loop", "uvloop", "--http", "httptools",
            "--no-access-log", "--log-level", "warning", "--lifespan", "off",
        ],
        GRPC: ["benchmarks.bare_grpc", str(port)],
    }[binding]  # fmt: skip
    sending, requests = requests_of(bench, Way(binding, next(iter(MANY))), bench.orders(count, 1))
    folder, spent = bench.at.folder, []
    with process.server([sys.executable, "-m", *command], port, folder / "bare.log") as pid:
        # The first round warms up.
        for _ in range(4):
            _, cpu_seconds, answers = sent(folder, pid, [sending[0], str(port), sending[2]], requests)
            if sum(len(each) > 1000 for each in answers) != count:
                raise FailedError(f"the bare server of {binding} did not answer {count} requests")
            spent.append(cpu_seconds)
    return statistics.median(spent[1:]) / count * 1e6


@dataclass(frozen=True)
class Report:
    """What one run measured."""

    ways: list[dict[str, Any]]
    throughput: dict[str, float]
    to_rest: dict[str, float]
    to_rest_by_how: dict[str, dict[str, float]]
    cpu_to_rest: dict[str, float]
    bare_cpu_us: dict[str, float]
    batch_to_one: dict[str, float]
    batch_to_many: dict[str, float]
    targets: dict[str, float]


def report(measured: Sequence[Way], bare: dict[str, float]) -> Report:
    """The ratios of the run."""
    by = {(each.binding, each.how): each for each in measured}
    best = {each: max((by[each, how] for how in MANY), key=lambda way: way.rate) for each in BINDINGS}
    rest = best[REST]
    others = (GRPC, BESIDE)
    return Report(
        ways=[{**asdict(each), "rate": each.rate, "cpu_us": each.cpu_us} for each in measured],
        throughput={each: best[each].rate for each in BINDINGS},
        to_rest={each: best[each].rate / rest.rate for each in others},
        to_rest_by_how={
            how: {each: by[each, how].rate / by[REST, how].rate for each in others} for how in (ONE, *MANY)
        },
        cpu_to_rest={each: best[each].cpu_us / rest.cpu_us for each in others},
        bare_cpu_us=bare,
        batch_to_one={each: by[each, BATCH].rate / by[each, ONE].rate for each in BINDINGS},
        batch_to_many={each: by[each, BATCH].rate / best[each].rate for each in BINDINGS},
        targets={"to_rest": 1.0, "batch_to_one": BATCH_TARGET},
    )


@contextmanager
def gateway(folder: Path, *, own_process: bool) -> Iterator[Bench]:
    """A running gateway of its own folder that answers both bindings."""
    folder.mkdir()
    at = scene.prepare(folder, process.free_port(), "ES256", datetime.now(UTC))
    port = process.free_port()
    config = folder / "node.toml"
    settings = f'[grpc]\nport = {port}\nendpoint = "http://127.0.0.1:{port}"\nplaintext = true\n'
    settings += f"own_process = {str(own_process).lower()}\n"
    config.write_text(config.read_text(encoding="utf-8") + settings, encoding="utf-8")
    command = [sys.executable, "-m", "threeflow_gateway.app", "--config", str(config)]
    with process.server(command, at.port, folder / "gateway.log") as pid:
        yield Bench(at, port, pid)


def measure(folder: Path, count: int, rounds: int, progress: Callable[..., Any]) -> Report:
    """Run everything once."""
    measured = ways()
    with (
        gateway(folder / "one", own_process=False) as one,
        gateway(folder / "two", own_process=True) as two,
    ):
        benches, first = {REST: one, GRPC: one, BESIDE: two}, 1
        for way in ways():
            one_round(benches[way.binding], way, 200, first)
            first += 200
        for number in progress(range(rounds * len(measured))):
            way = measured[number % len(measured)]
            wanted = max(count // 4, 100) if way.how == ONE else count
            one_round(benches[way.binding], way, wanted, first)
            first += wanted
    return report(measured, {each: bare_cpu_us(one, each, count) for each in (REST, GRPC)})


def show(found: Report, console: Console) -> None:
    """Print the report for people."""
    table = Table(title="One order of 4,000 octets, sealed and durable", title_justify="left", min_width=76)
    for name in ("binding", "how"):
        table.add_column(name)
    for name in ("documents a second", "CPU µs a document"):
        table.add_column(name, justify="right")
    for way in found.ways:
        table.add_row(way["binding"], way["how"], f"{way['rate']:.0f}", f"{way['cpu_us']:.0f}")
    console.print(table)
    for binding, ratio in found.to_rest.items():
        aim = " (target 1.0)" if binding == BESIDE else ""
        cpu = found.cpu_to_rest[binding]
        console.print(f"{binding} to rest, each at its best: {ratio:.2f}{aim}, {cpu:.2f} of its CPU")
        console.print(
            "  " + ", ".join(f"{how} {ratios[binding]:.2f}" for how, ratios in found.to_rest_by_how.items())
        )
    bare = found.bare_cpu_us
    console.print(f"the libraries alone: {bare[REST]:.0f} µs of CPU over REST, {bare[GRPC]:.0f} over gRPC")
    for binding, ratio in found.batch_to_one.items():
        many = found.batch_to_many[binding]
        console.print(
            f"{binding} batch: {ratio:.2f} times {ONE} (target {BATCH_TARGET}), {many:.2f} times its best"
        )


def good(found: Report) -> bool:
    """Whether the targets are met."""
    return found.to_rest[BESIDE] >= 1.0 and all(each >= BATCH_TARGET for each in found.batch_to_one.values())


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="one order over each binding, alone and in batches")
    parser.add_argument("--documents", type=int, default=2000, help="orders a round (default: 2000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each way (default: 3)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(argv)
    console = Console(stderr=True)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="threeflow-bench-") as folder:
            found = measure(
                Path(folder), args.documents, args.rounds,
                lambda all_: track(all_, "rounds", console=console, transient=True),
            )  # fmt: skip
    except (FailedError, RuntimeError, OSError, subprocess.CalledProcessError) as problem:
        print(problem, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(asdict(found), indent=1))
    else:
        show(found, Console())
        print(f"measured in {time.monotonic() - began:.0f} s")
    return 0 if good(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
