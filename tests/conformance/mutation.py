"""How many faulty nodes the suite tells: ``python tests/conformance/mutation.py [--only NAME] [--record]``.

Each faulty node runs the cases of its requirements and a smoke set, until one of its requirements turns red: only a
failed expectation of such a requirement counts, in a case that the right node passes on the same machine in the same
run; what could not be run tells nothing. What survives is tried once more, alone.

Beside them nodes that crash wherever they should refuse run every case: one that passes although it met a crash would
count the crash as a correct refusal.

Every node and the suite that judges it are copies of this process, which has loaded what both need.

Exit codes: 0 at 95 % and more, else 1; also 1 where a crash counted as a refusal, where the right node is red, where
a fault could not be planted, or where it took more of the processors than 15 minutes of two cores are.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tests" / "conformance"), str(_ROOT / "conformance")]

from faults import CRASHES, FAULTS  # noqa: E402
from nodes import Node, NotUpError, warm  # noqa: E402

from threeflow_conformance import engine, prepare  # noqa: E402
from threeflow_conformance.registry import cases_for  # noqa: E402
from threeflow_conformance.speak.roles import ROLES  # noqa: E402

__all__ = ["LEAST", "RECORD", "try_fault"]

RECORD = _ROOT / "tests" / "conformance" / "mutation.json"
LEAST = 95.0
MOST_CPU_SECONDS = 2 * 15 * 60
_SMOKE = "repeats.three-deliveries"
_ENDLESS = 10**9
_GRPC_CRASHES = frozenset({"INTERNAL", "UNKNOWN"})
_MOST_SECONDS = 900.0
Said = dict[str, Any]
Job = Callable[[], Said]


def try_fault(name: str, first: str = "", not_by: frozenset[str] = frozenset()) -> Said:
    """Run one faulty node; say whether it was told, and by which case (``first`` is tried before the others)."""
    fault = FAULTS[name]
    wanted = frozenset(fault.requirements)
    began = time.monotonic()
    said = _nothing(name)

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
        said["opened"] = all(not each.case.check.id.startswith("opening.") for each in red)
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
        (each.error or each.status >= 500 or each.answer_headers.get("grpc-status") in _GRPC_CRASHES)
        and each.status != 503
        and each.target != "/ready"
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
        cases_for(ROLES[each], grpc=True)  # read once, for all copies
    warm()
    whole = not asked.only
    first: dict[str, Job] = {each: partial(try_right, each) for each in roles if whole}
    first |= {each: partial(try_crash, each) for each in CRASHES if whole}
    said_first = dict(_each(first, asked.workers))
    right = [said_first[each] for each in roles if each in said_first]
    crashes = [said_first[each] for each in CRASHES if each in said_first]
    red = frozenset(each[0] for said in right for each in said["red"])
    results = list(_all(chosen, held, red, asked.workers))
    said = _summary(results, crashes, right) | {"seconds": round(time.monotonic() - began), "cpu": _cpu()}
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


def _cpu() -> int:
    """Seconds of processor time that this process and all copies of it that have ended took."""
    own, copies = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(own.ru_utime + own.ru_stime + copies.ru_utime + copies.ru_stime)


def _each(jobs: Mapping[str, Job], workers: int) -> Iterator[tuple[str, Said]]:
    """Do every job in a copy of this process, so many at a time; what a job says, or why it said nothing."""
    context = multiprocessing.get_context("fork")
    waiting = deque(jobs.items())
    running: dict[Connection, tuple[str, Any, float]] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            name, job = waiting.popleft()
            here, there = context.Pipe(duplex=False)
            copy = context.Process(target=_tell, args=(there, job))
            copy.start()
            there.close()
            running[here] = (name, copy, time.monotonic() + _MOST_SECONDS)
        told = wait(list(running), timeout=1.0)
        over = [each for each, (_, _, deadline) in running.items() if time.monotonic() > deadline]
        for each in {*told, *over}:
            name, copy, _ = running.pop(each)
            said = _heard(each) if each in told else {"by": f"no end within {_MOST_SECONDS:.0f} s"}
            if each not in told:
                os.killpg(copy.pid, signal.SIGKILL)
            copy.join()
            yield name, said


def _tell(there: Connection, job: Job) -> None:
    os.setsid()  # with its nodes it can be ended as one
    there.send(job())


def _heard(here: Connection) -> Said:
    try:
        found: Said = here.recv()
    except EOFError:
        return {"by": "the run itself broke off"}
    return found


def _all(chosen: Sequence[str], held: Mapping[str, str], red: frozenset[str], workers: int) -> Iterator[Said]:
    """Every fault's result; what survives is tried again when the machine has nothing else to do."""
    jobs = {each: partial(try_fault, each, held.get(each, ""), red) for each in chosen}
    survived = []
    for done, (name, said) in enumerate(_each(jobs, workers), 1):
        result = _nothing(name) | said
        print(f"{done:4}/{len(chosen)} {_word(result)} {name}: {result['by']}", flush=True)
        if result["killed"]:
            yield result
        else:
            survived.append(name)
    for name, said in _each({each: partial(try_fault, each, "", red) for each in survived}, 1):
        result = _nothing(name) | said | {"tries": 2}
        print(f"  again   {_word(result)} {name}: {result['by']}{result.get('log', '')}", flush=True)
        yield result


def _nothing(name: str) -> Said:
    return {"fault": name, "requirements": list(FAULTS[name].requirements), "killed": False, "by": ""}


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
        f"{said['killed']} of {len(said['faults'])} faulty nodes told, {said['score']:.1f} %, in {said['seconds']} s, "
        f"{said['cpu']} s of processor time (at most {MOST_CPU_SECONDS})"
    )


def _good(said: Said) -> bool:
    # A node that cannot even be opened is not the gateway with one fault: the fault does not fit it any more.
    started = all(each["by"] != "did not start" and each.get("opened", True) for each in said["faults"])
    return (
        said["score"] >= LEAST
        and not said["counted"]
        and not any(each["red"] for each in said["right"])
        and started
        and said["cpu"] <= MOST_CPU_SECONDS
    )


def _for_record(said: Said) -> Said:
    """What is worth keeping: without what differs from run to run for no reason."""
    kept = ("fault", "requirements", "killed", "by", "tries")
    faults = [{name: each[name] for name in kept if name in each} for each in said["faults"]]
    right = [{name: each[name] for name in ("role", "cases", "red")} for each in said["right"]]
    return said | {"faults": faults, "right": right}


if __name__ == "__main__":
    sys.exit(main())
