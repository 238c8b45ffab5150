"""How many faulty nodes the suite tells: ``python tests/conformance/mutation.py [--only NAME] [--record]``.

Each faulty node runs the cases of its requirements and a smoke set, until one of its requirements turns red: only a
failed expectation of such a requirement counts, in a case that the right node passes on the same machine in the same
run; what could not be run tells nothing. What survives is tried once more, alone.

Beside them nodes that crash wherever they should refuse run every case: one that passes although it met a crash would
count the crash as a correct refusal.

Exit codes: 0 at 95 % and more, else 1; also 1 where a crash counted as a refusal, where the right node is red, or where
a fault could not be planted.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tests" / "conformance"), str(_ROOT / "conformance")]

from faults import CRASHES, FAULTS  # noqa: E402
from nodes import Node, NotUpError  # noqa: E402

from threeflow_conformance import engine, prepare  # noqa: E402
from threeflow_conformance.registry import cases_for  # noqa: E402
from threeflow_conformance.speak.roles import ROLES  # noqa: E402

__all__ = ["LEAST", "RECORD", "try_fault"]

RECORD = _ROOT / "tests" / "conformance" / "mutation.json"
LEAST = 95.0
_SMOKE = "repeats.three-deliveries"
_ENDLESS = 10**9
Said = dict[str, Any]


def try_fault(name: str, first: str = "", not_by: frozenset[str] = frozenset()) -> Said:
    """Run one faulty node; say whether it was told, and by which case (``first`` is tried before the others)."""
    fault = FAULTS[name]
    wanted = frozenset(fault.requirements)
    began = time.monotonic()
    said: Said = {"fault": name, "requirements": list(fault.requirements), "killed": False, "by": ""}

    def tells(each: engine.Outcome) -> bool:
        return each.verdict == "fail" and each.requirement in wanted and each.case.id not in not_by

    with tempfile.TemporaryDirectory(prefix="threeflow-fault-") as place:
        over_grpc = any(each.startswith("TF-GRPC-") for each in wanted)
        node = Node(Path(place) / "network", fault.role, name, grpc=over_grpc)
        try:
            node.start()
        except NotUpError as error:
            return said | {"by": "did not start", "log": str(error)}
        try:
            run = asyncio.run(engine.run(
                node.network, node.form, prepare.newest_lists(node.network),
                only=(*fault.requirements, _SMOKE), enough=tells, first=first,
            ))  # fmt: skip
        finally:
            node.stop()
    told = next((each for each in run.outcomes if tells(each)), None)
    if told is not None:
        said |= {"killed": True, "by": told.case.id, "requirement": told.requirement}
    else:
        red = [each for each in run.outcomes if each.verdict != "pass"]
        said["by"] = "; ".join(
            f"{each.case.id} {each.verdict} {each.requirement}: {each.message[:160]}" for each in red[:3]
        )
    return said | {"met": _met_crashes(run), "seconds": round(time.monotonic() - began, 1)}


def try_right(role: str) -> Said:
    """Run the right node; what is red of it tells no fault."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="threeflow-right-") as place:
        node = Node(Path(place) / "network", role, grpc=True).start()
        try:
            run = asyncio.run(engine.run(node.network, node.form, prepare.newest_lists(node.network)))
        finally:
            node.stop()
    red = [list(each.said) for each in run.outcomes if each.verdict != "pass"]
    return {
        "role": role,
        "cases": len(run.outcomes),
        "red": red,
        "seconds": round(time.monotonic() - began, 1),
    }


def try_crash(name: str) -> Said:
    """Run every case against a node that crashes where it should refuse."""
    with tempfile.TemporaryDirectory(prefix="threeflow-crash-") as place:
        node = Node(Path(place) / "network", CRASHES[name].role, name)
        try:
            node.start()
            run = asyncio.run(engine.run(
                node.network, node.form, prepare.newest_lists(node.network), silences=_ENDLESS,
            ))  # fmt: skip
        finally:
            node.stop()
    met = [each for each in run.outcomes if each.lines is not None and _crashed(each)]
    return {"node": name, "cases": len(run.outcomes), "met": len(met), "counted": _met_crashes(run)}


def _met_crashes(run: engine.Run) -> list[str]:
    """Cases that passed although the node crashed in them."""
    return [each.case.id for each in run.outcomes if each.verdict == "pass" and _crashed(each)]


def _crashed(outcome: engine.Outcome) -> bool:
    # A node that is being restarted does not answer the question whether it is ready.
    exchanges = outcome.lines.exchanges if outcome.lines is not None else ()
    return any(
        (each.error or each.status >= 500) and each.status != 503 and each.target != "/ready"
        for each in exchanges
    )


def main() -> int:
    """Run the catalogue."""
    asked = _parser().parse_args()
    chosen = [each for each in FAULTS if not asked.only or each in asked.only]
    roles = sorted({FAULTS[each].role for each in chosen})
    held = _recorded()
    began = time.monotonic()
    for each in roles:
        cases_for(ROLES[each], grpc=True)  # read once, before the workers are forked
    with ProcessPoolExecutor(asked.workers, mp_context=multiprocessing.get_context("fork")) as pool:
        right = list(pool.map(try_right, roles)) if not asked.only else []
        red = frozenset(each[0] for said in right for each in said["red"])
        waiting = [pool.submit(try_crash, each) for each in (CRASHES if not asked.only else ())]
        results = list(_all(pool, chosen, held, red))
        crashes = [each.result() for each in waiting]
    said = _summary(results, crashes, right) | {"seconds": round(time.monotonic() - began)}
    _print(said)
    if asked.out:
        asked.out.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    if asked.record:
        RECORD.write_text(json.dumps(_for_record(said), indent=1) + "\n", encoding="utf-8")
    return 0 if _good(said) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="a fault (may be repeated)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the result as JSON")
    parser.add_argument(
        "--record", action="store_true", help=f"write the result to {RECORD.name}, which the docs print"
    )
    parser.add_argument(
        "--workers", type=int, default=(os.cpu_count() or 1) + 1, metavar="N", help="nodes at a time"
    )
    return parser


def _all(
    pool: ProcessPoolExecutor, chosen: Sequence[str], held: Mapping[str, str], red: frozenset[str]
) -> Iterator[Said]:
    """Every fault's result; what survives is tried again when the machine has nothing else to do."""
    began = {pool.submit(try_fault, each, held.get(each, ""), red): each for each in chosen}
    survived = []
    for done, future in enumerate(as_completed(began), 1):
        result = future.result()
        print(f"{done:4}/{len(chosen)} {_word(result)} {result['fault']}: {result['by']}", flush=True)
        if result["killed"]:
            yield result
        else:
            survived.append(result["fault"])
    for each in survived:
        result = pool.submit(try_fault, each, "", red).result() | {"tries": 2}
        print(f"  again   {_word(result)} {each}: {result['by']}{result.get('log', '')}", flush=True)
        yield result


def _word(result: Said) -> str:
    return "killed  " if result["killed"] else "SURVIVED"


def _recorded() -> dict[str, str]:
    """Which case told which fault the last time."""
    if not RECORD.exists():
        return {}
    return {each["fault"]: each["by"] for each in json.loads(RECORD.read_bytes())["faults"] if each["killed"]}


def _summary(results: Sequence[Said], crashes: Sequence[Said], right: Sequence[Said]) -> Said:
    killed = sum(each["killed"] for each in results)
    order = list(FAULTS)
    return {
        "date": datetime.now(UTC).date().isoformat(), "suite": version("threeflow"), "cores": os.cpu_count(),
        "load": round(os.getloadavg()[1], 1),
        "score": round(100 * killed / max(1, len(results)), 1), "killed": killed, "survived": len(results) - killed,
        "right": list(right), "crashes": list(crashes),
        "counted": sorted({each for said in crashes for each in said["counted"]} | {each for said in results for each in said.get("met", ())}),
        "faults": sorted(results, key=lambda each: order.index(each["fault"])),
    }  # fmt: skip


def _print(said: Said) -> None:
    scores: dict[str, list[bool]] = defaultdict(list)
    for each in said["faults"]:
        for requirement in each["requirements"]:
            scores[requirement].append(each["killed"])
    print("\nrequirement      killed of   score")
    for name, told in sorted(scores.items()):
        print(f"{name:15} {sum(told):7} {len(told):3} {100 * sum(told) / len(told):6.0f} %")
    for each in said["right"]:
        print(
            f"the right node as {each['role']}: {each['cases']} cases, {len(each['red'])} red {each['red'] or ''}"
        )
    for each in said["crashes"]:
        print(
            f"{each['node']}: {each['met']} of {each['cases']} cases met a crash, {len(each['counted'])} passed {each['counted'] or ''}"
        )
    for each in said["faults"]:
        if not each["killed"]:
            print(f"SURVIVED {each['fault']} ({', '.join(each['requirements'])}): {each['by']}")
    print(
        f"{said['killed']} of {len(said['faults'])} faulty nodes told, {said['score']:.1f} %, in {said['seconds']} s"
    )


def _good(said: Said) -> bool:
    started = all(each["by"] != "did not start" for each in said["faults"])
    return (
        said["score"] >= LEAST
        and not said["counted"]
        and not any(each["red"] for each in said["right"])
        and started
    )


def _for_record(said: Said) -> Said:
    """What is worth keeping: without what differs from run to run for no reason."""
    kept = ("fault", "requirements", "killed", "by", "tries")
    faults = [{name: each[name] for name in kept if name in each} for each in said["faults"]]
    right = [{name: each[name] for name in ("role", "cases", "red")} for each in said["right"]]
    return said | {"faults": faults, "right": right}


if __name__ == "__main__":
    sys.exit(main())
