"""The courier of one peer: one request after another, each with what is owed and what the circuit allows.

The same envelope goes out each time, under a fresh token. A receipt settles a delivery, and so does a refusal
that no repetition can mend; the latter is a dead letter with its reason. Everything else is offered again.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from threeflow import messages
from threeflow.client import Outcome
from threeflow.errors import Refused, Unavailable
from threeflow_gateway import clock
from threeflow_gateway.config import Delivery
from threeflow_gateway.delivery.circuit import Circuit
from threeflow_gateway.delivery.owed import Due, Owed
from threeflow_gateway.delivery.retry import next_attempt
from threeflow_gateway.intake.batch import Settlements
from threeflow_gateway.observe.logs import correlated, correlation
from threeflow_gateway.observe.metrics import Metrics
from threeflow_gateway.observe.traces import HEADER, HEADERS, Off, Span, Traces
from threeflow_gateway.store.database import Database

__all__ = ["POLL_SECONDS", "Courier", "Lines", "Settles"]

_LOG = logging.getLogger(__name__)
POLL_SECONDS: Final = 2.0
_SHORTEST: Final = 0.02
_JITTER: Final = random.SystemRandom()


class Settles(Protocol):
    """Where settled deliveries are written."""

    async def settle(self, settlements: Settlements) -> None:
        """Write how deliveries ended; returns once it is durable."""


class Line(Protocol):
    """Speaks to one peer."""

    async def submit(self, document: bytes, /, *, headers: Mapping[str, str]) -> Outcome:
        """Submit one envelope."""

    async def submit_batch(
        self, envelopes: Sequence[bytes], /, *, headers: Mapping[str, str]
    ) -> list[Outcome]:
        """Submit several in one request."""


class Lines(Protocol):
    """Speaks to the peers that a trust list names."""

    def client(self, peer: str, /) -> Any:
        """Return the ``Line`` of a peer; raises ``Unavailable`` where no list names it."""

    def bound(self) -> tuple[str, ...]:
        """Return the peers with an endpoint, sorted."""

    def as_given(self, document: bytes, peer: str, /) -> bytes:
        """Return an envelope without the parts that the peer may not be given."""


class Courier:
    """Carries to one peer what it is owed."""

    def __init__(
        self,
        database: Database,
        lines: Lines,
        intake: Settles,
        settings: Delivery,
        now: Callable[[], datetime],
        *,
        peer: str,
        metrics: Metrics,
        traces: Traces | None = None,
    ) -> None:
        self._traces = traces or Off()
        self._metrics = metrics
        self._lines = lines
        self._intake = intake
        self._settings = settings
        self._now = now
        self._peer = peer
        self._owed = Owed(
            database, peer, longest=settings.longest_retry_seconds, per_second=settings.catch_up_per_second
        )
        self.circuit = Circuit(
            threshold=settings.circuit_failures, first=settings.first_retry_seconds,
            longest=settings.longest_retry_seconds, largest=settings.documents_per_request,
        )  # fmt: skip

    async def round(self) -> float:
        """Make one request, if one is due; return after how many seconds to look again."""
        now = self._now()
        most = self.circuit.most(now)
        if most == 0:
            return min(self.circuit.pause(now), POLL_SECONDS)
        due = await asyncio.to_thread(self._owed.take, now, most)
        if not due:
            pause = await asyncio.to_thread(self._owed.next, now)
            return POLL_SECONDS if pause is None else min(max(pause, _SHORTEST), POLL_SECONDS)
        began = time.perf_counter()
        outcomes = await self._traced(due)
        self._metrics.asked(self._peer, time.perf_counter() - began)
        self._note(outcomes)
        rows = [self._settlement(each, outcome) for each, outcome in zip(due, outcomes, strict=True)]
        await self._intake.settle(Settlements(tuple(rows)))
        return 0.0

    async def _traced(self, due: Sequence[Due]) -> Sequence[Outcome | Exception]:
        """Offer documents, each under a span that continues the trace in which it was taken in."""
        with ExitStack() as stack:
            spans: list[Span] = [
                stack.enter_context(self._traces.span("deliver", "client", each.trace, peer=self._peer))
                for each in due
            ]
            correlation.set(correlated(spans[0].traceparent, f"to {self._peer}"))
            outcomes = await self._offer(
                [self._lines.as_given(each.envelope, self._peer) for each in due], _headers(spans)
            )
            for span, outcome in zip(spans, outcomes, strict=True):
                span.tell(result=_result(outcome))
            return outcomes

    async def _offer(
        self, envelopes: Sequence[bytes], headers: Mapping[str, str]
    ) -> Sequence[Outcome | Exception]:
        try:
            line: Line = self._lines.client(self._peer)
            if len(envelopes) == 1:
                return [await line.submit(envelopes[0], headers=headers)]
            return await line.submit_batch(envelopes, headers=headers)
        except (Refused, Unavailable) as error:
            return [error] * len(envelopes)

    def _note(self, outcomes: Sequence[Outcome | Exception]) -> None:
        """Tell the circuit: a peer that seals an outcome for any document answers."""
        now = self._now()
        if any(isinstance(each, Outcome) and each.sealed for each in outcomes):
            if self.circuit.answered():
                self._owed.begin_anew()
                _LOG.info("%s answers again: the circuit to it is closed", self._peer)
            return
        before = self.circuit.state(now)
        self.circuit.failed(now, _loggable(outcomes[0]), jitter=_JITTER.random())
        if before == "closed" and self.circuit.state(now) != "closed":
            _LOG.warning("the circuit to %s is open: %s", self._peer, self.circuit.reason)

    def _settlement(self, due: Due, outcome: Outcome | Exception) -> dict[str, Any]:
        now = self._now()
        row = {
            "to_peer": self._peer, "to_document": due.document, "to_attempts": due.attempts + 1,
            "to_next": clock.text(now), "to_answer": None, "to_reason": "",
        }  # fmt: skip
        self._metrics.offered(self._peer, _result(outcome))
        if isinstance(outcome, Outcome) and outcome.taken_in:
            return {**row, "to_state": "done", "to_answer": outcome.raw}
        reason = _reason(outcome)
        final = isinstance(outcome, Outcome) and outcome.sealed and not outcome.retryable
        if final or now - due.since > timedelta(seconds=self._settings.give_up_seconds):
            said = _loggable(outcome)
            _LOG.warning("document %d is a dead letter to %s: %s", due.document, self._peer, said)
            answer = outcome.raw if isinstance(outcome, Outcome) else None
            return {**row, "to_state": "dead", "to_answer": answer, "to_reason": reason}
        again = next_attempt(
            now, due.attempts + 1, first=self._settings.first_retry_seconds,
            longest=self._settings.longest_retry_seconds, jitter=_JITTER.random(),
        )  # fmt: skip
        return {**row, "to_state": "due", "to_next": clock.text(again), "to_reason": reason}


def _headers(spans: Sequence[Span]) -> Mapping[str, str]:
    """Return what tells the peer in which trace each document stands."""
    said = [each.traceparent or "-" for each in spans]
    if not any(each.traceparent for each in spans):
        return {}
    return {HEADER: said[0]} if len(said) == 1 else {HEADERS: ",".join(said)}


def _result(outcome: Outcome | Exception) -> str:
    if not isinstance(outcome, Outcome):
        return "no-answer"
    if outcome.taken_in:
        return "taken-in"
    return "refused" if outcome.sealed and not outcome.retryable else "again"


def _loggable(outcome: Outcome | Exception) -> str:
    """Return what the log may say of an outcome: never a peer's text, which may quote the document."""
    if not isinstance(outcome, Outcome):
        return "no-answer"
    return outcome.code if outcome.code in messages.catalogue() else "a code that the standard does not have"


def _reason(outcome: Outcome | Exception) -> str:
    """Return the whole reason, for the outbox alone."""
    if isinstance(outcome, Outcome):
        detail = outcome.refusal.get("detail", "") if outcome.refusal else ""
        return f"{outcome.code}: {detail}"
    return str(outcome)
