"""How far what is read of a caller may run ahead of the node that takes it."""

import asyncio
from typing import Final

__all__ = ["Window"]

_MOST_OCTETS: Final = 65_536
_EACH: Final = 1_024
"""What a message costs beside its octets: an empty one takes room too."""


class Window:
    """Counts the messages of one stream that are on their way; used inside the event loop alone."""

    def __init__(self) -> None:
        self._ahead = 0
        self._room = asyncio.Event()
        self._room.set()

    async def room(self) -> None:
        """Wait until less than 64 KiB are on their way."""
        await self._room.wait()

    def sent(self, octets: int) -> None:
        """Count a message of so many octets in."""
        self._count(octets + _EACH)

    def taken(self, octets: int) -> None:
        """Count it out."""
        self._count(-octets - _EACH)

    def _count(self, cost: int) -> None:
        self._ahead += cost
        if self._ahead < _MOST_OCTETS:
            self._room.set()
        else:
            self._room.clear()
