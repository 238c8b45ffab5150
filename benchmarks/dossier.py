"""How long a dossier takes to verify in this process, from octets to verdict, on dossiers of a small demo."""

import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from threeflow import dossier
from threeflow.standard import Standard
from threeflow.trust import TrustStore

ORDERS, ROUNDS, ENVIRONMENT = 8, 10, "demo"
CLI = [sys.executable, "-c", "import sys; from threeflow_gateway.cli import main; sys.exit(main())"]


@dataclass(frozen=True)
class Verified:
    """CPU seconds of one verification, mean and slowest dossier, and how much was verified."""

    mean: float
    slowest: float
    slowest_documents: int
    dossiers: int


def measure(folder: Path) -> Verified:
    """Run the demo on its sample and verify what it leaves.

    Raises:
        RuntimeError: the demo failed, or a dossier is not valid.
    """
    out = folder / "demo"
    command = [*CLI, "demo", "--limit", str(ORDERS), "--out", str(out)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"the demo ended with {run.returncode}: {run.stderr[-1000:]}")
    now, standard, trust = datetime.now(UTC), Standard.load(), TrustStore(ENVIRONMENT)
    for path in sorted((out / "trust").glob("*.json")):
        trust.add_file(path.read_bytes(), now=now)
    bundles = [path.read_bytes() for path in sorted((out / "dossiers").glob("*.json"))]
    if not bundles:
        raise RuntimeError("the demo left no dossier")
    spent = {octets: _verify(octets, trust, standard, now) for octets in bundles}
    slowest = max(bundles, key=spent.__getitem__)
    documents = len(dossier.read(slowest).entries)
    return Verified(sum(spent.values()) / len(bundles), spent[slowest], documents, len(bundles))


def _verify(octets: bytes, trust: TrustStore, standard: Standard, now: datetime) -> float:
    before = 0
    for number in range(ROUNDS + 1):
        if number == 1:
            before = time.process_time_ns()
        verdict = dossier.verify(octets, trust, standard, at=None, now=now)
        if not verdict.valid:
            raise RuntimeError(f"a dossier of the demo is not valid: {verdict.problems}")
    return (time.process_time_ns() - before) / ROUNDS / 1e9
