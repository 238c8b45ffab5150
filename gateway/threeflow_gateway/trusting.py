"""The trust files of a running node: read when it starts and when they change (TF-TRUST-9, TF-TRUST-20).

Nothing is ever unlearned: what was taken in stands in the node's database and counts first; the store refuses
what does not follow on what it holds, and a file that cannot be read or is refused leaves the node with the
lists that it had. Files are read, and what they bring is verified, on threads of their own: neither a slow
place where they lie nor a list of thousands of nodes holds up anybody (TF-TRUST-21). What was found to be in
order counts in one step.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from threeflow import strict
from threeflow.errors import Refused
from threeflow.trust import TrustStore
from threeflow_gateway import clock
from threeflow_gateway.intake.incidents import Incident, contradiction

__all__ = ["Judged", "TrustFiles"]

_LOG = logging.getLogger(__name__)

Done = TypeVar("Done")
Stamp = tuple[int, int, int]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _File:
    """A trust file as it was seen: its octets, or why it could not be read."""

    stamp: Stamp | None
    octets: bytes = b""
    problem: OSError | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What files that changed amount to; nothing of it counts yet.

    ``store`` goes on from what the node held; ``origins`` names the file of each jurisdiction's newest list.
    """

    store: TrustStore
    files: Mapping[Path, _File]
    origins: dict[str, str] = field(default_factory=dict)
    refused: dict[Path, Refused] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.files)


class TrustFiles:
    """Files that lists of a store come from."""

    def __init__(self, store: TrustStore, paths: Sequence[Path], now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._read: dict[Path, Stamp | None] = dict.fromkeys(paths)
        self._kept: dict[str, int] = {}
        self._origin: dict[str, str] = {}
        self._told: dict[Path, bytes] = {}
        self._looking: asyncio.Future[dict[Path, _File]] | None = None
        self.turn = asyncio.Lock()
        """Held from a look until what it brought is taken: an older look never overwrites a newer one."""
        self.incidents: list[Incident] = []
        """What the files showed against the lists held, and nobody kept yet."""

    def load(self, rows: Sequence[Row]) -> None:
        """Take in the lists that were kept (rows of ``trust_list``), then read all files for the first time.

        Raises:
            OSError: a file cannot be read, of which no list was kept.
            Refused: a list is not fit, and none was kept of its file.
        """
        known = set()
        for row in rows:
            if row["file"] in {each.name for each in self._read}:
                try:
                    # It was no list of the future when it was taken in, whatever this clock says now.
                    now = max(self._now(), clock.parse(row["at"]))
                    self._store.add(bytes(row["envelope"]), anchor_fingerprint=row["anchor"], now=now)
                except Refused as problem:
                    _LOG.error("the kept list %s of %s: %s", row["sequence"], row["jurisdiction"], problem)
                    continue
                self._kept[row["jurisdiction"]] = row["sequence"]
                self._origin[row["jurisdiction"]] = row["file"]
                known.add(row["file"])
        judged = self._judge(self._store.copy(), self._changed())
        for path, reason in _problems(judged):
            if path.name not in known:
                raise reason
        self.take(judged)

    async def look(self) -> Judged:
        """Read and verify the files that changed; nobody else waits for a place that hangs, or for the work.

        Who is cancelled loses nothing: a file that was not taken is read again by the next look.
        """
        looking = self._looking
        if looking is None or looking.done():
            looking = self._looking = _aside(self._changed)
        found = await asyncio.shield(looking)
        store = self._store.copy()
        return await _aside(lambda: self._judge(store, found)) if found else Judged(store, found)

    def take(self, judged: Judged) -> bool:
        """Let what was judged count, in one step; say whether the node holds a newer list now.

        Raises:
            ValueError: other lists were taken since it was looked: ``turn`` was not held.
        """
        before = self._store.digests()
        self._store.adopt(judged.store)
        self._origin.update(judged.origins)
        self.incidents.extend(judged.incidents)
        for path, file in judged.files.items():
            # A file that is refused once is not complained about again until it changes.
            self._read[path] = file.stamp
            if path not in judged.refused and file.problem is None:
                self._told.pop(path, None)
        for path, problem in _problems(judged):
            self._tell(path, judged.files[path].octets, problem)
        return self._store.digests() != before

    def fresh(self) -> list[dict[str, Any]]:
        """Return the rows of ``trust_list`` for the lists that are not kept yet."""
        return [
            {
                "jurisdiction": name, "sequence": each.sequence, "file": self._origin.get(name, ""),
                "anchor": self._store.lists(name)[0].anchor.thumbprint, "envelope": each.raw,
                "at": clock.text(self._now()),
            }
            for name in self._store.jurisdictions()
            for each in self._store.lists(name)
            if each.sequence > self._kept.get(name, 0)
        ]  # fmt: skip

    def kept(self) -> None:
        """Note that all lists held are kept."""
        for name in self._store.jurisdictions():
            self._kept[name] = self._store.lists(name)[-1].sequence

    def _tell(self, path: Path, octets: bytes, problem: OSError | Refused) -> None:
        if isinstance(problem, OSError):
            _complain(path, problem)
            return
        if problem.requirement == "TF-TRUST-5":
            # Time, or a clock that is set right, may mend it: look again though it does not change.
            self._read[path] = None
        if self._told.get(path) != octets:
            self._told[path] = octets
            _complain(path, problem)

    def _judge(self, store: TrustStore, files: Mapping[Path, _File]) -> Judged:
        """Verify what was read; lists are added to the store that is given, and to none else."""
        judged = Judged(store, files)
        for path, file in files.items():
            if file.problem is not None:
                continue
            try:
                newest = store.add_file(file.octets, now=self._now())
            except Refused as problem:
                judged.refused[path] = problem
                judged.incidents.extend(_contradictions(store, path, file.octets))
            else:
                judged.origins[newest.jurisdiction] = path.name
        return judged

    def _changed(self) -> dict[Path, _File]:
        found = {}
        for path, known in self._read.items():
            stamp = known
            try:
                stamp = _stamp(path)
                if stamp != known:
                    found[path] = _File(stamp, path.read_bytes())
            except OSError as problem:
                found[path] = _File(stamp, problem=problem)
        return found


def _problems(judged: Judged) -> Iterator[tuple[Path, OSError | Refused]]:
    for path, file in judged.files.items():
        problem = file.problem or judged.refused.get(path)
        if problem is not None:
            yield path, problem


def _contradictions(store: TrustStore, path: Path, octets: bytes) -> Iterator[Incident]:
    try:
        shown = strict.parse_object(octets).get("lists")
    except Refused:
        return
    for each in shown if isinstance(shown, list) else ():
        if (found := contradiction(store, strict.dump(each), path.name)) is not None:
            yield found


def _aside(work: Callable[[], Done]) -> "asyncio.Future[Done]":
    """Run this on a thread of its own, which a node that stops does not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Done] = loop.create_future()

    def succeed(made: Done) -> None:
        if not done.done():
            done.set_result(made)

    def fail(problem: Exception) -> None:
        if not done.done():
            done.set_exception(problem)

    def run() -> None:
        # The loop may be closed by the time that it is done: then nobody waits.
        with suppress(RuntimeError):
            try:
                made = work()
            except Exception as problem:  # noqa: BLE001 - who waits is told
                loop.call_soon_threadsafe(fail, problem)
            else:
                loop.call_soon_threadsafe(succeed, made)

    threading.Thread(target=run, name="trust files", daemon=True).start()
    return done


def _complain(path: Path, problem: Exception) -> None:
    _LOG.error("the trust file %s is not taken: %s; the earlier lists stay", path, problem)


def _stamp(path: Path) -> Stamp:
    seen = path.stat()
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
