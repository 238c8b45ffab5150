"""Facts about numbers: whether one stands elsewhere, and who names it."""

from datetime import datetime

from threeflow_gateway.intake.facts.asked import Asked, Found, values

__all__ = ["buyer_orders_today", "declared_by", "same_consignment", "same_number"]


def same_number(asked: Asked) -> object | None:
    """Return the other documents of the type under the same number of the same issuer: ``id`` and ``at``."""
    own = asked.own()
    if not own:
        return None
    others = [each for each in asked.naming(own) if _is_like(asked, each) and _states(each, own)]
    versions = asked.versions(others)
    return [
        {"id": each.filed.id, "at": each.payload["header"]["issuedAt"]}
        for each in others
        if each.filed.digest not in versions
    ]


def same_consignment(asked: Asked) -> object | None:
    """Return the numbers of other declarations in force for the same orders under the same waybill."""
    if asked.filed.declared is None or asked.workspace is None:
        return None
    own = asked.numbers("waybill")
    names = [("waybill", number) for number in own]
    others = [each for each in asked.naming(names) if each.filed.declared is not None]
    versions = asked.versions(others)
    orders = set(_keys(asked.payload, "/orders/*"))
    return sorted(
        each.number
        for each in others
        if each.filed.digest not in versions
        and each.filed.position == asked.filed.position
        and asked.concerns(each)
        and (not orders or orders & set(_keys(each.payload, "/orders/*")))
        and asked.stands(each)
    )


def declared_by(asked: Asked) -> object | None:
    """Return the numbers of the declarations in force that declare this document or an earlier version."""
    own = asked.own()
    if not own or asked.workspace is None:
        return None
    others = [each for each in asked.naming(own) if each.filed.declared is not None]
    return sorted({each.number for each in others if asked.concerns(each) and asked.stands(each)})


def buyer_orders_today(asked: Asked) -> object | None:
    """Return how many documents of the type name the same buyer on the same day, this one included.

    The day is that of this document's own offset.
    """
    buyers = asked.numbers("buyer")
    if not buyers or asked.workspace is None:
        return None
    others = [each for each in asked.naming(("buyer", each) for each in buyers)
              if each.filed.type == asked.filed.type]  # fmt: skip
    versions = asked.versions(others)
    zone = datetime.fromisoformat(asked.payload["header"]["issuedAt"]).tzinfo
    day = asked.filed.at.astimezone(zone).date()
    later = {each.filed.replaces for each in others}
    same = [
        each
        for each in others
        if each.filed.digest not in versions
        and each.filed.digest not in later
        and each.filed.at.astimezone(zone).date() == day
    ]
    return len(same) + 1


def _is_like(asked: Asked, other: Found) -> bool:
    return (other.filed.type, other.filed.issuer) == (asked.filed.type, asked.filed.issuer)


def _states(other: Found, own: tuple[tuple[str, str], ...]) -> bool:
    stated = {
        (scheme, each)
        for scheme, pointer in other.row.number.items()
        for each in values(other.payload, pointer)
    }
    return bool(stated & set(own))


def _keys(payload: object, pointer: str) -> list[tuple[str, str, str]]:
    keys = values(payload, pointer) if isinstance(payload, dict) else []
    return [(each["scheme"], each["issuer"], each["value"]) for each in keys if isinstance(each, dict)]
