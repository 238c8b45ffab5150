"""When to try again: exponential pauses with jitter, from a number of attempts alone."""

from datetime import datetime, timedelta

__all__ = ["next_attempt"]


def next_attempt(now: datetime, attempts: int, *, first: float, longest: float, jitter: float) -> datetime:
    """Return when the next attempt is due after ``attempts`` failed ones; ``jitter`` is in 0..1.

    The pause, in seconds, doubles with each attempt up to ``longest`` and is shortened by at most a half.
    """
    pause = min(longest, first * 2 ** min(attempts - 1, 30))
    return now + timedelta(seconds=pause * (1 - jitter / 2))
