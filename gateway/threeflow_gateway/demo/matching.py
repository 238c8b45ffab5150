"""The hub compares what it holds of a case and says so in a sealed match-result: advice, never a decision."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from threeflow import strict
from threeflow.documents import build, subject
from threeflow.match import MatchInput, match
from threeflow.profiles import Profile
from threeflow.rules.parts import held as open_parts
from threeflow.standard import Standard
from threeflow_gateway.demo import names
from threeflow_gateway.demo.flows import Paper
from threeflow_gateway.demo.names import ENVIRONMENT, EXPORT_CUSTOMS, HUB
from threeflow_gateway.demo.parties import Parties
from threeflow_gateway.demo.shipment import Shipment
from threeflow_gateway.demo.trace import Trace

FLOWS = {"order": "orders", "payment": "payments", "waybill": "waybills", "declaration": "declarations"}


@dataclass(frozen=True)
class Held:
    """A document as the hub's node gave it."""

    reference: Mapping[str, str]
    payload: Mapping[str, Any]
    parts: tuple[bytes, ...]


@dataclass
class Matcher:
    """The hub's desk; it reads the documents from its own node, parts included as far as it holds them."""

    parties: Parties
    standard: Standard
    profile: Profile

    async def result(self, shipment: Shipment, traces: Sequence[Trace], at: datetime) -> Paper:
        """Compare the case's documents as the hub holds them, and write the result."""
        held = await self._held(traces)
        found = await asyncio.to_thread(self._compare, held, at)
        references = [each.reference for each in held]
        payload = build(
            "match-result",
            names.MATCH_PURPOSE,
            issuer=HUB,
            environment=ENVIRONMENT,
            issued_at=at,
            receivers=[EXPORT_CUSTOMS],
            subjects=[subject(names.ucr_key(deal.ucr)) for deal in shipment.deals],
            references=references,
            **found,
        )
        return Paper(payload)

    async def _held(self, traces: Sequence[Trace]) -> list[Held]:
        """Every document that the declarations of the case refer to, and the declarations themselves."""
        wanted: dict[str, Mapping[str, str]] = {}
        for trace in traces:
            for reference in (
                *trace.declaration.payload["header"]["references"],
                trace.declaration.reference,
            ):
                wanted[reference["id"]] = reference
        client = self.parties[HUB].client
        envelopes = await asyncio.gather(
            *(client.fetch(each["issuer"], each["id"]) for each in wanted.values())
        )
        return [
            Held(reference, strict.parse_object(found.payload), found.parts)
            for reference, found in zip(wanted.values(), envelopes, strict=True)
            if reference["type"] in FLOWS
        ]

    def _compare(self, held: Sequence[Held], at: datetime) -> dict[str, Any]:
        flows: dict[str, Any] = {name: [] for name in FLOWS.values()}
        for each in held:
            flows[FLOWS[each.reference["type"]]].append(each.payload)
        found = match(
            self.standard,
            MatchInput(
                **flows,
                purpose=names.MATCH_PURPOSE,
                profile=self.profile,
                at=at,
                parts=open_parts(octets for each in held for octets in each.parts),
            ),
        )
        return found.content({each.reference["id"]: each.reference["digest"] for each in held})
