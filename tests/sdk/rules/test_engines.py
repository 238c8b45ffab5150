"""The same rule files in Go and in JavaScript: every vector of every rule and function gives what it states.

A toolchain that is absent is a reason to skip, unless THREEFLOW_ENGINES is `required`, as `make engines` and
continuous integration set it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from threeflow.rules import vectors
from threeflow.rules.cel import Engine, EvaluationError
from threeflow.rules.functions import with_code_lists
from threeflow.standard import Standard
from threeflow_spec import read

ROOT = Path(__file__).resolve().parents[3]
SPEC = ROOT / "spec/threeflow_spec/v1"
EXAMPLES = ROOT / "examples/rules"
STANDARD = Standard.load()
FUNCTIONS: list[dict[str, Any]] = json.loads(read("v1/vectors/functions/cases.json"))["vectors"]


def absent(why: str) -> None:
    if os.environ.get("THREEFLOW_ENGINES") == "required":
        pytest.fail(why)
    pytest.skip(why)


def go() -> list[str]:
    if shutil.which("go") is None:
        absent("no Go toolchain")
    return ["go", "run", ".", str(SPEC)]


def javascript() -> list[str]:
    if shutil.which("node") is None:
        absent("no Node.js")
    if not (EXAMPLES / "js/node_modules").is_dir():
        absent("the packages of examples/rules/js are not installed: make engines")
    return ["node", "run.mjs", str(SPEC)]


@pytest.fixture(scope="module", params=["go", "js"])
def verdicts(request: pytest.FixtureRequest) -> dict[str, Any]:
    command = go() if request.param == "go" else javascript()
    answer = subprocess.run(
        command, cwd=EXAMPLES / request.param, capture_output=True, text=True, timeout=600, check=False
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.mark.requirement("TF-RULE-1", "TF-RULE-18", "TF-RULE-19")
def test_every_vector_of_every_rule_gives_the_same_verdict(verdicts: dict[str, Any]) -> None:
    found = {
        (each["rule"], each["vector"]): sorted((one["verdict"], one["pointer"]) for one in each["found"])
        for each in verdicts["rules"]
    }
    # A map of Go has no order, so findings are compared without theirs.
    assert found == {(each.rule, each.name): sorted(each.expect) for each in vectors.load()}


@pytest.mark.requirement("TF-RULE-18", "TF-RULE-19", "TF-RULE-20")
def test_every_function_gives_the_same_value_or_an_error(verdicts: dict[str, Any]) -> None:
    expected = [{name: each[name] for name in each if name != "expression"} for each in FUNCTIONS]
    asked = [each["expression"] for each in FUNCTIONS]
    assert dict(zip(asked, verdicts["functions"], strict=True)) == dict(zip(asked, expected, strict=True))


@pytest.mark.requirement("TF-RULE-18", "TF-RULE-19", "TF-RULE-20")
@pytest.mark.parametrize("vector", FUNCTIONS, ids=[each["expression"] for each in FUNCTIONS])
def test_the_functions_here_give_what_their_vectors_state(vector: dict[str, Any]) -> None:
    program = Engine(with_code_lists(STANDARD.codelists)).compile(vector["expression"], [])
    for run in (program, program.exact):
        if vector.get("error"):
            with pytest.raises(EvaluationError):
                run({})
        else:
            assert run({}) == vector["value"]
            assert type(run({})) is type(vector["value"])


def test_every_function_of_the_dialect_has_a_vector_that_gives_a_value() -> None:
    names = set(STANDARD.rules._functions)
    valued = {name for name in names for each in FUNCTIONS if "value" in each and name in each["expression"]}
    assert valued >= names - {"size", "startsWith", "endsWith", "contains"}
