"""The trust files of a running node: read again when they change (TF-TRUST-9).

Nothing is ever unlearned: the store refuses what does not follow on what it holds, and a file that cannot be
read or is refused leaves the node with the lists that it had.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from threeflow.errors import Refused
from threeflow.trust import TrustStore

__all__ = ["TrustFiles"]

_LOG = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


class TrustFiles:
    """Files that lists of a store come from."""

    def __init__(self, store: TrustStore, paths: Sequence[Path], now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._read: dict[Path, Stamp | None] = dict.fromkeys(paths)

    def load(self) -> None:
        """Read all files for the first time.

        Raises:
            OSError: a file cannot be read.
            Refused: a list is not fit.
        """
        for path in self._read:
            self._read[path] = _stamp(path)
            self._store.add_file(path.read_bytes(), now=self._now())

    def reload(self) -> bool:
        """Read the files that changed; say whether the node holds a newer list now."""
        before = self._store.digests()
        for path, known in self._read.items():
            try:
                stamp = _stamp(path)
                if stamp == known:
                    continue
                # A file that is refused once is not complained about again until it changes.
                self._read[path] = stamp
                self._store.add_file(path.read_bytes(), now=self._now())
            except (OSError, Refused) as problem:
                _LOG.error("the trust file %s is not taken: %s; the earlier lists stay", path, problem)
        return self._store.digests() != before


def _stamp(path: Path) -> Stamp:
    seen = path.stat()
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
