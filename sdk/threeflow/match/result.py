"""What matching found, and the same as the content of a match-result document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from threeflow.rules.pack import Severity

State = Literal["partly", "matched", "mismatched"]
PairState = Literal["matched", "mismatched", "waiting"]


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """A document by type, issuer and id."""

    type: str
    issuer: str
    id: str


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two documents that were compared; `right` is None where it is still to come."""

    pair: str
    left: Named
    right: Named | None
    state: PairState


@dataclass(frozen=True, slots=True)
class Difference:
    """Two values that differ by more than the rule's tolerance, each with its document and JSON Pointer."""

    pair: str
    field: str
    left: str
    right: str
    tolerance: str
    rule: str
    severity: Severity
    documents: tuple[Named, Named]
    pointers: tuple[str, str]
    message_en: str
    message_zh: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still to come, or cannot be judged: by which rule, for which document, and why."""

    pair: str
    rule: str
    document: Named
    pointer: str
    reason: Literal["absent", "incomplete", "unknown"]
    message_en: str
    message_zh: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """Which part of an order (line) a payment pays, a waybill carries or an item declares."""

    order: Mapping[str, Any]
    line: int | None = None
    payment: Mapping[str, Any] | None = None
    waybill: Mapping[str, Any] | None = None
    declaration: Named | None = None
    item: int | None = None
    amount: Mapping[str, str] | None = None
    quantity: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class MatchResult:
    """Whether the flows agree for one purpose: mismatched before partly before matched.

    `rates` names the documents by whose rates amounts were converted.
    """

    purpose: str
    at: datetime
    state: State
    pairs: tuple[Pair, ...]
    differences: tuple[Difference, ...]
    waiting: tuple[Waiting, ...]
    allocations: tuple[Allocation, ...]
    rates: tuple[str, ...] = ()

    def content(self, digests: Mapping[str, str]) -> dict[str, Any]:
        """The members of a match-result beside its header; `digests` gives each document's digest by its id.

        Raises KeyError for a document whose digest is not given.
        """
        return {
            "purpose": self.purpose,
            "state": self.state,
            "matchedAt": self.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "pairs": [_pair(each, digests) for each in self.pairs],
            "differences": [_difference(each) for each in self.differences],
            "allocations": [_allocation(each, digests) for each in self.allocations],
        }


def _reference(named: Named, digests: Mapping[str, str]) -> dict[str, str]:
    return {"type": named.type, "issuer": named.issuer, "id": named.id, "digest": digests[named.id]}


def _pair(pair: Pair, digests: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"pair": pair.pair, "left": _reference(pair.left, digests)}
    if pair.right is not None:
        made["right"] = _reference(pair.right, digests)
    return {**made, "state": pair.state}


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "pair": difference.pair,
        "field": difference.field,
        "left": difference.left[:2000],
        "right": difference.right[:2000],
        "tolerance": difference.tolerance,
        "rule": difference.rule,
        "pointers": list(difference.pointers),
    }


def _allocation(allocation: Allocation, digests: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "order": dict(allocation.order),
        "line": allocation.line,
        "payment": allocation.payment,
        "waybill": allocation.waybill,
        "amount": allocation.amount,
        "quantity": allocation.quantity,
    }
    if allocation.declaration is not None:
        reference = _reference(allocation.declaration, digests)
        made["item"] = {"declaration": reference, "sequence": allocation.item}
    return {name: value for name, value in made.items() if value is not None}
