"""Intake as the bindings see it: octets and a proven caller in, a sealed outcome out."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from threeflow.errors import Refused, Unavailable
from threeflow_gateway.intake.artefacts import CHECKPOINT
from threeflow_gateway.intake.audit import Audit, Noted
from threeflow_gateway.intake.batch import Bundle, Job, Kept, Settlements, Spend, Sweep, Sweeping
from threeflow_gateway.intake.committer import Committer, Result
from threeflow_gateway.intake.examine import Examiner, Shown, Unit
from threeflow_gateway.intake.incidents import LOG, Incident, InconsistentError, told
from threeflow_gateway.intake.rates import Rates
from threeflow_gateway.intake.sealing import Sealer
from threeflow_gateway.observe.metrics import Metrics
from threeflow_gateway.observe.traces import Off, Span, Traces

__all__ = ["Intake", "Taken"]

_LOG = logging.getLogger(__name__)

Continues = Callable[[str, Mapping[str, Any]], Awaitable[int]]
"""Judges a checkpoint against the newest one held; returns up to which document it looked."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The sealed outcome of a submission, and what a binding needs to choose its status."""

    envelope: bytes
    outcome: str
    repeated: bool = False
    refused: Refused | None = None


class Intake:
    """Takes documents in; ``continues`` asks a peer to prove that its checkpoint continues the one held."""

    def __init__(
        self,
        examiner: Examiner,
        committer: Committer[Job],
        sealer: Sealer,
        rates: Rates,
        audit: Audit,
        *,
        answer_seconds: float,
        continues: Continues,
        metrics: Metrics | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._traces = traces or Off()
        self._examiner = examiner
        self._committer = committer
        self._sealer = sealer
        self._rates = rates
        self.audit = audit
        self._answer_seconds = answer_seconds
        self._continues = continues

    async def submit(
        self,
        raw: bytes,
        caller: str,
        now: datetime,
        *,
        enclosed: bool = False,
        shown: Shown | None = None,
        trace: str = "",
    ) -> Taken:
        """Take a document in, or refuse it under seal; ``enclosed`` where a verified dossier holds it.

        ``shown`` raises ``Refused`` where the payload is not what was sent beside it; ``trace`` is the
        caller's traceparent, or nothing.

        Raises:
            Unavailable: the node cannot take in anything now.
        """
        began = time.perf_counter()
        with self._traces.span("intake", "server", trace, caller=caller) as span:
            try:
                taken = await self._submit(raw, caller, now, enclosed=enclosed, shown=shown, span=span)
            except BaseException:
                self._metrics.intake_ended("failed", "", time.perf_counter() - began)
                raise
            code = "" if taken.refused is None else taken.refused.code
            outcome = "repeated" if taken.repeated else taken.outcome
            span.tell(outcome=outcome, code=code)
        self._metrics.intake_ended(outcome, code, time.perf_counter() - began)
        return taken

    async def _submit(
        self, raw: bytes, caller: str, now: datetime, *, enclosed: bool, shown: Shown | None, span: Span
    ) -> Taken:
        unit: Unit | None = None
        try:
            unit = self._examiner.examine(raw, caller, now, enclosed=enclosed, shown=shown)
            unit.trace = span.traceparent or None
            if unit.trace:
                span.tell(type=unit.type, digest=unit.digest)
            if not enclosed and caller != self._sealer.node:
                self._rates.take(unit.issuer)
            if unit.type == CHECKPOINT and unit.failure is None:
                await self._check_checkpoint(unit)
            result = await self._decided(unit)
        except Refused as refused:
            return await self._refused(refused, caller, unit, now)
        if result.refused is not None:
            return await self._refused(result.refused, caller, unit, now)
        if result.failed is not None:
            raise _unwritten(result.failed)
        return Taken(result.receipt, result.outcome, result.repeated)

    @property
    def alive(self) -> bool:
        """Whether the committer runs."""
        return self._committer.alive

    async def sweep(self, now: datetime) -> None:
        """End the waiting of pending documents whose time is over; returns once it is durable.

        Raises:
            Unavailable: it could not be written.
        """
        await self._written(Sweep(now))

    async def settle(self, settlements: Settlements) -> None:
        """Write how deliveries ended; returns once it is durable.

        Raises:
            Unavailable: it could not be written.
        """
        await self._written(settlements)

    async def spend(self, token: Spend) -> None:
        """Let a token count once, for all processes of the node; returns once it is durable.

        Raises:
            Refused: ``token-replayed``.
            Unavailable: it could not be written.
        """
        await self._written(token)

    async def keep(self, bundle: Bundle) -> None:
        """Write what became of a dossier; returns once it is durable.

        Raises:
            Unavailable: it could not be written.
        """
        await self._written(bundle)

    async def _written(self, job: Job) -> None:
        result = await self._committer.submit(job)
        if result.refused is not None:
            raise result.refused
        if result.failed is not None:
            raise Unavailable("the database did not take it") from result.failed

    async def _decided(self, unit: Unit) -> Result:
        future = self._committer.submit(unit)
        patience = asyncio.get_running_loop().call_later(self._answer_seconds, _give_up, future)
        try:
            return await future
        finally:
            patience.cancel()

    async def _check_checkpoint(self, unit: Unit) -> None:
        try:
            unit.looked = await self._continues(unit.issuer, unit.payload)
        except InconsistentError as refused:
            unit.failure = refused
            said = (refused.requirement, unit.issuer, unit.caller, refused.held, unit.envelope.raw)
            await self.report(Incident(LOG, *said, refused.detail), unit.received_at)
        except Refused as refused:
            unit.failure = refused

    async def report(self, incident: Incident, now: datetime) -> None:
        """Keep an incident with its evidence, once, and tell of it; returns once it is durable.

        Raises:
            Unavailable: it could not be written.
        """
        result = await self._committer.submit(Kept(incident=incident.row(now)))
        if result.failed is not None:
            raise Unavailable("the database did not take it") from result.failed
        if result.outcome:
            told(incident)

    async def keep_lists(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep trust lists that were taken in; returns once it is durable.

        Raises:
            Unavailable: they could not be written.
        """
        await self._written(Kept(lists=tuple(rows)))

    async def note(self, rows: tuple[dict[str, Any], ...], *, forget_before: str = "") -> None:
        """Write rows of the audit trail; returns once it is durable.

        Raises:
            Unavailable: they could not be written.
        """
        await self._written(Noted(rows, forget_before))

    async def erase(self, now: datetime) -> int:
        """Erase some of the personal data whose retention is over; return how much was found.

        Raises:
            Unavailable: it could not be written.
        """
        result = await self._committer.submit(Sweeping(now))
        if result.failed is not None:
            raise Unavailable("the database did not take it") from result.failed
        return int(result.outcome)

    async def _refused(self, refused: Refused, caller: str, unit: Unit | None, now: datetime) -> Taken:
        if unit is None:
            self.audit.refused(refused, now, caller=caller)
        else:
            self.audit.refused(
                refused, now, caller=caller, issuer=unit.issuer, document=unit.id, digest=unit.digest
            )
        digest = None if unit is None else unit.digest
        envelope = await self._sealer.refusal(refused, receiver=caller, digest=digest, at=now)
        return Taken(envelope, "refused", refused=refused)


def _unwritten(failed: Exception) -> Unavailable:
    """What a caller is told: the cause where it is one that passes, as a signer that is away."""
    told = str(failed) if isinstance(failed, Unavailable) else "the document could not be written"
    made = Unavailable(told)
    made.__cause__ = failed
    return made


def _give_up(future: "asyncio.Future[Result]") -> None:
    """Answer a waiter whose document is still in the committer's hands (TF-INTAKE-8)."""
    if not future.done():
        detail = "the document is still being taken in"
        future.set_result(Result(refused=Refused("in-progress", "TF-INTAKE-8", detail, retryable=True)))
