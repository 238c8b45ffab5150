"""The syntax tree of a checked CEL expression, read from the engine's serialised form.

The engine parses and type-checks; it hands the tree over as `cel.expr.CheckedExpr` (or `ParsedExpr`) in
protobuf's wire form. Only the fields that the dialect can hold are read: constants, names, selections,
calls, lists and comprehensions (the form that the macros expand to). Field numbers: cel/expr/syntax.proto
and cel/expr/checked.proto of the CEL specification.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}


@dataclass(frozen=True, slots=True)
class Constant:
    id: int
    value: bool | int | str | None


@dataclass(frozen=True, slots=True)
class Name:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    id: int
    operand: "Node"
    field: str
    test_only: bool


@dataclass(frozen=True, slots=True)
class Call:
    id: int
    function: str
    target: "Node | None"
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    id: int
    elements: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Comprehension:
    id: int
    variable: str
    over: "Node"
    accumulator: str
    start: "Node"
    condition: "Node"
    step: "Node"
    result: "Node"


Node: TypeAlias = Constant | Name | Select | Call | ListOf | Comprehension


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed expression: its root, the static type of each node (`dyn` where absent), and its places."""

    root: Node
    types: dict[int, str]
    offsets: dict[int, int]


class OutsideDialectError(ValueError):
    """A form of CEL that is outside the dialect (doubles, bytes, maps, messages)."""

    def __init__(self, what: str, node_id: int) -> None:
        super().__init__(what)
        self.node_id = node_id


def decode(serialised: bytes) -> Tree:
    """Read the engine's serialised expression.

    Raises OutsideDialectError for a form outside the dialect.
    """
    fields = dict(_fields(serialised))
    checked = _text(fields[1]).endswith("CheckedExpr")
    body = list(_fields(_octets(fields[2])))
    root, source = (4, 5) if checked else (2, 3)
    types = dict(_type_entry(_octets(value)) for number, value in body if checked and number == 3)
    info = [value for number, value in body if number == source]
    expression = [value for number, value in body if number == root]
    return Tree(_node(_octets(expression[0])), types, _offsets(_octets(info[0])) if info else {})


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below this one."""
    match node:
        case Select(operand=operand):
            return (operand,)
        case Call(target=target, arguments=arguments):
            return arguments if target is None else (target, *arguments)
        case ListOf(elements=elements):
            return elements
        case Comprehension():
            return (node.over, node.start, node.condition, node.step, node.result)
        case _:
            return ()


def _node(octets: bytes) -> Node:
    fields = list(_fields(octets))
    node_id = next((_number(value) for number, value in fields if number == 2), 0)
    for number, value in fields:
        if number != 2:
            return _form(number, _octets(value), node_id)
    raise OutsideDialectError("an empty expression", node_id)


def _form(number: int, octets: bytes, node_id: int) -> Node:
    match number:
        case 3:
            return _constant(octets, node_id)
        case 4:
            return Name(node_id, _text(dict(_fields(octets))[1]))
        case 5:
            select = dict(_fields(octets))
            return Select(node_id, _node(_octets(select[1])), _text(select[2]), bool(select.get(3, 0)))
        case 6:
            return _call(octets, node_id)
        case 7:
            return ListOf(node_id, tuple(_node(_octets(v)) for n, v in _fields(octets) if n == 1))
        case 9:
            return _comprehension(octets, node_id)
        case _:
            raise OutsideDialectError("a map or message literal", node_id)


def _constant(octets: bytes, node_id: int) -> Constant:
    number, value = next(_fields(octets))
    match number:
        case 1:
            return Constant(node_id, None)
        case 2:
            return Constant(node_id, bool(value))
        case 3:
            unsigned = _number(value)
            return Constant(node_id, unsigned - (1 << 64) if unsigned >> 63 else unsigned)
        case 6:
            return Constant(node_id, _text(value))
        case _:
            raise OutsideDialectError("a constant that is neither text, integer, bool nor null", node_id)


def _call(octets: bytes, node_id: int) -> Call:
    fields = list(_fields(octets))
    target = [_node(_octets(value)) for number, value in fields if number == 1]
    function = next(_text(value) for number, value in fields if number == 2)
    arguments = tuple(_node(_octets(value)) for number, value in fields if number == 3)
    return Call(node_id, function, target[0] if target else None, arguments)


def _comprehension(octets: bytes, node_id: int) -> Comprehension:
    fields = dict(_fields(octets))
    if 8 in fields:
        raise OutsideDialectError("a macro with two variables", node_id)
    over, start, condition, step, result = (_node(_octets(fields[n])) for n in (2, 4, 5, 6, 7))
    return Comprehension(node_id, _text(fields[1]), over, _text(fields[3]), start, condition, step, result)


def _type_entry(octets: bytes) -> tuple[int, str]:
    entry = dict(_fields(octets))
    number, value = next(_fields(_octets(entry[2])), (1, b""))
    if number == 3:
        return _number(entry[1]), _PRIMITIVES.get(_number(value), "dyn")
    return _number(entry[1]), "list" if number == 6 else "dyn"


def _offsets(octets: bytes) -> dict[int, int]:
    entries = [dict(_fields(_octets(value))) for number, value in _fields(octets) if number == 4]
    return {_number(entry.get(1, 0)): _number(entry.get(2, 0)) for entry in entries}


def _fields(octets: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(octets):
        key, at = _varint(octets, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(octets, at)
            yield number, value
            continue
        length = {_FIXED64: 8, _FIXED32: 4}.get(wire)
        if length is None:
            length, at = _varint(octets, at)
        yield number, octets[at : at + length]
        at += length


def _varint(octets: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        octet = octets[at]
        at += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, at
        shift += 7


def _number(value: int | bytes) -> int:
    if isinstance(value, int):
        return value
    raise OutsideDialectError("a number of another width", 0)


def _octets(value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    raise OutsideDialectError("a number where a message belongs", 0)


def _text(value: int | bytes) -> str:
    return _octets(value).decode()
