"""Every requirement and every row is shown by a check or a vector, or is left out for a stated reason."""

import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faults import FAULTS

import threeflow_conformance
from threeflow_conformance import cli, engine, waivers
from threeflow_conformance.coverage import coverage, requirements, row_coverage
from threeflow_conformance.errors import InapplicableError, UsageError
from threeflow_conformance.parameters import Parameters, load
from threeflow_conformance.registry import Case, all_checks, cases_for
from threeflow_conformance.report.data import titles
from threeflow_conformance.scene import Scene, Shared
from threeflow_conformance.speak.roles import ROLES


def test_no_requirement_is_a_gap() -> None:
    assert [each.id for each in coverage() if each.how == "gap"] == []


def test_the_command_line_tells_a_gap_and_what_to_do_about_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["list", "--gaps"]) == 0
    gap = replace(next(each for each in coverage() if each.how == "excluded"), reason="")
    monkeypatch.setattr(cli.coverage, "coverage", lambda: (gap,))
    assert cli.main(["list", "--gaps"]) == 1
    assert gap.id in capsys.readouterr().out


def test_no_row_is_a_gap() -> None:
    assert [name for name, how in row_coverage().items() if how == "gap"] == []


def test_checks_and_faults_name_requirements_that_there_are() -> None:
    named = {each for check in all_checks() for each in check.requirements}
    named |= {each for fault in FAULTS.values() for each in fault.requirements}
    assert named <= set(requirements())


def test_there_are_many_faulty_nodes() -> None:
    assert len(FAULTS) >= 80


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_has_cases_with_names_of_their_own(role: str) -> None:
    names = [each.id for each in cases_for(ROLES[role])]
    assert len(names) == len(set(names)) > (20 if ROLES[role].issues else 500)


def _outcome(verdict: str) -> engine.Outcome:
    check = next(each for each in all_checks() if each.id == "order.size")
    return engine.Outcome(Case(check, ""), verdict, "TF-INTAKE-2", "too long")


_WAIVER: dict[str, Any] = {"reason": "known", "issue": "https://issues.example/1", "until": date(2099, 1, 1)}


def test_a_waiver_turns_its_check_into_a_warning_and_a_stale_one_fails() -> None:
    failed, passed, over = _outcome("fail"), _outcome("pass"), _outcome("fail")
    waivers.apply([failed], [waivers.Waiver("order.size", **_WAIVER)], date(2026, 1, 1))
    assert (failed.verdict, engine.exit_code([failed, _outcome("pass")])) == ("warn", 0)
    waivers.apply([passed], [waivers.Waiver("order.size", **_WAIVER)], date(2026, 1, 1))
    assert passed.verdict == "fail"
    waivers.apply([over], [waivers.Waiver("order.size", **_WAIVER)], date(2100, 1, 1))
    assert (over.verdict, "ended" in over.message) == ("fail", True)


def test_a_stale_waiver_is_not_waived_by_another() -> None:
    passed, failed = _outcome("pass"), _outcome("fail")
    twice = [waivers.Waiver("order.size", **_WAIVER)] * 2
    waivers.apply([passed], twice, date(2026, 1, 1))
    assert passed.verdict == "fail"
    ended = waivers.Waiver("order.size", **{**_WAIVER, "until": date(2026, 1, 1)})
    waivers.apply([failed], [ended, twice[0]], date(2026, 2, 1))
    assert failed.verdict == "fail"
    unknown = _outcome("pass")
    waivers.apply([unknown], [waivers.Waiver("order.nothing", **_WAIVER)], date(2026, 1, 1))
    assert unknown.verdict == "fail"


def test_a_waiver_wants_a_reason_an_issue_and_a_date(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text('[[waiver]]\ncheck = "order.size"\nreason = "x"\nissue = "none"\nuntil = 2099-01-01\n')
    with pytest.raises(UsageError):
        waivers.load(path)


def test_exit_codes_are_never_0_by_default() -> None:
    assert engine.exit_code([]) == 2
    assert engine.exit_code([_outcome("could-not-run"), _outcome("pass")]) == 2
    assert engine.exit_code([_outcome("could-not-run"), _outcome("fail")]) == 1


def test_the_form_is_typed_and_the_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / "form.toml"
    path.write_text("request_seconds = 3\n")
    assert load(path, {}).request_seconds == 3.0
    said = load(
        path, {"THREEFLOW_CONFORMANCE_REQUEST_SECONDS": "4", "THREEFLOW_CONFORMANCE_RESTART": "sh -c x"}
    )
    assert (said.request_seconds, said.restart) == (4.0, ("sh", "-c", "x"))
    path.write_text("wishes = 3\n")
    with pytest.raises(UsageError):
        load(path, {})
    assert Parameters().restart == ()


def test_every_check_says_in_chinese_too_what_it_judges() -> None:
    known = {each.id for each in all_checks()}
    assert set(titles()) == known, "say it in conformance/threeflow_conformance/data/titles.zh.yaml"
    assert all(re.search("[一-鿿]", each) for each in titles().values())
    assert all(each.title.endswith(".") for each in all_checks())


def test_the_protocol_names_every_parameter_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "conformance" / "PROTOCOL.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", page, re.MULTILINE))
    for each in fields(Parameters):
        default = "none" if each.default in {"", ()} else str(each.default).removesuffix(".0")
        assert rows.get(each.name, "").strip("`") == default, each.name


def test_only_the_nodes_own_statement_makes_a_case_not_applicable() -> None:
    package = Path(threeflow_conformance.__file__).parent
    raised = [
        f"{path.name}:{line.strip()}"
        for path in package.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "raise InapplicableError" in line
    ]
    assert len(raised) == 1
    assert raised[0].startswith("scene.py:")
    scene = SimpleNamespace(shared=Shared(statement={"types": ["order"]}))
    with pytest.raises(InapplicableError):
        Scene.stated(scene, "dossier-head")  # type: ignore[arg-type]
    Scene.stated(scene, "order")  # type: ignore[arg-type]
    Scene.stated(SimpleNamespace(shared=Shared()), "order")  # type: ignore[arg-type]
    assert engine.exit_code([_outcome("not-applicable")]) == 2


def test_no_check_asks_anything_but_its_scene_for_chance_or_a_date() -> None:
    """A case that drew its own values, or asked a clock of its own for the date, could not be judged again (`rejudge`)."""
    own = re.compile(r"^\s*(import|from) (random|secrets)\b|datetime\.now|uuid4", re.MULTILINE)
    for path in (Path(threeflow_conformance.__file__).parent / "checks").glob("*.py"):
        found = own.search(path.read_text(encoding="utf-8"))
        assert not found, (
            f"{path.name}: {found and found[0].strip()}; ask scene.random, scene.uuid or scene.world.now"
        )
