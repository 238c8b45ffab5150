"""How a subject stands: its documents as the fold sees them, and the state that follows."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from threeflow.process import Filed, State, Table, fold

__all__ = ["WITHOUT_EFFECT", "Member", "Memory", "Standing", "stand"]

WITHOUT_EFFECT: Final = frozenset({"ran-out", "held-back"})
"""Effects of documents that the fold does not see: their time is over, or their right is not clear yet."""


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a subject: its number here, what it amounts to now, and what its row reads of it.

    ``profile`` is what its header names, empty where it names none; ``parties`` whom it is between.
    """

    no: int
    effect: str
    filed: Filed
    profile: str = ""
    parties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """A subject at one version, which rises with every change."""

    no: int
    kind: str
    version: int
    members: Mapping[str, Member]
    state: State

    @property
    def waiting(self) -> frozenset[str]:
        """Digests of the documents that have not taken effect."""
        return frozenset(each.digest for each in self.state.waiting)


def stand(
    table: Table,
    no: int,
    kind: str,
    version: int,
    members: Mapping[str, Member],
    *,
    joined: Mapping[str, Any],
) -> Standing:
    """Return a subject with the state that its documents give, less those that are kept out of it."""
    filed = [each.filed for each in members.values() if each.effect not in WITHOUT_EFFECT]
    return Standing(no, kind, version, members, fold(table, kind, filed, joined))


class Memory:
    """The standings that were used last, as they were committed; used by the committer alone.

    ``age`` rises when everything is forgotten: what was worked out before that is not kept after it.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self.age = 0
        self._held: OrderedDict[int, Standing] = OrderedDict()
        self._unheard_of: dict[str, Standing] = {}

    def unheard_of(self, table: Table, kind: str) -> Standing:
        """Return how a subject of a kind stands that no document was filed under yet; its number is 0."""
        if kind not in self._unheard_of:
            self._unheard_of[kind] = stand(table, 0, kind, 0, {}, joined={"held": {}})
        return self._unheard_of[kind]

    def get(self, no: int, version: int) -> Standing | None:
        """Return a subject if it is held at this version."""
        found = self._held.get(no)
        if found is None or found.version != version:
            return None
        self._held.move_to_end(no)
        return found

    def keep(self, standing: Standing, age: int) -> None:
        """Keep a subject as it was committed by a transaction that began at this age."""
        if age != self.age:
            return
        self._held[standing.no] = standing
        self._held.move_to_end(standing.no)
        if len(self._held) > self._size:
            self._held.popitem(last=False)

    def held(self) -> tuple[Standing, ...]:
        """Return all that is held, least recently used first."""
        return tuple(self._held.values())

    def clear(self) -> None:
        """Forget everything."""
        self.age += 1
        self._held.clear()
