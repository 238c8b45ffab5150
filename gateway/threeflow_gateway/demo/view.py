"""What one node says of one subject, as the demo reads it: portions with their states, steps, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Step:
    """One step of one portion: the track went to `to` at that moment."""

    track: str
    to: str
    at: datetime
    portion: int


@dataclass(frozen=True)
class Portion:
    """A part of the consignment that stands by itself: what it is, and its state on each track."""

    ordinal: int
    label: str
    tracks: Mapping[str, str]

    def state(self, track: str) -> str:
        return self.tracks.get(track, "none")


@dataclass(frozen=True)
class View:
    """A node's answer to one-click tracking."""

    portions: tuple[Portion, ...]
    steps: tuple[Step, ...]
    findings: tuple[str, ...]

    def states(self, track: str) -> set[str]:
        """The states in which portions are."""
        return {portion.state(track) for portion in self.portions}

    def moments(self, track: str, state: str) -> list[datetime]:
        """When portions came to a state, oldest first."""
        return sorted(step.at for step in self.steps if (step.track, step.to) == (track, state))

    def history(self, portion: int) -> list[Step]:
        """A portion's steps, oldest first, with those of the first portion up to the split."""
        own = [step for step in self.steps if step.portion == portion]
        split_at = min((step.at for step in own), default=None)
        first = min((each.ordinal for each in self.portions), default=portion)
        before = [
            step
            for step in self.steps
            if step.portion == first != portion and (split_at is None or step.at < split_at)
        ]
        return sorted((*before, *own), key=lambda step: step.at)

    def ever(self, track: str, state: str) -> bool:
        return bool(self.moments(track, state))

    def portions_ever(self, track: str, state: str) -> set[int]:
        """Which portions took that step themselves."""
        return {step.portion for step in self.steps if (step.track, step.to) == (track, state)}


EMPTY = View((), (), ())


def read(answer: Mapping[str, Any]) -> View:
    """Read the JSON of `GET /v1/subjects/consignment`."""
    portions = tuple(
        _portion(number, each) for number, each in enumerate(answer.get("portions", ()), start=1)
    )
    steps = tuple(_step(each) for each in answer.get("steps", ()))
    findings = tuple(str(each["code"]) for each in answer.get("findings", ()))
    return View(portions, steps, findings)


def _portion(number: int, value: Mapping[str, Any]) -> Portion:
    return Portion(int(value.get("ordinal", number)), _label(value.get("cells", ())), value.get("tracks", {}))


def _label(cells: Sequence[Mapping[str, Any]]) -> str:
    return " ".join(sorted({str(cell.get("package", "")) for cell in cells} - {""}))


def _step(value: Mapping[str, Any]) -> Step:
    at = datetime.fromisoformat(str(value["at"]))
    return Step(str(value["track"]), str(value["to"]), at, int(value.get("portion", 1)))
