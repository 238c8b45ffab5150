"""Every check that the standard set out to make is a rule, another requirement, or outside for a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from threeflow.standard import Standard
from threeflow_spec import read

STANDARD = Standard.load()
ROWS = json.loads(read("v1/rule-coverage.json"))["rules"]
REQUIREMENTS = {each["id"] for each in json.loads(read("v1/requirements.json"))["requirements"]}
each_row = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])


def test_the_81_checks_are_listed_once() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS) == 81


@each_row
def test_a_check_is_a_rule_or_is_made_elsewhere_or_is_outside(row: dict[str, Any]) -> None:
    places = [name for name in ("rules", "requirement", "outside") if name in row]
    assert len(places) == 1, row
    known = {rule.id for rule in STANDARD.rules}
    assert known.issuperset(row.get("rules", ()))
    assert row.get("requirement") is None or row["requirement"] in REQUIREMENTS
    assert row.get("outside", "-")


@each_row
def test_a_rule_of_another_severity_says_why(row: dict[str, Any]) -> None:
    for name in row.get("rules", ()):
        rule = STANDARD.rules.rule(name)
        assert rule.severity == row["asked"] or row.get("because"), name
        assert rule.verified or rule.severity != "error"


def test_every_rule_beyond_the_81_is_a_proposal_of_this_standard() -> None:
    listed = {name for row in ROWS for name in row.get("rules", ())}
    beyond = [rule for rule in STANDARD.rules if rule.id not in listed]
    assert {rule.basis for rule in beyond} <= {"proposal"}, [rule.id for rule in beyond]
