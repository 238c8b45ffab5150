"""Bells: who waits for something by name is woken when it happens, and nobody else is."""

import asyncio
from collections.abc import Iterable

__all__ = ["Bells"]


class Bells:
    """One bell for each name that somebody waits for; used on the event loop alone."""

    def __init__(self) -> None:
        self._bells: dict[str, asyncio.Event] = {}

    def of(self, name: str) -> asyncio.Event:
        """Return the bell that rings when ``name`` is rung next."""
        return self._bells.setdefault(name, asyncio.Event())

    def ring(self, names: Iterable[str]) -> None:
        """Wake all who wait for these names."""
        for name in names:
            bell = self._bells.pop(name, None)
            if bell is not None:
                bell.set()

    def ring_all(self) -> None:
        """Wake all who wait."""
        self.ring(tuple(self._bells))
