"""Facts from registers: records in force whose kind the exchange table says to be an entry of the register.

What is held is known. That something is *not* registered is known only to a node that keeps the whole
register (setting ``process.registers``): elsewhere a number that is not held leaves the fact unknown.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from threeflow_gateway.intake.facts.asked import Asked, Found, values
from threeflow_gateway.intake.workspace import key_text

__all__ = ["licences", "negative_entries", "registered", "registered_trader", "warehouse_records"]

_IN_FORCE: Final = "in-force"
_IDS: Final = "/parties/*/ids"
_Entries = Mapping[str, Found]


def registered(asked: Asked) -> object | None:
    """Return the firms of the document that are registered, by number."""
    return _known_firms(asked, "registered")


def warehouse_records(asked: Asked) -> object | None:
    """Return the warehouses of the document that are recorded, by number."""
    return _known_firms(asked, "warehouseRecords")


def negative_entries(asked: Asked) -> object | None:
    """Return the numbers of the document's firms that have a negative entry in force.

    One that is held is told by anybody; that there is none only by who keeps the register.
    """
    found = _entries(asked, "negativeEntries", _numbers(asked))
    if not found and "negativeEntries" not in asked.keeps:
        return None
    return sorted(found)


def registered_trader(asked: Asked) -> object | None:
    """Return whether a person of the document is registered as an e-commerce trader."""
    if _entries(asked, "registeredTrader", _numbers(asked)):
        return True
    return False if "registeredTrader" in asked.keeps else None


def licences(asked: Asked) -> object | None:
    """Return the licences that the document names: last day, and the quantity that is left, by number."""
    numbers = asked.numbers("licence")
    found = _entries(asked, "licences", numbers, scheme="licence")
    if "licences" not in asked.keeps and set(found) != set(numbers):
        return None
    return {number: _licence(asked, each) for number, each in found.items()}


def _known_firms(asked: Asked, register: str) -> object | None:
    parties = [[each["value"] for each in ids] for ids in values(asked.payload, _IDS)]
    found = _entries(asked, register, [number for ids in parties for number in ids])
    if register not in asked.keeps and not all(set(ids) & set(found) for ids in parties):
        return None
    return {number: each.number for number, each in found.items()}


def _numbers(asked: Asked) -> list[str]:
    return [each["value"] for ids in values(asked.payload, _IDS) for each in ids]


def _entries(asked: Asked, register: str, numbers: Iterable[str], *, scheme: str = "party") -> _Entries:
    """The entries of a register that are in force, by those of these numbers that they name."""
    found: dict[str, Found] = {}
    for number in dict.fromkeys(numbers):
        names = [(each, number) for each in dict.fromkeys((scheme, "record"))]
        for each in asked.naming(names):
            if each.row.kind(each.filed.kind).register == register and _in_force(asked, each):
                found[number] = each
    return found


def _in_force(asked: Asked, found: Found) -> bool:
    standings = asked.standings_of(found)
    stands = all(each.state.subject_tracks.get("record") == _IN_FORCE for each in standings)
    return stands and _after(found, "validFrom", lambda at: at <= asked.filed.at) and _after(
        found, "validUntil", lambda at: asked.filed.at <= at
    )  # fmt: skip


def _after(found: Found, member: str, holds: Callable[[datetime], bool]) -> bool:
    text = found.payload.get(member)
    return text is None or holds(datetime.fromisoformat(text).astimezone(UTC))


def _licence(asked: Asked, found: Found) -> dict[str, str]:
    said: dict[str, str] = {}
    until = found.payload.get("validUntil")
    if until:
        said["validUntil"] = until[:10]
    left = _left(asked, found)
    if left is not None:
        said["remaining"] = format(left, "f")
    return said


def _left(asked: Asked, found: Found) -> Decimal | None:
    """What is left of a licence: as its account says, else what was licensed less what is declared on it."""
    account = found.payload.get("account")
    if account is not None and asked.workspace is not None:
        key = {"scheme": "account", "issuer": account["holder"],
               "value": f"{account['kind']}:{account['number']}"}  # fmt: skip
        number = asked.workspace.book.own(key_text("account", key))
        if number is not None:
            balance = asked.workspace.standing(number).state.accounts.get(account["kind"])
            open_ = list(balance.open.values()) if balance is not None else []
            return open_[0] if len(open_) == 1 else None
    licensed: list[Mapping[str, Any]] = [each["quantity"] for each in values(found.payload, "/items/*")
                                         if "quantity" in each]  # fmt: skip
    if not licensed or len({each["unit"] for each in licensed}) > 1:
        return None
    used = _declared_on(asked, found.number, licensed[0]["unit"])
    return None if used is None else sum((Decimal(each["value"]) for each in licensed), Decimal()) - used


def _declared_on(asked: Asked, number: str, unit: str) -> Decimal | None:
    """How much stands declared on a licence elsewhere; None where some of it is counted in another unit.

    Of another issuer only what an authority took up counts: to know a licence's number draws nothing from it.
    """
    others = list(asked.naming([("licence", number)]))
    versions = asked.versions(others)
    used = Decimal()
    for each in others:
        if each.filed.declared is None or each.filed.digest in versions or not asked.stands(each):
            continue
        if each.filed.issuer != asked.filed.issuer and not asked.taken_up(each):
            continue
        for item in values(each.payload, "/items/*"):
            for licence in item.get("licences", ()):
                if licence["number"] != number:
                    continue
                quantity = licence.get("quantity", item.get("quantity"))
                if quantity is None or quantity["unit"] != unit:
                    return None
                used += Decimal(quantity["value"])
    return used
