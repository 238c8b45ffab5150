"""The transcript of a run: all that a second judgement needs, and its digest."""

import gzip
import json
from pathlib import Path
from typing import Any

from threeflow_conformance.engine import Run
from threeflow_conformance.errors import UsageError
from threeflow_conformance.inbox import Arrival
from threeflow_conformance.judge.octets import digest
from threeflow_conformance.parameters import Parameters
from threeflow_conformance.world import Lines

__all__ = ["read", "write"]

_NAME = "transcript.jsonl.gz"


def write(folder: Path, run: Run, parameters: Parameters, only: tuple[str, ...]) -> str:
    """Write the transcript; return the digest of its octets."""
    top = {
        "seed": run.network.seed, "lists": list(run.lists), "only": list(only),
        "parameters": {name: getattr(parameters, name) for name in Parameters.__slots__},
    }  # fmt: skip
    lines = [json.dumps(top)]
    lines += [json.dumps(each.lines.written()) for each in run.outcomes if each.lines is not None]
    lines += [json.dumps({"arrival": each.written()}) for each in run.arrivals]
    octets = gzip.compress("\n".join(lines).encode(), mtime=0)
    (folder / _NAME).write_bytes(octets)
    return digest(octets)


def read(folder: Path) -> tuple[dict[str, Any], dict[str, Lines], list[Arrival], str]:
    """Read a transcript: what it says first, the lines by case, arrivals, and its digest.

    Raises:
        UsageError: there is none.
    """
    try:
        octets = (folder / _NAME).read_bytes()
        first, *rest = (json.loads(each) for each in gzip.decompress(octets).decode().split("\n"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder} holds no transcript: {error}") from error
    cases = [Lines.read(each) for each in rest if "case" in each]
    arrivals = [Arrival.read(each["arrival"]) for each in rest if "arrival" in each]
    return first, {each.case: each for each in cases}, arrivals, digest(octets)
