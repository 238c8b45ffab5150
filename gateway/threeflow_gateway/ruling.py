"""Rule packs, profiles, code lists and facts of a running node, read again as they change (TF-RULE-21).

What is faulty is not taken: the node goes on with what it had, and tells the fault with file, line and rule.
Schemas and rows of an overlay are the language in which documents are held: they come with a restart.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from threeflow.standard import Standard
from threeflow_gateway.intake.facts import FactFiles

__all__ = ["Newer", "RuleFiles"]

_LOG = logging.getLogger(__name__)
_FOLDERS = ("rules", "profiles", "codelists")

Stamp = tuple[Path, int, int, int]


@dataclass(frozen=True, slots=True)
class Newer:
    """What was read anew and differs; None where nothing does, or where it is faulty."""

    standard: Standard | None = None
    facts: Mapping[str, object] | None = None

    def __bool__(self) -> bool:
        return self.standard is not None or self.facts is not None


class RuleFiles:
    """The files below the overlays of a standard by which documents are judged, and the files of facts."""

    def __init__(self, standard: Standard, overlays: Sequence[Path], facts: FactFiles) -> None:
        """Read them, and remember how they are now.

        Raises:
            ValueError: a rule pack, profile or code list is faulty: file, line and rule.
        """
        standard.read_all()
        self._standard = standard
        self._overlays = tuple(overlays)
        self._facts = facts
        self._seen = self._stamps()
        self._facts_seen = self._fact_stamps()

    async def newer(self) -> Newer:
        """Read what changed, on a thread of its own; a faulty file is told and leaves things as they are."""
        facts, stamps = self._fact_stamps(), self._stamps()
        found = Newer()
        if facts != self._facts_seen:
            self._facts_seen = facts
            found = Newer(facts=await asyncio.to_thread(self._facts.newer))
        if stamps != self._seen:
            # Files that are refused once are not complained about again until one of them changes.
            self._seen = stamps
            found = replace(found, standard=await asyncio.to_thread(self._renewed))
        return found

    def take(self, found: Newer) -> None:
        """Let what is newer count; to be called while no document is decided."""
        if found.facts is not None:
            self._facts.stated = found.facts
        if found.standard is not None:
            self._standard.adopt(found.standard)
            _LOG.info("newer rules count: %s", self._standard.digest)

    def _renewed(self) -> Standard | None:
        try:
            return self._standard.renewed()
        except (OSError, ValueError) as problem:
            _LOG.error("the rules are not taken: %s; the earlier ones stay", problem)
            return None

    def _stamps(self) -> frozenset[Stamp]:
        return frozenset(_stamp(path) for overlay in self._overlays for path in _files(overlay))

    def _fact_stamps(self) -> frozenset[Stamp]:
        return frozenset(_stamp(path) for path in self._facts.paths if path.is_file())


def _files(overlay: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from (path for path in (overlay / folder).glob("*") if path.is_file())


def _stamp(path: Path) -> Stamp:
    try:
        seen = path.stat()
    except OSError:
        # It went between our look into the folder and our look at it.
        return path, 0, 0, 0
    return path, seen.st_mtime_ns, seen.st_size, seen.st_ino
