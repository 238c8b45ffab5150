"""Which jurisdiction holds a position for a consignment (TF-INTAKE-11).

Export is held by the jurisdiction of the territory of dispatch, import by that of the territory of
destination; transit by whoever's leg it is, which the trust list alone decides.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

__all__ = ["COUNTRY_FACT", "holder", "standing_of"]

COUNTRY_FACT: Final = {"export": "dispatchCountry", "import": "destinationCountry"}
"""By position, the fact of the table under which documents say the country."""

Right = Literal["held", "not-held", "unknown"]


def holder(
    position: str, facts: Iterable[Mapping[str, Any]], jurisdiction_of: Callable[[str], str | None]
) -> str | None:
    """Return the jurisdiction that holds a position, None where no document says the country yet."""
    name = COUNTRY_FACT.get(position)
    for each in facts:
        country = each.get(name) if name else None
        if isinstance(country, str) and country:
            return jurisdiction_of(country) or ""
    return None


def standing_of(
    position: str | None,
    jurisdiction: str,
    facts: Iterable[Mapping[str, Any]],
    jurisdiction_of: Callable[[str], str | None],
) -> Right:
    """Say whether a jurisdiction holds the position of an act."""
    if position not in COUNTRY_FACT:
        return "held"
    found = holder(position, facts, jurisdiction_of)
    if found is None:
        return "unknown"
    return "held" if found == jurisdiction else "not-held"
