"""One place in the source of the exchange table, so that every fault can name it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from threeflow.process.table import Text

Value = TypeVar("Value")


class TableError(ValueError):
    """The table is not in its language; `place` is a path such as `release/kinds/full/steps/0`."""

    def __init__(self, place: str, detail: str) -> None:
        super().__init__(f"{place}: {detail}")
        self.place, self.detail = place, detail


class Node:
    """One mapping of the source together with its place, so that every fault can name it."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, Mapping):
            raise TableError(place, f"a mapping belongs here, not {value!r}")
        self.value, self.place = value, place

    def fail(self, detail: str) -> TableError:
        return TableError(self.place, detail)

    def only(self, members: Collection[str]) -> None:
        for name in self.value:
            if name not in members:
                raise self.fail(f"unknown member {name!r}")

    def need(self, name: str) -> Any:
        if name not in self.value:
            raise self.fail(f"{name!r} is missing")
        return self.value[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.value.get(name, default)

    def child(self, name: str) -> "Node":
        return Node(self.need(name), f"{self.place}/{name}")

    def each(self, name: str) -> list["Node"]:
        found = self.get(name, [])
        if not isinstance(found, list):
            raise self.fail(f"{name!r} is a list")
        return [Node(value, f"{self.place}/{name}/{index}") for index, value in enumerate(found)]

    def strings(self, name: str, known: Any = None) -> tuple[str, ...]:
        found = self.get(name, [])
        if not isinstance(found, list) or not all(isinstance(value, str) for value in found):
            raise self.fail(f"{name!r} is a list of names")
        for value in found:
            self.known(name, value, known)
        return tuple(found)

    def known(self, name: str, value: str, known: Any) -> str:
        if known is not None and value not in known:
            raise self.fail(f"{name} {value!r} is not declared")
        return value

    def text(self, name: str) -> Text:
        words = self.child(name)
        return Text(str(words.need("en")), str(words.need("zh")))

    def mapped(self, name: str, read: Callable[["Node"], Value]) -> dict[str, Value]:
        found = self.child(name)
        return {key: read(Node(value, f"{found.place}/{key}")) for key, value in found.value.items()}
