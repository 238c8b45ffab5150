"""The clock of a whole node jumps an hour either way, and back: clear answers, no corruption, no hands."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import eventually, synchronous
from kit.commands import threeflow
from kit.papers import Agreement, Parcel
from kit.raw import code_of, post
from kit.stations import Fleet, Station
from threeflow.errors import Refused

pytestmark = [pytest.mark.slow, pytest.mark.long]
NODE, PEER = "xa.customs", "xb.customs"
JUMPS = (
    (3600, "token-expired", ()),
    (-3600, "token-not-yet-valid", ("clock-behind-list", "clock-behind-log")),
)
LIBRARIES = ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib")


@pytest.fixture
def clock(tmp_path: Path) -> "FakedClock":
    name = "**/faketime/libfaketimeMT.so.1"
    found = [each for folder in LIBRARIES for each in Path(folder).glob(name)]
    if not found:
        pytest.skip("libfaketime is not installed (Debian: apt install libfaketime)")
    return FakedClock(found[0], tmp_path / "offset")


class FakedClock:
    """libfaketime in a node: the system's own clock calls answer with an offset that a file says."""

    def __init__(self, library: Path, file: Path) -> None:
        self._file = file
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        }  # fmt: skip

    def set(self, seconds: int) -> None:
        """Let the clock be so far from the true one, at once."""
        whole = self._file.with_suffix(".new")
        whole.write_text(f"{seconds:+d}s\n")
        whole.replace(self._file)


async def _holds(station: Station, member: str, payload: dict[str, Any]) -> bool:
    try:
        await station.as_(member).fetch(payload["header"]["issuer"], payload["header"]["id"])
    except Refused as refused:
        return refused.code != "not-found"
    return True


def _stored(fleet: Fleet, node: str, payload: dict[str, Any]) -> bool:
    """Whether a node holds a document, looked up behind its back."""
    path = fleet.processes[node].config.with_name("node.sqlite3")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        (count,) = database.execute(
            "select count(*) from document where id = ?", (payload["header"]["id"],)
        ).fetchone()
    return bool(count)


def _doctor(config: Path, environment: dict[str, str]) -> set[str]:
    """What the doctor finds on a machine with that clock."""
    program = Path(sys.executable).with_name("threeflow")
    done = subprocess.run(
        [program, "doctor", "--config", config, "--json"], capture_output=True, check=False, text=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    return {each["code"] for each in json.loads(done.stdout)["findings"]}


@pytest.mark.requirement("TF-TOKEN-8", "TF-INTAKE-30", "TF-INTAKE-26")
@synchronous
async def test_a_clock_that_jumps_an_hour_and_back_costs_time_and_nothing_else(
    tmp_path: Path, clock: FakedClock
) -> None:
    fleet = Fleet(tmp_path, (NODE, PEER, "xa.hub"))
    fleet.processes[NODE].environment = clock.environment
    for node in (NODE, PEER):
        await asyncio.to_thread(fleet.processes[node].start)
    here, there = fleet.stations[NODE], fleet.stations[PEER]
    kept: dict[bytes, bytes] = {}

    async def told(paper: dict[str, Any]) -> tuple[int, str, bool]:
        answer = await post(here, here.as_("xa.platform").seal(paper))
        return answer.status_code, code_of(answer), answer.json()["retryable"]

    async def taken(paper: dict[str, Any]) -> bool:
        sealed = here.as_(paper["header"]["issuer"]).seal(paper)
        outcome = await here.as_(paper["header"]["issuer"], attempts=1).submit(sealed)
        if outcome.taken_in:
            kept[sealed] = outcome.raw
        return outcome.taken_in

    async def ready() -> int:
        return int((await post(here, b"", target="/ready", method="GET", authorization="")).status_code)

    try:
        assert await taken(Parcel().order)
        for offset, code, warned in JUMPS:
            agreed, late = Agreement(), Parcel().order
            # What each side owes the other when the clock jumps, and what somebody brings meanwhile.
            assert await taken(agreed.first)
            clock.set(offset)
            assert (await there.submit(agreed.second)).taken_in
            assert await told(late) == (401, code, True)
            assert await ready() == 200
            said = await asyncio.to_thread(_doctor, fleet.processes[NODE].config, clock.environment)
            assert {"clock-off", *warned} <= said
            assert "trust-unreadable" not in said
            assert not _stored(fleet, NODE, agreed.second)
            # A restart in the middle of it changes nothing.
            await asyncio.to_thread(fleet.processes[NODE].stop)
            await asyncio.to_thread(fleet.processes[NODE].start)
            assert await told(late) == (401, code, True)
            clock.set(0)
            assert await taken(late)
            for station, node, paper in ((here, NODE, agreed.second), (there, PEER, agreed.first)):
                await eventually(partial(_holds, station, node, paper))
        for sealed, receipt in kept.items():
            assert (await here.as_("xa.platform").submit(sealed)).raw == receipt
    finally:
        await fleet.close()
    for node in (NODE, PEER):
        assert threeflow("database", "verify", "--config", fleet.processes[node].config).returncode == 0
        assert "Traceback" not in (tmp_path / node / "log.txt").read_text()
