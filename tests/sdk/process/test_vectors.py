"""The published vectors of the process: outcomes on arrival, and one end whatever the order."""

import json
import random
from typing import Any

import pytest

import threeflow_spec
from threeflow.errors import Refused
from threeflow.process import Filed, State, Table, file, fold, judge
from threeflow.standard import Standard

CASES = json.loads(threeflow_spec.read("v1/vectors/process/cases.json"))["cases"]
PARAMETERS = [
    pytest.param(each, id=each["name"], marks=pytest.mark.requirement(each["requirement"])) for each in CASES
]


@pytest.fixture(scope="module")
def table() -> Table:
    return Standard.load().table


def filed(table: Table, case: dict[str, Any]) -> dict[str, Filed]:
    made = {}
    for each in case["documents"]:
        row = table.row(each["payload"]["header"]["type"])
        assert row is not None
        made[each["name"]] = file(row, each["payload"], each["digest"])
    return made


def arrive(
    table: Table, case: dict[str, Any], documents: list[tuple[str, Filed]]
) -> tuple[State, dict[str, str]]:
    joined = {"held": case["held"], "agencies": case["agencies"]}
    state, outcomes = fold(table, case["subject"], [], joined), {}
    for name, document in documents:
        try:
            judgement = judge(table, state, document)
        except Refused as refused:
            outcomes[name] = refused.code
        else:
            state, outcomes[name] = judgement.state, judgement.outcome
    return state, outcomes


def portions(state: State) -> list[dict[str, Any]]:
    return [
        {
            "quantities": {str(sequence): str(amount) for sequence, amount in each.quantities.items()},
            "packages": list(each.packages),
            "tracks": dict(each.states),
        }
        for each in state.portions
    ]


def by_document(documents: dict[str, Filed], pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    names = {each.digest: name for name, each in documents.items()}
    found: dict[str, list[str]] = {}
    for digest, value in pairs:
        found.setdefault(names[digest], []).append(value)
    return {name: sorted(values) for name, values in found.items()}


@pytest.mark.parametrize("case", PARAMETERS)
def test_case(table: Table, case: dict[str, Any]) -> None:
    documents = filed(table, case)
    state, outcomes = arrive(table, case, list(documents.items()))
    assert outcomes == case["outcomes"]
    assert portions(state) == case["portions"]
    waiting = by_document(documents, [(each.digest, each.reason) for each in state.waiting])
    assert waiting == {name: [reason] for name, reason in case.get("waiting", {}).items()}
    if "findings" in case:
        assert (
            by_document(documents, [(each.digest, each.code) for each in state.findings]) == case["findings"]
        )
    if "entries" in case:
        assert {each.key: each.state for each in state.ledger.entries.values()} == case["entries"]
    for account, expected in case.get("accounts", {}).items():
        balance = state.accounts[account]
        assert balance.state == expected["state"]
        assert [list(balance.open), list(balance.difference)] == [expected["open"], expected["difference"]]


@pytest.mark.requirement("TF-SUBJ-2", "TF-TABLE-13")
@pytest.mark.parametrize("case", PARAMETERS)
def test_case_ends_alike_in_any_order_of_arrival(table: Table, case: dict[str, Any]) -> None:
    taken = [
        each
        for name, each in filed(table, case).items()
        if case["outcomes"][name] not in ("scope-exceeded", "wrong-state")
    ]
    joined = {"held": case["held"], "agencies": case["agencies"]}
    whole = fold(table, case["subject"], taken, joined)
    shuffled = list(taken)
    dice = random.Random(20260301)
    for _ in range(20):
        dice.shuffle(shuffled)
        state = fold(table, case["subject"], [], joined)
        for document in shuffled:
            state = judge(table, state, document).state
        assert state == whole
