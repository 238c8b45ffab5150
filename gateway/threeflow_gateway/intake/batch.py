"""How a batch is decided and written: together in one transaction, or one by one behind savepoints."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from threeflow.errors import Refused, Unavailable
from threeflow.process import Table
from threeflow_gateway import clock
from threeflow_gateway.domain.visibility import parties
from threeflow_gateway.intake.agencies import Agencies
from threeflow_gateway.intake.artefacts import take_artefact
from threeflow_gateway.intake.audit import Noted
from threeflow_gateway.intake.changes import Changes
from threeflow_gateway.intake.committer import Result
from threeflow_gateway.intake.decide import Decider
from threeflow_gateway.intake.examine import Unit
from threeflow_gateway.intake.standing import Memory
from threeflow_gateway.intake.subjects import keys_of
from threeflow_gateway.intake.workspace import Workspace
from threeflow_gateway.store import erasing, evidence, personal, statements, tokens
from threeflow_gateway.store.writer import Writer

__all__ = ["Batches", "Bundle", "Job", "Kept", "Settlements", "Spend", "Sweep"]

_LOG = logging.getLogger(__name__)
_SWEPT_AT_ONCE = 100
_ERASED_AT_ONCE = 20
_DECIDED_AT_ONCE = 16
"""So many documents are decided before others get a turn on the event loop."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """End the waiting of pending documents whose time is over."""

    now: datetime


@dataclass(frozen=True, slots=True)
class _RunOut:
    """End the waiting of one pending document whose time is over."""

    document: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Settlements:
    """How deliveries ended: parameter sets of ``SETTLE``."""

    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Sweeping:
    """Erase personal data whose retention is over."""

    now: datetime


@dataclass(frozen=True, slots=True)
class Bundle:
    """What became of a dossier: parameter set of ``SET_BUNDLE`` or ``INSERT_DOSSIER``."""

    row: Mapping[str, Any]
    fresh: bool


@dataclass(frozen=True, slots=True)
class Spend:
    """Let a token count once: its name in ``spent_token``, and until when it could be valid."""

    token: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """Keep an incident, a row of ``incident``, or trust lists, rows of ``trust_list``."""

    incident: Mapping[str, Any] | None = None
    lists: tuple[Mapping[str, Any], ...] = ()


Job = Unit | Spend | Sweep | Settlements | Bundle | Noted | Sweeping | Kept
_Piece = Job | _RunOut


class Batches:
    """The work of the committer."""

    def __init__(
        self,
        writer: Writer,
        table: Table,
        decider: Decider,
        memory: Memory,
        agencies: Agencies,
        *,
        announce: Callable[[Connection, Changes], None],
        on_commit: Callable[[Changes], None],
    ) -> None:
        """``announce`` speaks within the transaction, ``on_commit`` in this process after it."""
        self._announce = announce
        self._writer = writer
        self._on_commit = on_commit
        self._table = table
        self._decider = decider
        self._memory = memory
        self._agencies = agencies

    async def together(self, jobs: Sequence[Job]) -> list[Result]:
        """Commit all jobs in one transaction; raises where it fails."""
        results: list[Result] = []
        async with self._writer.transaction() as connection:
            workspace = await self._writer.work(partial(self._begun, connection, jobs))
            for few in _batched(jobs, _DECIDED_AT_ONCE):
                results += await self._writer.work(partial(self._some, connection, workspace, few))
            await self._writer.work(partial(self._finish, connection, workspace))
        workspace.remember()
        self._on_commit(workspace.changes)
        return results

    async def one_by_one(self, jobs: Sequence[Job]) -> list[Result]:
        """Commit the jobs behind a savepoint each, so that one that cannot be written fails alone."""
        self._memory.clear()
        async with self._writer.transaction() as connection:
            done = [await self._apart(connection, job) for job in jobs]
        for _, changes in done:
            for each in changes:
                self._on_commit(each)
        return [result for result, _ in done]

    def _begun(self, connection: Connection, jobs: Sequence[Job]) -> Workspace:
        workspace = Workspace(connection, self._table, self._memory, self._agencies)
        _prefetch(workspace, jobs)
        return workspace

    def _finish(self, connection: Connection, workspace: Workspace) -> None:
        workspace.finish()
        self._announce(connection, workspace.changes)

    def _some(self, connection: Connection, workspace: Workspace, jobs: Sequence[Job]) -> list[Result]:
        return [self._one(connection, workspace, job) for job in jobs]

    async def _apart(self, connection: Connection, job: Job) -> tuple[Result, list[Changes]]:
        """Commit a job, each document of a sweep for itself; return its result and what was changed."""
        if not isinstance(job, Sweep):
            result, changes = await self._writer.work(partial(self._alone, connection, job))
            return result, [changes]
        over = await self._writer.work(partial(_ran_out, connection, job))
        pieces = [_RunOut(each, job.now) for each in over]
        done = [await self._writer.work(partial(self._alone, connection, each)) for each in pieces]
        # What cannot be read now goes on waiting, and says nothing of what the database takes.
        lost = (each for each, _ in done if each.failed and not isinstance(each.failed, Unavailable))
        return next(lost, Result()), [changes for _, changes in done]

    def _alone(self, connection: Connection, job: _Piece) -> tuple[Result, Changes]:
        try:
            with connection.begin_nested():
                workspace = Workspace(connection, self._table, self._memory, self._agencies)
                result = self._one(connection, workspace, job)
                self._finish(connection, workspace)
        except Exception as error:
            if not self._writer.stands(connection):
                # Not this job is wrong: nothing of the transaction is left.
                raise
            _LOG.exception("a document could not be taken in")
            return Result(failed=error), Changes()
        return result, workspace.changes

    def _one(self, connection: Connection, workspace: Workspace, job: _Piece) -> Result:
        try:
            if isinstance(job, Unit):
                return self._document(workspace, job)
            if isinstance(job, Spend):
                return _spend(workspace, job)
        except Refused as refused:
            return Result(refused=refused)
        if isinstance(job, Sweep | _RunOut):
            self._end_waiting(connection, workspace, job)
        elif isinstance(job, Settlements):
            workspace.changes.settled.extend(job.rows)
        elif isinstance(job, Noted):
            workspace.changes.audited.extend(job.rows)
            if job.forget_before:
                connection.execute(personal.FORGET_AUDIT, {"before": job.forget_before})
        elif isinstance(job, Sweeping):
            return self._erase(connection, job)
        elif isinstance(job, Kept):
            return _keep(connection, job)
        else:
            (workspace.changes.dossiers if job.fresh else workspace.changes.bundles).append(job.row)
        return Result()

    def _document(self, workspace: Workspace, unit: Unit) -> Result:
        repeated = self._decider.repeat(workspace, unit)
        if repeated is not None:
            return repeated
        if unit.failure is not None:
            raise unit.failure
        if unit.row is None:
            return take_artefact(self._decider, workspace, unit)
        return self._decider.decide(workspace, unit)

    def _erase(self, connection: Connection, job: Sweeping) -> Result:
        now = clock.text(job.now)
        wanted = erasing.due(connection, now, _ERASED_AT_ONCE)
        for document, name, ground in wanted:
            erasing.erase(connection, document, [name], at=now, why=ground, who="")
        return Result(outcome=str(len(wanted)))

    def _end_waiting(self, connection: Connection, workspace: Workspace, job: Sweep | _RunOut) -> None:
        documents = _ran_out(connection, job) if isinstance(job, Sweep) else (job.document,)
        for document in documents:
            self._decider.settler.run_out(workspace, document, clock.text(job.now))


def _ran_out(connection: Connection, sweep: Sweep) -> Sequence[int]:
    """Forget tokens that can no longer be valid; return pending documents whose time is over."""
    now = clock.text(sweep.now)
    connection.execute(tokens.FORGET, {"now": now})
    return (
        connection.execute(statements.WAITING_RAN_OUT, {"now": now, "limit": _SWEPT_AT_ONCE}).scalars().all()
    )


def _keep(connection: Connection, job: Kept) -> Result:
    evidence.keep_lists(connection, job.lists)
    if job.incident is not None and evidence.keep_incident(connection, job.incident):
        return Result(outcome="new")
    return Result()


def _spend(workspace: Workspace, job: Spend) -> Result:
    if workspace.is_spent(job.token):
        raise Refused("token-replayed", "TF-TOKEN-12", "the token was used before")
    workspace.spend(job.token, clock.text(job.until))
    return Result()


def _prefetch(workspace: Workspace, jobs: Sequence[Job]) -> None:
    ids: list[str] = []
    keys: list[str] = []
    feeds: list[str] = []
    spent = [job.token for job in jobs if isinstance(job, Spend)]
    if spent:
        workspace.read_spent(spent)
    for job in jobs:
        if not isinstance(job, Unit):
            continue
        ids.append(job.id)
        if job.failure is not None:
            continue
        ids.extend(each["id"] for each in job.header.get("references", ()))
        agreement = job.header.get("agreement")
        if agreement is not None:
            ids.append(agreement["id"])
        keys.extend(keys_of(job))
        feeds.extend(parties(job.header))
    workspace.prefetch(ids, keys, feeds)


def _batched(jobs: Sequence[Job], size: int) -> Iterator[Sequence[Job]]:
    """Give the jobs in their order, so many at once."""
    return (jobs[start : start + size] for start in range(0, len(jobs), size))
