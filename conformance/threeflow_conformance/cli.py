"""The command line: what it says is parsed here, and done elsewhere."""

import argparse
import asyncio
import json
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from threeflow_conformance import (
    certificate,
    coverage,
    engine,
    fuzz,
    parameters,
    prepare,
    transcript,
    waivers,
)
from threeflow_conformance.arguments import parser as arguments_of
from threeflow_conformance.errors import UsageError
from threeflow_conformance.judge.answers import AMBIENT
from threeflow_conformance.judge.profiles import profiles
from threeflow_conformance.judge.seals import SealError, thumbprint
from threeflow_conformance.registry import cases_for
from threeflow_conformance.report import data, files
from threeflow_conformance.report.html import page
from threeflow_conformance.speak.network import Network, open_network
from threeflow_conformance.speak.roles import role_of

__all__ = ["main"]

_OUT = Console()
_TOLD = Console(stderr=True)
_MOST_SHOWN = 40


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code."""
    does = {
        "prepare": _prepare, "run": _run, "list": _list, "show": _show, "report": _report, "verify": _verify,
        "rejudge": _rejudge,
    }  # fmt: skip
    asked = arguments_of(does).parse_args(arguments)
    try:
        return int(asked.does(asked))
    except (UsageError, OSError) as error:
        _TOLD.print(Text(f"threeflow-conformance: {error}", style="red"))
        return 2


def _prepare(asked: argparse.Namespace) -> int:
    network = prepare.prepare(
        asked.out, asked.role, asked.target, parameters.load(None), asked.keys, asked.grpc or ""
    )
    _OUT.print(
        f"The node is [bold]{network.node}[/] in the environment {network.environment}.", highlight=False
    )
    _OUT.print(
        f"Load every trust file of {asked.out / 'node' / 'trust'}; {asked.out / 'node' / 'node.json'} says the rest."
    )
    return 0


def _run(asked: argparse.Namespace) -> int:
    network = open_network(asked.network)
    target = network.target if asked.target is None else asked.target.rstrip("/")
    if (network.role.name, network.target) != (asked.role, target):
        raise UsageError(f"the network was prepared for {network.role.name} at {network.target}")
    said = parameters.load(asked.parameters or asked.network / "parameters.toml")
    if asked.grpc:
        said = replace(said, grpc=asked.grpc)
    if asked.profile:
        said = replace(said, profile=asked.profile)
    if said.profile and said.profile not in profiles():
        raise UsageError(
            f"the standard has no profile {said.profile}; it has {', '.join(sorted(profiles()))}"
        )
    if said.environment != network.environment:
        raise UsageError("the network was prepared for another environment")
    _check_only(network, said, asked.only)
    asked.out.mkdir(parents=True, exist_ok=True)
    listed = waivers.load(asked.waivers) if asked.waivers else ()
    _reach(network, said)
    with _progress() as progress:
        task = progress.add_task("judging", total=None)

        def told(outcome: engine.Outcome, done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, description=outcome.case.check.id[:40])

        only = tuple(asked.only)
        run = asyncio.run(engine.run(network, said, prepare.newest_lists(network), only=only, told=told))
        digest = transcript.write(asked.out, run, said, only)
        if asked.fuzz_seconds:
            progress.update(task, description="fuzzing")
            run.outcomes.extend(fuzz.run(network, said, asked.fuzz_seconds, run.shared.agreement))
    waivers.apply(run.outcomes, listed, datetime.now(UTC).date())
    (asked.out / "network.json").write_bytes((asked.network / "network.json").read_bytes())
    shutil.copytree(asked.network / "node" / "trust", asked.out / "node" / "trust", dirs_exist_ok=True)
    files.write(asked.out, data.of_run(run))
    if not asked.only:
        raw = certificate.issue(run, digest, listed, datetime.now(UTC))
        fingerprint = certificate.write(asked.out, run, raw)
        _OUT.print(f"certificate: {asked.out / 'certificate.json'}, certifier {fingerprint}", highlight=False)
    _end(run, asked.out)
    return engine.exit_code(run.outcomes)


def _check_only(network: Network, said: parameters.Parameters, only: list[str]) -> None:
    """Refuse what chooses no case: a run of the opening alone would look like a good one."""
    for name in only:
        if not any(
            name in {case.id, case.check.id, *case.requirements, *AMBIENT}
            for case in cases_for(network.role, grpc=bool(said.grpc))
        ):
            raise UsageError(
                f"--only {name}: no requirement, check or case of {network.role.name} is called so"
            )


def _reach(network: Network, said: parameters.Parameters) -> None:
    """Ask once whether anybody is there, so that a dead target costs seconds."""
    if network.role.issues:
        return
    try:
        httpx.get(network.target + "/.well-known/threeflow", timeout=said.request_seconds, trust_env=False)
    except httpx.HTTPError as error:
        raise UsageError(f"{network.target} does not answer: {type(error).__name__}") from error


def _progress() -> Progress:
    columns = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=_TOLD, transient=True)


def _end(run: engine.Run, out: Path) -> None:
    red = [each for each in run.outcomes if each.verdict not in {"pass", "not-applicable"}]
    for each in red[:_MOST_SHOWN]:
        _say(f"{each.verdict:14} {each.case.id} {each.requirement}: {each.message}")
    if len(red) > _MOST_SHOWN:
        _say(f"and {len(red) - _MOST_SHOWN} more")
    counts = engine.summary(run.outcomes)
    words = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    _say(f"{words} in {run.seconds:.1f} s; {out / 'report.html'}")


def _say(text: str) -> None:
    """Print words that may hold brackets of their own."""
    _OUT.print(Text(text), soft_wrap=True)


def _gaps() -> int:
    """Name what nothing shows, and what whoever wrote it can do."""
    found = [
        f"{each.id} ({each.page}): {each.text[:90]}" for each in coverage.coverage() if each.how == "gap"
    ]
    found += [
        f"{name} of the exchange table" for name, how in coverage.row_coverage().items() if how == "gap"
    ]
    for each in found:
        _say(f"nothing of the suite shows {each}")
    if found:
        _say(
            "For each: tie a check of conformance/threeflow_conformance/checks to it, @check(ID); or add a vector that "
            "names it, or its row under `vectors`, or a reason under `excluded`, in "
            "conformance/threeflow_conformance/data/coverage.yaml."
        )
    return 1 if found else 0


def _list(asked: argparse.Namespace) -> int:
    if asked.gaps:
        return _gaps()
    table = Table(box=None)
    if asked.requirements:
        for name in ("requirement", "level", "shown by", "which"):
            table.add_column(name)
        for each in coverage.coverage():
            which = each.checks if each.how == "check" else each.vectors or (each.reason,)
            table.add_row(each.id, each.level, each.how, ", ".join(which[:3]))
    else:
        for name in ("check", "cases", "what it judges"):
            table.add_column(name)
        found: dict[str, int] = {}
        titles: dict[str, str] = {}
        for case in cases_for(role_of(asked.role)):
            found[case.check.id] = found.get(case.check.id, 0) + 1
            titles[case.check.id] = case.check.title
        for name, count in found.items():
            table.add_row(name, str(count), titles[name])
    _OUT.print(table)
    return 0


def _show(asked: argparse.Namespace) -> int:
    found = [each for each in coverage.coverage() if each.id == asked.requirement]
    if not found:
        raise UsageError(f"the standard has no requirement {asked.requirement}")
    each = found[0]
    _OUT.print(f"[bold]{each.id}[/] ({each.level}, {each.page})\n{each.text}", highlight=False)
    _OUT.print(
        f"shown by {each.how}: {', '.join(each.checks or each.vectors) or each.reason}", highlight=False
    )
    return 0


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from error


def _report(asked: argparse.Namespace) -> int:
    said = _read(asked.folder / "report.json")
    if asked.lang:
        sys.stdout.write(page(said, asked.lang))
    else:
        files.write(asked.folder, said)
    return int(said["exit"])


def _verify(asked: argparse.Namespace) -> int:
    beside = asked.certificate.with_name("certifier.json")
    path = Path(asked.certifier)
    key = _read(path if path.exists() else beside)
    if not path.exists() and thumbprint(key["jwk"]) != asked.certifier:
        _OUT.print("[red]no:[/] the certificate is of another certifier")
        return 1
    try:
        found = certificate.verify(asked.certificate.read_bytes(), key, datetime.now(UTC))
    except SealError as error:
        _say(f"no: {error}")
        return 1
    value = found.value
    _OUT.print(
        f"{value['node']} conforms as {value['role']} until {value['validUntil']}; {value['counts']}",
        highlight=False,
    )
    return 0


def _rejudge(asked: argparse.Namespace) -> int:
    said, lines, arrivals, digest = transcript.read(asked.folder)
    network = open_network(asked.folder)
    form: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in said["parameters"].items()
    }
    again = asyncio.run(
        engine.replay(
            network, parameters.Parameters(**form), tuple(said["lists"]), lines, arrivals, tuple(said["only"])
        )
    )
    held = {each["id"]: each for each in _read(asked.folder / "report.json")["cases"]}
    differ = [
        (each.case.id, held.get(each.case.id, {}).get("judged"), each.verdict, each.message)
        for each in again.outcomes
        if held.get(each.case.id, {}).get("judged") != each.verdict
    ]
    for name, first, second, message in differ:
        _say(f"{name}: {first} in the report, {second} from the transcript: {message}")
    lost = sorted(held.keys() - {each.case.id for each in again.outcomes})
    fuzzed = [each for each in lost if each.startswith("fuzz.")]
    for name in lost:
        if name not in fuzzed:
            _say(f"{name}: {held[name].get('verdict')} in the report, and no case of the role")
    if fuzzed:
        _say(f"{len(fuzzed)} verdicts of the fuzzer are not judged again: it writes no transcript")
    other = _other_transcript(asked.folder, network, digest)
    if other:
        _say(other)
    _OUT.print(
        f"{len(again.outcomes)} cases judged again, {len(differ)} differ; transcript {digest}",
        highlight=False,
    )
    return 1 if differ or len(lost) > len(fuzzed) or other else 0


def _other_transcript(folder: Path, network: Network, digest: str) -> str:
    """What is wrong where the certificate beside a transcript is not of it; empty where it is, or there is none."""
    path = folder / "certificate.json"
    if not path.exists():
        return ""
    try:
        found = certificate.opened(path.read_bytes(), {"jwk": dict(network.certifier.public.jwk)})
    except SealError as error:
        return f"the certificate: {error}"
    named = found.value["transcript"]
    return "" if named == digest else f"the certificate is of the transcript {named}, not of {digest}"
