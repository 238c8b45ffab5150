"""Compare rule packs. A rule binds from a date: one that refuses at once what was taken in yesterday breaks.

Whether an expression became stricter cannot be read off it, so a changed one breaks; a law that changes comes
as a rule or a parameter with its own dates.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.compat.change import Change, Verdict, members, rest, shared, words

PART: Final = "rules"
SEVERITIES: Final = ("information", "warning", "error")
SPOKEN: Final = ("title", "message", "source", "basis", "verified", "vectors")
JUDGED: Final = (
    *SPOKEN,
    "id",
    "severity",
    "effectiveFrom",
    "effectiveTo",
    "parameters",
    "appliesTo",
    "values",
)
Node = Mapping[str, Any]


def compare_packs(old: Mapping[str, Node], new: Mapping[str, Node]) -> Iterator[Change]:
    """Compare all packs by name."""
    for name in old.keys() - new.keys():
        yield Change("breaking", PART, name, "pack removed")
    for name, after in new.items():
        before = old.get(
            name, {"applies": after["applies"], "specVersion": after["specVersion"], "rules": []}
        )
        if name not in old:
            yield Change("additive", PART, name, "pack added")
        yield from _pack(before, after, name)


def _pack(old: Node, new: Node, where: str) -> Iterator[Change]:
    for name in ("applies", "specVersion"):
        if old[name] != new[name]:
            yield Change("breaking", PART, where, f"{name} changed from {old[name]} to {new[name]}")
    yield from members(PART, where, "fact", old.get("facts", {}), new.get("facts", {}))
    before, after = ({each["id"]: each for each in side["rules"]} for side in (old, new))
    for name in before.keys() - after.keys():
        yield Change("breaking", PART, f"{where}/{name}", "rule removed: let it end by a date")
    for name in after.keys() - before.keys():
        yield _new(after[name], f"{where}/{name}", always=new["applies"] == "always")
    for name, one, other in shared(before, after):
        yield from _rule(one, other, f"{where}/{name}")


def _new(rule: Node, where: str, *, always: bool) -> Change:
    if always and rule["severity"] == "error" and "effectiveFrom" not in rule:
        return Change("breaking", PART, where, "rule added that is an error at once, for everybody")
    return Change("additive", PART, where, f"rule added ({rule['severity']})")


def _rule(old: Node, new: Node, where: str) -> Iterator[Change]:
    yield from words(PART, where, old, new, (*SPOKEN, "values"))
    if old["severity"] != new["severity"]:
        graver = SEVERITIES.index(new["severity"]) > SEVERITIES.index(old["severity"])
        said = f"severity {old['severity']} became {new['severity']}"
        yield Change("breaking" if graver else "additive", PART, where, said)
    yield from _dates(old, new, where)
    yield from _parameters(old.get("parameters", {}), new.get("parameters", {}), where)
    for each in old["appliesTo"]:
        if each not in new["appliesTo"]:
            yield Change("additive", PART, where, f"no longer applies to {_said(each)}")
    for each in new["appliesTo"]:
        if each not in old["appliesTo"]:
            yield Change("breaking", PART, where, f"applies to {_said(each)} too")
    yield from rest(PART, where, old, new, JUDGED)


def _said(target: Node) -> str:
    kinds = target.get("kinds")
    return str(target["type"]) + (f" ({', '.join(kinds)})" if kinds else "")


def _dates(old: Node, new: Node, where: str) -> Iterator[Change]:
    """A rule that begins later or ends earlier binds less."""
    for name, never in (("effectiveFrom", "0000-00-00"), ("effectiveTo", "9999-99-99")):
        before, after = old.get(name, never), new.get(name, never)
        if before != after:
            less: Verdict = "additive" if (after > before) == (name == "effectiveFrom") else "breaking"
            yield Change(less, PART, where, f"{name} moved from {before} to {after}")


def _parameters(old: Node, new: Node, where: str) -> Iterator[Change]:
    yield from members(PART, where, "parameter", old, new, grows="breaking")
    for name, one, other in shared(old, new):
        held = [each for each in one.get("dated", ()) if each in other.get("dated", ())]
        if one.get("dated") and len(held) == len(one["dated"]) and len(other["dated"]) > len(held):
            yield Change("additive", PART, f"{where} {name}", "value added with dates of its own")
        elif one.get("value") != other.get("value") or one.get("dated") != other.get("dated"):
            yield Change("breaking", PART, f"{where} {name}", "value changed")
        yield from rest(PART, f"{where} {name}", one, other, ("value", "dated", "title"))
