"""The rules by which a node judges and the code lists that it holds, for both bindings (TF-REST-11)."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from threeflow.codelists import Code, CodeList, UnknownListError
from threeflow.errors import Refused
from threeflow.rules import Rule
from threeflow.standard import Standard

__all__ = ["MOST_CODES", "CodePage", "code_list", "code_lists", "rule", "rules"]

MOST_CODES: Final = 10_000
"""The most codes of one answer."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """Which codes of a list are asked for: those valid on a day, behind a code, so many."""

    on: date | None = None
    after: str = ""
    limit: int = MOST_CODES


def rules(standard: Standard, type_: str = "", profile: str = "") -> dict[str, Any]:
    """Return the rules that bind documents of a type and a profile; empty: of any.

    Raises:
        Refused: ``not-found``, the standard has no such type or profile.
    """
    if type_ and not _is_judged(standard, type_):
        raise Refused("not-found", "TF-REST-11", f"no document is of the type {type_}", "/type")
    held = standard.profiles.get(profile)
    if profile and held is None:
        raise Refused("not-found", "TF-REST-11", f"there is no profile {profile}", "/profile")
    chosen = [
        each for each in standard.rules
        if (not type_ or type_ in each.applies_to)
        and (held is None or _counts(standard, each, held))
    ]  # fmt: skip
    named = {each.pack for each in chosen}
    packs = [
        {"pack": each.id, "applies": "always" if each.always else "by-profile", "title": _text(each.title)}
        for each in sorted(standard.rules.packs, key=lambda each: each.id)
        if each.id in named
    ]
    summaries = [_summary(each) for each in sorted(chosen, key=lambda each: each.id)]
    return {"standardDigest": standard.digest, "packs": packs, "rules": summaries}


def rule(standard: Standard, rule_id: str) -> dict[str, Any]:
    """Return one rule as its pack states it, with the facts that it asks for.

    Raises:
        Refused: ``not-found``.
    """
    try:
        found = standard.rules.rule(rule_id)
    except KeyError:
        raise Refused("not-found", "TF-REST-11", f"there is no rule {rule_id}", "/rule") from None
    facts = {
        name: {"type": each.type, "title": _text(each.title), "supplied": each.supplied}
        for name, each in found.facts.items()
    }
    return {"pack": found.pack, "rule": found.definition, "facts": facts}


def code_lists(standard: Standard) -> dict[str, Any]:
    """Return what every list says of itself."""
    lists = standard.codelists
    return {"codelists": [_header(lists.get(each)) for each in sorted(lists.ids)]}


def code_list(standard: Standard, list_id: str, page: CodePage) -> dict[str, Any]:
    """Return one list with a page of its codes.

    Raises:
        Refused: ``not-found``.
    """
    lists = standard.codelists
    try:
        found = lists.get(list_id)
    except UnknownListError:
        raise Refused("not-found", "TF-REST-11", f"there is no code list {list_id}", "/list") from None
    names = sorted(found.codes if page.on is None else lists.valid(list_id, page.on))
    start = bisect_right(names, page.after) if page.after else 0
    answered = names[start : start + page.limit]
    said: dict[str, Any] = {"list": _header(found), "codes": [_code(found.codes[each]) for each in answered]}
    if start + page.limit < len(names):
        said["next"] = answered[-1]
    return said


def _is_judged(standard: Standard, type_: str) -> bool:
    return standard.table.row(type_) is not None or type_ in {"dossier", "comparison"}


def _counts(standard: Standard, rule: Rule, profile: Any) -> bool:
    always = {each.id for each in standard.rules.packs if each.always}
    named = rule.pack in always or rule.pack in profile.rule_packs
    return named and (not rule.profiles or profile.id in rule.profiles)


def _summary(rule: Rule) -> dict[str, Any]:
    stated = rule.definition
    said = {name: stated[name] for name in ("id", "severity", "basis", "verified", "title", "appliesTo")}
    more = {name: stated[name] for name in ("effectiveFrom", "effectiveTo", "profiles") if name in stated}
    return {**said, "pack": rule.pack, **more}


def _text(text: Any) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def _header(found: CodeList) -> dict[str, Any]:
    days = {"from": found.start, "to": found.end}
    return {
        "id": found.id, "title": dict(found.title), "authority": found.authority, "source": found.source,
        "edition": found.edition, "licence": found.licence, "retrieved": found.retrieved,
        "codes": len(found.codes),
        **{name: day.isoformat() for name, day in days.items() if day is not None},
    }  # fmt: skip


def _code(code: Code) -> dict[str, Any]:
    name = {"en": code.name_en, "zh": code.name_zh}
    said: Mapping[str, Any] = {
        "code": code.code,
        "name": {language: each for language, each in name.items() if each},
        "from": code.start.isoformat() if code.start else None,
        "to": code.end.isoformat() if code.end else None,
        "map": dict(code.counterparts),
        "properties": dict(code.properties),
    }
    return {member: value for member, value in said.items() if value}
