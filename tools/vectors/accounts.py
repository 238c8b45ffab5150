"""Vectors of accounts: summary, tax, guarantee and stock, and a return as a consignment of its own."""

from collections.abc import Sequence
from typing import Any

from tools.vectors.material import Case
from tools.vectors.papers import DECLARANT, EXPORT, GOODS, IMPORT, Paper, declared, paper, status

SUMMARY = {"kind": "summary", "holder": "3601000011", "number": "2026-03"}
TAX = {"kind": "tax", "holder": "3601000011", "number": "2026"}
STOCK = {"kind": "overseas-stock", "holder": "3601000011", "number": "DE-1", "territory": "DE"}
GUARANTEE = {"kind": "guarantee", "holder": "xb.declarant", "number": "G-1", "territory": "GB"}
OFFICE = {"list": "offices", "code": "E"}
Arrivals = Sequence[tuple[Paper, str]]


def case(name: str, requirement: str, arrivals: Arrivals, **expected: Any) -> Case:
    """Return one case of an account, each document with its outcome on arrival."""
    return {
        "name": name,
        "requirement": requirement,
        "subject": expected.pop("subject", "account"),
        "held": {},
        "agencies": [],
        "documents": [document for document, _ in arrivals],
        "outcomes": {document["name"]: outcome for document, outcome in arrivals},
        **expected,
    }


def stands(**tracks: str) -> list[dict[str, Any]]:
    """Return the one portion of an account."""
    return [{"quantities": {}, "packages": [], "tracks": tracks}]


def line(number: str, pieces: str | None = None) -> dict[str, Any]:
    """Return a line of a list, with its quantity where it is entered."""
    found: dict[str, Any] = {"number": number, "line": 1}
    return found if pieces is None else {**found, "quantity": {"value": pieces, "unit": "H87"}}


def money(number: str, value: str) -> dict[str, Any]:
    """Return a line about money."""
    return {"number": number, "amount": {"value": value, "currency": "GBP"}}


def goods(number: str, pieces: str) -> dict[str, Any]:
    """Return a line about stock."""
    return {"number": number, "item": "HAT", "quantity": {"value": pieces, "unit": "H87"}}


def of(
    account: dict[str, str], name: str, what: str, issuer: str, at: str, *names: Paper, **content: Any
) -> Paper:
    """Return a document about an account; `act=True` makes it an act without a position."""
    if content.get("act"):
        content["act"] = {"office": OFFICE}
    return paper(name, what, issuer, at, names, account=account, **content)


def _summaries() -> list[Case]:
    entered = of(
        SUMMARY,
        "lists",
        "customs-status/entered",
        EXPORT,
        "09:00",
        act=True,
        entries=[line("L1", "4"), line("L2", "6")],
    )
    first = of(
        SUMMARY,
        "first",
        "summary/declare",
        DECLARANT,
        "10:00",
        entered,
        entries=[line("L1"), line("L2")],
    )
    second = of(SUMMARY, "second", "summary/declare", DECLARANT, "10:30", entered, entries=[line("L2")])
    result = of(
        SUMMARY,
        "result",
        "summary-result/declaration",
        EXPORT,
        "11:00",
        first,
        act=True,
        entries=[line("L1"), line("L2")],
    )
    void = of(SUMMARY, "void", "summary/void", DECLARANT, "12:00", entered, first)
    grant = paper(
        "grant", "decision/grant", EXPORT, "12:30", [void], act={"office": OFFICE}, effect="withdrawn"
    )
    rejected = of(SUMMARY, "rejected", "summary-result/rejected", EXPORT, "11:00", first, act=True)
    done = [(entered, "accepted"), (first, "accepted"), (second, "pending"), (result, "accepted")]
    return [
        case(
            "lists are declared in sum, and a second summary waits",
            "TF-ACC-6",
            done,
            portions=stands(account="reconciled"),
            entries={"L1/1": "cleared", "L2/1": "cleared"},
            waiting={"second": "state"},
            accounts={"summary": {"state": "reconciled", "open": [], "difference": []}},
        ),
        case(
            "a voided summary gives its lines back, and who waited takes one",
            "TF-ACC-7",
            [*done, (void, "accepted"), (grant, "accepted")],
            portions=stands(account="open"),
            entries={"L1/1": "posted", "L2/1": "reserved"},
            accounts={"summary": {"state": "open", "open": ["H87"], "difference": []}},
        ),
        case(
            "the answer comes before what it answers",
            "TF-ACC-2",
            [(rejected, "pending"), (first, "pending"), (entered, "accepted")],
            portions=stands(account="open"),
            entries={"L1/1": "posted", "L2/1": "posted"},
            findings={},
        ),
    ]


def _money() -> list[Case]:
    bill = of(TAX, "bill", "tax-bill/assessed", IMPORT, "09:00", act=True, entries=[money("B1", "10.00")])
    paid = of(
        TAX,
        "paid",
        "tax-payment/single",
        "xb.bank",
        "10:00",
        bill,
        paidAt="2026-03-01T10:00:00Z",
        entries=[money("B1", "10.00")],
    )
    void = of(TAX, "void", "tax-bill/void", IMPORT, "11:00", bill, act=True, entries=[{"number": "B1"}])
    back = of(
        TAX,
        "paid back",
        "tax-payment/refunded",
        "xb.bank",
        "12:00",
        bill,
        paidAt="2026-03-01T12:00:00Z",
        entries=[money("B1", "10.00")],
    )
    issue = of(GUARANTEE, "limit", "guarantee/issue", "xb.bank", "09:00", entries=[money("limit", "50.00")])
    more = of(
        GUARANTEE, "reserve", "guarantee/reserve", IMPORT, "10:00", issue, entries=[money("D1", "60.00")]
    )
    return [
        case(
            "a bill that is voided after it was paid leaves a difference",
            "TF-ACC-10",
            [(bill, "accepted"), (paid, "accepted"), (void, "accepted")],
            portions=stands(account="difference"),
            entries={"B1": "reversed"},
            accounts={"tax": {"state": "difference", "open": [], "difference": ["GBP"]}},
        ),
        case(
            "what was paid on a void bill is paid back",
            "TF-ACC-10",
            [(back, "pending"), (paid, "pending"), (void, "pending"), (bill, "accepted")],
            portions=stands(account="reconciled"),
            entries={"B1": "reversed"},
        ),
        case(
            "more is reserved than the guarantee is good for",
            "TF-ACC-11",
            [(issue, "accepted"), (more, "flagged")],
            portions=stands(account="difference"),
            entries={"limit": "posted", "D1": "reserved"},
            findings={"reserve": ["guarantee-exceeded"]},
        ),
    ]


def _stock() -> list[Case]:
    said = {"reportedAt": "2026-03-01T09:00:00Z"}
    came = of(
        STOCK, "came", "stock-report/inbound", "xb.warehouse", "09:00", entries=[goods("IN", "5")], **said
    )
    sold = of(
        STOCK,
        "sold",
        "sale-report/sold",
        "xa.seller",
        "10:00",
        entries=[goods("S1", "7")],
        reportedAt="2026-03-01T10:00:00Z",
    )
    late = of(
        STOCK,
        "late",
        "stock-report/inbound",
        "xb.warehouse",
        "12:00",
        entries=[goods("IN2", "2")],
        reportedAt="2026-03-01T09:30:00Z",
    )
    return [
        case(
            "more is sold than came in",
            "TF-ACC-8",
            [(came, "accepted"), (sold, "flagged")],
            portions=stands(account="difference"),
            entries={"IN": "posted", "S1": "posted"},
            findings={"sold": ["stock-below-nothing"]},
            accounts={"overseas-stock": {"state": "difference", "open": [], "difference": ["HAT H87"]}},
        ),
        case(
            "a late report of an earlier arrival sets it right",
            "TF-ACC-2",
            [(came, "accepted"), (sold, "flagged"), (late, "accepted")],
            portions=stands(account="reconciled"),
            entries={"IN": "posted", "S1": "posted", "IN2": "posted"},
            findings={},
        ),
    ]


def _returns() -> list[Case]:
    original = {"type": "declaration", "issuer": "xb.declarant", "id": "x", "digest": "sha-256:" + "d" * 64}
    back = paper("return", "return-request/import-return", "xb.declarant", "09:00", **declared(GOODS))
    back["payload"]["header"]["references"] = [original]
    registered = status("registered", "registered", "09:30", [back])
    return [
        {
            **case(
                "a return leaves by the export track of a consignment of its own",
                "TF-LIMIT-10",
                [(back, "accepted"), (registered, "accepted")],
                subject="consignment",
                portions=[
                    {
                        "quantities": {"1": "10", "2": "5"},
                        "packages": ["P1", "P2", "P3"],
                        "tracks": {"export": "registered"},
                    }
                ],
            ),
            "held": {original["digest"]: {"kind": "import", "states": {}}},
        }
    ]


def cases() -> list[Case]:
    """Return the cases."""
    return [*_summaries(), *_money(), *_stock(), *_returns()]
