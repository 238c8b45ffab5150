"""The trust files of a running node: read when it starts and when they change (TF-TRUST-9, TF-TRUST-20).

Nothing is ever unlearned: what was taken in stands in the node's database and counts first; the store refuses
what does not follow on what it holds, and a file that cannot be read or is refused leaves the node with the
lists that it had. Files are read on a thread of their own, so that a slow place where they lie holds up
nobody (TF-TRUST-21).
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from threeflow import strict
from threeflow.errors import Refused
from threeflow.trust import TrustStore
from threeflow_gateway import clock
from threeflow_gateway.intake.incidents import Incident, contradiction

__all__ = ["TrustFiles"]

_LOG = logging.getLogger(__name__)

Stamp = tuple[int, int, int]
Row = Mapping[str, Any]


class TrustFiles:
    """Files that lists of a store come from."""

    def __init__(self, store: TrustStore, paths: Sequence[Path], now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._read: dict[Path, Stamp | None] = dict.fromkeys(paths)
        self._kept: dict[str, int] = {}
        self._origin: dict[str, str] = {}
        self._told: dict[Path, bytes] = {}
        self._looking: asyncio.Future[dict[Path, bytes]] | None = None
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
        for path in self._read:
            try:
                self._read[path] = _stamp(path)
                self._take(path, path.read_bytes())
            except (OSError, Refused) as problem:
                if path.name not in known:
                    raise
                _complain(path, problem)

    async def look(self) -> dict[Path, bytes]:
        """Return the octets of the files that changed, by path; nobody else waits for a place that hangs."""
        looking = self._looking
        if looking is None or looking.done():
            looking = self._looking = _aside(self._changed)
        return await asyncio.shield(looking)

    def take(self, changed: Mapping[Path, bytes]) -> bool:
        """Take in what changed; say whether the node holds a newer list now."""
        before = self._store.digests()
        for path, octets in changed.items():
            try:
                self._take(path, octets)
            except Refused as problem:
                if problem.requirement == "TF-TRUST-5":
                    # Time, or a clock that is set right, may mend it: look again though it does not change.
                    self._read[path] = None
                if self._told.get(path) != octets:
                    self._told[path] = octets
                    _complain(path, problem)
            else:
                self._told.pop(path, None)
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

    def _take(self, path: Path, octets: bytes) -> None:
        try:
            newest = self._store.add_file(octets, now=self._now())
        except Refused:
            self.incidents.extend(self._contradictions(path, octets))
            raise
        self._origin[newest.jurisdiction] = path.name

    def _contradictions(self, path: Path, octets: bytes) -> Iterator[Incident]:
        try:
            shown = strict.parse_object(octets).get("lists")
        except Refused:
            return
        for each in shown if isinstance(shown, list) else ():
            raw = strict.dump(each)
            if (found := contradiction(self._store, raw, path.name)) is not None:
                yield found

    def _changed(self) -> dict[Path, bytes]:
        found = {}
        for path, known in self._read.items():
            try:
                stamp = _stamp(path)
                if stamp == known:
                    continue
                # A file that is refused once is not complained about again until it changes.
                self._read[path] = stamp
                found[path] = path.read_bytes()
            except OSError as problem:
                _complain(path, problem)
        return found


def _aside(work: Callable[[], dict[Path, bytes]]) -> "asyncio.Future[dict[Path, bytes]]":
    """Run this on a thread of its own, which a node that stops does not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[dict[Path, bytes]] = loop.create_future()

    def tell(found: dict[Path, bytes], problem: Exception | None) -> None:
        if done.done():
            return
        if problem is None:
            done.set_result(found)
        else:
            done.set_exception(problem)

    def run() -> None:
        found: dict[Path, bytes] = {}
        problem: Exception | None = None
        try:
            found = work()
        except Exception as error:  # noqa: BLE001 - who waits is told
            problem = error
        # The loop may be closed by now: then nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, found, problem)

    threading.Thread(target=run, name="trust files", daemon=True).start()
    return done


def _complain(path: Path, problem: Exception) -> None:
    _LOG.error("the trust file %s is not taken: %s; the earlier lists stay", path, problem)


def _stamp(path: Path) -> Stamp:
    seen = path.stat()
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
