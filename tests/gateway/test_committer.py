"""Group commit: a unit that cannot be written fails alone, a failed commit is told to its waiters."""

import asyncio
from collections.abc import Sequence

import pytest

from kit.asynchronous import synchronous
from threeflow.errors import Unavailable
from threeflow_gateway.intake.committer import Committer, Result


class Work:
    """Commits numbers; a negative one cannot be written, and zero breaks the database."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def together(self, jobs: Sequence[int]) -> list[Result]:
        if any(job <= 0 for job in jobs):
            raise ValueError("the transaction fails")
        self.batches.append(list(jobs))
        return [Result(receipt=b"%d" % job) for job in jobs]

    async def one_by_one(self, jobs: Sequence[int]) -> list[Result]:
        if 0 in jobs:
            raise OSError("the disk is full")
        return [Result(failed=ValueError()) if job < 0 else Result(receipt=b"%d" % job) for job in jobs]


@pytest.mark.requirement("TF-INTAKE-27")
@synchronous
async def test_one_bad_unit_does_not_sink_its_batch() -> None:
    committer = Committer(Work(), largest_batch=10, most_waiting=100)
    committer.start()
    results = await asyncio.gather(*(committer.submit(job) for job in (1, -2, 3)))
    assert [each.receipt for each in results] == [b"1", b"", b"3"]
    assert results[1].failed is not None
    await committer.close()


@synchronous
async def test_a_failed_commit_is_told_to_its_waiters_and_the_next_goes_on() -> None:
    committer = Committer(Work(), largest_batch=10, most_waiting=100)
    committer.start()
    results = await asyncio.gather(committer.submit(0), committer.submit(5))
    assert all(isinstance(each.failed, OSError) for each in results)
    assert (await committer.submit(6)).receipt == b"6"
    await committer.close()


@synchronous
async def test_what_arrives_together_is_committed_together_and_in_order() -> None:
    work = Work()
    committer = Committer(work, largest_batch=4, most_waiting=100)
    futures = [committer.submit(job) for job in range(1, 11)]
    committer.start()
    await asyncio.gather(*futures)
    assert work.batches == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
    await committer.close()


@synchronous
async def test_too_many_waiters_are_sent_away_and_closing_finishes_what_waits() -> None:
    committer = Committer(Work(), largest_batch=4, most_waiting=2)
    futures = [committer.submit(1), committer.submit(2)]
    with pytest.raises(Unavailable):
        committer.submit(3)
    committer.start()
    await committer.close()
    assert [future.result().receipt for future in futures] == [b"1", b"2"]
    with pytest.raises(Unavailable):
        committer.submit(4)


@synchronous
async def test_a_batch_that_is_full_waits_for_no_more_company() -> None:
    work = Work()
    committer = Committer(work, largest_batch=4, most_waiting=100, linger=3600.0)
    committer.start()
    await asyncio.gather(*(committer.submit(job) for job in (1, 2, 3)))
    # Three together say that more are on their way: the next batch lingers, but for four only.
    futures = [committer.submit(4)]
    await asyncio.sleep(0)
    futures += [committer.submit(job) for job in (5, 6, 7)]
    async with asyncio.timeout(60):
        await asyncio.gather(*futures)
    assert work.batches == [[1, 2, 3], [4, 5, 6, 7]]
    await committer.close()
