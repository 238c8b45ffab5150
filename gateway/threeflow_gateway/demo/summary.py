"""`summary.json` and the cases of the report: what a run found, in plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from threeflow_gateway.demo.account import (
    OUTCOMES,
    PRECEDENCE,
    UNACCOUNTED,
    Account,
    Consignment,
    Seen,
    counts,
)
from threeflow_gateway.demo.derive import DERIVED, Parcel
from threeflow_gateway.demo.journey import Arrival
from threeflow_gateway.demo.orders import Invoice, Line
from threeflow_gateway.demo.proof import Verified
from threeflow_gateway.demo.report import TRACKS
from threeflow_gateway.demo.shipment import Shipment
from threeflow_gateway.demo.view import View

HITS = {
    "amount-differs": "amount",
    "payer-differs": "payer",
    "wrong-order-number": "waybill-order",
    "net-above-gross": "net",
}


@dataclass(frozen=True)
class Run:
    """What a run was given and measured; `seconds` of real time, `peak_mb` and `cpu_seconds` by process."""

    orders: str
    seed: int
    limit: int | None
    shift_days: int
    seconds: float
    documents: int
    restarts: Mapping[str, int]
    peak_mb: Mapping[str, float]
    cpu_seconds: Mapping[str, float]


@dataclass(frozen=True)
class Findings:
    """What was planted, what was found, and what the dossiers' verification said."""

    planted: Mapping[str, Sequence[str]]
    found: Mapping[str, Sequence[str]]
    verified: Sequence[Verified]

    @property
    def agree(self) -> bool:
        return self.planted == self.found

    @property
    def valid(self) -> bool:
        return all(each.valid for each in self.verified)


def write(run: Run, accounts: Sequence[Account], invoices: int, findings: Findings) -> dict[str, Any]:
    """The content of `summary.json`; `good` says whether the run proved what it set out to prove."""
    outcomes = counts(accounts)
    sums = sum(outcomes.values()) == invoices == len({account.invoice for account in accounts})
    credit = [account.detail["credit"] for account in accounts if "credit" in account.detail]
    slowest = max((each.milliseconds for each in findings.verified), default=0.0)
    return {
        "good": sums and findings.agree and findings.valid,
        "orders": run.orders,
        "seed": run.seed,
        "limit": run.limit,
        "shiftDays": run.shift_days,
        "seconds": round(run.seconds, 1),
        "documents": run.documents,
        "derived": list(DERIVED),
        "invoices": invoices,
        "sums": sums,
        "outcomes": outcomes,
        "creditNotes": {kind: credit.count(kind) for kind in ("explained", "unexplained")},
        "precedence": list(PRECEDENCE),
        "unaccounted": [account.invoice for account in accounts if account.outcome == UNACCOUNTED],
        "planted": {"expected": findings.planted, "found": findings.found, "agree": findings.agree},
        "dossiers": {
            "cut": len(findings.verified),
            "valid": sum(each.valid for each in findings.verified),
            "slowestMilliseconds": round(slowest, 1),
            "problems": {each.name: list(each.problems) for each in findings.verified if not each.valid},
        },
        "restarts": dict(run.restarts),
        "peakMegabytes": {name: round(value) for name, value in run.peak_mb.items()},
        "cpuSeconds": {name: round(value, 1) for name, value in run.cpu_seconds.items()},
        "cases": [_case(account) for account in accounts],
    }


def for_report(summary: Mapping[str, Any]) -> dict[str, Any]:
    """What the report's box "this run" shows."""
    expected, found = summary["planted"]["expected"], summary["planted"]["found"]
    return {
        "orders": summary["orders"],
        "seed": summary["seed"],
        "shiftDays": summary["shiftDays"],
        "seconds": summary["seconds"],
        "documents": summary["documents"],
        "sums": summary["sums"],
        "plantedAgree": summary["planted"]["agree"],
        "plantedExpected": sum(len(each) for each in expected.values()),
        "plantedFound": sum(len(each) for each in found.values()),
        "dossiers": summary["dossiers"]["cut"],
        "dossiersValid": summary["dossiers"]["valid"],
        "outcomes": {outcome: summary["outcomes"][outcome] for outcome in OUTCOMES},
    }


def _case(account: Account) -> dict[str, Any]:
    found: dict[str, Any] = {"invoice": account.invoice, "outcome": account.outcome}
    if account.reasons:
        found["reasons"] = [reason.to_json() for reason in account.reasons]
    if account.kinds:
        found["kinds"] = list(account.kinds)
    if account.consignments:
        found["consignments"] = [_consignment(each) for each in account.consignments]
    return found | dict(account.detail)


def _consignment(each: Consignment) -> dict[str, Any]:
    found: dict[str, Any] = {"declaration": each.declaration, "outcome": each.outcome}
    return found | ({"dossier": each.dossier} if each.dossier else {})


def report_case(
    invoice: Invoice, account: Account, shipment: Shipment | None, arrivals: Sequence[Arrival]
) -> dict[str, Any]:
    """One case of the report: its three flows side by side, its consignments with their tracks, and why."""
    deal = next((each for each in shipment.deals if each.invoice == invoice), None) if shipment else None
    parcels = [each.trace.parcel for each in arrivals]
    own = {(item.order, item.line.row): (item, parcel) for parcel in parcels for item in parcel.items}
    found: dict[str, Any] = {
        "invoice": invoice.number,
        "placedAt": (invoice.placed_at + shipment.shift if shipment else invoice.placed_at).isoformat(),
        "label": invoice.country_label,
        "country": deal.buyer.country if deal else None,
        "outcome": account.outcome,
        "kinds": list(account.kinds),
        "reasons": [reason.to_json() for reason in account.reasons],
        "hits": sorted({HITS[kind] for kind in account.kinds if kind in HITS}),
        "buyer": deal.buyer.name if deal else invoice.customer,
        "ucr": deal.ucr if deal else "",
        "goods": _goods(invoice, own, arrivals),
        "funds": _funds(shipment, invoice, arrivals),
        "parcels": [
            _parcel(arrival, consignment)
            for arrival, consignment in zip(arrivals, account.consignments, strict=True)
        ],
    }
    return found


def _goods(invoice: Invoice, own: Mapping[Any, Any], arrivals: Sequence[Arrival]) -> dict[str, Any]:
    value = sum(line.total for line in invoice.goods)
    declared = [each.trace.declaration.payload["totals"] for each in arrivals]
    return {
        "lines": [_line(line, own.get((invoice.number, line.row))) for line in invoice.lines],
        "value": f"{value:.2f}",
        "net": " + ".join(each["netWeight"]["value"] for each in declared),
        "gross": " + ".join(each["grossWeight"]["value"] for each in declared),
    }


def _line(line: Line, own: tuple[Any, Parcel] | None) -> list[Any]:
    basics = [line.stock_code, line.description, line.quantity, f"{line.unit_price:.2f}", f"{line.total:.2f}"]
    if own is None:
        return basics
    item, _ = own
    return [*basics, item.hs, item.origin, f"{item.net:f}", item.package]


def _funds(shipment: Shipment | None, invoice: Invoice, arrivals: Sequence[Arrival]) -> dict[str, Any] | None:
    deal = next((each for each in shipment.deals if each.invoice == invoice), None) if shipment else None
    if deal is None or not arrivals:
        return None
    payment = arrivals[0].trace.payment.payload
    own = next(each for each in payment["orders"] if each["order"]["value"] == invoice.number)
    return {
        "number": payment["paymentNumber"],
        "order": ", ".join(each["order"]["value"] for each in payment["orders"]),
        "due": f"{deal.funds.due:.2f}",
        "freight": f"{deal.funds.freight:.2f}" if deal.funds.freight else "",
        "discount": f"{deal.funds.discount:.2f}" if deal.funds.discount else "",
        "paid": own["amount"]["value"],
        "payer": arrivals[0].trace.payer,
    }


def _parcel(arrival: Arrival, consignment: Consignment) -> dict[str, Any]:
    trace, seen = arrival.trace, arrival.seen
    waybill = trace.waybill.payload
    return {
        "declaration": seen.declaration,
        "outcome": consignment.outcome,
        "waybill": trace.parcel.waybill,
        "waybillOrders": [each["value"] for each in waybill["orders"]],
        "packages": [f"{each.id} {each.gross:f} kg" for each in trace.parcel.packages],
        "gross": waybill["grossWeight"]["value"],
        "to": waybill["carriage"].get("destinationCountry", ""),
        "dossier": consignment.dossier,
        "tracks": _lanes(seen),
    }


def _lanes(seen: Seen) -> list[dict[str, Any]]:
    """A lane for each track, several where portions went different ways; told by the side that writes it."""
    exported, imported = seen.exported, seen.imported
    sides = {"export": exported, "transport": exported, "admission": imported, "import": imported}
    return [lane for track in TRACKS for lane in _of_track(sides[track], track)]


def _of_track(view: View, track: str) -> list[dict[str, Any]]:
    ways: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for portion in view.portions:
        way = tuple(
            (step.to, step.at.isoformat()) for step in view.history(portion.ordinal) if step.track == track
        )
        ways.setdefault(way, []).append(portion.label)
    return [
        {
            "track": track,
            "part": " ".join(sorted(parts)) if len(ways) > 1 else "",
            "steps": [list(step) for step in way],
        }
        for way, parts in ways.items()
        if way
    ]
