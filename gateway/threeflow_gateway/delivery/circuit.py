"""The circuit to one peer: whether it is offered anything now, and how much (TF-DELIV-6).

- *closed*: it answers, or failed fewer times in a row than ``threshold``; each failure is followed by a pause
  that grows, and halves what the next request carries, so that one document which the peer cannot bear is
  found and left behind.
- *open*: it failed that often in a row; nothing is offered until the pause is over.
- *half-open*: the pause is over; one document is offered. Its answer closes the circuit, its failure opens it
  again for longer.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from threeflow_gateway.delivery.retry import next_attempt

__all__ = ["Circuit", "State"]

State = Literal["closed", "half-open", "open"]


@dataclass(slots=True)
class Circuit:
    """Counts failures in a row; pauses are in seconds, the time is given with each question."""

    threshold: int
    first: float
    longest: float
    largest: int
    failures: int = 0
    reason: str = ""
    size: int = 0
    until: datetime | None = None

    def __post_init__(self) -> None:
        self.size = self.largest

    def state(self, now: datetime) -> State:
        """Return the state at a moment."""
        if self.failures < self.threshold:
            return "closed"
        return "half-open" if self.pause(now) == 0 else "open"

    def pause(self, now: datetime) -> float:
        """Return for how many seconds nothing is offered from now on."""
        if self.until is None:
            return 0.0
        left = (self.until - now).total_seconds()
        # A clock that was set back must not make a pause longer than any pause is.
        return left if 0 < left <= self.longest else 0.0

    def most(self, now: datetime) -> int:
        """Return how many documents a request may carry now; 0 while the pause lasts."""
        if self.pause(now):
            return 0
        return self.size if self.failures < self.threshold else 1

    def failed(self, now: datetime, reason: str, *, jitter: float) -> None:
        """Note that a request got no answer that holds; ``jitter`` is in 0..1."""
        self.failures += 1
        self.reason = reason
        self.size = max(1, self.size // 2)
        self.until = next_attempt(now, self.failures, first=self.first, longest=self.longest, jitter=jitter)

    def answered(self) -> bool:
        """Note that the peer answered; say whether the circuit had been open."""
        was_open = self.failures >= self.threshold
        self.failures, self.reason, self.until = 0, "", None
        self.size = min(self.largest, self.size * 2)
        return was_open
