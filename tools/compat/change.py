"""One difference between two states of the standard, and what it means to those who live by the older."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

Verdict = Literal["additive", "breaking", "editorial"]


class Change(NamedTuple):
    """One difference: ``part`` of the standard, ``where`` in it, ``what`` happened.

    ``additive``: what was valid stays valid and keeps its meaning. ``breaking``: something that was valid,
    or that a reader could rely on, is so no longer. ``editorial``: words for people, not for programs.
    """

    verdict: Verdict
    part: str
    where: str
    what: str


def members(
    part: str, where: str, noun: str, old: Iterable[Any], new: Iterable[Any], *, grows: Verdict = "additive"
) -> Iterator[Change]:
    """Compare two sets of names: one that goes breaks, one that comes is what ``grows`` says."""
    before, after = list(old), list(new)
    for each in before:
        if each not in after:
            yield Change("breaking", part, where, f"{noun} {each} removed")
    for each in after:
        if each not in before:
            yield Change(grows, part, where, f"{noun} {each} added")


def shared(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Give what both sides have under one name."""
    for name, value in old.items():
        if name in new:
            yield name, value, new[name]


def rest(
    part: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any], judged: Iterable[str]
) -> Iterator[Change]:
    """Compare every member that was not judged by a rule of its own: whatever differs breaks."""
    for name in sorted((old.keys() | new.keys()) - set(judged)):
        if name not in old:
            yield Change("breaking", part, where, f"{name} added")
        elif name not in new:
            yield Change("breaking", part, where, f"{name} removed")
        elif old[name] != new[name]:
            yield Change("breaking", part, where, f"{name} changed")


def words(
    part: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any], names: Iterable[str]
) -> Iterator[Change]:
    """Compare what only people read."""
    for name in names:
        if old.get(name) != new.get(name):
            yield Change("editorial", part, where, f"{name} reworded")
