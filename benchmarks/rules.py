"""CPU cost of all rules of each profile on one complete case, beside schema validation of the same documents.

The case is an order of ten lines with its payment, waybill and export declaration; facts are supplied. Both
are measured in turns in one run, so that a slow moment of the machine hits both; the best of the rounds
counts. A case that breaks its schema or a rule fails the run.

Exit code 0 within the target, 1 above it, 2 could not run.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks import case
from rich.console import Console
from rich.table import Table

from threeflow.rules import evaluate
from threeflow.standard import Standard

TARGET_US = 150.0
LOAD_TARGET_S = 1.0
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
ROUNDS = 40
REPEATS = 25


@dataclass(frozen=True)
class Report:
    """Microseconds of CPU for the whole case; seconds of CPU to read all packs and code lists used."""

    profile: str
    lines: int
    rules: dict[str, int]
    rules_us: dict[str, float]
    schema_us: dict[str, float]
    rules_sum_us: float
    schema_sum_us: float
    target_us: float
    load_s: float
    load_target_s: float
    large_lines: int
    large_over_small: float


def best(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call, the least of the rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(REPEATS):
            work()
        found.append((time.process_time() - start) / REPEATS)
    return min(found)


def measure(profile_id: str, lines: int, large: int) -> Report:
    """Measure one profile.

    Raises:
        ValueError: the profile is not there, or the case is not right.
    """
    standard = Standard.load()
    start = time.process_time()
    bound = {}
    profile = standard.profiles.get(profile_id)
    if profile is None:
        raise ValueError(f"no profile {profile_id}")
    importing = profile_id.startswith("cn-") and profile_id.endswith("-i")
    documents = case.documents(lines, importing=importing)
    larger = case.documents(large, importing=importing)
    for each in documents:
        type_, kind = each["header"]["type"], each["header"]["kind"]
        bound[type_] = len(standard.rules.binding(type_, kind, profile, AT))
        evaluate(standard, profile, each, case.FACTS, AT)
    load = time.process_time() - start
    hold(standard, profile, [*documents, *larger])
    rules, schema = _costs(standard, profile, documents)
    costs, _ = _costs(standard, profile, larger)
    return Report(
        profile_id, lines, bound, rules, schema, sum(rules.values()), sum(schema.values()), TARGET_US, load,
        LOAD_TARGET_S, large, sum(costs.values()) / sum(rules.values()),
    )  # fmt: skip


def hold(standard: Standard, profile: Any, documents: list[dict[str, Any]]) -> None:
    """Raise ValueError where a document of the case is not right: the figure would be of something else."""
    for each in documents:
        wrong = standard.schemas.validate(each["header"]["type"], each)
        wrong += tuple(one.violation() for one in evaluate(standard, profile, each, case.FACTS, AT))
        if wrong:
            raise ValueError(f"{each['header']['type']}: {wrong[0].rule} at {wrong[0].pointer}")


def _costs(
    standard: Standard, profile: Any, documents: list[dict[str, Any]]
) -> tuple[dict[str, float], dict[str, float]]:
    rules, schema = {}, {}
    for each in documents:
        type_: str = each["header"]["type"]
        rules[type_] = best(lambda each=each: evaluate(standard, profile, each, case.FACTS, AT)) * 1e6  # type: ignore[misc]
        schema[type_] = best(lambda each=each, of=type_: standard.schemas.validate(of, each)) * 1e6  # type: ignore[misc]
    return rules, schema


def show(report: Report, console: Console) -> None:
    """Print the report for people."""
    title = f"All rules of {report.profile} on one case with {report.lines} lines, facts supplied"
    table = Table(title=title, title_justify="left", min_width=76)
    for name in ("document", "rules", "rules, CPU µs", "schema, CPU µs"):
        table.add_column(name, justify="left" if name == "document" else "right")
    for name, spent in report.rules_us.items():
        table.add_row(name, str(report.rules[name]), f"{spent:.1f}", f"{report.schema_us[name]:.1f}")
    table.add_section()
    table.add_row(
        f"the case (target {report.target_us:.0f})", str(sum(report.rules.values())),
        f"[bold]{report.rules_sum_us:.1f}[/]", f"{report.schema_sum_us:.1f}",
    )  # fmt: skip
    console.print(table)
    console.print(
        f"packs and plans ready in {report.load_s:.2f} s of CPU (target {report.load_target_s:.0f} s); "
        f"{report.large_lines} lines cost {report.large_over_small:.1f} times as much as {report.lines}"
    )


def show_all(reports: list[Report], console: Console) -> None:
    """Print one line a profile."""
    title = f"All rules of each profile on one case with {reports[0].lines} lines, facts supplied"
    table = Table(title=title, title_justify="left", min_width=76)
    columns = (
        "profile",
        "rules",
        "rules, CPU µs",
        "schema, CPU µs",
        "load, s",
        f"{reports[0].large_lines} lines",
    )
    for name in columns:
        table.add_column(name, justify="left" if name == "profile" else "right")
    for each in reports:
        mark = "" if good(each) else "red"
        table.add_row(
            each.profile, str(sum(each.rules.values())), f"[bold {mark}]{each.rules_sum_us:.1f}[/]",
            f"{each.schema_sum_us:.1f}", f"{each.load_s:.2f}", f"{each.large_over_small:.1f} times",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"targets: {TARGET_US:.0f} µs a case, {LOAD_TARGET_S:.0f} s of CPU to have packs and plans ready"
    )


def good(report: Report) -> bool:
    """Whether both targets are met."""
    return report.rules_sum_us <= report.target_us and report.load_s <= report.load_target_s


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU cost of all rules of each profile on one complete case")
    parser.add_argument("--profile", action="append", help="id of a profile; may be repeated (default: all)")
    parser.add_argument("--json", action="store_true", help="print the reports as JSON")
    args = parser.parse_args(argv)
    console = Console()
    reports = []
    try:
        for each in args.profile or sorted(Standard.load().profiles):
            reports.append(measure(each, case.LINES, 10 * case.LINES))
            if not args.json and args.profile:
                show(reports[-1], console)
    except ValueError as problem:
        print(f"{each}: {problem}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps([asdict(each) for each in reports], indent=1))
    elif not args.profile:
        show_all(reports, console)
    return 0 if all(map(good, reports)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
