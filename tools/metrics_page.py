"""Print every metric of a node on ``docs/reference/metrics.md``.

Usage: ``python tools/metrics_page.py [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from threeflow_gateway.observe.catalogue import LABELS, METRICS

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference" / "metrics.md"

HEAD = """# Metrics 监控指标

With a port in `[metrics]` of [node.toml](settings.md) a node answers `GET /metrics` there in Prometheus' text
format, on a port of its own that is off by default and never the one of peers: the figures tell how much
is traded. Each process of a node has a port and counters of its own; the gauges of the database are the same
from each.

No label holds what a caller chose, so that nobody can make series without end. Beside these stand `process_…`
(memory, processor time, open files) and `python_gc_…`, as Prometheus' client for Python has them.

This page is printed from the gateway's own declarations by `make generate`.

| metric | kind | labels | meaning |
|---|---|---|---|
"""

TAIL = """
## Labels

| label | values |
|---|---|
"""

ALERTS = """
## What to wake somebody for

| condition | why |
|---|---|
| `threeflow_ready == 0` for 2 minutes | no document can be taken in; `GET /ready` says why |
| `threeflow_trust_list_left_seconds < 604800` | renew the list; 72 hours after it the node stops |
| `threeflow_key_left_seconds < 604800` | a key of the node runs out |
| `threeflow_circuit{state="open"} == 1` for 15 minutes | a peer does not answer; what it is owed waits |
| `increase(threeflow_outbox_dead[1h]) > 0` | a document is refused: `threeflow dead-letters list` |
| `threeflow_outbox_oldest_seconds > 3600` | deliveries do not get through |
| `threeflow_committer_waiting / threeflow_committer_room > 0.8` | callers are about to be sent away |
| `increase(threeflow_commit_failures_total[5m]) > 0` | the database fails transactions |
| `threeflow_disk_free_octets < 1073741824` | the disk fills |
"""


def lines() -> Iterator[str]:
    """The page."""
    yield HEAD
    for each in METRICS.values():
        labels = ", ".join(f"`{label}`" for label in each.labels) or "none"
        yield f"| `{each.name}` | {each.kind} | {labels} | {each.help} |\n"
    yield TAIL
    used = {label for each in METRICS.values() for label in each.labels}
    for label, values in LABELS.items():
        if label in used:
            yield f"| `{label}` | {values} |\n"
    yield ALERTS


def main(argv: list[str]) -> int:
    """Write the page, or with ``--check`` say whether it is as the code has it."""
    parser = argparse.ArgumentParser(description="print the metrics of a gateway as a page of the docs")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the page differs")
    wanted = "".join(lines())
    if not parser.parse_args(argv).check:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is not what the gateway declares: make generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
