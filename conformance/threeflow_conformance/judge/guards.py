"""Guards of the exchange table, evaluated by the suite's own reading of their small language.

Names, members, indexes, texts, integers, lists, ``== != < > <= >= in && || ! ?:``, ``exists``, ``all`` and
``instantCompare``. What a guard
names and the facts do not hold makes it an error, and anything but true counts as false (TF-TABLE-11).
"""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

__all__ = ["GuardError", "holds"]

_TOKEN = re.compile(
    r"\s*(?:(\d+)|'([^']*)'|\"([^\"]*)\"|([A-Za-z_]\w*)|(&&|\|\||==|!=|>=|<=|[!?:.,()\[\]<>]))"
)
Node = tuple[Any, ...]


class GuardError(Exception):
    """The guard cannot be read, or names what the facts do not hold."""


def holds(text: str, facts: Mapping[str, Any]) -> bool:
    """Whether a guard is true of these facts."""
    try:
        return _value(_read(" ".join(text.split())), facts) is True
    except (GuardError, KeyError, TypeError, IndexError, ValueError):
        return False


@cache
def _read(text: str) -> Node:
    reader = _Reader(text)
    found = reader.choice()
    if reader.peek() is not None:
        raise GuardError(f"{text!r}: {reader.peek()} is not expected")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, Any]] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                raise GuardError(f"{text[at:]!r} cannot be read")
            number, single, double, name, sign = found.groups()
            if number is not None:
                self._tokens.append(("value", int(number)))
            elif name is not None:
                self._tokens.append(("name", name))
            elif sign is not None:
                self._tokens.append(("sign", sign))
            else:
                self._tokens.append(("value", single if single is not None else double))
            at = found.end()
        self._at = 0

    def peek(self) -> Any:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def _take(self, *signs: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at] in [
            (kind, sign) for sign in signs for kind in ("sign", "name")
        ]:
            self._at += 1
            return str(self._tokens[self._at - 1][1])
        return None

    def _need(self, sign: str) -> None:
        if self._take(sign) is None:
            raise GuardError(f"{sign} is missing")

    def choice(self) -> Node:
        test = self._either()
        if self._take("?") is None:
            return test
        yes = self.choice()
        self._need(":")
        return ("if", test, yes, self.choice())

    def _either(self) -> Node:
        found = self._both()
        while self._take("||"):
            found = ("or", found, self._both())
        return found

    def _both(self) -> Node:
        found = self._relation()
        while self._take("&&"):
            found = ("and", found, self._relation())
        return found

    def _relation(self) -> Node:
        left = self._unary()
        sign = self._take("==", "!=", "in", ">=", "<=", ">", "<")
        return (sign, left, self._unary()) if sign else left

    def _unary(self) -> Node:
        return ("not", self._unary()) if self._take("!") else self._members(self._atom())

    def _members(self, found: Node) -> Node:
        while True:
            if self._take("."):
                name = self._next()
                found = self._macro(found, name) if self._take("(") else ("member", found, ("value", name))
            elif self._take("["):
                found = ("member", found, self.choice())
                self._need("]")
            else:
                return found

    def _macro(self, of: Node, name: str) -> Node:
        if name not in {"exists", "all"}:
            raise GuardError(f"the function {name} is not known")
        variable = self._next()
        self._need(",")
        body = self.choice()
        self._need(")")
        return (name, of, variable, body)

    def _call(self, name: str) -> Node:
        if name != "instantCompare":
            raise GuardError(f"the function {name} is not known")
        first = self.choice()
        self._need(",")
        second = self.choice()
        self._need(")")
        return (name, first, second)

    def _next(self) -> str:
        self._at += 1
        return str(self._tokens[self._at - 1][1])

    def _atom(self) -> Node:
        if self._take("("):
            found = self.choice()
            self._need(")")
            return found
        if self._take("["):
            items: list[Node] = []
            while self._take("]") is None:
                items.append(self.choice())
                self._take(",")
            return ("list", *items)
        if self._at >= len(self._tokens):
            raise GuardError("something is missing at the end")
        kind, value = self._tokens[self._at]
        self._at += 1
        if kind == "value" or value in {"true", "false"}:
            return ("value", {"true": True, "false": False}.get(value, value) if kind == "name" else value)
        if kind == "name" and self._take("("):
            return self._call(str(value))
        if kind == "name":
            return ("name", value)
        raise GuardError(f"{value} is not expected")


def _value(node: Node, facts: Mapping[str, Any]) -> Any:
    kind, *rest = node
    return _KINDS[kind](rest, facts)


def _name(rest: list[Any], facts: Mapping[str, Any]) -> Any:
    if rest[0] not in facts:
        raise GuardError(f"no fact is called {rest[0]}")
    return facts[rest[0]]


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise GuardError("no truth value")
    return value


def _either(rest: list[Any], facts: Mapping[str, Any]) -> bool:
    # As in CEL, one side that decides makes the other's error not matter.
    for first, second in (rest, rest[::-1]):
        try:
            if _boolean(_value(first, facts)):
                return True
        except (GuardError, KeyError, TypeError):
            return _boolean(_value(second, facts)) or _boolean(_value(first, facts))
    return False


def _every(rest: list[Any], facts: Mapping[str, Any]) -> bool:
    for first, second in (rest, rest[::-1]):
        try:
            if not _boolean(_value(first, facts)):
                return False
        except (GuardError, KeyError, TypeError):
            return _boolean(_value(second, facts)) and _boolean(_value(first, facts))
    return True


def _within(rest: list[Any], facts: Mapping[str, Any]) -> bool:
    item, holder = (_value(each, facts) for each in rest)
    return item in holder


def _over(rest: list[Any], facts: Mapping[str, Any]) -> list[bool]:
    of, variable, body = rest
    return [_boolean(_value(body, {**facts, variable: each})) for each in _value(of, facts)]


def _instants(rest: list[Any], facts: Mapping[str, Any]) -> int:
    """Less than, equal to or greater than 0, as the first instant is before, at or after the second."""
    one, other = (datetime.fromisoformat(_value(each, facts)) for each in rest)
    return (one > other) - (one < other)


def _compared(compare: Callable[[int, int], bool]) -> Callable[[list[Any], Mapping[str, Any]], bool]:
    return lambda rest, facts: compare(_value(rest[0], facts), _value(rest[1], facts))


_KINDS: dict[str, Any] = {
    ">": _compared(operator.gt),
    "<": _compared(operator.lt),
    ">=": _compared(operator.ge),
    "<=": _compared(operator.le),
    "instantCompare": _instants,
    "value": lambda rest, _facts: rest[0],
    "list": lambda rest, facts: [_value(each, facts) for each in rest],
    "name": _name,
    "member": lambda rest, facts: _value(rest[0], facts)[_value(rest[1], facts)],
    "not": lambda rest, facts: not _boolean(_value(rest[0], facts)),
    "or": _either,
    "and": _every,
    "==": lambda rest, facts: _value(rest[0], facts) == _value(rest[1], facts),
    "!=": lambda rest, facts: _value(rest[0], facts) != _value(rest[1], facts),
    "in": _within,
    "if": lambda rest, facts: _value(rest[1] if _boolean(_value(rest[0], facts)) else rest[2], facts),
    "exists": lambda rest, facts: any(_over(rest, facts)),
    "all": lambda rest, facts: all(_over(rest, facts)),
}
