"""Tests of the gateway share the kit of ``tests/kit``."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_TESTS = str(Path(__file__).resolve().parents[1])
if _TESTS not in sys.path:
    sys.path.insert(0, _TESTS)

from kit.owing import Debtor  # noqa: E402 - found by the line above


@pytest.fixture
def owing(tmp_path: Path) -> Iterator[Callable[..., Debtor]]:
    """Makes nodes that owe documents, each over a database of its own unless a test names one."""
    made: list[Debtor] = []

    def make(*peers: str, **settings: Any) -> Debtor:
        folder = tmp_path / str(len(made)) if made else tmp_path
        folder.mkdir(exist_ok=True)
        made.append(Debtor(folder, *peers, **settings))
        return made[-1]

    yield make
    for each in made:
        each.database.close()
