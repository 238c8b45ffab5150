"""Lets documents that come together begin together, so that the committer takes them together.

Over gRPC each message comes by itself; begun one by one they would be committed in small batches, and every
commit costs. Whoever comes alone waits for nothing.
"""

import asyncio
from typing import Final

__all__ = ["Company"]

_MOST: Final = 64
_GATHER_SECONDS: Final = 0.004


class Company:
    """Those that wait for each other, for at most four milliseconds; used on the event loop alone."""

    def __init__(self) -> None:
        self._start = asyncio.Event()
        self._start.set()
        self._gathered = 0

    def join(self, *, alone: bool) -> asyncio.Event:
        """Return what one has to wait for before it begins; nothing where it is alone."""
        if alone:
            self._start.set()
        elif self._start.is_set():
            self._start = asyncio.Event()
            self._gathered = 0
            asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._start.set)
        self._gathered += 1
        if self._gathered >= _MOST:
            self._start.set()
        return self._start
