"""From a checked CEL tree to a Python function, because no engine is fast enough to judge every line.

The fast form never decides an error: whenever it raises, `cel.Program` asks the CEL engine itself, so the
absorption of errors by `&&`, `||` and the macros is the engine's own. Where it does not raise, evaluating
from left to right with short circuits gives what CEL gives. `tests/sdk/rules/test_compiled.py` holds the two
equal over generated expressions and documents.
"""

from collections.abc import Callable, Mapping
from typing import Any

from threeflow.rules.functions import Signature
from threeflow.rules.syntax import Call, Comprehension, Constant, ListOf, Name, Node, Select, Tree

Function = Callable[[Mapping[str, Any]], Any]

_RESULTS: Mapping[str, type] = {"bool": bool, "string": str, "int": int}
_GIVES: Mapping[str, type] = dict.fromkeys(
    ["_&&_", "_||_", "!_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in", "@not_strictly_false"], bool
)
_LOGIC = {"_&&_": "and", "_||_": "or"}
_HELPERS = {"_==_": "eq", "_<_": "lt", "_<=_": "le", "_>_": "gt", "_>=_": "ge", "_[_]": "at", "@in": "within"}


class NoFastFormError(ValueError):
    """The tree holds a form that only the engine evaluates."""


def compile_tree(tree: Tree, functions: Mapping[str, Signature]) -> Function:
    """Compile a checked tree.

    `functions` are the dialect's named functions and CEL's own (`size`, `startsWith`, …).
    Raises NoFastFormError where the tree holds something else.
    """
    writer = _Writer(functions)
    body = writer.function(tree.root)
    scope: dict[str, Any] = {**_RUNTIME, **{f"f_{name}": each.call for name, each in functions.items()}}
    # The source holds only generated names and repr() of constants: no text of a rule file becomes code.
    exec(compile(body, "<rule>", "exec"), scope)  # noqa: S102
    made: Function = scope["rule"]
    return made


class _Writer:
    def __init__(self, functions: Mapping[str, Signature]) -> None:
        self.functions = functions
        self.results = {name: _RESULTS.get(each.gives) for name, each in functions.items()}
        self.serial = 0

    def function(self, root: Node) -> str:
        defs: list[str] = []
        value = self.expression(root, {}, defs)
        lines = ["def rule(v):", *(f" {line}" for line in defs), f" return {value}"]
        return "\n".join(lines)

    def expression(self, node: Node, names: Mapping[str, str], defs: list[str]) -> str:
        match node:
            case Constant(value=value):
                return repr(value)
            case Name(name=name):
                return names.get(name, f"v[{name!r}]")
            case Select(operand=operand, field=field, test_only=test_only):
                inner = self.expression(operand, names, defs)
                return f"has({inner}, {field!r})" if test_only else f"{inner}[{field!r}]"
            case ListOf(elements=elements):
                return "[" + ", ".join(self.expression(each, names, defs) for each in elements) + "]"
            case Call():
                return self.call(node, names, defs)
            case Comprehension():
                return self.comprehension(node, names, defs)

    def call(self, node: Call, names: Mapping[str, str], defs: list[str]) -> str:
        function = node.function
        if function in _LOGIC:
            left, right = (self.truth(each, names, defs) for each in node.arguments)
            return f"({left} {_LOGIC[function]} {right})"
        if function in ("!_", "@not_strictly_false"):
            truth = self.truth(node.arguments[0], names, defs)
            return f"(not {truth})" if function == "!_" else truth
        if function == "_?_:_":
            condition = self.truth(node.arguments[0], names, defs)
            then, other = (self.expression(each, names, defs) for each in node.arguments[1:])
            return f"({then} if {condition} else {other})"
        given = ([] if node.target is None else [node.target]) + list(node.arguments)
        arguments = [self.expression(each, names, defs) for each in given]
        if function in ("_==_", "_!=_"):
            return self.equality(node, arguments)
        if function in _HELPERS:
            return f"{_HELPERS[function]}({', '.join(arguments)})"
        if function in self.functions:
            return f"f_{function}({', '.join(arguments)})"
        raise NoFastFormError(function)

    def equality(self, node: Call, arguments: list[str]) -> str:
        sign = "==" if node.function == "_==_" else "!="
        if any(self.gives(each, str) for each in node.arguments):
            return f"({arguments[0]} {sign} {arguments[1]})"
        equal = f"eq({arguments[0]}, {arguments[1]})"
        return equal if sign == "==" else f"(not {equal})"

    def truth(self, node: Node, names: Mapping[str, str], defs: list[str]) -> str:
        value = self.expression(node, names, defs)
        return value if self.gives(node, bool) else f"truth({value})"

    def gives(self, node: Node, kind: type) -> bool:
        """Whether the value is surely of that type; the checker's inference trusts data and is no proof."""
        match node:
            case Constant(value=value):
                return type(value) is kind
            case Select(test_only=test_only):
                return test_only and kind is bool
            case Call(function="_?_:_", arguments=(_, then, other)):
                return self.gives(then, kind) and self.gives(other, kind)
            case Call(function=function):
                return _GIVES.get(function, self.results.get(function)) is kind
            case _:
                return False

    def comprehension(self, node: Comprehension, names: Mapping[str, str], defs: list[str]) -> str:
        self.serial += 1
        over = self.expression(node.over, names, defs)
        loop, total, each = f"c{self.serial}", f"t{self.serial}", f"e{self.serial}"
        inner = {**names, node.accumulator: total, node.variable: each}
        inside: list[str] = []
        start = self.expression(node.start, names, inside)
        condition = self.expression(node.condition, inner, inside)
        step = self.step(node, node.step, inner, inside)
        result = self.expression(node.result, inner, inside)
        body = [f"{total} = {start}", f"for {each} in over(o):", f" if not {condition}: break",
                *(f" {line}" for line in step), f"return {result}"]  # fmt: skip
        defs.extend([f"def {loop}(o):", *(f" {line}" for line in [*inside, *body])])
        return f"{loop}({over})"

    def step(self, node: Comprehension, step: Node, names: Mapping[str, str], defs: list[str]) -> list[str]:
        total = names[node.accumulator]
        match step:
            case Name(name=name) if name == node.accumulator:
                return ["pass"]
            case Call(function="_+_", arguments=(Name(name=name), ListOf(elements=(element,)))) if (
                name == node.accumulator
            ):
                return [f"{total}.append({self.expression(element, names, defs)})"]
            case Call(function="_+_", arguments=(Name(name=name), Constant(value=1))) if (
                name == node.accumulator
            ):
                return [f"{total} += 1"]
            case Call(function="_?_:_", arguments=(condition, then, Name(name=name))) if (
                name == node.accumulator
            ):
                inner = self.step(node, then, names, defs)
                return [f"if {self.truth(condition, names, defs)}:", *(f" {line}" for line in inner)]
            case _:
                return [f"{total} = {self.expression(step, names, defs)}"]


def truth(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise TypeError("not a bool")


def _has(value: Any, field: str) -> bool:
    if isinstance(value, dict):
        return field in value
    raise TypeError("no members here")


def _over(value: Any) -> Any:
    if isinstance(value, list):
        return value
    raise TypeError("a map's members have no order here; the engine has its own")


def at(value: Any, key: Any) -> Any:
    if isinstance(value, list):
        if type(key) is int and key >= 0:
            return value[key]
        raise TypeError("not an index")
    if isinstance(value, dict) and isinstance(key, str):
        return value[key]
    raise TypeError("not indexable")


def equal(left: Any, right: Any) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return type(left) is type(right) and bool(left == right)


def _ordered(left: Any, right: Any) -> None:
    if not (type(left) is type(right) and type(left) in (str, int)):
        raise TypeError("no order between these")


def _lt(left: Any, right: Any) -> bool:
    _ordered(left, right)
    return bool(left < right)


def _le(left: Any, right: Any) -> bool:
    _ordered(left, right)
    return bool(left <= right)


def within(value: Any, container: Any) -> bool:
    if isinstance(container, dict) and isinstance(value, str):
        return value in container
    if isinstance(container, list):
        return any(equal(value, each) for each in container)
    raise TypeError("not a container")


_RUNTIME: dict[str, Any] = {
    "truth": truth, "has": _has, "over": _over, "at": at, "eq": equal, "lt": _lt, "le": _le,
    "gt": lambda left, right: _lt(right, left), "ge": lambda left, right: _le(right, left), "within": within,
}  # fmt: skip
