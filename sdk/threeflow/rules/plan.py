"""All rules that bind one kind of document, in one Python function: which of them need a closer look.

Elements are visited once for all rules, members are read once for an element, and decimals once for a
process. What the function does not call in question holds; everything else is judged one by one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from threeflow.rules import compiled
from threeflow.rules.forms import NotFusedError
from threeflow.rules.functions import CodeLists, Signature
from threeflow.rules.fused import Fuser, Scope
from threeflow.rules.pack import Parameter, Rule
from threeflow.rules.pointer import EVERY
from threeflow.rules.scaled import DECIMALS, half_up, multiply

Doubts = Callable[[Mapping[str, Any], Mapping[str, Any], str, Mapping[str, frozenset[str]]], set[int]]
JSON_TYPES: Mapping[str, type] = {"map": dict, "list": list, "string": str, "integer": int, "boolean": bool}
_FAULTS = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
_CONTAINERS = frozenset([dict, list])
_TEXTS_AND_NUMBERS = frozenset([str, int])


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule with its parameters on the day of judgement; None where a parameter has no value that day."""

    rule: Rule
    parameters: Mapping[str, Parameter | None]


def doubts(bound: Sequence[Bound], functions: Mapping[str, Signature], *, has_lists: bool) -> Doubts:
    """The function that names, by index, the rules of a document that do not surely hold.

    It takes the document, the facts, the instant of judgement, and the valid codes of that day by list.
    """
    return _Writer(bound, functions, has_lists=has_lists).function()


class ValidCodes(dict[str, frozenset[str]]):
    """The valid codes of each list on one day; raises LookupError for a list that is not held."""

    def __init__(self, lists: CodeLists, on: date) -> None:
        """Take the lists and the UTC day of judgement."""
        super().__init__()
        self.lists, self.on = lists, on

    def __missing__(self, list_id: str) -> frozenset[str]:
        self[list_id] = valid = self.lists.valid(list_id, self.on)
        return valid


@dataclass
class _Place:
    """A place that paths reach: the rules that are judged at it, and the places below."""

    variable: str
    members: set[str] = field(default_factory=set)
    checks: list[tuple[int, str]] = field(default_factory=list)
    below: "dict[str, _Place]" = field(default_factory=dict)

    def rules(self) -> set[int]:
        return {index for index, _ in self.checks}.union(*(each.rules() for each in self.below.values()))


class _Writer:
    def __init__(
        self, bound: Sequence[Bound], functions: Mapping[str, Signature], *, has_lists: bool
    ) -> None:
        self.bound = bound
        self.fuser = Fuser(functions, has_lists=has_lists)
        self.root = _Place("doc")
        self.slow: set[int] = set()
        self.serial = 0

    def function(self) -> Doubts:
        for index, each in enumerate(self.bound):
            if each.rule.parts or any(value is None for value in each.parameters.values()):
                self.slow.add(index)
            else:
                self.place(index, each)
        lines = ["def doubts(doc, facts, at, codes):", f" doubt = {set(self.slow) or 'set()'}"]
        lines += [f" {line}" for line in [*self.facts(), *self.lines(self.root)]]
        lines.append(" return doubt")
        scope: dict[str, Any] = {**_RUNTIME, **self.fuser.constants}
        # The source holds only generated names and repr() of constants: no text of a rule file becomes code.
        exec(compile("\n".join(lines), "<rules>", "exec"), scope)  # noqa: S102
        made: Doubts = scope["doubts"]
        return made

    def place(self, index: int, bound: Bound) -> None:
        """Put a rule at every place where it is judged, or leave it to the exact road."""
        rule, checks = bound.rule, []
        for path in rule.for_each:
            if any(token.isdigit() for token in path.tokens):
                self.slow.add(index)
                return
            node = self.root
            for token in path.tokens:
                node = node.below.setdefault(token, _Place(self.variable()))
            scope = Scope(node.variable)
            try:
                code = self.fuser.condition(rule.expression.tree.root, bound.parameters, scope)
                if rule.when is not None:
                    when = self.fuser.condition(rule.when.tree.root, bound.parameters, scope)
                    code = f"(not {when}) or {code}"
            except (NotFusedError, ValueError):
                self.slow.add(index)
                return
            checks.append((node, scope, code))
        for node, scope, code in checks:
            node.members |= scope.element_members
            self.root.members |= scope.document_members
            node.checks.append((index, code))

    def variable(self) -> str:
        self.serial += 1
        return f"e{self.serial}"

    def facts(self) -> Iterable[str]:
        for index, each in enumerate(self.bound):
            for name, fact in each.rule.facts.items():
                kind = JSON_TYPES[fact.type].__name__
                yield f"if not isinstance(facts.get({name!r}, N), {kind}): doubt.add({index})"

    def lines(self, place: _Place) -> Iterable[str]:
        """The source at one place: members read once, each rule apart, then the places below."""
        if place.members:
            yield f"if type({place.variable}) is not dict: doubt.update({sorted(place.rules())})"
            yield "else:"
            reads = [
                f"{place.variable}_{name} = {place.variable}.get({name!r}, N)"
                for name in sorted(place.members)
            ]
            yield from (f" {line}" for line in [*reads, *self.checks(place)])
        else:
            yield from self.checks(place)
        for token, below in place.below.items():
            if below.rules():
                yield from self.step(place, token, below)

    def checks(self, place: _Place) -> Iterable[str]:
        for index, code in place.checks:
            yield "try:"
            yield f" if not ({code}): doubt.add({index})"
            yield f"except faults: doubt.add({index})"

    def step(self, place: _Place, token: str, below: _Place) -> Iterable[str]:
        if token == EVERY:
            yield f"for {below.variable} in elements({place.variable}):"
        else:
            member = f"{place.variable}.get({token!r}, N) if type({place.variable}) is dict else N"
            yield f"{below.variable} = {member}"
            yield f"if {below.variable} is not N:"
        yield from (f" {line}" for line in self.lines(below))


def _elements(value: Any) -> Iterable[Any]:
    if type(value) is list:
        return value
    return value.values() if type(value) is dict else ()


def _over(value: Any) -> list[Any]:
    if type(value) is list:
        return value
    raise TypeError("a map's members have no order here; the engine has its own")


def _within(value: Any, container: Any) -> bool:
    """Membership; a text is equal to no other type, so Python's own look-up is exact for it."""
    if type(value) is str and type(container) in _CONTAINERS:
        return value in container
    return compiled.within(value, container)


def _distinct(values: list[Any]) -> bool:
    """Whether none stands twice; types that are told apart only by the exact form raise or give false."""
    if type(values) is not list or not _TEXTS_AND_NUMBERS.issuperset(map(type, values)):
        raise TypeError("only texts and integers are quick")
    return len(set(values)) == len(values)


def _ordered(left: Any, right: Any, sign: str) -> bool:
    if not (type(left) is type(right) and type(left) in (str, int)):
        raise TypeError("no order between these")
    smaller, same = bool(left < right), bool(left == right)
    return {"<": smaller, "<=": smaller or same, ">": not (smaller or same), ">=": not smaller}[sign]


class _Absence:
    """What stands for a member that is not there: only `is` may ask for it, all else raises."""

    def __eq__(self, other: object) -> bool:
        raise TypeError("an absent member is compared")

    def __hash__(self) -> int:
        raise TypeError("an absent member is looked up")


_ABSENT = _Absence()


def _real(value: Any) -> Any:
    if value is _ABSENT:
        raise TypeError("an absent member is used")
    return value


_RUNTIME: Mapping[str, Any] = {
    "N": _ABSENT, "real": _real, "D": DECIMALS, "mul": multiply, "half_up": half_up, "faults": _FAULTS,
    "elements": _elements, "over": _over, "distinct": _distinct, "ordered": _ordered, "eq": compiled.equal,
    "within": _within, "at_": compiled.at, "truth": compiled.truth,
    "starts": str.startswith, "ends": str.endswith, "contains": str.__contains__,
}  # fmt: skip
