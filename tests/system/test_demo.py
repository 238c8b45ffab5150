"""The demo, whole: two jurisdictions of real gateways, the sample's invoices, every one accounted for."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from threeflow import dossier
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_gateway.demo import account, planted

REAL = Path(__file__).parents[3] / "shared" / "data" / "online_retail_cross_border.csv.gz"
SEED = 3
RUN = (
    "import sys; from pathlib import Path; from threeflow_gateway.demo.run import run_demo;"
    "given = sys.argv[2]; orders = Path(given) if given else None; limit = int(sys.argv[3]) or None;"
    "sys.exit(run_demo(orders=orders, limit=limit, seed=int(sys.argv[4]), out=Path(sys.argv[1])))"
)
pytestmark = pytest.mark.slow


def start(out: Path, orders: Path | None = None, limit: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, str(out), str(orders or ""), str(limit), str(SEED)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: subprocess.Popen[str], out: Path) -> dict[str, Any]:
    said, _ = process.communicate(timeout=900)
    assert process.returncode == 0, said
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text("utf-8"))
    return summary


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("demo")
    return out, finish(start(out), out)


def test_every_invoice_of_the_sample_has_one_outcome(ran: tuple[Path, dict[str, Any]]) -> None:
    _, summary = ran
    assert summary["good"]
    assert sum(summary["outcomes"].values()) == summary["invoices"] == len(summary["cases"])
    assert len({each["invoice"] for each in summary["cases"]}) == summary["invoices"]
    assert summary["unaccounted"] == []


def test_the_sample_covers_every_outcome_and_both_kinds_of_credit_notes(
    ran: tuple[Path, dict[str, Any]],
) -> None:
    _, summary = ran
    assert all(summary["outcomes"][outcome] for outcome in account.OUTCOMES)
    assert all(summary["creditNotes"].values())


def test_the_nodes_show_exactly_what_was_planted(ran: tuple[Path, dict[str, Any]]) -> None:
    _, summary = ran
    assert summary["planted"]["expected"] == summary["planted"]["found"]
    assert set(summary["planted"]["found"]) == set(planted.BY_NAME)


def test_what_is_not_taken_in_names_a_rule_and_a_field(ran: tuple[Path, dict[str, Any]]) -> None:
    _, summary = ran
    refused = [each for each in summary["cases"] if each["outcome"] == "not-taken-in"]
    assert refused
    assert all(reason["rule"] and reason["field"] for each in refused for reason in each["reasons"])


def test_a_label_that_names_no_country_is_referred_with_a_rule(ran: tuple[Path, dict[str, Any]]) -> None:
    _, summary = ran
    ruled = [
        each
        for each in summary["cases"]
        if any(reason["rule"] == "COD-09" for reason in each.get("reasons", ()))
    ]
    assert len(ruled) == 2
    assert {each["outcome"] for each in ruled} == {"referred"}


def test_several_consignments_have_the_worst_outcome_of_theirs(ran: tuple[Path, dict[str, Any]]) -> None:
    _, summary = ran
    several = [each for each in summary["cases"] if len(each.get("consignments", ())) > 1]
    assert several
    for each in several:
        assert each["outcome"] == account.worst(its["outcome"] for its in each["consignments"])


def test_every_dossier_verifies_offline_with_the_trust_files_alone(ran: tuple[Path, dict[str, Any]]) -> None:
    out, summary = ran
    trust = TrustStore("demo")
    now = datetime.now(UTC)
    for path in sorted((out / "trust").glob("*.json")):
        trust.add_file(path.read_bytes(), now=now)
    standard = Standard.load()
    files = sorted((out / "dossiers").glob("*.json"))
    assert len(files) == summary["dossiers"]["cut"] > 0
    for path in files:
        verdict = dossier.verify(path.read_bytes(), trust, standard, now=now)
        assert verdict.valid, (path.name, verdict.problems)


def test_the_report_holds_every_case_and_no_outside_asset(ran: tuple[Path, dict[str, Any]]) -> None:
    out, summary = ran
    page = (out / "report.html").read_text("utf-8")
    data = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    assert [each["invoice"] for each in json.loads(data)["cases"]] == [
        each["invoice"] for each in summary["cases"]
    ]
    assert "src=" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_no_gateway_is_left_behind(ran: tuple[Path, dict[str, Any]]) -> None:
    out, _ = ran
    for path in (out / "nodes").glob("*/pid"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.read_text()), 0)


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")
def test_real_invoices_are_accounted_for(tmp_path: Path) -> None:
    summary = finish(start(tmp_path, REAL, 60), tmp_path)
    assert summary["invoices"] == sum(summary["outcomes"].values()) == 60
    assert summary["planted"]["agree"]
    assert all(peak < 500 for peak in summary["peakMegabytes"].values())
