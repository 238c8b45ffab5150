"""Forms that the fast road looks for in an expression's tree, and nothing that writes source."""

from collections.abc import Container

from threeflow.rules.syntax import Call, Comprehension, Constant, ListOf, Name, Node, walk


class NotFusedError(ValueError):
    """The tree holds a form that is left to the exact road."""


def is_zero(node: Node) -> bool:
    return isinstance(node, Constant) and type(node.value) is int and node.value == 0


def mapped(node: Comprehension) -> tuple[Node, Node | None]:
    """What `map` and `filter` put into their list, and on which condition."""
    step: Node = node.step
    test: Node | None = None
    if isinstance(step, Call) and step.function == "_?_:_":
        test, step = step.arguments[0], step.arguments[1]
    match step:
        case Call(function="_+_", arguments=(Name(name=name), ListOf(elements=(element,)))) if (
            name == node.accumulator
        ):
            return element, test
        case _:
            raise NotFusedError("a macro of another kind")


def constant_calls(node: Comprehension, functions: Container[str], written: Container[str]) -> list[Call]:
    """Calls in a macro's body that are the same for every element: made once, before the loop."""
    inner = {node.variable, node.accumulator}
    return [
        each
        for each in walk(node.step)
        if isinstance(each, Call)
        and each.function in functions
        and each.function not in written
        and not any(
            isinstance(below, Comprehension) or (isinstance(below, Name) and below.name in inner)
            for below in walk(each)
        )
        and not _bound_inside(node.step, each)
    ]


def _bound_inside(step: Node, call: Call) -> bool:
    """Whether the call stands in a macro inside this one, whose variable it may name."""
    return any(
        isinstance(each, Comprehension) and any(below is call for below in walk(each)) for each in walk(step)
    )
