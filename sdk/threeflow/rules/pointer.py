"""JSON Pointers with `*` for every element, over parsed JSON values."""

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

    def places(self, value: Any) -> list[tuple[str, Any]]:
        """Every place that the path reaches: its exact pointer and the value there."""
        reached: list[tuple[str, Any]] = [("", value)]
        for token in self.tokens:
            if token == EVERY:
                reached = [child for at, each in reached for child in _children(at, each)]
            else:
                reached = [child for at, each in reached for child in _child(at, each, token)]
        return reached

    def first(self, value: Any) -> Any:
        """The value at the first place, None where there is none."""
        return next((found for _, found in self.places(value)), None)


def escaped(token: str) -> str:
    """A member name as a JSON Pointer writes it."""
    return token.replace("~", "~0").replace("/", "~1")


def _child(at: str, value: Any, token: str) -> tuple[tuple[str, Any], ...]:
    if isinstance(value, dict):
        return ((f"{at}/{escaped(token)}", value[token]),) if token in value else ()
    if isinstance(value, list) and token.isascii() and token.isdigit() and int(token) < len(value):
        return ((f"{at}/{token}", value[int(token)]),)
    return ()


def _children(at: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(f"{at}/{index}", child) for index, child in enumerate(value)]
    if isinstance(value, dict):
        return [(f"{at}/{escaped(name)}", child) for name, child in value.items()]
    return []
