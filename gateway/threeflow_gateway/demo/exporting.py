"""The exporting side of a journey: three flows, declaration, match, customs' decisions, departure.

The seeded policy of export customs: it suspends what names no destination, rejects what does not match,
inspects what the plan says, and releases the rest; it acts on what its own node holds, never before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from threeflow_gateway.demo import declaring, export_acts, flows, names
from threeflow_gateway.demo.derive import CENT, Parcel, Person, person
from threeflow_gateway.demo.desk import EXIT_DESK, EXPORT_DESK, WHOLE, reason
from threeflow_gateway.demo.flows import Paper
from threeflow_gateway.demo.matching import Matcher
from threeflow_gateway.demo.parties import Parties, Sent
from threeflow_gateway.demo.shipment import Shipment
from threeflow_gateway.demo.trace import Trace

PAID_AFTER = timedelta(minutes=4)
# 99 paid for 129: a coupon that the order does not know of.
COUPON = Decimal(99) / Decimal(129)
INSPECTED = ("inspected", "package-opened", "seal-broken", "line-detained")
ERRORS = frozenset({"error"})


@dataclass
class Exporting:
    """The exporting side; `agreement` is the sealed agreement under which documents cross."""

    parties: Parties
    matcher: Matcher
    agreement: Sent
    seed: int

    async def file(self, shipment: Shipment) -> list[Trace]:
        """Let platform, payment institution, carrier and declarant each submit their own documents."""
        platform = self.parties[names.PLATFORM]
        orders = [platform.must_send(flows.order(each, shipment.placed(each))) for each in shipment.deals]
        placed = await asyncio.gather(*orders)
        payment = await self._pay(shipment, placed)
        declared = (self._declare(shipment, each, placed, payment) for each in shipment.parcels)
        return list(await asyncio.gather(*declared))

    async def match(self, shipment: Shipment, traces: Sequence[Trace]) -> None:
        """The hub compares what it holds of the case, and submits its result."""
        at = max(trace.schedule.matched for trace in traces)
        result = await self.parties[names.HUB].must_send(await self.matcher.result(shipment, traces, at))
        for trace in traces:
            trace.match = result

    async def clear(self, shipment: Shipment, trace: Trace) -> bool:
        """Export customs decides on one declaration; says whether its goods may go on."""
        match = trace.match
        if match is None:
            raise ValueError("export customs decides after the match")
        await self.parties.held(names.EXPORT_CUSTOMS, trace.declaration.digest, match.digest)
        if match.payload["state"] == "mismatched":
            await self._reject(trace, match)
            return False
        trace.status = await self._customs(self._status(trace, "registered", trace.schedule.registered))
        if shipment.deals[0].buyer.country is None:
            await self._suspend(trace)
            return False
        if shipment.has("cancelled"):
            await self._cancel(trace)
            return False
        if shipment.has(*INSPECTED):
            await self._inspect(shipment, trace)
        if shipment.has("departed-unreleased"):
            await self._depart(trace, trace.schedule.departed)
            await self._release(trace, trace.schedule.released_late)
            return True
        await self._release(trace, trace.schedule.released)
        return True

    async def depart(self, shipment: Shipment, trace: Trace) -> None:
        """The carrier takes the goods out; the office of exit confirms."""
        if shipment.has("split-departure"):
            first, *rest = trace.moving
            await self._depart(trace, trace.schedule.departed, [first])
            await self._depart(trace, trace.schedule.departed_later, rest)
        elif not trace.departures:
            await self._depart(trace, trace.schedule.departed, trace.moving if trace.detained else ())
        await self.parties.held(names.EXPORT_CUSTOMS, *(each.digest for each in trace.departures))
        references = [trace.declaration.reference, *(each.reference for each in trace.departures)]
        confirmed = EXIT_DESK.status("exit-confirmed", trace.schedule.exit_confirmed, references, trace.scope)
        await self._customs(confirmed)
        if shipment.has("seal-broken"):
            await self._break_seal(trace)

    async def _pay(self, shipment: Shipment, placed: Sequence[Sent]) -> Sent:
        """One payment for what was bought together."""
        payer = self._payer(shipment)
        paid = [each.funds.due for each in shipment.deals]
        if shipment.has("amount-differs"):
            paid = [(each * COUPON).quantize(CENT) for each in paid]
        at = max(shipment.placed(each) for each in shipment.deals) + PAID_AFTER
        orders = [each.reference for each in placed]
        paper = flows.payment(shipment.deals, payer, paid, orders, at)
        return await self.parties[names.PAYMENTS].must_send(paper)

    def _payer(self, shipment: Shipment) -> Person:
        buyer = shipment.deals[0].buyer
        return (
            person(f"{buyer.id}-other", buyer.country, self.seed) if shipment.has("payer-differs") else buyer
        )

    async def _declare(
        self, shipment: Shipment, parcel: Parcel, placed: Sequence[Sent], payment: Sent
    ) -> Trace:
        schedule = shipment.schedule(parcel)
        numbers = [each.order_number for each in shipment.deals]
        if shipment.has("wrong-order-number"):
            numbers = [f"{number}-X" for number in numbers]
        carried = flows.waybill(parcel, numbers, shipment.deals[0].buyer, schedule.ready)
        waybill = await self.parties[names.CARRIER].must_send(carried)
        paper = declaring.export_list(
            parcel,
            shipment.deals,
            [*(each.reference for each in (*placed, payment, waybill))],
            schedule.declared,
            overstate_net=shipment.has("net-above-gross"),
        )
        declaration = await self.parties[names.DECLARANT].send(paper)
        return Trace(parcel, schedule, payment, self._payer(shipment).name, waybill, declaration)

    async def _reject(self, trace: Trace, match: Sent) -> None:
        reasons = [
            reason(
                each["rule"],
                f"{each['pair']}: {each['field']} differs",
                f"{each['pair']}：{each['field']}不一致",
            )
            for each in match.payload["differences"]
        ]
        paper = self._status(trace, "rejected", trace.schedule.registered, reasons=reasons or None)
        trace.status = await self._customs(paper)

    async def _suspend(self, trace: Trace) -> None:
        """No territory is named, so no importing authority can be asked: a person has to look."""
        found = trace.declaration.outcome.receipt or {}
        findings: Any = found.get("findings", ())
        reasons = [
            reason(each["rule"], each["message"]["en"], each["message"]["zh"], each["pointer"])
            for each in findings
            if each["verdict"] == "fail"
        ]
        trace.answer = await self._customs(
            self._status(trace, "suspended", trace.schedule.assessed, reasons=reasons or None)
        )

    async def _cancel(self, trace: Trace) -> None:
        asked = await self.parties[names.DECLARANT].must_send(
            declaring.cancellation(trace.parcel, trace.declaration.reference, trace.schedule.ordered)
        )
        await self.parties.held(names.EXPORT_CUSTOMS, asked.digest)
        decided = export_acts.withdrawn(
            trace.parcel, asked.reference, trace.declaration.reference, trace.schedule.inspected
        )
        await self._customs(decided)

    async def _inspect(self, shipment: Shipment, trace: Trace) -> None:
        parcel, before = trace.parcel, [trace.declaration.reference]
        scope: Mapping[str, Any] = WHOLE
        opened = [each.id for each in parcel.packages]
        if shipment.has("package-opened"):
            opened = opened[:1]
            scope = {"packages": opened}
        order = await self._customs(
            export_acts.inspection_order(parcel, before, trace.schedule.ordered, scope)
        )
        result = export_acts.inspection_result(
            parcel,
            [*before, order.reference],
            trace.schedule.inspected,
            scope=scope,
            opened=opened,
            findings=[_suspicion(parcel)] if shipment.has("line-detained") else (),
        )
        trace.inspection = await self._customs(result)
        if shipment.has("line-detained"):
            await self._detain(trace)

    async def _detain(self, trace: Trace) -> None:
        last = trace.parcel.items[-1]
        scope = {"items": [{"sequence": last.sequence, "quantity": str(last.line.quantity)}]}
        references = [trace.declaration.reference]
        paper = export_acts.detention(trace.parcel, references, trace.schedule.detained, scope)
        trace.detention = await self._customs(paper)
        trace.detained = (last.package,)

    async def _release(self, trace: Trace, at: datetime) -> None:
        before = [each.reference for each in (trace.status, trace.inspection) if each]
        paper = export_acts.release(
            trace.parcel,
            trace.declaration.reference,
            before,
            at,
            scope=trace.scope,
            packages=trace.moving,
            agreement=self.agreement.document_id,
            basis="inspection" if trace.inspection else "list-check",
        )
        trace.release = await self._customs(paper)

    async def _depart(self, trace: Trace, at: datetime, packages: Sequence[str] = ()) -> None:
        trace.departures.append(await self._event(trace, flows.event(trace.parcel, "departed", at, packages)))

    async def _break_seal(self, trace: Trace) -> None:
        broken = [export_acts.seal_number(trace.parcel)]
        paper = flows.event(trace.parcel, "seal-broken", trace.schedule.seal_broken, sealsBroken=broken)
        sent = await self._event(trace, paper)
        await self.parties.held(names.EXPORT_CUSTOMS, sent.digest)

    async def _event(self, trace: Trace, paper: Paper) -> Sent:
        """The carrier reports; the importing side too, once it holds the dossier that went before."""
        if trace.dossier is not None:
            paper = paper.across(self.agreement.document_id, names.IMPORT_CUSTOMS)
        return await self.parties[names.CARRIER].must_send(paper)

    async def _customs(self, paper: Paper) -> Sent:
        return await self.parties[names.EXPORT_CUSTOMS].must_send(paper)

    def _status(self, trace: Trace, kind: str, at: datetime, **content: Any) -> Paper:
        references = [trace.declaration.reference]
        return EXPORT_DESK.status(kind, at, references, **content)


def _suspicion(parcel: Parcel) -> Mapping[str, Any]:
    last = parcel.items[-1]
    text = [flows.english("mark resembles a registered one"), {"lang": "zh", "text": "标识与注册商标近似"}]
    return {"text": text, "sequence": last.sequence, "package": last.package}
