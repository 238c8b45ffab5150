"""Compare exchange tables: rows, kinds, who may issue and receive, what a document needs and what it moves.

What a kind moves is its meaning, so any change of it breaks, also one that lets more through: the same
documents would give other states.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.compat.change import Change, members, rest, shared, words

PART: Final = "exchange table"
SPOKEN: Final = ("title", "note", "serves")
LISTS: Final = {"issuers": "issuer", "receivers": "receiver", "joins": "join"}
FOUND_BY: Final = ("number", "mentions", "register", "undone", "confirms", "retention", "purposes")
"""What only lets a node supply facts, tell whose number it is, keep data or hold it back: that it comes is
additive, another value or none breaks.
"""
VOCABULARY: Final = ("roles", "positions", "families", "subjects", "accounts", "findings", "facts", "names")
Node = Mapping[str, Any]


def compare(old: Node, new: Node) -> Iterator[Change]:
    """Compare two tables."""
    before, after = ({row["type"]: row for row in side["documents"]} for side in (old, new))
    yield from members(PART, "", "row", before, after)
    for name, one, other in shared(before, after):
        yield from _row(one, other, name)
    for name in VOCABULARY:
        yield from members(PART, name, "entry", old.get(name, ()), new.get(name, ()))
    yield from members(PART, "outcomes", "outcome", old["outcomes"], new["outcomes"], grows="breaking")
    for name in ("facts", "names"):
        yield from _entries(old.get(name, {}), new.get(name, {}), name)
    yield from members(PART, "tracks", "track", old["tracks"], new["tracks"])
    for name, one, other in shared(old["tracks"], new["tracks"]):
        yield from _track(one, other, f"tracks/{name}")


def _entries(old: Node, new: Node, where: str) -> Iterator[Change]:
    for name, one, other in shared(old, new):
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from words(PART, f"{where}/{name}", one, other, ("en", "zh"))
            yield from rest(PART, f"{where}/{name}", one, other, ("en", "zh"))
        elif one != other:
            yield Change("breaking", PART, f"{where}/{name}", "changed")


def _track(old: Node, new: Node, where: str) -> Iterator[Change]:
    yield from words(PART, where, old, new, ("en", "zh"))
    yield from members(PART, where, "state", old["states"], new["states"])
    if old["states"][0] != new["states"][0]:
        yield Change("breaking", PART, where, "first state changed")
    yield from _found_by(old, new, where)
    yield from rest(PART, where, old, new, ("en", "zh", "states", *FOUND_BY))


def _row(old: Node, new: Node, where: str) -> Iterator[Change]:
    yield from _stated(old, new, where)
    before, after = old.get("kinds", {}), new.get("kinds", {})
    yield from members(PART, where, "kind", before, after)
    for name, one, other in shared(before, after):
        yield from _stated(one, other, f"{where}/{name}")


def _stated(old: Node, new: Node, where: str) -> Iterator[Change]:
    """Compare what a row and a kind may both say."""
    yield from words(PART, where, old, new, SPOKEN)
    for name, noun in LISTS.items():
        yield from _list(name, noun, old, new, where)
    yield from _must(old.get("must", ()), new.get("must", ()), where)
    yield from _findings(old.get("findings", ()), new.get("findings", ()), where)
    if ("no-effect" in old) != ("no-effect" in new):
        yield Change("breaking", PART, where, "effect changed")
    else:
        yield from words(PART, where, old, new, ("no-effect",))
    yield from _found_by(old, new, where)
    judged = (*SPOKEN, *LISTS, *FOUND_BY, "must", "findings", "no-effect", "kinds")
    yield from rest(PART, where, old, new, judged)


def _found_by(old: Node, new: Node, where: str) -> Iterator[Change]:
    """Compare by what documents are found, for the facts that rules ask for."""
    for name in FOUND_BY:
        if name in new and name not in old:
            yield Change("additive", PART, where, f"{name} added")
        elif old.get(name) != new.get(name):
            yield Change("breaking", PART, where, f"{name} {'changed' if name in new else 'removed'}")


def _must(old: Any, new: Any, where: str) -> Iterator[Change]:
    """What a document needs may become less, or be met in more ways: ``a`` may become ``a|b``."""
    for each in old:
        if each not in new and not any(set(each.split("|")) < set(other.split("|")) for other in new):
            yield Change("additive", PART, where, f"must {each} removed")
    for each in new:
        if each not in old:
            met = any(set(other.split("|")) < set(each.split("|")) for other in old)
            said = f"must {each} " + ("may be met in more ways" if met else "added")
            yield Change("additive" if met else "breaking", PART, where, said)


def _list(name: str, noun: str, old: Node, new: Node, where: str) -> Iterator[Change]:
    """A kind without a list of its own takes its row's: a list that comes or goes changes who may."""
    if (name in old) != (name in new) and name != "joins":
        yield Change("breaking", PART, where, f"{name} changed")
    else:
        yield from members(PART, where, noun, old.get(name, ()), new.get(name, ()))


def _findings(old: Any, new: Any, where: str) -> Iterator[Change]:
    before, after = ({each["code"]: each for each in side} for side in (old, new))
    yield from members(PART, where, "finding", before, after)
    for name, one, other in shared(before, after):
        yield from words(PART, f"{where} {name}", one, other, ("en", "zh"))
        yield from rest(PART, f"{where} {name}", one, other, ("en", "zh"))
