"""A customs node whose every document is judged with every fact of the standard, and what those were."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.members import MEMBERS, Member, Society
from kit.papers import Parcel, paper, ref
from kit.stations import Station, in_process
from threeflow.standard import Standard
from threeflow_gateway.intake.facts import Asked, Facts

TRADER = Member("xa.seller", ("seller", "declarant"), via="xa.hub")
PROBED = (
    "amendment", "declaration", "information-response", "order", "payment", "refund-claim", "return-request",
    "settlement", "tax-bill", "waybill",
)  # fmt: skip
TWO = {"en": "Probe", "zh": "探针"}


def probe(folder: Path) -> Path:
    """An overlay whose one rule asks for every fact of every document, and is kept whatever the facts are."""
    declared = {
        name: {"type": fact.type, "title": TWO}
        for rule in Standard.load().rules
        for name, fact in rule.facts.items()
    }
    rule = {
        "id": "PRB-01", "severity": "information", "basis": "practice", "source": "made up for a test",
        "verified": True, "title": TWO, "message": TWO, "appliesTo": [{"type": each} for each in PROBED],
        "expression": "true", "facts": sorted(declared), "vectors": "rules/PRB-01.json",
    }  # fmt: skip
    pack = {"pack": "probe", "specVersion": "1.0", "applies": "always", "title": TWO, "facts": declared}
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "probe.yaml").write_text(yaml.safe_dump({**pack, "rules": [rule]}), encoding="utf-8")
    return folder


class Probed:
    """A customs node, and the facts with which it judged each document."""

    def __init__(self, station: Station, seen: dict[str, Mapping[str, Any]]) -> None:
        self.station, self.seen = station, seen

    async def say_quietly(self, payload: Mapping[str, Any]) -> None:
        """Submit what asks for no fact."""
        outcome = await self.station.submit(payload)
        assert outcome.state in {"accepted", "flagged"}, (
            outcome.state,
            outcome.refusal and outcome.refusal.get("violations", outcome.refusal),
        )

    async def say(self, payload: Mapping[str, Any], *states: str) -> Mapping[str, Any]:
        """Submit; return the facts that the document was judged with."""
        outcome = await self.station.submit(payload)
        assert outcome.state in (states or ("accepted", "flagged")), (outcome.state, outcome.refusal)
        return self.seen[payload["header"]["id"]]


@asynccontextmanager
async def probed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, **process: Any
) -> AsyncIterator[Probed]:  # fmt: skip
    seen: dict[str, Mapping[str, Any]] = {}
    real = Facts.supply

    def supply(facts: Facts, asked: Asked, profile: Any) -> dict[str, object]:
        found = real(facts, asked, profile)
        seen[asked.filed.id] = found
        return found

    monkeypatch.setattr(Facts, "supply", supply)
    settings = {"node": {"overlays": [str(probe(folder / "overlay"))]}, "process": process}
    society = Society(members=(*MEMBERS, TRADER))
    async with in_process(folder, society, settings=settings) as (station, _):
        yield Probed(station, seen)


def order(number: str, **content: Any) -> dict[str, Any]:
    keys = [{"scheme": "ucr", "issuer": "xa.platform", "value": f"UCR{uuid.uuid4().hex[:8]}"}]
    return paper(
        "order/parcel-to-germany", "xa.platform", ["xa.customs"], keys=keys, orderNumber=number, **content
    )


def as_version_of(older: Mapping[str, Any], number: int = 2) -> dict[str, Any]:
    """The header of the next version of a document."""
    named = ref(older)
    subjects = older["header"]["subjects"]
    return {
        "version": number, "subjects": subjects, "replaces": {each: named[each] for each in ("id", "digest")}
    }  # fmt: skip


def lodged(parcel: Parcel, **content: Any) -> dict[str, Any]:
    """The parcel's declaration, naming its order, payment and waybill by their numbers."""
    keys = {each["scheme"]: each for each in (*parcel.case_keys, *parcel.keys)}
    named = {"orders": [keys["order"]], "waybills": [keys["waybill"]], **content}
    return {**parcel.declaration, **named}


def numbered(parcel: Parcel) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parcel's order and waybill under the numbers of their keys."""
    keys = {each["scheme"]: each["value"] for each in (*parcel.case_keys, *parcel.keys)}
    return {**parcel.order, "orderNumber": keys["order"]}, {
        **parcel.waybill,
        "waybillNumber": keys["waybill"],
    }
