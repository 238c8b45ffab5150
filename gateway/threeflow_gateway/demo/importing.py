"""The importing side of a journey: dossier answered, declaration filled from it, goods released.

The seeded policy of import customs: its node believes a dossier only after verifying it; it refers what rules
find or what the import declaration would lack, asks or refuses where the plan says so, and releases the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from threeflow import digest
from threeflow.dossier import Dossier
from threeflow.errors import Refused
from threeflow_gateway.demo import declaring, flows, import_acts, names
from threeflow_gateway.demo.desk import IMPORT_DESK, reason
from threeflow_gateway.demo.filling import Filler, octets_of, without
from threeflow_gateway.demo.flows import Paper
from threeflow_gateway.demo.parties import Parties, Sent
from threeflow_gateway.demo.persons import Part
from threeflow_gateway.demo.shipment import Shipment
from threeflow_gateway.demo.trace import Trace

FETCH_SECONDS = 120.0
# The importing node fetches, verifies and takes in some twenty documents first.
FETCH_PAUSE = 0.4


@dataclass
class Importing:
    """The importing side; `agreement` is the sealed agreement that its answers rest on."""

    parties: Parties
    filler: Filler
    agreement: Sent

    async def dossier(self, trace: Trace) -> Dossier:
        """Export customs cuts the dossier; the importing node fetches it, verifies it and takes it in.

        Raises:
            Refused: that node did not take it in within `FETCH_SECONDS`.
        """
        cut = await self.parties[names.EXPORT_CUSTOMS].client.cut_dossier(
            names.declaration_key(trace.parcel.declaration),
            receivers=[names.IMPORT_CUSTOMS, names.IMPORT_DECLARANT],
            purpose=names.PURPOSE,
            agreement=self.agreement.document_id,
        )
        trace.dossier = cut.digest
        await self.parties.held(names.IMPORT_CUSTOMS, cut.digest)
        return await self._fetched(cut.digest)

    async def answer(self, shipment: Shipment, trace: Trace, bundle: Dossier, *, early: bool) -> bool:
        """Import customs receives the advance data and answers; says whether the goods will be released."""
        schedule = trace.schedule
        at = schedule.answered_early if early else schedule.answered
        before = schedule.received_early if early else schedule.advance_received
        received = await self._customs(
            self._told(
                IMPORT_DESK.status("advance-received", before, [trace.declaration.reference], trace.scope)
            )
        )
        reasons = await asyncio.to_thread(self.filler.reasons, bundle, at)
        if shipment.has("entry-refused"):
            ground = reason("RSK-01", "the goods are prohibited here", "该货物在进口地禁止入境")
            await self._decide(trace, "refuse-entry", received, at, [ground])
            return False
        if reasons:
            await self._decide(trace, "refer", received, at, reasons)
            return False
        if shipment.has("referred-answered"):
            await self._ask(trace, received, at)
            at = schedule.accepted_after_answer
        await self._decide(trace, "accept", received, at)
        return True

    async def release(self, trace: Trace, bundle: Dossier) -> None:
        """The goods are presented; the declaration is filled from the dossier, registered and released."""
        schedule, parcel = trace.schedule, trace.parcel
        packages = trace.moving if trace.detained else ()
        event = flows.event(parcel, "available", schedule.arrived, packages)
        presented = await self.parties[names.CARRIER].must_send(
            event.across(self.agreement.document_id, names.IMPORT_CUSTOMS)
        )
        draft = await asyncio.to_thread(self.filler.draft, bundle, schedule.import_declared)
        content = without(draft.content, trace.detained) if trace.detained else draft.content
        references = [each.reference for each in (trace.declaration, trace.release) if each]
        bound = {each["digest"]: each["name"] for each in draft.bindings}
        parts = [Part(bound[digest.of(each)], each) for each in octets_of(bundle) if digest.of(each) in bound]
        lodged = await self.parties[names.IMPORT_DECLARANT].must_send(
            declaring.import_declaration(content, parcel, parts, references, schedule.import_declared)
        )
        await self.parties.held(names.IMPORT_CUSTOMS, presented.digest, lodged.digest)
        status = await self._customs(
            IMPORT_DESK.status("registered", schedule.import_registered, [lodged.reference], trace.scope)
        )
        released = import_acts.release(
            parcel,
            lodged.reference,
            [status.reference],
            schedule.import_released,
            scope=trace.scope,
            packages=trace.moving,
        )
        await self._customs(released)

    async def _ask(self, trace: Trace, received: Sent, at: datetime) -> None:
        reasons = [reason("RSK-07", "the description is vague", "品名含糊")]
        referred = await self._decide(trace, "refer", received, at, reasons)
        asked = await self._customs(
            import_acts.question([trace.declaration.reference, referred.reference], at)
        )
        answer = declaring.answer(asked.reference, trace.schedule.question_answered)
        await self.parties[names.IMPORT_DECLARANT].must_send(answer)

    async def _decide(
        self,
        trace: Trace,
        kind: str,
        received: Sent,
        at: datetime,
        reasons: Sequence[Mapping[str, Any]] = (),
    ) -> Sent:
        references = [received.reference, self.agreement.reference]
        paper = import_acts.decision(
            trace.parcel,
            kind,
            trace.declaration.reference,
            references,
            at,
            scope=trace.scope,
            reasons=reasons,
        )
        trace.answer = await self._customs(self._told(paper))
        return trace.answer

    def _told(self, paper: Paper) -> Paper:
        """The exporting side is told of the answer too."""
        return paper.across(self.agreement.document_id, names.EXPORT_CUSTOMS)

    async def _customs(self, paper: Paper) -> Sent:
        return await self.parties[names.IMPORT_CUSTOMS].must_send(paper)

    async def _fetched(self, head: str) -> Dossier:
        """The bundle as import customs' own node gives it, which it does only once it was found valid."""
        client = self.parties[names.IMPORT_CUSTOMS].client
        until = asyncio.get_running_loop().time() + FETCH_SECONDS
        while True:
            await asyncio.sleep(FETCH_PAUSE)
            try:
                return await client.dossier(head)
            except Refused as refused:
                if refused.code != "not-found" or asyncio.get_running_loop().time() > until:
                    raise
