"""How much one node may ask: a token bucket for each caller and for each issuer (TF-INTAKE-35).

Memory is bounded: so many buckets are kept, the least recently used one goes first. Only proven callers and
issuers of verified seals have one, so that no stranger can fill them or spend what is another's.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from threeflow.errors import Refused

__all__ = ["Rates"]

_MOST_BUCKETS: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rates:
    """Gives every name so many turns a second, and so many at once; no bound where ``per_second`` is 0.

    It counts on its own clock, since what is counted is this process's work, not the time of documents.
    """

    def __init__(
        self, what: str, per_second: float, at_once: int, clock: Callable[[], float] = monotonic
    ) -> None:  # fmt: skip
        self._what = what
        self._per_second = per_second
        self._at_once = float(max(at_once, 1))
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str) -> None:
        """Take one turn.

        Raises:
            Refused: ``too-many-requests``, retryable, saying after how many seconds there is a turn again.
        """
        if self._per_second <= 0:
            return
        now = self._clock()
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(self._at_once, now)
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(name)
            bucket.left = min(self._at_once, bucket.left + max(0.0, now - bucket.at) * self._per_second)
            bucket.at = now
        if bucket.left < 1.0:
            seconds = math.ceil((1.0 - bucket.left) / self._per_second)
            detail = f"{name} may send {self._what} {self._per_second:g} times a second: wait {seconds} s"
            raise Refused("too-many-requests", "TF-INTAKE-35", detail, retryable=True, after=seconds)
        bucket.left -= 1.0
