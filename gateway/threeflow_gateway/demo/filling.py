"""What the importing side makes of a dossier: grounds to refer it, and the declaration filled from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from threeflow.dossier import Dossier
from threeflow.fill import Filled, fill
from threeflow.profiles import Profile
from threeflow.rules import evaluate
from threeflow.rules.parts import held
from threeflow.standard import Standard
from threeflow_gateway.demo import declaring
from threeflow_gateway.demo.desk import reason
from threeflow_gateway.demo.names import IMPORT_OFFICE

RULED = (
    "order",
    "payment",
    "waybill",
    "declaration",
    "release",
    "release-revocation",
    "inspection-order",
    "inspection-result",
    "logistics-event",
)
# Beside what the corridor's profile refers: goods that left before their release.
OWN_GROUNDS = frozenset({"STA-10"})
RELEASE_USE = "release-use"


@dataclass(frozen=True)
class Filler:
    """Reads dossiers by the rules and the field map of one profile."""

    standard: Standard
    profile: Profile

    def reasons(self, bundle: Dossier, at: datetime) -> list[dict[str, Any]]:
        """Why a person has to look: rules that refer, and what the import declaration would lack."""
        grounds = self.profile.referral_rules | OWN_GROUNDS
        found = [
            reason(each.rule, each.message_en, each.message_zh, each.pointer)
            for each in evaluate(self.standard, self.profile, _as_ruled(bundle), _facts(bundle), at)
            if each.rule in grounds
        ]
        missing = self.draft(bundle, at).missing if self.profile.refers_missing else ()
        lacks = (
            reason("TF-PROF", f"missing: {each.en}", f"缺少：{each.zh}", each.pointer) for each in missing
        )
        return [*found, *lacks]

    def draft(self, bundle: Dossier, at: datetime) -> Filled:
        """The import declaration as far as the dossier fills it."""
        by_type: dict[str, list[Mapping[str, Any]]] = {}
        for entry in bundle.entries:
            payload: Mapping[str, Any] = entry.document.payload
            by_type.setdefault(payload["header"]["type"], []).append(payload)
        return fill(by_type, held(octets_of(bundle)), self.profile, at, OWN)


OWN: Mapping[str, Any] = {
    "declarationOffice": IMPORT_OFFICE,
    "parties": {
        "declarant": declaring.IMPORT_DECLARANT_FIRM,
        "liablePerson": declaring.IMPORT_DECLARANT_FIRM,
    },
}


def octets_of(bundle: Dossier) -> list[bytes]:
    """The parts that the dossier holds."""
    return [part for entry in bundle.entries for part in entry.document.envelope.parts]


def without(content: Mapping[str, Any], packages: Sequence[str]) -> dict[str, Any]:
    """The draft less the packages that export customs held back, with its totals counted again."""
    kept = [each for each in content["packages"] if each["id"] not in packages]
    inside = {line["sequence"] for each in kept for line in each["contents"]}
    items = [each for each in content["items"] if each["sequence"] in inside]
    totals = dict(content["totals"])
    totals["packageCount"] = len(kept)
    totals["grossWeight"] = _sum(totals["grossWeight"], (each["grossWeight"] for each in kept))
    totals["netWeight"] = _sum(totals["netWeight"], (each["netWeight"] for each in items))
    totals["goodsValue"] = _sum(totals["goodsValue"], (each["lineTotal"] for each in items))
    return {**content, "packages": kept, "items": items, "totals": totals}


def _sum(like: Mapping[str, str], values: Any) -> dict[str, str]:
    return {**like, "value": f"{sum((Decimal(each['value']) for each in values), Decimal(0)):f}"}


def _as_ruled(bundle: Dossier) -> dict[str, Any]:
    documents: dict[str, list[dict[str, Any]]] = {_camel(name): [] for name in RULED}
    for entry in bundle.entries:
        payload: Mapping[str, Any] = entry.document.payload
        name = _camel(payload["header"]["type"])
        if name in documents:
            documents[name].append({"digest": entry.document.digest, "payload": payload})
    return {"header": {"type": "dossier"}, "documents": documents}


def _facts(bundle: Dossier) -> dict[str, Any]:
    """What the head says is left of the releases; the verifier has compared it with the documents."""
    head: Mapping[str, Any] = bundle.head.payload
    left = [
        Decimal(amount)
        for each in head["accounts"]
        if each["account"] == RELEASE_USE
        for amount in each["open"].values()
    ]
    return {"releaseUse": {"remaining": f"{sum(left, Decimal(0)):f}"}}


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(each.capitalize() for each in rest)
