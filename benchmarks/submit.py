"""CPU cost of one REST submit in the server's process tree, beside the sum of what it cannot avoid.

Everything is measured in one run on one machine: the gateway (durable, ``synchronous=FULL``) under prepared
requests over 64 connections from a second process; a bare HTTP server under the same requests; and the
primitives on the same octets. Only sealed receipts that verify, say ``accepted`` and name the submitted
digest are counted, and one that is missing fails the run.

Exit code 0 within the target, 1 above it, 2 could not run.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from benchmarks import dossier, floor, process, scene
from rich.console import Console
from rich.table import Table

from threeflow import digest, envelope, strict
from threeflow.keys import Algorithm

TARGET = 4.0
DOSSIER_TARGET_MS = 50.0
WARM_UP = 512


class FailedError(Exception):
    """The run says nothing: an answer was no valid receipt, or a server did not start."""


@dataclass(frozen=True)
class Report:
    """What one run measured; microseconds of CPU for one document, unless the name says otherwise."""

    documents: int
    connections: int
    algorithm: str
    payload_octets: int
    submit_us: float
    documents_per_second: float
    pieces_us: dict[str, float]
    floor_us: float
    ratio: float
    ratio_without_rules: float
    target: float
    dossier_ms: float
    slowest_dossier_ms: float
    slowest_dossier_documents: int
    dossiers: int
    dossier_target_ms: float


def check(answers: list[bytes], sent: list[scene.Submission], at: scene.Scene) -> bytes:
    """Return one receipt's payload if every answer is a valid receipt for what was sent.

    Raises:
        FailedError: an answer is not.
    """
    key = at.gateway_seal.public
    for answer, submission in zip(answers, sent, strict=True):
        status, body = int.from_bytes(answer[:2], "big"), answer[2:]
        if status != 201:
            raise FailedError(f"answer {status}: {body[:600].decode(errors='replace')}")
        read = envelope.read(body)
        envelope.check_seals(read, lambda kid: key if kid == key.kid else None)
        receipt: dict[str, Any] = strict.parse_object(read.payload)
        if receipt["outcome"] != "accepted" or receipt["document"]["digest"] != digest.of(submission.payload):
            raise FailedError(f"not an accepted receipt of this document: {receipt}")
    return read.payload


def gateway_cost(
    at: scene.Scene, count: int, connections: int
) -> tuple[float, float, bytes, list[scene.Submission]]:
    """CPU seconds for one document, documents a second, one receipt's payload, and what was sent."""
    command = [sys.executable, "-m", "threeflow_gateway.app", "--config", str(at.folder / "node.toml")]
    with process.server(command, at.port, at.folder / "gateway.log") as pid:
        early = scene.submissions(at, WARM_UP, 1)
        _, _, answers = _load(pid, at, connections, early)
        check(answers, early, at)
        sent = scene.submissions(at, count, WARM_UP + 1)
        spent, seconds, answers = _load(pid, at, connections, sent)
        receipt = check(answers, sent, at)
    return spent / count, count / seconds, receipt, sent


def bare_cost(at: scene.Scene, sent: list[scene.Submission], connections: int, answer_octets: int) -> float:
    """CPU seconds of one bare HTTP exchange with the same requests and answers of the same size."""
    port = process.free_port()
    os.environ["BARE_ANSWER_OCTETS"] = str(answer_octets)
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare:app", "--port", str(port), "--no-access-log"]
    command += ["--log-level", "warning", "--loop", "uvloop", "--http", "httptools", "--lifespan", "off"]
    with process.server(command, port, at.folder / "bare.log") as pid:
        requests = [each.request for each in sent]
        process.under_load(pid, port, connections, requests[:WARM_UP], at.folder)
        spent, _, _ = process.under_load(pid, port, connections, requests, at.folder)
    return spent / len(sent)


def _load(
    pid: int, at: scene.Scene, connections: int, sent: list[scene.Submission]
) -> tuple[float, float, list[bytes]]:
    return process.under_load(pid, at.port, connections, [each.request for each in sent], at.folder)


def measure(folder: Path, count: int, connections: int, alg: Algorithm) -> Report:
    """Run everything once."""
    at = scene.prepare(folder, process.free_port(), alg, datetime.now(UTC))
    cost, rate, receipt, sent = gateway_cost(at, count, connections)
    sealed_receipt = envelope.seal(receipt, at.gateway_seal)
    pieces = floor.pieces(at, sent, receipt, folder)
    pieces["one bare HTTP exchange"] = bare_cost(at, sent, connections, len(sealed_receipt))
    bottom = sum(pieces.values())
    verified = dossier.measure(folder)
    return Report(
        documents=count,
        connections=connections,
        algorithm=alg,
        payload_octets=len(sent[0].payload),
        submit_us=cost * 1e6,
        documents_per_second=rate,
        pieces_us={name: seconds * 1e6 for name, seconds in pieces.items()},
        floor_us=bottom * 1e6,
        ratio=cost / bottom,
        ratio_without_rules=(cost - pieces["rules"]) / (bottom - pieces["rules"]),
        target=TARGET,
        dossier_ms=verified.mean * 1e3,
        slowest_dossier_ms=verified.slowest * 1e3,
        slowest_dossier_documents=verified.slowest_documents,
        dossiers=verified.dossiers,
        dossier_target_ms=DOSSIER_TARGET_MS,
    )


def show(report: Report, console: Console) -> None:
    """Print the report for people."""
    title = (
        f"One durable REST submit: {report.documents} orders of {report.payload_octets} octets, "
        f"{report.connections} connections, {report.algorithm}"
    )
    table = Table(title=title, title_justify="left", min_width=76)
    table.add_column("what")
    table.add_column("CPU µs", justify="right")
    for name, spent in report.pieces_us.items():
        table.add_row(name, f"{spent:.1f}")
    table.add_section()
    table.add_row("what it cannot avoid, in sum", f"{report.floor_us:.1f}")
    table.add_row("one submit, whole process tree", f"{report.submit_us:.1f}")
    table.add_row(f"ratio (target {report.target:.1f})", f"[bold]{report.ratio:.2f}[/]")
    table.add_row("the same, without the rules on either side", f"{report.ratio_without_rules:.2f}")
    console.print(table)
    console.print(
        f"{report.documents_per_second:.0f} documents a second on {os.cpu_count()} cores, load included"
    )
    console.print(
        f"one dossier verified in {report.dossier_ms:.1f} ms of CPU, mean of {report.dossiers}; "
        f"the slowest, of {report.slowest_dossier_documents} documents, in "
        f"{report.slowest_dossier_ms:.1f} ms (target {report.dossier_target_ms:.0f} ms)"
    )


def good(report: Report) -> bool:
    """Whether both targets are met."""
    return report.ratio <= report.target and report.slowest_dossier_ms < report.dossier_target_ms


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU cost of one submit beside what it cannot avoid")
    parser.add_argument("--documents", type=int, default=4096, help="orders to submit (default: 4096)")
    parser.add_argument("--connections", type=int, default=64, help="kept-alive connections (default: 64)")
    parser.add_argument("--alg", choices=("ES256", "Ed25519"), default="ES256", help="algorithm of all keys")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    args = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="threeflow-bench-") as folder:
            report = measure(Path(folder), args.documents, args.connections, cast(Algorithm, args.alg))
    except (FailedError, RuntimeError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(asdict(report), indent=1))
    else:
        show(report, Console())
    return 0 if good(report) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
