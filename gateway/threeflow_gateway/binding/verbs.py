"""The verbs of the standard, whichever binding carries them: the one door to the node.

A binding reads its own wire, lets `Verbs.admit` prove the caller, calls one verb, and writes the answer; what
holds for every call whatever its binding belongs here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

import orjson

import threeflow_spec
from threeflow import digest, envelope, strict
from threeflow.errors import Refused
from threeflow.standard import Standard
from threeflow_gateway.binding import published
from threeflow_gateway.binding.callers import Callers, Claim
from threeflow_gateway.binding.log_proofs import LogProofs
from threeflow_gateway.binding.reads import Reads
from threeflow_gateway.binding.subjects import Page
from threeflow_gateway.health.readiness import Readiness, refusal
from threeflow_gateway.intake.audit import row
from threeflow_gateway.intake.examine import Shown
from threeflow_gateway.intake.rates import Rates
from threeflow_gateway.intake.service import Intake, Taken
from threeflow_gateway.observe.traces import valid

__all__ = ["MOST_AT_ONCE", "NOT_FOUND_SECONDS", "Binding", "Call", "Node", "Verbs"]

Binding = Literal["rest", "grpc"]

MOST_AT_ONCE = 1000
"""Most lines of a batch, and most documents of a stream without an outcome: the statement's `maxBatch`."""


NOT_FOUND_SECONDS = 0.03
"""How soon at the earliest a read is answered that nothing is held for its caller."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who was proven to call, by which key, over which binding, and in which trace (a traceparent)."""

    caller: str
    kid: str
    binding: Binding
    trace: str = ""


class Node(Protocol):
    """What the verbs ask of the assembled node."""

    intake: Intake
    reads: Reads
    proofs: LogProofs
    statement: bytes
    standard: Standard
    now: Callable[[], datetime]
    readiness: Readiness

    async def next_events(self, caller: str, after: int, limit: int, wait: float) -> dict[str, Any]:
        """Return events, waiting for them where there are none."""

    async def cut_dossier(self, caller: str, asked: dict[str, Any]) -> bytes:
        """Cut a dossier and return its sealed head."""

    def dossier(self, caller: str, digest: str) -> bytes:
        """Return the bundle of a dossier."""

    def trust_lists(self) -> list[bytes]:
        """Return the sealed trust lists."""


class Verbs:
    """Every verb, for a proven caller; each raises ``Refused`` with its code, or ``Unavailable``."""

    def __init__(self, node: Node, callers: Callers, rates: Rates) -> None:
        self._node = node
        self._callers = callers
        self._rates = rates

    async def admit(self, binding: Binding, claim: Claim, *, once: bool, trace: str = "") -> Call:
        """Prove the caller of a request; with ``once`` its token counts for this request only.

        ``trace`` is the request's traceparent, or nothing.

        Raises:
            Refused: one of the token codes, ``caller-unknown``, the state of the caller's key, or
                ``too-many-requests``.
            Unavailable: the node could not remember the token.
        """
        now, audit = self._node.now(), self._node.intake.audit
        try:
            proven = await self._callers.prove(claim, now, once=once)
        except Refused as refused:
            audit.refused(refused, now)
            raise
        try:
            self._rates.take(proven.node_id)
        except Refused as refused:
            audit.refused(refused, now, caller=proven.node_id)
            raise
        return Call(proven.node_id, proven.kid, binding, trace)

    def line(self, call: Call) -> None:
        """Count one more document of a call that brings many.

        Raises:
            Refused: ``too-many-requests``.
        """
        self._rates.take(call.caller)

    def check_still(self, call: Call) -> None:
        """Hold a long stream to what was proven when it was opened: the caller is listed still.

        Raises:
            Refused: ``caller-unknown``, or the state of the caller's key.
        """
        self._callers.check_key(call.caller, call.kid, self._node.now())

    async def submit(
        self, call: Call, envelope: bytes, shown: Shown | None = None, trace: str = ""
    ) -> Taken:  # fmt: skip
        """Take one envelope in; a refusal is an outcome, not raised.

        ``shown`` holds what was sent beside the envelope against its payload; ``trace`` is its
        traceparent, where that is another than the call's.
        """
        now = self._node.now()
        return await self._node.intake.submit(
            envelope, call.caller, now, shown=shown, trace=valid(trace or call.trace)
        )

    async def fetch_document(self, call: Call, issuer: str, document_id: str) -> bytes:
        """Return an envelope as it was received."""
        async with self._audited(call, issuer, document_id):
            found = await asyncio.to_thread(self._node.reads.document, call.caller, issuer, document_id)
        await self._note_read(call, found)
        return found

    async def fetch_receipt(self, call: Call, issuer: str, document_id: str) -> bytes:
        """Return the receipt that a document earned."""
        async with self._audited(call, issuer, document_id):
            return await asyncio.to_thread(self._node.reads.receipt, call.caller, issuer, document_id)

    async def fetch_subject(
        self, call: Call, kind: str, key: Mapping[str, str], page: Page
    ) -> dict[str, Any]:  # fmt: skip
        """Return a subject as its documents make it."""
        async with self._audited(call):
            return await asyncio.to_thread(self._node.reads.subject, call.caller, kind, key, page)

    async def make_dossier(self, call: Call, asked: dict[str, Any]) -> bytes:
        """Cut a dossier and return its sealed head."""
        async with self._audited(call):
            return await self._node.cut_dossier(call.caller, asked)

    async def fetch_dossier(self, call: Call, digest: str) -> bytes:
        """Return the bundle of a dossier."""
        async with self._audited(call, document=digest):
            found = await asyncio.to_thread(self._node.dossier, call.caller, digest)
        bundle = strict.parse_object(found)
        parties: Any = bundle["documents"]
        for each in parties:
            if "parts" in each["document"]:
                await self._note_read(call, orjson.dumps(each["document"]), f"dossier {digest}")
        return found

    @asynccontextmanager
    async def _audited(self, call: Call, issuer: str = "", document: str = "") -> AsyncIterator[None]:
        """Enter what a proven caller was refused into the audit trail.

        What is not there is answered no sooner than what is not the caller's, which takes longer to find.
        """
        loop = asyncio.get_running_loop()
        soonest = loop.time() + NOT_FOUND_SECONDS
        try:
            yield
        except Refused as refused:
            if refused.code == "not-found":
                await asyncio.sleep(soonest - loop.time())
            self._node.intake.audit.refused(
                refused, self._node.now(), caller=call.caller, issuer=issuer, document=document
            )
            raise

    async def _note_read(self, call: Call, raw: bytes, where: str = "") -> None:
        """Record a read of personal data before it is given out (TF-INTAKE-38)."""
        held = envelope.read(raw)
        if not held.parts:
            return
        header: Any = strict.parse_object(held.payload)["header"]
        given = {digest.of(each) for each in held.parts}
        named = [each for each in header["parts"] if each["digest"] in given]
        detail = "; ".join(f"{each['name']} for {', '.join(each['purposes'])}" for each in named)
        made = row(
            "read", self._node.now(), caller=call.caller, issuer=header["issuer"], document=header["id"],
            digest=held.digest, detail=f"{where}: {detail}" if where else detail,
        )  # fmt: skip
        await self._node.intake.note((made,))

    async def list_events(self, call: Call, after: int, limit: int, wait: float) -> dict[str, Any]:
        """Return the caller's next events; where there are none, wait seconds for one (TF-REST-9)."""
        if not 0 <= after <= strict.MAX_INTEGER:
            raise Refused("bad-request", "TF-REST-1", "no event has that sequence number", "/after")
        return await self._node.next_events(call.caller, after, limit, wait)

    async def fetch_checkpoint(self, _call: Call) -> bytes:
        """Return the newest checkpoint's envelope."""
        return await asyncio.to_thread(self._node.proofs.checkpoint)

    async def prove_inclusion(self, _call: Call, index: int, size: int) -> dict[str, Any]:
        """Return the proof that a leaf is in the tree of a size."""
        return await asyncio.to_thread(self._node.proofs.inclusion, index, size)

    async def prove_consistency(self, _call: Call, first: int, second: int) -> dict[str, Any]:
        """Return the proof that the tree of one size is the beginning of that of another."""
        return await asyncio.to_thread(self._node.proofs.consistency, first, second)

    def fetch_statement(self) -> bytes:
        """Return the node's sealed statement; anyone may ask."""
        return self._node.statement

    async def fetch_trust_lists(self) -> list[bytes]:
        """Return the sealed trust lists that the node holds; anyone may ask."""
        return await asyncio.to_thread(self._node.trust_lists)

    def fetch_standard_file(self, name: str) -> bytes:
        """Return one file of the standard by its path below the version folder; anyone may ask."""
        try:
            return threeflow_spec.read("v1/" + name)
        except (OSError, ValueError) as error:
            raise Refused("not-found", "TF-REST-1", f"the standard has no file {name}") from error

    async def list_rules(self, type_: str, profile: str) -> dict[str, Any]:
        """Return the rules that bind documents of a type and a profile, empty for any; anyone may ask."""
        return await asyncio.to_thread(published.rules, self._node.standard, type_, profile)

    async def fetch_rule(self, rule: str) -> dict[str, Any]:
        """Return one rule as its pack states it; anyone may ask."""
        return await asyncio.to_thread(published.rule, self._node.standard, rule)

    async def list_code_lists(self) -> dict[str, Any]:
        """Return what every code list says of itself; anyone may ask."""
        return await asyncio.to_thread(published.code_lists, self._node.standard)

    async def fetch_code_list(self, list_id: str, on: str, after: str, limit: int) -> dict[str, Any]:
        """Return one list with a page of its codes, of those valid on a day where one is named."""
        page = published.CodePage(_day(on), after, limit)
        return await asyncio.to_thread(published.code_list, self._node.standard, list_id, page)

    async def check_ready(self) -> None:
        """Return where a document could be taken in now.

        Raises:
            Refused: ``unavailable``, with a violation for each reason why not, in both languages.
        """
        lacks = await self._node.readiness.ask()
        if lacks:
            raise refusal(lacks)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused("bad-request", "TF-REST-1", f"{text} is no day", "/on") from error
