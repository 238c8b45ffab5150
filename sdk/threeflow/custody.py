"""The chain of custody (TF-LIMIT): whether an inspection at export can be recognised at import.

Pure, over `inspection-result` and `logistics-event` payloads. Recognition needs an unbroken chain from the
result to presentation: the seal that the result names, or no opening at all, and every change of seal with
its own event.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["Break", "Custody", "custody"]

ENDS = frozenset(["available"])
OPENS = frozenset(["seal-broken", "damaged"])


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain broke: when, by which kind of event, and which seals were expected and found."""

    at: datetime
    kind: str
    expected: tuple[str, ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Custody:
    """What the events say: the seals at presentation (None before it), and every break."""

    presented: tuple[str, ...] | None
    breaks: tuple[Break, ...]

    @property
    def recognised(self) -> bool:
        """Whether the inspection may be recognised: presented, and nothing broke."""
        return self.presented is not None and not self.breaks


def custody(result: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> Custody:
    """Follow the seals from an inspection result to presentation, by the actual events in order.

    Events before the result, and planned or estimated ones, say nothing. An event that names seals must
    name those that are on, unless it is the one that puts them on; one without seals leaves them as they
    are. Raises KeyError, ValueError where a payload was not checked against its schema.
    """
    begun = datetime.fromisoformat(result["act"]["decidedAt"])
    seals, presented, breaks = _seals(result), None, list[Break]()
    for event in sorted(events, key=_time):
        at, kind = _time(event), event["header"]["kind"]
        if event.get("classifier", "actual") != "actual" or at < begun or presented is not None:
            continue
        found = _seals(event)
        if kind in OPENS or (found and seals and kind != "sealed" and set(found) != set(seals)):
            breaks.append(Break(at, kind, tuple(seals), tuple(found)))
        seals = found if kind == "sealed" or not seals else seals
        presented = tuple(found or seals) if kind in ENDS else None
    return Custody(presented, tuple(breaks))


def _time(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(event["eventTime"])


def _seals(payload: Mapping[str, Any]) -> Sequence[str]:
    found = payload.get("seals", payload.get("sealsAfter", ()))
    return sorted(found)
