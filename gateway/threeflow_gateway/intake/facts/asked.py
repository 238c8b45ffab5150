"""A document that is judged, and the questions that providers ask of what the node holds.

What documents are found by stands in the exchange table (``number``, ``mentions``): no code names a type.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from threeflow import envelope, strict
from threeflow.process import Filed, Row, Table, file
from threeflow.rules.pointer import Path
from threeflow_gateway.intake.standing import WITHOUT_EFFECT, Standing
from threeflow_gateway.intake.workspace import Workspace

__all__ = ["Asked", "Found", "Provider", "mentions_of", "name_of", "own_numbers", "values"]


@dataclass(frozen=True, slots=True)
class Found:
    """A document that the node holds."""

    no: int
    filed: Filed
    payload: Mapping[str, Any]
    row: Row

    @property
    def number(self) -> str:
        """Its own number: the one that it states, else that of its first subject, else its id."""
        stated = next(iter(own_numbers(self.row, self.payload)), None)
        keys = next((each["keys"] for each in self.payload["header"].get("subjects", ())), ())
        named = next((str(each["value"]) for each in keys if each["scheme"] in self.row.number), None)
        return (stated[1] if stated else named) or self.filed.id


@dataclass(frozen=True, slots=True)
class Asked:
    """A document that is judged, its held parts opened, and how its subjects stand without it.

    ``keeps`` names the facts whose whole register this node keeps: what it does not hold of them is not so.
    """

    payload: Mapping[str, Any]
    filed: Filed
    subjects: Sequence[Standing]
    workspace: Workspace | None = field(default=None, repr=False)
    table: Table | None = field(default=None, repr=False)
    node: str = ""
    keeps: frozenset[str] = frozenset()

    @property
    def row(self) -> Row | None:
        """The row of its type."""
        return self.table.row(self.filed.type) if self.table else None

    def numbers(self, scheme: str) -> tuple[str, ...]:
        """Return the numbers of a scheme that it names, itself or others by."""
        row = self.row
        named = mentions_of(row, self.payload) if row else ()
        return tuple(dict.fromkeys(number for each, number in named if each == scheme))

    def own(self) -> tuple[tuple[str, str], ...]:
        """Return its own numbers, each with its scheme."""
        return own_numbers(self.row, self.payload) if self.row else ()

    def naming(self, names: Iterable[tuple[str, str]]) -> Iterator[Found]:
        """Give the other documents that name one of these numbers and have effect, oldest first."""
        if self.workspace is None:
            return
        for no in self.workspace.mentioning(name_of(*each) for each in names):
            found = self.found(no)
            if found is not None and found.filed.digest != self.filed.digest:
                yield found

    def found(self, no: int) -> Found | None:
        """Return a held document by its number; None where it has no effect."""
        if self.workspace is None or self.table is None:
            return None
        held = self.workspace.whole(no)
        row = self.table.row(held.type)
        if row is None or held.effect in {*WITHOUT_EFFECT, "no-effect"}:
            return None
        payload = strict.parse_object(envelope.read(held.envelope).payload)
        return Found(no, file(row, payload, held.digest), payload, row)

    def referenced(self) -> Iterator[Found]:
        """Give the documents that it refers to, as far as they are held."""
        if self.workspace is None:
            return
        for each in self.filed.references:
            held = self.workspace.held(each.issuer, each.id)
            found = self.found(held.no) if held is not None and held.digest == each.digest else None
            if found is not None:
                yield found

    def standings_of(self, found: Found) -> tuple[Standing, ...]:
        """Return how the subjects of a document stand."""
        if self.workspace is None:
            return ()
        return tuple(self.workspace.standing(no) for no in self.workspace.subjects_of(found.no))

    def stands(self, found: Found) -> bool:
        """Say whether what a document asked for stands: it is in force, and its track is not undone."""
        for standing in self.standings_of(found):
            if found.filed.digest in standing.state.replaced:
                return False
            if found.filed.digest in standing.waiting:
                return False
            track = self.table.tracks.get(found.filed.position or "") if self.table else None
            if track is not None:
                summary = standing.state.summary(track.name)
                if all(state in track.undone for state in summary):
                    return False
        return True

    def concerns(self, other: Found) -> bool:
        """Say whether another document that names one of its numbers counts here (TF-RULE-24).

        It does where it is of the same issuer or of one subject with this one, names one of this subject's
        documents by digest, or comes from a party. Of a stranger who knows a number nothing is found here.
        """
        issuer, members = other.filed.issuer, [each.members for each in self.subjects]
        if issuer == self.filed.issuer or any(other.filed.digest in each for each in members):
            return True
        parties = {self.filed.issuer, *self.payload["header"].get("receivers", ())}
        parties.update(party for each in members for member in each.values() for party in member.parties)
        known = {self.filed.digest, self.filed.replaces, *(digest for each in members for digest in each)}
        return issuer in parties or any(each.digest in known for each in other.filed.references)

    def taken_up(self, other: Found) -> bool:
        """Say whether an authority's act names a document: it is more than what anybody may lodge."""
        if self.table is None:
            return False
        acts = (
            member
            for standing in self.standings_of(other)
            for member in standing.members.values()
            if (row := self.table.row(member.filed.type)) is not None and row.nature == "act"
        )
        return any(
            each.digest == other.filed.digest
            for act in acts
            if act.effect not in WITHOUT_EFFECT
            for each in act.filed.references
        )

    def versions(self, others: Sequence[Found]) -> frozenset[str]:
        """Return the digests of those of ``others`` that are versions of this document."""
        chain = {self.filed.digest} | ({self.filed.replaces} if self.filed.replaces else set())
        grown = True
        while grown:
            before = len(chain)
            for each in others:
                if each.filed.digest in chain and each.filed.replaces:
                    chain.add(each.filed.replaces)
                elif each.filed.replaces in chain:
                    chain.add(each.filed.digest)
            grown = len(chain) > before
        return frozenset(chain)


Provider = Callable[[Asked], object | None]


def name_of(scheme: str, number: str) -> str:
    """Return the text under which a document that names a number is found."""
    return orjson.dumps([scheme, number]).decode()


def values(payload: Mapping[str, Any], pointer: str) -> list[Any]:
    """Return every value that a pointer with ``*`` reaches."""
    return [value for _, value in _path(pointer).places(payload)]


def own_numbers(row: Row, payload: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the numbers that a payload says are its own, each with its scheme."""
    stated = ((scheme, _path(pointer).first(payload)) for scheme, pointer in row.number.items())
    return tuple((scheme, number) for scheme, number in stated if isinstance(number, str))


def mentions_of(row: Row, payload: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return every number by which a payload is found, each with its scheme."""
    found = list(own_numbers(row, payload))
    for each in row.mentions:
        for value in values(payload, each.pointer):
            if isinstance(value, str):
                found.append((each.scheme, value))
            elif isinstance(value, Mapping) and {"scheme", "value"} <= value.keys():
                found.append((str(value["scheme"]), str(value["value"])))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=512)
def _path(pointer: str) -> Path:
    return Path.parse(pointer)
