"""What every refusal has to be worth: the rule or requirement, and the place that it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_RULE = re.compile(r"[A-Z]{3}-[0-9]{2}[A-Z]?")
_NAMED_BY_RULES = {"rule-violated": _RULE, "schema-violated": re.compile(r"schema-[A-Za-z]+")}


def assert_exact(payload: Mapping[str, Any], refusal: Mapping[str, Any]) -> None:
    """A refusal names its requirement; each violation its rule, place and a message in both languages."""
    assert re.fullmatch(r"TF-[A-Z]+-[0-9]+", refusal["requirement"]), refusal
    form = _NAMED_BY_RULES.get(refusal["code"])
    violations = refusal.get("violations", [])
    assert bool(violations) or form is None, f"{refusal['code']} names no violation"
    for each in violations:
        assert form is None or form.fullmatch(each["rule"]), each
        assert stands(payload, each["pointer"]), f"{each['pointer']} is no place of the document"
        assert each["message"]["en"], each
        assert each["message"]["zh"], each
    keys = [(each["rule"], each["pointer"]) for each in violations]
    assert len(set(keys)) == len(keys), f"a violation is told twice: {keys}"


def stands(payload: Any, pointer: str) -> bool:
    """Whether a JSON Pointer leads to a place of the document, or to a member that could stand there."""
    if pointer == "":
        return True
    if not pointer.startswith("/"):
        return False
    node = payload
    steps = [each.replace("~1", "/").replace("~0", "~") for each in pointer[1:].split("/")]
    for number, step in enumerate(steps):
        if isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        elif isinstance(node, Mapping) and step in node:
            node = node[step]
        else:
            return isinstance(node, Mapping) and number == len(steps) - 1
    return True
