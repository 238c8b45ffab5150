"""Facts about how something stands, and since when."""

from datetime import date
from typing import Any, Final

from threeflow.process import Filed
from threeflow_gateway.intake.facts.asked import Asked, Found, values
from threeflow_gateway.intake.standing import Standing

__all__ = ["exits", "exported_on", "released_on", "request", "state"]

_LEFT: Final = "exit-confirmed"
_RELEASED: Final = "released"


def state(asked: Asked) -> object | None:
    """Return the state of the declaration named on the track of its position; None where portions differ."""
    for standing in asked.subjects:
        position = asked.filed.position or _position_of(standing, asked.filed)
        found = standing.state.subject_tracks.get(position or "")
        if found is not None:
            return found
    return None


def request(asked: Asked) -> object | None:
    """Return the request that is answered: its kind, and its deadline where it sets one."""
    row = asked.row
    needed = row.kind(asked.filed.kind).must if row else ()
    for each in asked.referenced():
        if each.filed.type in needed:
            limits = values(each.payload, "/act/deadline/at")
            return {"kind": each.filed.kind, **({"deadline": limits[0]} if limits else {})}
    return None


def released_on(asked: Asked) -> object | None:
    """Return the day on which the declaration that is named was released, at import before at export."""
    days = [
        day
        for found in declarations(asked)
        for day in (_day_of(asked, found, _RELEASED, "import") or _day_of(asked, found, _RELEASED, "export"),)
    ]
    return max((each for each in days if each), default=None)


def exported_on(asked: Asked) -> object | None:
    """Return the day on which the goods of the declarations that are named left; the first of several."""
    days = [_day_of(asked, found, _LEFT, "export") for found in declarations(asked)]
    return min((each for each in days if each), default=None)


def exits(asked: Asked) -> object | None:
    """Return the declarations named that have left: procedure and day, by number.

    None where one of them is not held and this node does not keep them all.
    """
    found: dict[str, object] = {}
    held = {number: declaration(asked, number) for number in asked.numbers("declaration")}
    if "exits" not in asked.keeps and not all(held.values()):
        return None
    for number, each in held.items():
        left = _day_of(asked, each, _LEFT, "export") if each else None
        if each and left:
            procedure = next(iter(values(each.payload, "/procedure/code")), "")
            found[number] = {"procedure": procedure, "exitedOn": left}
    return found


def declarations(asked: Asked) -> list[Found]:
    """Return the declarations whose numbers are named, or that are referred to, as far as they are held."""
    named = [declaration(asked, number) for number in asked.numbers("declaration")]
    found = [each for each in named if each is not None]
    return found or [each for each in asked.referenced() if each.filed.declared is not None]


def declaration(asked: Asked, number: str) -> Found | None:
    """Return the newest declaration of a number that stands, None where none is held."""
    held = [
        each
        for each in asked.naming([("declaration", number)])
        if each.filed.declared is not None and each.number == number and asked.stands(each)
    ]
    return max(held, key=lambda each: each.filed.key, default=None)


def _position_of(standing: Standing, filed: Filed) -> str | None:
    known = standing.state.known
    named = (known[each.digest] for each in filed.references if each.digest in known)
    return next((each.position for each in named if each.position), None)


def _day_of(asked: Asked, found: Found, to: str, track: str) -> str | None:
    """The last day on which the goods of a declaration came to a state, as the act that says so has it."""
    for standing in asked.standings_of(found):
        steps = [each for each in standing.state.steps if (each.track, each.to) == (track, to)]
        if steps:
            last = max(steps, key=lambda each: each.at)
            return _local_day(asked, standing, last.cause) or last.at.date().isoformat()
    return None


def _local_day(asked: Asked, standing: Standing, cause: str) -> str | None:
    member = standing.members.get(cause)
    found: Any = asked.found(member.no) if member is not None else None
    for text in values(found.payload, found.row.at) if found is not None else ():
        return date.fromisoformat(str(text)[:10]).isoformat()
    return None
