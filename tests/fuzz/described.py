"""A node under signed requests that schemathesis makes of its OpenAPI: ``make fuzz REQUESTS=100000``.

All modes of the conformance suite's fuzzer: what the description allows, what it does not, and from answer to
answer. A gateway runs as a process of its own. Exit codes: 0 no finding; 1 an answer of 5xx, one that the
description does not know, none at all, a dead process or memory that kept growing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tests"), str(_ROOT), str(_ROOT / "conformance")]

from fuzz.ports import findings, flat, resident_mib  # noqa: E402
from kit.stations import Process  # noqa: E402
from reference_node import configure  # noqa: E402
from threeflow_conformance import fuzz, parameters, prepare  # noqa: E402
from threeflow_conformance.speak.network import Network, free_port  # noqa: E402

ROLE = "customs:export"
_SLICES = 10


def run(requests: int, seed: int, folder: Path, *, slices: int = _SLICES) -> dict[str, Any]:
    """Fuzz a fresh node with at least so many requests, evenly in each mode; return the figures."""
    target = f"http://127.0.0.1:{free_port()}"
    network = prepare.prepare(folder, ROLE, target, parameters.Parameters())
    process = Process(configure(folder), target)
    process.start()
    try:
        return _run(network, process.pid, requests, seed, slices)
    finally:
        process.stop()


def _run(network: Network, pid: int, requests: int, seed: int, slices: int) -> dict[str, Any]:
    began, memory = time.monotonic(), [resident_mib(pid)]
    kinds = {mode: _Kind(mode) for mode in fuzz.MODES}
    for number in range(slices):
        for kind in kinds.values():
            kind.reach(network, requests * (number + 1) // slices // len(kinds), seed)
        memory.append(resident_mib(pid))
        sent = sum(each.sent for each in kinds.values())
        sys.stderr.write(f"{sent} of {requests} sent, {memory[-1]:.0f} MiB\n")
    return {
        "requests": sum(each.sent for each in kinds.values()),
        "seconds": round(time.monotonic() - began, 1),
        "memoryMiB": [round(each) for each in memory],
        "memoryFlat": flat(memory),
        "kinds": [each.told() for each in kinds.values()],
    }


class _Kind:
    """What was sent in one mode, and what came back."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.sent = 0
        self._answers: Counter[int] = Counter()
        self._failed: list[str] = []
        self._hung: list[str] = []
        self._rounds = 0

    def reach(self, network: Network, requests: int, seed: int) -> None:
        """Send until so many requests are sent in all, each round from another seed."""
        while self.sent < requests:
            self._rounds += 1
            draw = 1000 * seed + self._rounds
            made = fuzz.fuzz(network, self.mode, {}, requests=requests - self.sent, seed=draw)
            if not made.sent:
                raise RuntimeError(f"no request was made in the mode {self.mode}")
            self.sent += made.sent
            self._answers += made.answers
            self._hung += made.unanswered
            self._failed += [f"{rule}: {each}" for rule, said in made.failures.items() for each in said]

    def told(self) -> dict[str, Any]:
        """The tally as JSON."""
        answers = {str(status): count for status, count in sorted(self._answers.items())}
        return {
            "kind": f"REST, {self.mode}", "sent": self.sent, "answers": answers, "failed": self._failed,
            "hung": self._hung,
        }  # fmt: skip


def main() -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=2000, help="how many in all (default 2000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the generators (default 1)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = run(asked.requests, asked.seed, Path(folder))
    found = findings(figures)
    if asked.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        sys.stdout.write(f"{figures['requests']} requests in {figures['seconds']} s\n")
        sys.stdout.write(f"memory, MiB: {figures['memoryMiB']}\n")
        for kind in figures["kinds"]:
            sys.stdout.write(f"{kind['kind']:<16} {kind['sent']:>8}  {kind['answers']}\n")
    sys.stdout.writelines(f"FINDING {each}\n" for each in found[:20])
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
