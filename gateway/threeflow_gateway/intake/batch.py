"""How a batch is decided and written: together in one transaction, or one by one behind savepoints."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from threeflow.errors import Refused
from threeflow.process import Table
from threeflow_gateway import clock
from threeflow_gateway.domain.visibility import parties
from threeflow_gateway.intake.artefacts import take_artefact
from threeflow_gateway.intake.committer import Result
from threeflow_gateway.intake.decide import Decider
from threeflow_gateway.intake.examine import Unit
from threeflow_gateway.intake.standing import Memory
from threeflow_gateway.intake.subjects import keys_of
from threeflow_gateway.intake.workspace import Workspace
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database

__all__ = ["Batches", "Bundle", "Job", "Settlements", "Sweep"]

_LOG = logging.getLogger(__name__)
_SWEPT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Sweep:
    """End the waiting of pending documents whose time is over."""

    now: datetime


@dataclass(frozen=True, slots=True)
class Settlements:
    """How deliveries ended: parameter sets of ``SETTLE``."""

    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What became of a dossier: parameter set of ``SET_BUNDLE`` or ``INSERT_DOSSIER``."""

    row: Mapping[str, Any]
    fresh: bool


Job = Unit | Sweep | Settlements | Bundle


class Batches:
    """The work of the committer."""

    def __init__(self, database: Database, table: Table, decider: Decider, memory: Memory) -> None:
        self._database = database
        self._table = table
        self._decider = decider
        self._memory = memory
        self._lock = Lock()

    def together(self, jobs: Sequence[Job]) -> list[Result]:
        """Commit all jobs in one transaction; raises where it fails."""
        with self._lock:
            with self._database.writing() as connection:
                workspace = Workspace(connection, self._table, self._memory)
                _prefetch(workspace, jobs)
                results = [self._one(connection, workspace, job) for job in jobs]
                workspace.finish()
            workspace.remember()
            return results

    def one_by_one(self, jobs: Sequence[Job]) -> list[Result]:
        """Commit the jobs behind a savepoint each, so that one that cannot be written fails alone."""
        with self._lock:
            self._memory.clear()
            with self._database.writing() as connection:
                return [self._alone(connection, job) for job in jobs]

    def _alone(self, connection: Connection, job: Job) -> Result:
        try:
            with connection.begin_nested():
                workspace = Workspace(connection, self._table, self._memory)
                result = self._one(connection, workspace, job)
                workspace.finish()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one job must not reach the others
            _LOG.exception("a document could not be taken in")
            return Result(failed=error)
        return result

    def _one(self, connection: Connection, workspace: Workspace, job: Job) -> Result:
        try:
            if isinstance(job, Unit):
                return self._document(workspace, job)
        except Refused as refused:
            return Result(refused=refused)
        if isinstance(job, Sweep):
            self._sweep(connection, workspace, job)
        elif isinstance(job, Settlements):
            workspace.changes.settled.extend(job.rows)
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

    def _sweep(self, connection: Connection, workspace: Workspace, sweep: Sweep) -> None:
        now = clock.text(sweep.now)
        over = {"now": now, "limit": _SWEPT_AT_ONCE}
        for document in connection.execute(statements.WAITING_RAN_OUT, over).scalars().all():
            self._decider.settler.run_out(workspace, document, now)


def _prefetch(workspace: Workspace, jobs: Sequence[Job]) -> None:
    ids: list[str] = []
    keys: list[str] = []
    feeds: list[str] = []
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
