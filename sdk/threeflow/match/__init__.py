"""Three-flow matching by lines, for one purpose: pure, and independent of the order of inputs (TF-MATCH)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from threeflow.match.allocations import allocations, named
from threeflow.match.arrivals import Awaited, awaited
from threeflow.match.comparison import Comparison
from threeflow.match.comparisons import comparisons, linked_waybills, waybill_keys
from threeflow.match.documents import Case, Document
from threeflow.match.rates import Rate
from threeflow.match.result import Allocation, Difference, MatchResult, Named, Pair, PairState, State, Waiting
from threeflow.profiles import Profile
from threeflow.rules.evaluate import Finding, HasRules, judge
from threeflow.rules.functions import decimal_compare
from threeflow.rules.parts import Parties
from threeflow.rules.plan import Bound

__all__ = [
    "Allocation",
    "Difference",
    "MatchInput",
    "MatchResult",
    "Named",
    "Pair",
    "Rate",
    "Waiting",
    "match",
]

NOT_SHOWN = "(not shown)"


@dataclass(frozen=True)
class MatchInput:
    """The documents of one case, as payloads, and for what they are matched.

    `parts` are the parties of the parts held, by digest; `verified` names orders (`scheme:issuer:value`)
    whose buyer's identity is verified; `rates` are those of published documents, by which alone currencies
    are converted. Replaced versions may be among the documents; they do not speak.
    """

    purpose: str
    profile: Profile
    at: datetime
    orders: Sequence[Mapping[str, Any]] = ()
    payments: Sequence[Mapping[str, Any]] = ()
    waybills: Sequence[Mapping[str, Any]] = ()
    declarations: Sequence[Mapping[str, Any]] = ()
    parts: Parties = field(default_factory=dict)
    verified: frozenset[str] = frozenset()
    rates: Sequence[Rate] = ()


def match(standard: HasRules, case: MatchInput) -> MatchResult:
    """Match the flows of a case at an instant.

    Raises LookupError where the profile compares nothing for the purpose.
    """
    settings = case.profile.matching(case.purpose, case.at)
    flows = {
        name: () if settings.flows[name] == "ignored" else getattr(case, name) for name in settings.flows
    }
    held = Case.of(**flows, parts=case.parts, rates=case.rates)
    moment = case.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    made = [each for each in comparisons(held, case.verified, settings) if each.kind in settings.compare]
    differences, unknown = list[Difference](), list[Waiting]()
    for each in made:
        for bound in standard.rules.binding("comparison", each.kind, case.profile, case.at):
            for finding in judge(bound, each.as_document(), {}, moment):
                _sort_in(each, bound, finding, differences, unknown)
    unpaid = _gap_rule(standard.rules.binding("comparison", "order-payment", case.profile, case.at))
    gaps = [_waiting(each) for each in awaited(held, settings.flows, settings.compare, unpaid)]
    waiting = [*gaps, *unknown]
    ordered = sorted(differences, key=lambda d: (d.pair, d.documents, d.rule, d.pointers))
    return MatchResult(
        case.purpose,
        case.at,
        _state(held, settings.flows["orders"] == "required", ordered, waiting),
        tuple(_pairs(held, made, ordered, waiting)),
        tuple(ordered),
        tuple(sorted(waiting, key=lambda w: (w.pair, w.document, w.rule, w.pointer))),
        tuple(allocations(held)),
        tuple(sorted({by for each in made for by in each.more.get("rates", ())})),
    )


def _gap_rule(bound: Sequence[Bound]) -> str:
    """The rule that asks for a payment: one made for the profile before the general one."""
    return min(bound, key=lambda each: (not each.rule.profiles, each.rule.id)).rule.id


def _sort_in(
    comparison: Comparison,
    bound: Bound,
    finding: Finding,
    differences: list[Difference],
    unknown: list[Waiting],
) -> None:
    left, right = (named(each) for each in comparison.documents)
    if finding.verdict == "unknown":
        unknown.append(
            Waiting(
                comparison.pair,
                finding.rule,
                left,
                comparison.pointers[0],
                "unknown",
                finding.message_en,
                finding.message_zh,
            )
        )
    elif _may_still_come(comparison):
        unknown.append(
            Waiting(
                comparison.pair,
                finding.rule,
                left,
                comparison.pointers[0],
                "incomplete",
                finding.message_en,
                finding.message_zh,
            )
        )
    else:
        differences.append(
            Difference(
                comparison.pair,
                comparison.field,
                _shown(comparison.left),
                _shown(comparison.right),
                str(bound.parameters.get("tolerance", "0")),
                finding.rule,
                finding.severity,
                (left, right),
                comparison.pointers,
                finding.message_en,
                finding.message_zh,
            )
        )


def _may_still_come(comparison: Comparison) -> bool:
    """An order paid by instalments is short until the last of them."""
    if not comparison.more.get("instalments"):
        return False
    left, right = comparison.left, comparison.right
    return bool(left["currency"] == right["currency"] and decimal_compare(right["value"], left["value"]) < 0)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        if "currency" in value:
            return f"{value['value']} {value['currency']}"
        return str(value.get("identityDigest", NOT_SHOWN))
    return str(value)


def _waiting(gap: Awaited) -> Waiting:
    return Waiting(gap.pair, gap.rule, named(gap.document), gap.pointer, gap.reason, gap.text.en, gap.text.zh)


def _state(
    case: Case,
    orders_required: bool,
    differences: Sequence[Difference],
    waiting: Sequence[Waiting],
) -> State:
    if any(each.severity == "error" for each in differences):
        return "mismatched"
    return "partly" if waiting or (orders_required and not case.orders) else "matched"


def _pairs(
    case: Case, made: Sequence[Comparison], differences: Sequence[Difference], waiting: Sequence[Waiting]
) -> list[Pair]:
    states: dict[tuple[str, Named, Named | None], PairState] = {}
    compared = [(each.pair, *each.documents) for each in made]
    for pair, left, right in [*_links(case), *compared]:
        states[pair, named(left), named(right)] = "matched"
    for gap in waiting:
        if gap.reason == "absent":
            states[gap.pair, gap.document, None] = "waiting"
    for key in states:
        if any(gap.pair == key[0] and gap.document == key[1] and gap.reason != "absent" for gap in waiting):
            states[key] = "waiting"
    for difference in differences:
        if difference.severity == "error":
            states[difference.pair, *difference.documents] = "mismatched"
    found = [Pair(pair, left, right, state) for (pair, left, right), state in states.items()]
    return sorted(
        found, key=lambda each: (each.pair, each.left, each.right is not None, each.right or each.left)
    )


def _links(case: Case) -> list[tuple[str, Document, Document]]:
    found = []
    for order in case.orders:
        name = case.order_name(order)
        found += [
            ("order-payment", order, each)
            for each in case.payments
            if any(share.order == name for share in case.shares(each))
        ]
        found += [("order-waybill", order, each) for each in linked_waybills(case, order)]
        found += [
            ("order-declaration", order, each) for each in case.declarations if name in case.declared(each)
        ]
    for declaration in case.declarations:
        keys = case.named_by(declaration, "waybills")
        found += [
            ("declaration-waybill", declaration, each) for each in case.waybills if waybill_keys(each) & keys
        ]
    return found
