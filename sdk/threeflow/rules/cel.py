"""CEL in the narrow dialect (TF-RULE): parsed, checked and, on any doubt, judged by Google's engine.

`compile` refuses what is outside the dialect: arithmetic, doubles, timestamps, unknown functions, patterns
with look-around or classes that engines read differently. The engine (`cel-expr-python`) stays behind
`Engine`; a compiled program has a fast Python form for the common road and the engine for every error.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from cel_expr_python import cel as engine

from threeflow.rules.compiled import NoFastFormError, compile_tree
from threeflow.rules.functions import BUILT_IN, DIALECT, Signature
from threeflow.rules.syntax import (
    Call,
    Comprehension,
    Constant,
    Name,
    Node,
    OutsideDialectError,
    Tree,
    children,
    decode,
    walk,
)

OPERATORS = frozenset(
    ["_&&_", "_||_", "!_", "_?_:_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_[_]", "@in"]
)
_MACRO_ONLY = frozenset(["@not_strictly_false"])
_TYPES = {
    "bool": engine.Type.BOOL, "int": engine.Type.INT, "string": engine.Type.STRING, "dyn": engine.Type.DYN,
    "list(string)": engine.Type.List(engine.Type.STRING), "list(dyn)": engine.Type.List(engine.Type.DYN),
}  # fmt: skip
_FAULTS = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
_UNPORTABLE = re.compile(r"\(\?[=!<]|\\[pPdDwWsSbB]|\\[1-9]")


class CelError(ValueError):
    """An expression that is not of the dialect; `line` and `column` count from 1."""

    def __init__(self, detail: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{line}:{column}: {detail}")
        self.detail, self.line, self.column = detail, line, column


class EvaluationError(ValueError):
    """The engine's own error value for an expression that met the wrong data; the detail is its text."""


class Program:
    """A compiled expression: call it with its variables, get a JSON-like value.

    Raises EvaluationError where CEL's value is an error.
    """

    __slots__ = ("_exact", "_fast", "source", "tree", "variables")

    def __init__(self, source: str, exact: Any, tree: Tree, fast: Callable[..., Any] | None,
                 variables: frozenset[str]) -> None:  # fmt: skip
        self.source, self.tree, self.variables = source, tree, variables
        self._exact, self._fast = exact, fast

    def __call__(self, variables: Mapping[str, Any]) -> Any:
        if self._fast is None:
            return self.exact(variables)
        try:
            return self._fast(variables)
        except _FAULTS:
            return self.exact(variables)

    def exact(self, variables: Mapping[str, Any]) -> Any:
        """The engine's own answer, some thirty times slower."""
        bound = {name: variables[name] for name in self.variables if name in variables}
        value = self._exact.eval(data=bound)
        if value.type() == engine.Type.ERROR:
            raise EvaluationError(str(value.value()))
        return value.plain_value()


class Engine:
    """The dialect with its named functions, bound to the code lists they look in."""

    def __init__(self, functions: Mapping[str, Signature] = DIALECT) -> None:
        self.functions = dict(functions)
        self._known = {**BUILT_IN, **self.functions}
        self._declared = [_declaration(name, each) for name, each in self.functions.items()]
        self._parser = engine.NewEnv()
        self._environment = cache(self._new_environment)

    def compile(self, expression: str, variables: Iterable[str] | None = None) -> Program:
        """Compile an expression over the named variables (all that it names, where None).

        Raises CelError with the place of the fault.
        """
        parsed = _decoded(self._parser, expression, check=False)[1]
        used = _free_names(parsed)
        unknown = sorted(used - frozenset(variables)) if variables is not None else []
        if unknown:
            raise _fault(parsed, expression, _first(parsed, unknown[0]), f"no variable {unknown[0]!r} here")
        checked, tree = _decoded(self._environment(used), expression, check=True)
        self._hold_dialect(tree, expression)
        try:
            fast = compile_tree(tree, self._known)
        except NoFastFormError:
            fast = None
        return Program(expression, checked, tree, fast, used)

    def _new_environment(self, variables: frozenset[str]) -> Any:
        typed = {name: engine.Type.STRING if name == "at" else engine.Type.DYN for name in variables}
        return engine.NewEnv(variables=typed, functions=self._declared)

    def _hold_dialect(self, tree: Tree, expression: str) -> None:
        expanded = {id(each) for node in walk(tree.root) if isinstance(node, Comprehension)
                    for each in (node.step, *_steps(node.step))}  # fmt: skip
        for node in walk(tree.root):
            if isinstance(node, Call) and id(node) not in expanded:
                self._hold_call(tree, expression, node)

    def _hold_call(self, tree: Tree, expression: str, node: Call) -> None:
        name = node.function
        if name not in OPERATORS and name not in _MACRO_ONLY and name not in self._known:
            raise _fault(tree, expression, node, f"{name!r} is not in the dialect")
        if name == "matches":
            pattern = node.arguments[-1]
            if not isinstance(pattern, Constant) or _UNPORTABLE.search(str(pattern.value)):
                raise _fault(tree, expression, node, "a pattern is a constant without look-around, back-"
                             "references and shorthand classes")  # fmt: skip


def compile(expression: str, variables: Iterable[str] | None = None) -> Program:  # noqa: A001
    """Compile with the dialect's functions and no code lists: for guards and other small expressions.

    Raises CelError with the place of the fault.
    """
    return _plain_engine().compile(expression, variables)


@cache
def _plain_engine() -> Engine:
    return Engine()


def _declaration(name: str, signature: Signature) -> Any:
    overload = engine.Overload(
        f"{name}_{'_'.join(signature.takes)}".replace("(", "_").replace(")", ""),
        return_type=_TYPES[signature.gives],
        parameters=[_TYPES[each] for each in signature.takes],
        impl=signature.call,
    )
    return engine.FunctionDecl(name, [overload])


def _decoded(environment: Any, expression: str, *, check: bool) -> tuple[Any, Tree]:
    try:
        compiled = environment.compile(expression, disable_check=not check)
    except RuntimeError as fault:
        raise _engine_fault(str(fault)) from None
    try:
        return compiled, decode(compiled.serialize())
    except OutsideDialectError as fault:
        raise CelError(f"{fault} is not in the dialect") from None


def _engine_fault(text: str) -> CelError:
    place = re.search(r"<input>:([0-9]+):([0-9]+): (.*)", text)
    if place is None:
        return CelError(text.splitlines()[0])
    return CelError(place[3], int(place[1]), int(place[2]))


def _fault(tree: Tree, expression: str, node: Node, detail: str) -> CelError:
    before = expression[: tree.offsets.get(node.id, 0)]
    return CelError(detail, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _free_names(tree: Tree) -> frozenset[str]:
    return frozenset(_free(tree.root, frozenset()))


def _free(node: Node, bound: frozenset[str]) -> Iterable[str]:
    if isinstance(node, Name):
        return () if node.name in bound else (node.name,)
    if isinstance(node, Comprehension):
        inner = bound | {node.variable, node.accumulator}
        parts = [(node.over, bound), (node.start, bound)]
        parts += [(each, inner) for each in (node.condition, node.step, node.result)]
        return [name for each, names in parts for name in _free(each, names)]
    return [name for each in children(node) for name in _free(each, bound)]


def _first(tree: Tree, name: str) -> Node:
    return next(node for node in walk(tree.root) if isinstance(node, Name) and node.name == name)


def _steps(step: Node) -> tuple[Node, ...]:
    """What a macro writes itself: the sum in `map`, `filter` and `exists_one`."""
    if isinstance(step, Call) and step.function == "_?_:_":
        return (step, *_steps(step.arguments[1]))
    return (step,)
