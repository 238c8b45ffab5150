"""How many faulty nodes the suite tells: ``python tests/conformance/mutation.py [--only NAME] [--out FILE]``.

Each faulty node runs the cases of its requirements and a smoke set, until one of its requirements turns red.
Only a failed expectation counts: what could not be run tells nothing.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tests" / "conformance"), str(_ROOT / "conformance")]

import httpx  # noqa: E402
from faults import FAULTS, Fault  # noqa: E402

from threeflow_conformance import engine, parameters, prepare  # noqa: E402
from threeflow_conformance.speak.network import Network, free_port  # noqa: E402

_SMOKE = ("repeats.three-deliveries",)
_READY_SECONDS = 90.0
_LEAST = 95.0


class Node:
    """A reference gateway, right or faulty, kept by ``reference_node.py``."""

    def __init__(self, folder: Path, role: str = "customs:export", fault: str = "") -> None:
        self.target = f"http://127.0.0.1:{free_port()}"
        self.network: Network = prepare.prepare(folder, role, self.target, parameters.Parameters())
        self._folder = folder
        self._fault = fault
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> "Node":
        """Start it, and wait until it is ready; RuntimeError where it is not in time."""
        command = [sys.executable, str(_ROOT / "conformance" / "reference_node.py"), str(self._folder)]
        if self._fault:
            faulty = _ROOT / "tests" / "conformance" / "faulty_node.py"
            command += ["--gateway", f"{sys.executable} {faulty} --fault {self._fault}"]
        with (self._folder / "log.txt").open("ab") as log:
            self._child = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self._child.poll() is None:
            try:
                if httpx.get(self.target + "/ready", timeout=2, trust_env=False).status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError((self._folder / "log.txt").read_text(errors="replace")[-2000:])

    @property
    def form(self) -> parameters.Parameters:
        """The suite's form for this node."""
        said = parameters.load(self._folder / "parameters.toml")
        if not self._fault:
            # Tests share their machine with others: patience costs nothing where the node is quick.
            return replace(
                said, request_seconds=30.0, delivery_seconds=30.0, checkpoint_seconds=30.0, at_once=4
            )
        faulty = str(_ROOT / "tests" / "conformance" / "faulty_node.py")
        take = (
            sys.executable,
            faulty,
            "--fault",
            self._fault,
            "--take-list",
            "{file}",
            "--environment",
            said.environment,
        )
        return parameters.Parameters(
            restart=said.restart, take_list=take, delivery_seconds=4.0, checkpoint_seconds=4.0, request_seconds=5.0,
            ready_seconds=15.0,
        )  # fmt: skip

    def stop(self) -> None:
        """End it."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait(20)


def try_fault(fault: Fault) -> dict[str, Any]:
    """Run one faulty node; say whether it was told, and by which case."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="threeflow-fault-") as place:
        node = Node(Path(place) / "network", fault=fault.name)
        try:
            node.start()
        except RuntimeError as error:
            node.stop()
            return {
                "fault": fault.name,
                "requirements": fault.requirements,
                "killed": False,
                "by": f"did not start: {error}",
            }
        try:
            run = asyncio.run(engine.run(
                node.network, node.form, prepare.newest_lists(node.network), only=(*fault.requirements, *_SMOKE),
                enough=lambda each: each.verdict == "fail" and each.requirement in fault.requirements,
            ))  # fmt: skip
        finally:
            node.stop()
    told = [each for each in run.outcomes if each.verdict == "fail"]
    right = [each for each in told if each.requirement in fault.requirements]
    return {
        "fault": fault.name, "requirements": fault.requirements, "killed": bool(right),
        "by": right[0].case.id if right else ", ".join(f"{each.case.id} ({each.requirement})" for each in told[:3]),
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def main() -> int:
    """Run the catalogue; 0 at 95 % and more, else 1."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", default=[], help="names of faults")
    parser.add_argument("--out", type=Path, help="write the result as JSON")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    chosen = [each for each in FAULTS.values() if not asked.only or each.name in asked.only]
    began = time.monotonic()
    results = []
    with ThreadPoolExecutor(asked.workers) as pool:
        for done, result in enumerate(pool.map(try_fault, chosen), 1):
            results.append(result)
            print(
                f"{done:3}/{len(chosen)} {'killed  ' if result['killed'] else 'SURVIVED'} {result['fault']}: {result['by']}",
                flush=True,
            )
    scores: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        scores[result["requirements"][0]].append(result["killed"])
    for name, each in sorted(scores.items()):
        print(f"{name}: {sum(each)} of {len(each)}")
    killed = sum(each["killed"] for each in results)
    score = 100 * killed / max(1, len(results))
    print(f"{killed} of {len(results)} faulty nodes told, {score:.1f} %, in {time.monotonic() - began:.0f} s")
    if asked.out:
        said = {"score": round(score, 1), "killed": killed, "faults": len(results), "results": results}
        asked.out.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return 0 if score >= _LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
