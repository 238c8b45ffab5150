"""What rules ask of the node beyond the document: one registry, a provider for each fact's name (TF-RULE-9).

A provider reads what the node holds and gives None where it cannot know: the rule is unknown then, which is a
finding. A fact without a provider may stand in a file of facts. So a new fact costs one entry here, or a line
of data, and no rule reads a store.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from threeflow.process import Filed
from threeflow.standard import Standard
from threeflow_gateway.intake.facts import counters, lines, numbers, registers, states
from threeflow_gateway.intake.facts.asked import Asked, Provider
from threeflow_gateway.intake.facts.files import FactFiles, read_facts

__all__ = ["PROVIDERS", "Asked", "FactFiles", "Facts", "Provider", "read_facts"]

PROVIDERS: Final[Mapping[str, Provider]] = {
    "buyerOrdersToday": numbers.buyer_orders_today,
    "declaredBy": numbers.declared_by,
    "exits": states.exits,
    "exportedOn": states.exported_on,
    "licences": registers.licences,
    "negativeEntries": registers.negative_entries,
    "otherClaims": lines.other_claims,
    "registered": registers.registered,
    "registeredTrader": registers.registered_trader,
    "releaseUse": counters.release_use,
    "releasedOn": states.released_on,
    "remaining": lines.remaining,
    "request": states.request,
    "sameConsignment": numbers.same_consignment,
    "sameNumber": numbers.same_number,
    "state": states.state,
    "warehouseRecords": registers.warehouse_records,
    "yearToDate": counters.year_to_date,
}
"""The facts that a node finds in what it holds, by name."""


class Facts:
    """Supplies the rules that bind a document with the facts that they name."""

    def __init__(
        self,
        standard: Standard,
        stated: Mapping[str, object] | FactFiles | None = None,
        providers: Mapping[str, Provider] = PROVIDERS,
        *,
        keeps: Collection[str] = (),
    ) -> None:
        """Take facts that are stated once for all, by name; a provider that knows goes before.

        ``keeps`` are facts whose whole register the node keeps.

        Raises:
            ValueError: one of ``keeps`` is no fact that a node finds in what it holds.
        """
        unknown = sorted(set(keeps) - set(providers))
        if unknown:
            raise ValueError(f"process.registers: a node keeps no register for {', '.join(unknown)}")
        self._standard = standard
        self._files = stated if isinstance(stated, FactFiles) else FactFiles.of(stated or {})
        self._providers = providers
        self.keeps = frozenset(keeps)
        self._named: dict[tuple[str, str, str], tuple[str, ...]] = {}
        self._named_of: object = None

    def supply(self, asked: Asked, profile: Any) -> dict[str, object]:
        """Return what is known of the facts that a document's rules name; ``profile`` may be None."""
        found: dict[str, object] = {}
        for name in self._names(asked.filed, profile):
            provider = self._providers.get(name)
            value = provider(asked) if provider is not None else None
            if value is None:
                value = self._files.stated.get(name)
            if value is not None:
                found[name] = value
        return found

    def _names(self, filed: Filed, profile: Any) -> tuple[str, ...]:
        rules = self._standard.rules
        if self._named_of is not rules:
            # Other rules are in force since the last document.
            self._named, self._named_of = {}, rules
        key = (filed.type, filed.kind, profile.id if profile else "")
        if key not in self._named:
            packs = set(profile.rule_packs) if profile else set()
            self._named[key] = tuple(
                sorted(
                    {
                        name
                        for pack in rules.packs
                        if pack.always or pack.id in packs
                        for rule in pack.rules
                        if _asks(rule.applies_to.get(filed.type), filed.kind)
                        for name in rule.facts
                    }
                )
            )
        return self._named[key]


def _asks(kinds: Collection[str] | None, kind: str) -> bool:
    return kinds is not None and (not kinds or kind in kinds)
