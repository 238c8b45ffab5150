"""Signed fuzzing over the OpenAPI: a right node passes in every mode, a crash becomes a verdict, and the time is kept."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from nodes import Node

from threeflow_conformance import engine, fuzz, prepare

_SECONDS = 12.0
_SLACK = 90.0


def _fuzzed(folder: Path, fault: str = "") -> Sequence[engine.Outcome]:
    node = Node(folder / "network", fault=fault).start()
    try:
        # The opening puts an agreement in force, under which the fuzzer's documents cross.
        run = asyncio.run(
            engine.run(
                node.network, node.form, prepare.newest_lists(node.network), only=("opening.agreement",)
            )
        )
        began = time.monotonic()
        found = fuzz.run(node.network, node.form, _SECONDS, run.shared.agreement)
        assert time.monotonic() - began < _SECONDS + _SLACK
    finally:
        node.stop()
    return found


@pytest.mark.long
@pytest.mark.slow
def test_the_reference_gateway_stands_the_fuzzer_in_every_mode(tmp_path: Path) -> None:
    found = _fuzzed(tmp_path)
    assert {each.case.name for each in found} == set(fuzz.MODES)
    assert [each.said for each in found if each.verdict != "pass"] == []


@pytest.mark.long
@pytest.mark.slow
def test_a_crash_that_the_fuzzer_finds_is_a_failure_of_its_requirement(tmp_path: Path) -> None:
    failed = [each for each in _fuzzed(tmp_path, "every-refusal-is-a-500") if each.verdict == "fail"]
    assert "TF-REST-8" in {each.requirement for each in failed}
    assert engine.exit_code(failed) == 1
