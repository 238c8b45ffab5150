"""Every invoice accounted for: one outcome each, computed from what the nodes hold, never from the plan.

Where an invoice has several consignments, its outcome is the worst of theirs by `PRECEDENCE`, worst first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threeflow_gateway.demo.view import EMPTY, View

PRECEDENCE = (
    "not-taken-in",
    "mismatched",
    "entry-refused",
    "cancelled",
    "referred",
    "released-in-part",
    "released-after-inspection",
    "released",
)
OUTCOMES = (*reversed(PRECEDENCE), "credit-note")
TITLES = {
    "released": ("released on documents", "核单放行"),
    "released-after-inspection": ("released after inspection", "查验后放行"),
    "released-in-part": ("released in part", "部分放行"),
    "referred": ("referred", "转人工"),
    "cancelled": ("cancelled", "已撤销"),
    "entry-refused": ("entry refused", "拒绝入境"),
    "mismatched": ("mismatched", "三流不符"),
    "not-taken-in": ("not taken in", "未受理"),
    "credit-note": ("credit note", "贷项凭单"),
}


class UnaccountedError(Exception):
    """What the nodes hold of a consignment ends in no outcome."""


@dataclass(frozen=True)
class Reason:
    """Why: a rule, a field where there is one, both languages, and the two values where two differ."""

    rule: str
    text_en: str
    text_zh: str
    pointer: str = ""
    left: str | None = None
    right: str | None = None

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"rule": self.rule, "en": self.text_en, "zh": self.text_zh}
        if self.pointer:
            found["field"] = self.pointer
        if self.left is not None:
            found |= {"left": self.left, "right": self.right}
        return found


@dataclass(frozen=True)
class Seen:
    """What the nodes answered about one consignment."""

    declaration: str
    exported: View = EMPTY
    imported: View = EMPTY
    refusal: tuple[Reason, ...] = ()
    differences: tuple[Reason, ...] = ()
    reasons: tuple[Reason, ...] = ()
    match_state: str = ""
    dossier: str | None = None


@dataclass(frozen=True)
class Consignment:
    """One consignment of an invoice: its declaration, its outcome, and its dossier where one was cut."""

    declaration: str
    outcome: str
    dossier: str | None


UNACCOUNTED = "unaccounted"


@dataclass(frozen=True)
class Account:
    """One invoice: its outcome, its reasons, its kinds as found, and the consignments beneath."""

    invoice: str
    outcome: str
    reasons: tuple[Reason, ...] = ()
    kinds: tuple[str, ...] = ()
    consignments: tuple[Consignment, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


def outcome_of(seen: Seen) -> str:
    """The outcome of one consignment.

    Raises:
        UnaccountedError: the tracks ended nowhere.
    """
    if seen.refusal:
        return "not-taken-in"
    found = _stopped(seen) or _released(seen)
    if found is None:
        tracks = (
            f"export {sorted(seen.exported.states('export'))}, "
            f"admission {sorted(seen.imported.states('admission'))}, "
            f"import {sorted(seen.imported.states('import'))}"
        )
        raise UnaccountedError(f"{seen.declaration}: {tracks}")
    return found


def _stopped(seen: Seen) -> str | None:
    """Where an authority said no, or not yet; a suspension at export is a referral to a person too."""
    export, admission = seen.exported.states("export"), seen.imported.states("admission")
    stops = (
        (export == {"rejected"} and seen.match_state == "mismatched", "mismatched"),
        ("refused" in admission, "entry-refused"),
        (export == {"withdrawn"}, "cancelled"),
        ("referred" in admission or export == {"suspended"}, "referred"),
    )
    return next((outcome for holds, outcome in stops if holds), None)


def _released(seen: Seen) -> str | None:
    released = seen.imported.states("import")
    if released == {"released"}:
        return "released-after-inspection" if seen.exported.ever("export", "inspected") else "released"
    in_part = "released" in released and "detained" in seen.exported.states("export")
    return "released-in-part" if in_part else None


def worst(outcomes: Iterable[str]) -> str:
    """The worst of several outcomes, by `PRECEDENCE`."""
    return min(outcomes, key=PRECEDENCE.index)


def kinds_of(seen: Sequence[Seen], orders: int, lines: int, limit: int) -> tuple[str, ...]:
    """Which of the planted kinds the nodes' own answers show, for an invoice of so many goods lines.

    `orders` is how many orders the match found in the parcel; `limit` the items that a declaration may hold.
    """
    found = set()
    if orders > 1:
        found.add("two-orders-one-parcel")
    if len(seen) > 1 and lines <= limit:
        found.add("order-in-two-parcels")
    for each in seen:
        found |= _kinds(each)
    return tuple(sorted(found))


RULES = {"VAL-04": "amount-differs", "MAT-04": "payer-differs", "MAT-01": "wrong-order-number"}


def _kinds(seen: Seen) -> set[str]:
    found = {RULES[each.rule] for each in seen.differences if each.rule in RULES}
    found |= {"net-above-gross" for each in seen.refusal if each.rule == "VAL-07"}
    found |= {kind for kind, shown in _SHOWN.items() if shown(seen)}
    return found


def _line_detained(seen: Seen) -> bool:
    return "detained" in seen.exported.states("export") and seen.exported.states("export") != {"detained"}


def _package_opened(seen: Seen) -> bool:
    inspected = seen.exported.portions_ever("export", "inspected")
    # A detention splits what was inspected whole: its portions tell nothing of the inspection's scope.
    return 0 < len(inspected) < len(seen.exported.portions) and not _line_detained(seen)


def _inspected(seen: Seen) -> bool:
    exported = seen.exported
    whole = len(exported.portions_ever("export", "inspected")) == len(exported.portions)
    ordinary = not _line_detained(seen) and not _seal_broken(seen)
    return bool(exported.portions) and whole and ordinary


def _split(seen: Seen) -> bool:
    return len(set(seen.exported.moments("transport", "departed"))) > 1


def _early(seen: Seen) -> bool:
    accepted = seen.exported.moments("admission", "accepted")
    departed = seen.exported.moments("transport", "departed")
    return bool(accepted and departed) and accepted[0] < departed[0]


def _seal_broken(seen: Seen) -> bool:
    return "custody-broken" in seen.exported.findings


def _unreleased(seen: Seen) -> bool:
    return "departed-without-release" in seen.exported.findings


def _refused(seen: Seen) -> bool:
    return "refused" in seen.imported.states("admission")


def _cancelled(seen: Seen) -> bool:
    return seen.exported.states("export") == {"withdrawn"}


def _answered(seen: Seen) -> bool:
    imported = seen.imported
    return imported.ever("admission", "referred") and imported.states("admission") == {"accepted"}


_SHOWN = {
    "line-detained": _line_detained,
    "package-opened": _package_opened,
    "inspected": _inspected,
    "split-departure": _split,
    "answer-before-departure": _early,
    "seal-broken": _seal_broken,
    "departed-unreleased": _unreleased,
    "entry-refused": _refused,
    "cancelled": _cancelled,
    "referred-answered": _answered,
}


def counts(accounts: Iterable[Account]) -> dict[str, int]:
    """How many invoices ended in each outcome, every outcome named."""
    found = Counter(account.outcome for account in accounts)
    return {outcome: found[outcome] for outcome in OUTCOMES}
