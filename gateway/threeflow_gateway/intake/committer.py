"""The one committer: what arrives together is committed together (TF-INTAKE-25 to TF-INTAKE-27).

A batch is what waits when the last one is done. It is decided and written in one transaction; the answers
are given after the commit. Where the transaction fails, the batch is taken again unit by unit, each behind
a savepoint, so that one bad unit fails alone. Every waiter gets an answer.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from threeflow.errors import Refused, Unavailable
from threeflow_gateway.observe.metrics import Metrics

__all__ = ["Committer", "Result", "Work"]

_LOG = logging.getLogger(__name__)

_COMPANY: Final = 3
"""So many documents in one batch say that more are on their way."""

_LONGEST_GATHER: Final = 12
"""So many times the linger a batch waits at most while documents keep arriving.

Those who wait for the last batch send again as they are answered: where that takes the loop longer than this,
the rest of them meets a batch that was just begun, and every transaction is half as large ever after.
"""

Job = TypeVar("Job")
Job_contra = TypeVar("Job_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one job: a sealed receipt, or why there is none."""

    receipt: bytes = b""
    outcome: str = ""
    repeated: bool = False
    refused: Refused | None = None
    failed: Exception | None = None


class Work(Protocol[Job_contra]):
    """How jobs are decided and written; one call at a time."""

    async def together(self, jobs: Sequence[Job_contra]) -> list[Result]:
        """Commit all jobs in one transaction, one result each; raises where the transaction fails."""

    async def one_by_one(self, jobs: Sequence[Job_contra]) -> list[Result]:
        """Commit the jobs with a savepoint each; raises only where nothing can be committed at all."""


class Committer(Generic[Job]):
    """A queue of jobs in front of one writer.

    Only while documents arrive together does it linger, seconds, for company, and up to twelve times as long
    as long as more keep coming: a lone document never waits.
    """

    def __init__(
        self,
        work: Work[Job],
        *,
        largest_batch: int,
        most_waiting: int,
        linger: float = 0.0,
        metrics: Metrics | None = None,
    ) -> None:
        self._work = work
        self._metrics = metrics or Metrics()
        self._largest_batch = largest_batch
        self._most_waiting = most_waiting
        self._linger = linger
        self._waiting: deque[tuple[Job, asyncio.Future[Result]]] = deque()
        self._arrived = asyncio.Event()
        self._ripe = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether it commits what is submitted."""
        return self._task is not None and not self._task.done()

    @property
    def waiting(self) -> tuple[int, int]:
        """How many jobs wait, and how many may."""
        return len(self._waiting), self._most_waiting

    def start(self) -> None:
        """Begin to commit; needs a running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="committer")

    async def close(self) -> None:
        """Commit what waits, then stop."""
        self._closing = True
        self._arrived.set()
        if self._task is not None:
            await self._task

    def submit(self, job: Job) -> "asyncio.Future[Result]":
        """Let a job wait for its commit; the future never raises. Cancelled in time, the job is dropped.

        Raises:
            Unavailable: too many wait, or the node is closing.
        """
        if self._closing or len(self._waiting) >= self._most_waiting:
            raise Unavailable("the node takes in nothing more now")
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        self._arrived.set()
        if len(self._waiting) >= self._largest_batch:
            self._ripe.set()
        return future

    async def _run(self) -> None:
        busy = False
        while True:
            if not self._waiting:
                if self._closing:
                    return
                self._arrived.clear()
                await self._arrived.wait()
                continue
            if busy and len(self._waiting) < self._largest_batch:
                await self._gather()
            size = min(len(self._waiting), self._largest_batch)
            busy = size >= _COMPANY
            taken = [self._waiting.popleft() for _ in range(size)]
            # Whoever gave up before its job was begun is not answered, and nothing is done for it.
            batch = [each for each in taken if not each[1].cancelled()]
            if not batch:
                continue
            results = await self._commit([job for job, _ in batch])
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)

    async def _gather(self) -> None:
        """Linger for company, and a little longer as long as company keeps coming."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _LONGEST_GATHER * self._linger
        await self._pause(self._linger)
        seen = 0
        while seen < len(self._waiting) < self._largest_batch and loop.time() < until:
            seen = len(self._waiting)
            await self._pause(self._linger / 4)

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until a whole batch waits."""
        self._ripe.clear()
        timer = asyncio.get_running_loop().call_later(seconds, self._ripe.set)
        await self._ripe.wait()
        timer.cancel()

    async def _commit(self, jobs: list[Job]) -> list[Result]:
        began = time.perf_counter()
        try:
            return await self._work.together(jobs)
        except Exception:  # noqa: BLE001 - the cause may be any one job of the batch: find it
            _LOG.exception("a batch of %d could not be committed; taking it again one by one", len(jobs))
            self._metrics.commit_failed()
        finally:
            self._metrics.committed(len(jobs), time.perf_counter() - began)
        try:
            return await self._work.one_by_one(jobs)
        except Exception as error:  # noqa: BLE001 - nothing was committed: exactly these waiters are told
            _LOG.exception("a batch of %d was lost", len(jobs))
            return [Result(failed=error) for _ in jobs]
