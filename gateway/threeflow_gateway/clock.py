"""Real time, read at the edge and passed on as an argument."""

from datetime import UTC, datetime

__all__ = ["now", "parse", "text"]


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def text(moment: datetime) -> str:
    """Return a moment as the store keeps it: RFC 3339 in UTC with six fraction digits, so that it sorts."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse(stored: str) -> datetime:
    """Return the moment that a text of the store says."""
    return datetime.fromisoformat(stored)
