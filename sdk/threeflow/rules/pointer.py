"""JSON Pointers with `*` for every element, over parsed JSON values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed JSON Pointer (RFC 6901) in which a whole token `*` stands for every element or member."""

    tokens: tuple[str, ...]

    @classmethod
    def parse(cls, pointer: str) -> "Path":
        """Raises ValueError for a pointer that does not begin with a slash."""
        if pointer and not pointer.startswith("/"):
            raise ValueError(f"not a JSON Pointer: {pointer!r}")
        return cls(tuple(each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]))

    def __str__(self) -> str:
        return "".join(f"/{escaped(each)}" for each in self.tokens)

    def places(self, value: Any) -> Iterator[tuple[str, Any]]:
        """Every place that the path reaches: its exact pointer and the value there."""
        return _places(value, self.tokens, "")

    def first(self, value: Any) -> Any:
        """The value at the first place, None where there is none."""
        return next((found for _, found in self.places(value)), None)


def escaped(token: str) -> str:
    """A member name as a JSON Pointer writes it."""
    return token.replace("~", "~0").replace("/", "~1")


def _places(value: Any, tokens: tuple[str, ...], at: str) -> Iterator[tuple[str, Any]]:
    if not tokens:
        yield at, value
        return
    for name, child in _children(value, tokens[0]):
        yield from _places(child, tokens[1:], f"{at}/{escaped(name)}")


def _children(value: Any, step: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        if step == EVERY:
            yield from value.items()
        elif step in value:
            yield step, value[step]
    elif isinstance(value, list):
        if step == EVERY:
            yield from ((str(index), child) for index, child in enumerate(value))
        elif step.isascii() and step.isdigit() and int(step) < len(value):
            yield step, value[int(step)]
