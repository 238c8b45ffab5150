"""The network between the nodes is cut, delayed, doubled and reordered, and nothing of it shows in the end.

`make chaos-network ARGS='--faults 500 --invoices 500 --orders FILE'` is the long form.
"""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from kit import runs
from kit.asynchronous import synchronous
from kit.fault_proxy import KINDS
from kit.runs import Asked, Run

pytestmark = [pytest.mark.slow, pytest.mark.long]
Done = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def asked(pytestconfig: pytest.Config) -> Asked:
    return Asked(
        pytestconfig.getoption("invoices", 12),
        pytestconfig.getoption("chaos_seed", 3),
        pytestconfig.getoption("orders", None),
    )


@pytest.fixture(scope="module")
def calm(asked: Asked, tmp_path_factory: pytest.TempPathFactory) -> Done:
    out = tmp_path_factory.mktemp("calm") / "run"
    return out, Run(out, asked).finish()


@pytest.fixture(scope="module")
def shaken(asked: Asked, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Done:
    program = [sys.executable, "-m", "kit.shaken"]
    for option, default in (("faults", 27), ("chance", 0.6)):
        program += [f"--{option}", str(pytestconfig.getoption(option, default))]
    run = Run(tmp_path_factory.mktemp("shaken") / "run", asked, program)
    return run.out, run.finish()


def test_so_many_requests_suffered_and_every_kind_of_fault_was_among_them(
    shaken: Done, pytestconfig: pytest.Config
) -> None:
    told = json.loads((shaken[0] / "faults.json").read_text())
    done = told["faults"]
    print(f"\nfaults between the nodes: {sum(done.values())} in all\n{json.dumps(told, indent=1)}")
    assert sum(done.values()) >= pytestconfig.getoption("faults", 27)
    assert done.keys() == set(KINDS)


def test_the_totals_are_those_of_the_undisturbed_run(calm: Done, shaken: Done) -> None:
    assert runs.totals(shaken[1]) == runs.totals(calm[1])


def test_no_document_is_lost_or_doubled(calm: Done, shaken: Done) -> None:
    assert runs.held(shaken[0]) == runs.held(calm[0])
    assert shaken[1]["documents"] == calm[1]["documents"]


def test_every_dossier_is_there_and_valid(calm: Done, shaken: Done) -> None:
    cut, valid = (shaken[1]["dossiers"][name] for name in ("cut", "valid"))
    assert cut == valid == calm[1]["dossiers"]["cut"] > 0


def test_what_was_offered_again_had_one_effect(shaken: Done) -> None:
    repeated = 0
    for folder in sorted((shaken[0] / "nodes").glob("*.*/")):
        with sqlite3.connect(folder / "node.sqlite3") as database:
            (doubled,) = database.execute(
                "select count(*) from (select 1 from document group by issuer, id having count(*) > 1)"
            ).fetchone()
            (tried,) = database.execute("select coalesce(sum(attempts - 1), 0) from outbox").fetchone()
            (dead,) = database.execute("select count(*) from outbox where state = 'dead'").fetchone()
        assert (doubled, dead) == (0, 0)
        repeated += tried
    assert repeated > 0


def test_the_logs_are_structured_and_hold_nothing_of_the_persons(shaken: Done) -> None:
    persons = runs.personal(shaken[0])
    assert len(persons) > 20
    logs = [path.read_bytes() for path in (shaken[0] / "nodes").glob("*.*/log.txt")]
    lines = [line for log in logs for line in log.splitlines()]
    # Before the program can say how it logs, the interpreter may warn of what it imports.
    said = [json.loads(line) for line in lines if b"Warning: " not in line and line[:1] != b" "]
    assert {"at", "level", "logger", "message"} <= set.intersection(*(set(each) for each in said))
    assert any("correlation" in each for each in said)
    text = b"".join(logs).decode() + json.dumps(said, ensure_ascii=False)
    assert [each for each in persons if each in text] == []


@synchronous
async def test_every_receipt_that_a_client_holds_is_proven_in_the_log(shaken: Done) -> None:
    await runs.prove_receipts(*shaken)
