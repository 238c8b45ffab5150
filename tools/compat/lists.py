"""Compare code lists and refusal codes. A code never goes: it ends by a date, and stays legible."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.compat.change import Change, members, rest, shared, words

CODES: Final = "code lists"
REFUSALS: Final = "refusals"
ABOUT: Final = ("title", "authority", "source", "edition", "licence", "retrieved")
PERIOD: Final = ("from", "to")
Node = Mapping[str, Any]


def compare_codelists(old: Mapping[str, Node], new: Mapping[str, Node]) -> Iterator[Change]:
    """Compare all code lists by id."""
    yield from members(CODES, "", "list", old, new)
    for name, one, other in shared(old, new):
        yield from words(CODES, name, one, other, ABOUT)
        before, after = ({_key(each): each for each in side["codes"]} for side in (one, other))
        yield from members(CODES, name, "code", before, after)
        for code, was, is_ in shared(before, after):
            yield from _code(was, is_, f"{name}/{code}")
        yield from _period(one, other, name)
        yield from rest(CODES, name, one, other, (*ABOUT, "codes", *PERIOD))


def _period(old: Node, new: Node, where: str) -> Iterator[Change]:
    """A list's days: null says what an absent member said, that there is no such day."""
    for name in PERIOD:
        if old.get(name) != new.get(name):
            narrower = new.get(name) is not None
            yield Change("breaking" if narrower else "additive", CODES, where, f"{name} is {new.get(name)}")


def _key(entry: Node) -> str:
    return str(entry["code"]) + (f" from {entry['from']}" if "from" in entry else "")


def _code(old: Node, new: Node, where: str) -> Iterator[Change]:
    yield from words(CODES, where, old, new, ("name",))
    if old.get("to") != new.get("to"):
        yield Change("additive", CODES, where, f"ends on {new['to']}" if "to" in new else "no longer ends")
    yield from rest(CODES, where, old, new, ("name", "to"))


def compare_refusals(old: Node, new: Node) -> Iterator[Change]:
    """Compare the catalogue of refusals."""
    before, after = ({each["code"]: each for each in side["refusals"]} for side in (old, new))
    yield from members(REFUSALS, "", "code", before, after)
    for name, one, other in shared(before, after):
        yield from words(REFUSALS, name, one, other, ("title", "remedy"))
        fresh = ("grpc",) if "grpc" not in one and "grpc" in other else ()
        yield from (Change("additive", REFUSALS, name, f"its status over {each} is said") for each in fresh)
        yield from rest(REFUSALS, name, one, other, ("title", "remedy", *fresh))
