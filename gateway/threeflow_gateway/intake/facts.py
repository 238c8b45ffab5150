"""What rules ask of the node beyond the document: one registry, a provider for each fact's name (TF-RULE-9).

A provider reads what the node holds and gives None where it cannot know: the rule is unknown then, which is a
finding. A fact without a provider may stand in a file of facts. So a new fact costs one entry here, or a line
of data, and no rule reads a store.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from threeflow import strict
from threeflow.errors import Refused
from threeflow.process import Filed
from threeflow.standard import Standard
from threeflow_gateway.intake.standing import Standing

__all__ = ["PROVIDERS", "Asked", "Facts", "Provider", "read_facts"]

_RELEASE_USE: Final = "release-use"


@dataclass(frozen=True, slots=True)
class Asked:
    """A document that is judged, as its row reads it, and how its subjects stand without it."""

    payload: Mapping[str, Any]
    filed: Filed
    subjects: Sequence[Standing]


Provider = Callable[[Asked], object | None]


def release_use(asked: Asked) -> object | None:
    """Return under ``remaining`` the packages, or loose quantities, released and not yet presented."""
    balances = [each.state.accounts[_RELEASE_USE] for each in asked.subjects
                if _RELEASE_USE in each.state.accounts]  # fmt: skip
    if not balances:
        return None
    left = sum((amount for each in balances for amount in each.open.values()), Decimal())
    return {"remaining": format(left, "f")}


PROVIDERS: Final[Mapping[str, Provider]] = {"releaseUse": release_use}
"""The facts that a node finds in what it holds, by name."""


class Facts:
    """Supplies the rules that bind a document with the facts that they name."""

    def __init__(
        self,
        standard: Standard,
        stated: Mapping[str, object] | None = None,
        providers: Mapping[str, Provider] = PROVIDERS,
    ) -> None:
        """Take facts that are stated once for all, by name; a provider of the same name goes before."""
        self._standard = standard
        self._stated = dict(stated or {})
        self._providers = providers
        self._named: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def supply(self, asked: Asked, profile: Any) -> dict[str, object]:
        """Return what is known of the facts that a document's rules name; ``profile`` may be None."""
        found: dict[str, object] = {}
        for name in self._names(asked.filed, profile):
            provider = self._providers.get(name)
            value = provider(asked) if provider is not None else self._stated.get(name)
            if value is not None:
                found[name] = value
        return found

    def _names(self, filed: Filed, profile: Any) -> tuple[str, ...]:
        key = (filed.type, filed.kind, profile.id if profile else "")
        if key not in self._named:
            packs = set(profile.rule_packs) if profile else set()
            self._named[key] = tuple(
                sorted(
                    {
                        name
                        for pack in self._standard.rules.packs
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


def read_facts(paths: Sequence[Path]) -> dict[str, object]:
    """Return the facts of JSON files, each an object by fact name; a later file goes before an earlier.

    Raises:
        OSError: a file cannot be read.
        ValueError: a file is no strict JSON object.
    """
    found: dict[str, object] = {}
    for path in paths:
        try:
            found.update(strict.parse_object(path.read_bytes()))
        except Refused as refused:
            raise ValueError(f"{path} is no file of facts: {refused.detail}") from refused
    return found
