"""Guards: conditions over named facts, compiled elsewhere, whose names can be listed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Test = Callable[[Mapping[str, Any]], bool]
Compile = Callable[[str], Test]

_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?(\s*\()?")
_BOUND = re.compile(r"\.\s*(?:all|exists|exists_one|filter|map)\(\s*([A-Za-z_]\w*)\s*,")
_WORDS = frozenset(["in", "true", "false", "null"])


@dataclass(frozen=True, slots=True)
class Guard:
    """One CEL expression; `facts` are the roots it names, `members` the `root.member` pairs."""

    expression: str
    facts: frozenset[str]
    members: frozenset[tuple[str, str]]
    holds: Test = field(compare=False, repr=False)

    @classmethod
    def compile(cls, expression: str, compile_guard: Compile) -> "Guard":
        """The guard of an expression; whatever the compiler raises passes through."""
        bare = _TEXT.sub("''", expression)
        bound = frozenset(_BOUND.findall(bare)) | _WORDS
        found = [(root, member, call) for root, member, call in _NAME.findall(bare) if root not in bound]
        facts = frozenset(root for root, member, call in found if member or not call)
        members = frozenset((root, member) for root, member, _ in found if member)
        return cls(expression, facts, members, compile_guard(expression))
