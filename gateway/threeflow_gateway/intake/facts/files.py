"""Facts that stand in files, by name: what the node does not hold itself, as rates and lists of goods."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from threeflow import strict
from threeflow.errors import Refused

__all__ = ["FactFiles", "read_facts"]

_LOG = logging.getLogger(__name__)


class FactFiles:
    """The facts of some files, as they were when they were last taken."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read them.

        Raises:
            OSError: a file cannot be read.
            ValueError: a file is no strict JSON object.
        """
        self._paths = tuple(paths)
        self.stated: Mapping[str, object] = read_facts(self._paths)

    @classmethod
    def of(cls, stated: Mapping[str, object]) -> "FactFiles":
        """Facts that stand in no file."""
        made = cls(())
        made.stated = dict(stated)
        return made

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        return self._paths

    def newer(self) -> Mapping[str, object] | None:
        """Read the files anew; return their facts, None where they are the same or one is faulty."""
        try:
            found = read_facts(self._paths)
        except (OSError, ValueError) as problem:
            _LOG.error("the files of facts are not taken: %s; the earlier facts stay", problem)
            return None
        return None if found == self.stated else found


def read_facts(paths: Sequence[Path]) -> dict[str, object]:
    """Return the facts of JSON files, each an object by fact name; a later file goes before an earlier.

    Raises:
        OSError: a file cannot be read.
        ValueError: a file is no strict JSON object.
    """
    found: dict[str, object] = {}
    for path in paths:
        try:
            found.update(strict.parse_object(path.read_bytes()))
        except Refused as refused:
            raise ValueError(f"{path} is no file of facts: {refused.detail}") from refused
    return found
