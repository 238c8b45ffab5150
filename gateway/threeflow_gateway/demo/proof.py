"""Every dossier of the run verified offline: with the trust files alone, no node asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from threeflow import dossier
from threeflow.standard import Standard

BATCH = 16
WORKERS = 2


@dataclass(frozen=True)
class Verified:
    """One dossier: whether it is valid now, what is wrong with it, and how long it took in milliseconds."""

    name: str
    valid: bool
    problems: tuple[str, ...]
    milliseconds: float


def verify_all(
    dossiers: Sequence[Path], trust_files: Sequence[Path], progress: Callable[[int], object]
) -> list[Verified]:
    """Verify each file as `threeflow verify` does; `progress` is told how many more are done."""
    batches = [dossiers[start : start + BATCH] for start in range(0, len(dossiers), BATCH)]
    found: list[Verified] = []
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        for done in pool.map(_verify, batches, [trust_files] * len(batches)):
            found.extend(done)
            progress(len(done))
    return found


def _verify(paths: Sequence[Path], trust_files: Sequence[Path]) -> list[Verified]:
    from threeflow_gateway.demo.stage import trusted

    standard, trust = _standard(), trusted(trust_files)
    found = []
    for path in paths:
        octets = path.read_bytes()
        began = time.perf_counter()
        verdict = dossier.verify(octets, trust, standard, now=datetime.now(UTC))
        took = (time.perf_counter() - began) * 1000
        problems = tuple(f"{each.where}: {each.requirement} {each.message_en}" for each in verdict.problems)
        found.append(Verified(path.name, verdict.valid, problems, took))
    return found


@cache
def _standard() -> Standard:
    return Standard.load()
