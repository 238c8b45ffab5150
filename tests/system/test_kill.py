"""The exporting nodes die at drawn moments of a run, and nothing of it shows in the end.

`make chaos ARGS='--kills 60 --invoices 200 --orders FILE'` is the long form.
"""

from pathlib import Path
from typing import Any

import pytest

from kit import runs
from kit.asynchronous import synchronous
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
def shaken(
    asked: Asked, calm: Done, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Done:
    kills = pytestconfig.getoption("kills", 6)
    run = Run(tmp_path_factory.mktemp("shaken") / "run", asked)
    documents = sum(runs.held(calm[0])["xa.hub"].values())
    try:
        killed = runs.kill(run, kills, asked.seed, documents)
    finally:
        summary = run.finish()
    assert len(killed) == kills, f"the run was over after {killed}"
    return run.out, summary


def test_the_nodes_died_and_came_back(shaken: Done, pytestconfig: pytest.Config) -> None:
    restarts = shaken[1]["restarts"]
    assert sum(restarts[node] for node in runs.EXPORTING) == pytestconfig.getoption("kills", 6)
    assert all(restarts[node] for node in runs.EXPORTING)


def test_the_totals_are_those_of_the_undisturbed_run(calm: Done, shaken: Done) -> None:
    assert runs.totals(shaken[1]) == runs.totals(calm[1])


def test_no_document_is_lost_or_doubled(calm: Done, shaken: Done) -> None:
    assert runs.held(shaken[0]) == runs.held(calm[0])
    assert shaken[1]["documents"] == calm[1]["documents"]


def test_every_dossier_is_there_and_valid(calm: Done, shaken: Done) -> None:
    cut, valid = (shaken[1]["dossiers"][name] for name in ("cut", "valid"))
    assert cut == valid == calm[1]["dossiers"]["cut"] > 0
    names = [sorted(path.name for path in (out / "dossiers").iterdir()) for out, _ in (calm, shaken)]
    assert names[0] == names[1]


@synchronous
async def test_every_receipt_that_a_client_holds_is_proven_in_the_log(shaken: Done) -> None:
    await runs.prove_receipts(*shaken)
