"""One shipment from its orders to its end, and what the nodes say of it afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from threeflow.dossier import Dossier
from threeflow_gateway.demo import names, view
from threeflow_gateway.demo.account import Reason, Seen
from threeflow_gateway.demo.exporting import Exporting
from threeflow_gateway.demo.importing import Importing
from threeflow_gateway.demo.parties import Parties
from threeflow_gateway.demo.shipment import Shipment
from threeflow_gateway.demo.trace import Trace


@dataclass(frozen=True)
class Arrival:
    """What became of one parcel: the nodes' own answers and the dossier that crossed."""

    trace: Trace
    seen: Seen
    dossier: Dossier | None


@dataclass
class Journeys:
    """Runs shipments between the two sides."""

    parties: Parties
    exporting: Exporting
    importing: Importing

    async def run(self, shipment: Shipment) -> list[Arrival]:
        """Take one shipment to its end; what the parties do depends only on what the nodes answer."""
        traces = await self.exporting.file(shipment)
        taken = [trace for trace in traces if not trace.refused]
        if taken:
            await self.exporting.match(shipment, taken)
        bundles = await asyncio.gather(*(self._parcel(shipment, trace) for trace in taken))
        found = dict(zip((id(trace) for trace in taken), bundles, strict=True))
        return list(await asyncio.gather(*(self._ask(trace, found.get(id(trace))) for trace in traces)))

    async def _parcel(self, shipment: Shipment, trace: Trace) -> Dossier | None:
        if not await self.exporting.clear(shipment, trace):
            return None
        early = shipment.has("answer-before-departure")
        if early:
            bundle = await self.importing.dossier(trace)
            accepted = await self.importing.answer(shipment, trace, bundle, early=True)
            await self.exporting.depart(shipment, trace)
        else:
            await self.exporting.depart(shipment, trace)
            bundle = await self.importing.dossier(trace)
            accepted = await self.importing.answer(shipment, trace, bundle, early=False)
        if accepted:
            await self.importing.release(trace, bundle)
        return bundle

    async def _ask(self, trace: Trace, bundle: Dossier | None) -> Arrival:
        """One-click tracking at both customs nodes."""
        refusal = trace.declaration.outcome.refusal
        if refusal is not None:
            return Arrival(trace, Seen(trace.parcel.declaration, refusal=_violations(refusal)), None)
        key = names.declaration_key(trace.parcel.declaration)
        exported = await self.parties[names.EXPORT_CUSTOMS].client.subject("consignment", key)
        imported: Mapping[str, Any] = {}
        if trace.dossier is not None:
            imported = await self.parties[names.IMPORT_CUSTOMS].client.subject("consignment", key)
        match = trace.match.payload if trace.match else {}
        seen = Seen(
            trace.parcel.declaration,
            view.read(exported),
            view.read(imported),
            differences=tuple(self._difference(each) for each in match.get("differences", ())),
            reasons=_grounds(trace),
            match_state=str(match.get("state", "")),
            dossier=trace.dossier,
        )
        return Arrival(trace, seen, bundle)

    def _difference(self, each: Mapping[str, Any]) -> Reason:
        """One difference of the match, in the words of the rule that found it."""
        title = self.exporting.matcher.standard.rules.rule(each["rule"]).title
        pointer = str(next(iter(each["pointers"]), ""))
        left, right = (str(each.get(side) or "–") for side in ("left", "right"))
        return Reason(str(each["rule"]), title.en, title.zh, pointer, left, right)


def _violations(refusal: Mapping[str, Any]) -> tuple[Reason, ...]:
    found = tuple(
        Reason(str(each["rule"]), each["message"]["en"], each["message"]["zh"], str(each["pointer"]))
        for each in refusal.get("violations", ())
    )
    detail = str(refusal.get("detail", ""))
    return found or (Reason(str(refusal["code"]), detail, detail),)


def _grounds(trace: Trace) -> tuple[Reason, ...]:
    """The grounds that customs itself gave in its last adverse act."""
    for sent in (trace.answer, trace.detention, trace.status):
        reasons = sent.payload.get("reasons") if sent else None
        if reasons:
            return tuple(_ground(each) for each in reasons)
    return ()


def _ground(each: Mapping[str, Any]) -> Reason:
    words = {text["lang"]: text["text"] for text in each["text"]}
    return Reason(each["code"]["code"], words["en"], words.get("zh", words["en"]), each.get("pointer", ""))
