"""Facts about lines of declarations: what is left of them, and who claimed them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from threeflow_gateway.intake.facts.asked import Asked, Found, values
from threeflow_gateway.intake.facts.states import declaration

__all__ = ["other_claims", "remaining"]


def remaining(asked: Asked) -> object | None:
    """Return the lines of the declarations named with the quantity not returned yet, by number.

    None where one of them is not held: what was declared is not known then.
    """
    if asked.workspace is None:
        return None
    found: dict[str, object] = {}
    for number in asked.numbers("declaration"):
        held = declaration(asked, number)
        if held is None:
            return None
        left = _declared(held)
        for line, quantity in _returned(asked, number):
            left[line] = left.get(line, Decimal()) - quantity
        found[number] = [{"line": line, "quantity": format(each, "f")} for line, each in sorted(left.items())]
    return found


def other_claims(asked: Asked) -> object | None:
    """Return the lines that other documents of the type claim of the same declarations."""
    if asked.workspace is None:
        return None
    own = set(asked.numbers("declaration"))
    found = []
    for each in _likewise(asked, own):
        for entry in values(each.payload, "/entries/*"):
            if entry["number"] in own:
                kind = each.payload.get("refundType", "")
                found.append({"number": entry["number"], "line": entry.get("line", 0), "refundType": kind})
    return found


def _declared(held: Found) -> dict[int, Decimal]:
    items: list[Mapping[str, Any]] = values(held.payload, "/items/*")
    return {each["sequence"]: Decimal(each["quantity"]["value"]) for each in items if "quantity" in each}


def _returned(asked: Asked, number: str) -> Iterator[tuple[int, Decimal]]:
    for each in _likewise(asked, {number}):
        for line in values(each.payload, "/returns/*"):
            if line["number"] == number and "quantity" in line:
                yield line["line"], Decimal(line["quantity"])


def _likewise(asked: Asked, numbers: set[str]) -> Iterator[Found]:
    """Give other documents of the type that name these declarations and stand."""
    others = list(asked.naming(("declaration", number) for number in sorted(numbers)))
    versions = asked.versions(others)
    for each in others:
        if each.filed.type == asked.filed.type and each.filed.digest not in versions and asked.stands(each):
            yield each
