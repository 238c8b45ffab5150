"""From an expression's tree to Python source for the fast road, many rules in one function.

The fast road says *holds* or *look closer*, never *fails*: wherever its source raises, or gives anything but
true, the rule is judged anew in its exact form. So it may refuse whatever would cost it time, and a doubt
costs time, never a wrong verdict. `tests/sdk/rules/test_plan.py` holds the two equal.
"""

import re
from ast import literal_eval
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from threeflow.rules.forms import NotFusedError, constant_calls, is_zero, mapped
from threeflow.rules.functions import Signature
from threeflow.rules.scaled import DIGITS, scaled
from threeflow.rules.syntax import Call, Comprehension, Constant, ListOf, Name, Node, Select, walk

MOST_WORDS = 32
"""The most words for which a search is written out."""
_RESULT = {"bool": "bool", "int": "int", "string": "text"}
_ORDER = {"_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_SIGN = {"_==_": "==", "_!=_": "!=", **_ORDER}


@dataclass(frozen=True, slots=True)
class Piece:
    """Source, and what it gives: bool, int, text, scaled (a decimal as integer), member, or any.

    A member may be the mark of absence, which raises wherever it is indexed, compared or hashed; where a
    value is handed on, it is asked first.
    """

    code: str
    gives: str = "any"


@dataclass
class Scope:
    """What one rule sees: the variable of its element, and which members of element and document it reads."""

    element: str
    element_members: set[str] = field(default_factory=set)
    document_members: set[str] = field(default_factory=set)


class Fuser:
    """Writes expressions; `constants` are the names that the written source refers to."""

    def __init__(self, functions: Mapping[str, Signature], *, has_lists: bool) -> None:
        """Take the dialect; `has_lists` says whether `codes` holds the codes of the day at run time."""
        self.functions, self.has_lists = functions, has_lists
        self.constants: dict[str, Any] = {}
        self.serial = 0

    def condition(self, node: Node, parameters: Mapping[str, Any], scope: Scope) -> str:
        """Source that gives true where the expression surely is true.

        Raises NotFusedError.
        """
        return self._truth(_Sight(parameters, scope, {}), node)

    def constant(self, value: Any) -> str:
        """A name for a value that the source cannot spell."""
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def _truth(self, sight: "_Sight", node: Node) -> str:
        piece = self._piece(sight, node)
        return piece.code if piece.gives == "bool" else f"truth({piece.code})"

    def _piece(self, sight: "_Sight", node: Node) -> Piece:  # noqa: PLR0911 (one line for each form)
        if id(node) in sight.hoisted:
            return sight.hoisted[id(node)]
        match node:
            case Constant(value=value):
                return Piece(repr(value), {bool: "bool", int: "int", str: "text"}.get(type(value), "any"))
            case Name(name=name):
                return Piece(sight.name(name), "text" if name == "at" else "any")
            case Select():
                return self._select(sight, node)
            case ListOf(elements=elements):
                return Piece("[" + ", ".join(self._plain(sight, each) for each in elements) + "]")
            case Comprehension():
                return self._comprehension(sight, node)
            case Call():
                return self._call(sight, node)

    def _plain(self, sight: "_Sight", node: Node) -> str:
        piece = self._piece(sight, node)
        if piece.gives == "scaled":
            raise NotFusedError("a computed decimal used as text")
        return f"real({piece.code})" if piece.gives == "member" else piece.code

    def _raw(self, sight: "_Sight", node: Node) -> str:
        """Source for a use that itself raises for the mark of absence."""
        piece = self._piece(sight, node)
        return piece.code if piece.gives == "member" else self._plain(sight, node)

    def _select(self, sight: "_Sight", node: Select) -> Piece:
        owner = node.operand.name if isinstance(node.operand, Name) else None
        if owner == "parameters" and owner not in sight.names:
            return self._parameter(sight.parameters[node.field])
        local = sight.member(owner, node.field)
        if local is not None:
            return Piece(f"({local} is not N)", "bool") if node.test_only else Piece(local, "member")
        inner = self._raw(sight, node.operand)
        if node.test_only:
            return Piece(f"({inner}.get({node.field!r}, N) is not N)", "bool")
        return Piece(f"{inner}[{node.field!r}]")

    def _parameter(self, value: Any) -> Piece:
        if isinstance(value, list):
            return Piece(self.constant(value))
        return Piece(repr(value), "int" if type(value) is int else "text")

    def _scaled(self, sight: "_Sight", node: Node) -> str:
        piece = self._piece(sight, node)
        if piece.gives == "scaled":
            return piece.code
        value = _spelled(piece)
        return f"D[{piece.code}]" if value is None else repr(scaled(value))

    def _call(self, sight: "_Sight", node: Call) -> Piece:  # noqa: PLR0911 (one line for each form)
        name, given = node.function, ([] if node.target is None else [node.target]) + list(node.arguments)
        if name in ("_&&_", "_||_"):
            left, right = (self._truth(sight, each) for each in given)
            return Piece(f"({left} {'and' if name == '_&&_' else 'or'} {right})", "bool")
        if name == "!_":
            return Piece(f"(not {self._truth(sight, given[0])})", "bool")
        if name == "_?_:_":
            return self._choice(sight, given)
        if name in _SIGN:
            return self._comparison(sight, _SIGN[name], given[0], given[1])
        if name == "@in":
            return self._membership(sight, given[0], given[1])
        if name == "_[_]":
            return Piece(f"at_({self._plain(sight, given[0])}, {self._plain(sight, given[1])})")
        return self._function(sight, name, given)

    def _choice(self, sight: "_Sight", given: list[Node]) -> Piece:
        condition = self._truth(sight, given[0])
        then, other = (self._piece(sight, each) for each in given[1:])
        if "scaled" in (then.gives, other.gives):
            sides = [self._scaled(sight, each) for each in given[1:]]
            return Piece(f"({sides[0]} if {condition} else {sides[1]})", "scaled")
        gives = then.gives if then.gives == other.gives else "any"
        sides = [self._plain(sight, each) for each in given[1:]]
        return Piece(f"({sides[0]} if {condition} else {sides[1]})", "any" if gives == "member" else gives)

    def _comparison(self, sight: "_Sight", sign: str, left: Node, right: Node) -> Piece:
        if isinstance(left, Call) and left.function == "decimalCompare" and is_zero(right):
            sides = [self._scaled(sight, each) for each in left.arguments]
            return Piece(f"({sides[0]} {sign} {sides[1]})", "bool")
        first, second = self._piece(sight, left), self._piece(sight, right)
        if "scaled" in (first.gives, second.gives):
            raise NotFusedError("a computed decimal compared as text")
        kinds = {first.gives, second.gives}
        alike = len(kinds) == 1 and kinds <= {"text", "int", "bool"}
        if alike or (sign in ("==", "!=") and "text" in kinds):
            return Piece(f"({first.code} {sign} {second.code})", "bool")
        if sign in ("==", "!="):
            equal = f"eq({self._plain(sight, left)}, {self._plain(sight, right)})"
            return Piece(equal if sign == "==" else f"(not {equal})", "bool")
        return Piece(f"ordered({first.code}, {second.code}, {sign!r})", "bool")

    def _membership(self, sight: "_Sight", value: Node, container: Node) -> Piece:
        known = _texts(container, sight)
        if known is not None:
            return Piece(f"({self._raw(sight, value)} in {self.constant(frozenset(known))})", "bool")
        return Piece(f"within({self._plain(sight, value)}, {self._plain(sight, container)})", "bool")

    def _function(self, sight: "_Sight", name: str, given: list[Node]) -> Piece:
        writer = _WRITERS.get(name)
        if writer is not None:
            made = writer(self, sight, given)
            if made is not None:
                return made
        if name not in self.functions:
            raise NotFusedError(name)
        call = self.constant(self.functions[name].call)
        arguments = ", ".join(self._plain(sight, each) for each in given)
        return Piece(f"{call}({arguments})", _RESULT.get(self.functions[name].gives, "any"))

    def _comprehension(self, sight: "_Sight", node: Comprehension) -> Piece:
        unrolled = self._unrolled(sight, node)
        if unrolled is not None:
            return Piece(unrolled, "bool")
        inner, loop = self._loop(sight, node)
        match node.step:
            case Call(function="_&&_", arguments=(Name(name=name), test)) if name == node.accumulator:
                return Piece(f"all([{self._truth(inner, test)} {loop}])", "bool")
            case Call(function="_||_", arguments=(Name(name=name), test)) if name == node.accumulator:
                return Piece(f"any([{self._truth(inner, test)} {loop}])", "bool")
            case _:
                element, kept_by = mapped(node)
                kept = f" if {self._truth(inner, kept_by)}" if kept_by is not None else ""
                return Piece(f"[{self._plain(inner, element)} {loop}{kept}]")

    def _unrolled(self, sight: "_Sight", node: Comprehension) -> str | None:
        """Source for whether a text contains one of a few known words: no loop, and the text made once."""
        words = _texts(node.over, sight)
        match node.step:
            case Call(function="_||_", arguments=(Name(), Call(function="contains") as test)) if words:
                text, word = ([] if test.target is None else [test.target]) + list(test.arguments)
            case _:
                return None
        names = {each.name for each in walk(text) if isinstance(each, Name)}
        known = isinstance(word, Name) and word.name == node.variable and node.variable not in names
        if not known or sight.in_iterable or len(words) > MOST_WORDS:
            return None
        self.serial += 1
        first, *rest = map(repr, words)
        held = f"w{self.serial}"
        # The first asks as a method of texts, which raises where there is none; the others may trust it.
        found = [
            f"contains(({held} := {self._plain(sight, text)}), {first})",
            *(f"{each} in {held}" for each in rest),
        ]
        return f"({' or '.join(found)})"

    def scaled_elements(self, sight: "_Sight", node: Node) -> str:
        """Source of a list of scaled integers, for a list of decimals."""
        if isinstance(node, ListOf):
            return "[" + ", ".join(self._scaled(sight, each) for each in node.elements) + "]"
        if isinstance(node, Comprehension) and not isinstance(node.start, Constant):
            inner, loop = self._loop(sight, node)
            element, test = mapped(node)
            kept = f" if {self._truth(inner, test)}" if test is not None else ""
            return f"[{self._scaled(inner, element)} {loop}{kept}]"
        return f"[D[x] for x in over({self._plain(sight, node)})]"

    def _loop(self, sight: "_Sight", node: Comprehension) -> tuple["_Sight", str]:
        """What the body of a macro sees, and the clauses of its loop; constant calls go before it."""
        outside = replace(sight, in_iterable=True)
        over = self._plain(outside, node.over)
        each = f"x{len(sight.names)}"
        clauses, hoisted = "", dict(sight.hoisted)
        for number, call in enumerate(constant_calls(node, self.functions, _WRITERS)):
            name = f"h{len(sight.names)}_{number}"
            piece = self._piece(outside, call)
            clauses += f"for {name} in ({piece.code},) "
            hoisted[id(call)] = Piece(name, piece.gives)
        source = over if over.startswith("[") else f"over({over})"
        inner = replace(sight, names={**sight.names, node.variable: each}, hoisted=hoisted)
        return inner, f"{clauses}for {each} in {source}"


@dataclass(frozen=True, slots=True)
class _Sight:
    """What an expression sees where it stands: parameters, the rule's scope, and the macros' variables.

    `in_iterable`: it stands where a loop of Python looks for its elements, and names nothing there.
    """

    parameters: Mapping[str, Any]
    scope: Scope
    names: Mapping[str, str]
    hoisted: Mapping[int, Piece] = field(default_factory=dict)
    in_iterable: bool = False

    def name(self, name: str) -> str:
        if name in self.names:
            return self.names[name]
        if name == "parameters":
            raise NotFusedError("parameters as a whole")
        return self.scope.element if name == "item" else name

    def member(self, owner: str | None, member: str) -> str | None:
        """The local that holds a member of the element or the document."""
        if owner in self.names or owner not in ("item", "doc") or not member.isidentifier():
            return None
        if owner == "item" and self.scope.element != "doc":
            self.scope.element_members.add(member)
            return f"{self.scope.element}_{member}"
        self.scope.document_members.add(member)
        return f"doc_{member}"


def _spelled(piece: Piece) -> str | None:
    """The text of a piece that is a literal."""
    literal = piece.gives == "text" and piece.code[:1] in "'\""
    return str(literal_eval(piece.code)) if literal else None


def _texts(node: Node, sight: _Sight) -> list[str] | None:
    """The texts of a list that is known when the source is written."""
    if isinstance(node, ListOf) and all(
        isinstance(each, Constant) and isinstance(each.value, str) for each in node.elements
    ):
        return [str(each.value) for each in node.elements if isinstance(each, Constant)]
    if isinstance(node, Select) and isinstance(node.operand, Name) and node.operand.name == "parameters":
        value = sight.parameters[node.field]
        return value if isinstance(value, list) else None
    return None


def _arithmetic(sign: str) -> Callable[[Fuser, _Sight, list[Node]], Piece]:
    def write(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece:
        left, right = (fuser._scaled(sight, each) for each in given)
        return Piece(f"({left} {sign} {right})", "scaled")

    return write


def _multiply(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece:
    left, right = (fuser._scaled(sight, each) for each in given)
    return Piece(f"mul({left}, {right})", "scaled")


def _sum(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece:
    return Piece(f"sum({fuser.scaled_elements(sight, given[0])})", "scaled")


def _within_tolerance(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece:
    left, right, tolerance = (fuser._scaled(sight, each) for each in given)
    return Piece(f"(-{tolerance} <= {left} - {right} <= {tolerance})", "bool")


def _compare(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece:
    left, right = (fuser._scaled(sight, each) for each in given)
    return Piece(f"(({left} > {right}) - ({left} < {right}))", "int")


def _round(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece:
    digits, mode = (fuser._piece(sight, each) for each in given[1:])
    if digits.gives != "int" or not digits.code.isdigit() or _spelled(mode) != "half-up":
        raise NotFusedError("a rounding of another kind")
    unit = 10 ** (DIGITS - int(digits.code)) if int(digits.code) <= DIGITS else 0
    if not unit:
        raise NotFusedError("more digits than there are")
    return Piece(f"half_up({fuser._scaled(sight, given[0])}, {unit})", "scaled")


def _listed(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece | None:
    if not (fuser.has_lists and isinstance(given[2], Name) and given[2].name == "at"):
        return None
    list_id, code = (fuser._raw(sight, each) for each in given[:2])
    return Piece(f"({code} in codes[{list_id}])", "bool")


def _size(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece:
    return Piece(f"len({fuser._raw(sight, given[0])})", "int")


def _matches(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece | None:
    pattern = given[1].value if isinstance(given[1], Constant) else None
    if not isinstance(pattern, str):
        return None
    search = fuser.constant(re.compile(pattern.replace("$", r"\Z"), re.ASCII).search)
    return Piece(f"({search}({fuser._plain(sight, given[0])}) is not None)", "bool")


def _method(name: str) -> Callable[[Fuser, _Sight, list[Node]], Piece]:
    def write(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece:
        return Piece(f"{name}({', '.join(fuser._plain(sight, each) for each in given)})", "bool")

    return write


def _distinct(fuser: Fuser, sight: _Sight, given: list[Node]) -> Piece:
    return Piece(f"distinct({fuser._plain(sight, given[0])})", "bool")


_WRITERS: Mapping[str, Callable[[Fuser, _Sight, list[Node]], Piece | None]] = {
    "decimalAdd": _arithmetic("+"), "decimalSubtract": _arithmetic("-"), "decimalMultiply": _multiply,
    "decimalSum": _sum, "decimalWithin": _within_tolerance, "decimalCompare": _compare,
    "decimalRound": _round, "inList": _listed, "size": _size, "matches": _matches, "distinct": _distinct,
    "startsWith": _method("starts"), "endsWith": _method("ends"), "contains": _method("contains"),
}  # fmt: skip
