"""What a fold gives: the state of one subject, and all that led there (TF-SUBJ)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from threeflow.process.accounts import Balance, Mark, balance
from threeflow.process.filed import Filed
from threeflow.process.ledger import Ledger
from threeflow.process.portions import Portion
from threeflow.process.scope import Cells
from threeflow.process.table import Table, Text

Reason = Literal["reference", "state", "scope", "grant"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that one portion took: the track went from one state to another because of a document."""

    track: str
    origin: str
    to: str
    cause: str
    at: datetime
    portion: int


@dataclass(frozen=True, slots=True)
class Finding:
    """An irregularity of one document, with the portions that it concerned when it was found."""

    code: str
    digest: str
    text: Text
    portions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that has not taken effect: it lacks a reference, a state, goods in scope, or a grant."""

    digest: str
    reason: Reason
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Effective:
    """The version of a declaration in force at one position."""

    type: str
    version: int
    digest: str


@dataclass(frozen=True)
class State:
    """The state of one subject as a function of the set of its documents.

    `portions` is one portion without cells for every subject but a declared consignment; they sum to
    `declared`. `replaced` names the documents that an effective later version left without effect, `known`
    holds the documents by digest, `names` what they name, `latest` where the last of them sorts, and `ledger`
    the entries of an account.
    """

    subject_kind: str
    tracks: Mapping[str, str]
    documents: tuple[Filed, ...]
    portions: tuple[Portion, ...]
    declared: Cells
    opened_by: str | None
    replaced: frozenset[str]
    joined: Mapping[str, Any] = field(compare=False, repr=False)
    known: Mapping[str, Filed] = field(default_factory=dict, compare=False, repr=False)
    names: set[str] = field(default_factory=set, compare=False, repr=False)
    latest: tuple[object, ...] | None = field(default=None, compare=False, repr=False)
    effective: Mapping[str, Effective] = field(default_factory=dict)
    steps: tuple[Taken, ...] = ()
    marks: tuple[Mark, ...] = ()
    noted: tuple[Finding, ...] = ()
    applied: frozenset[str] = frozenset()
    waiting: tuple[Waiting, ...] = ()
    ledger: Ledger = field(default_factory=Ledger.empty)

    @cached_property
    def accounts(self) -> Mapping[str, Balance]:
        """The balance of each account: of marks on portions, and of the entries of a subject that is one."""
        marked = sorted({mark.account for mark in self.marks})
        return {**{name: balance(name, self.portions) for name in marked}, **self.ledger.balances()}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, also those of documents that still wait."""
        return (*self.noted, *(finding for each in self.waiting for finding in each.findings))

    @property
    def subject_tracks(self) -> Mapping[str, str]:
        """The states of the whole subject: of a divided one those on which its portions agree."""
        agreed = {}
        for name in {name for portion in self.portions for name in self.states_of(portion)}:
            found = {self.states_of(portion).get(name, "none") for portion in self.portions}
            if len(found) == 1:
                agreed[name] = found.pop()
        return dict(sorted(agreed.items()))

    def states_of(self, portion: Portion) -> Mapping[str, str]:
        """Every track of a portion, the untouched ones in their first state."""
        return {**self.tracks, **portion.states}

    def summary(self, track: str) -> Mapping[str, int]:
        """How many portions are in each state of a track."""
        initial = self.tracks.get(track, "none")
        return dict(Counter(portion.states.get(track, initial) for portion in self.portions))

    def history(self, ordinal: int) -> tuple[Taken, ...]:
        """The steps of one portion, with those that its goods took before they were split off."""
        lineage = next((each.lineage for each in self.portions if each.ordinal == ordinal), ())
        until = {ordinal: len(self.steps), **dict(lineage)}
        return tuple(step for index, step in enumerate(self.steps) if index < until.get(step.portion, 0))

    @cached_property
    def digests(self) -> frozenset[str]:
        return frozenset(self.known)


def initial_tracks(table: Table, subject_kind: str) -> Mapping[str, str]:
    """Every track of a kind of subject in its first state, also those that a position keeps apart."""
    return {
        key: track.initial
        for track in table.tracks_of(subject_kind)
        if not (track.per_kind or track.per_entry)
        for key in (track.name, *(track.key("", position) for position in sorted(track.apart)))
    }
