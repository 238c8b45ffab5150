"""One document's turn in a fold: which of its steps fit a portion, judged by the facts of that moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from threeflow.process.filed import Filed
from threeflow.process.guard import Guard
from threeflow.process.ledger import Ledger, Line
from threeflow.process.portions import Portion
from threeflow.process.state import Effective
from threeflow.process.table import Fact, Move, Step, Table

Moves = list[tuple[Step, Move]]


@dataclass(frozen=True, slots=True)
class Sight:
    """What guards may look at beside the portion; `applied`, `effective` and `ledger` grow while it works."""

    table: Table
    subject_kind: str
    tracks: Mapping[str, str]
    known: Mapping[str, Filed]
    applied: set[str]
    effective: dict[str, Effective]
    joined: Mapping[str, Any]
    ledger: Ledger

    @property
    def held(self) -> Mapping[str, Mapping[str, Any]]:
        """What the node holds under other subjects, by digest."""
        held: Mapping[str, Mapping[str, Any]] = self.joined.get("held", {})
        return held


class Turn:
    """A document with its row and kind, and the steps that concern this subject at its position."""

    __slots__ = ("_facts", "_named", "_sight", "document", "entry_steps", "kind", "row", "steps")

    def __init__(self, sight: Sight, document: Filed) -> None:
        self._sight, self.document = sight, document
        self.row = sight.table.rows[document.type]
        self.kind = self.row.kinds[document.kind]
        steps = [
            step
            for step in self.kind.steps
            if step.position in (None, document.position) and self._ours(step)
        ]
        tracks = sight.table.tracks
        self.steps = [step for step in steps if not tracks[step.track].per_entry]
        self.entry_steps = [step for step in steps if tracks[step.track].per_entry]
        self._facts: dict[str, Any] | None = None
        self._named: Mapping[str, frozenset[str]] | None = None

    @property
    def out_of_position(self) -> bool:
        """Whether the kind moves this kind of subject, but not at the position of this document."""
        return (
            not (self.steps or self.entry_steps)
            and self.row.nature != "fact"
            and any(self._ours(step) for step in self.kind.steps)
        )

    def awaits_reference(self) -> bool:
        """Whether a required reference is held nowhere."""
        must = self.kind.must
        return bool(must) and any(
            each.digest not in self._sight.known and each.digest not in self._sight.held
            for each in self.document.references
            if each.type in must
        )

    def moves(self, portion: Portion) -> Moves:
        """The steps that fit the portion, each with the move that it takes."""
        return [(step, move) for step in self.steps if (move := self._move(step, portion)) is not None]

    def entry_moves(self, portion: Portion) -> Iterator[tuple[Step, Line, Move | None]]:
        """Each line about an entry, with the move that its entry takes, or None where none fits."""
        for step in self.entry_steps:
            lines = self.document.lines.get(step.lines, ())
            if not self.holds(step.guard, portion):
                yield from ((step, line, None) for line in lines if self.row.nature != "fact")
                continue
            moves = [move for move in step.moves if self.holds(move.when, portion)]
            initial = self._sight.table.tracks[step.track].initial
            for line in lines:
                entry = self._sight.ledger.entries.get(line.name)
                state, holder = (initial, None) if entry is None else (entry.state, entry.holder)
                fits = (each for each in moves if each.leaves(state) and self._is_held(each, holder))
                yield step, line, next(fits, None)

    @property
    def waits_for_entries_alone(self) -> bool:
        """Whether nothing but the entries themselves says if the lines can be moved."""
        return all(
            step.guard is None and all(move.when is None for move in step.moves) for step in self.entry_steps
        )

    def _is_held(self, move: Move, holder: str | None) -> bool:
        return not move.held_by or any(holder in self._names(type_) for type_ in move.held_by)

    def _names(self, type_: str) -> frozenset[str]:
        """Documents of a type that this one names, at once or through documents of this subject."""
        if self._named is None:
            found: dict[str, set[str]] = {}
            edge = list(self.document.references)
            while edge:
                each = edge.pop()
                if each.digest not in found.setdefault(each.type, set()):
                    found[each.type].add(each.digest)
                    there = self._sight.known.get(each.digest)
                    edge.extend(there.references if there else ())
            self._named = {name: frozenset(digests) for name, digests in found.items()}
        return self._named.get(type_, frozenset())

    def holds(self, guard: Guard | None, portion: Portion) -> bool:
        """Whether the guard is true of the portion; no guard always is."""
        if guard is None:
            return True
        facts = {name: self._fact(name, portion) for name in guard.facts}
        return guard.holds(facts) is True

    def _ours(self, step: Step) -> bool:
        return self._sight.table.tracks[step.track].subject == self._sight.subject_kind

    def _move(self, step: Step, portion: Portion) -> Move | None:
        track = self._sight.table.tracks[step.track]
        key = track.key(self.document.kind, self.document.position)
        state, since = portion.states.get(key, track.initial), portion.since.get(key)
        # A fact that happened earlier than the one that gave the state changes nothing.
        if self.row.nature == "fact" and since is not None and self.document.key < since:
            return None
        fitting = (move for move in step.moves if move.leaves(state) and self.holds(move.when, portion))
        move = next(fitting, None)
        return move if move is not None and self.holds(step.guard, portion) else None

    def _fact(self, name: str, portion: Portion) -> Any:
        if name != "doc":
            return self._of_portion(self._sight.table.facts[name], portion)
        if self._facts is None:
            self._facts = self._of_document()
        return self._facts

    def _of_portion(self, fact: Fact, portion: Portion) -> Any:
        match fact.source:
            case "states":
                return {**self._sight.tracks, **portion.states}
            case "posted":
                return (fact.account, fact.side) in portion.posted
            case "agreed" | "seen":
                return sorted(getattr(portion, fact.source))
            case "ledger":
                return self._of_ledger(fact.of)
            case "declared":
                found = self._sight.effective.get(self.document.position or "")
                return {"version": found.version if found else 0, "digest": found.digest if found else ""}
            case _:
                return self._sight.joined.get(fact.name, fact.default)

    def _of_ledger(self, what: str) -> bool:
        account, ledger = self.document.account, self._sight.ledger
        if what == "counted":
            lines = [line for each in self.document.lines.values() for line in each]
            return all(ledger.left(account, line.unit) == line.value for line in lines)
        return ledger.overdrawn(account) if what == "overdrawn" else ledger.settled(account)

    def _of_document(self) -> dict[str, Any]:
        document = self.document
        found = {
            "kind": document.kind,
            "issuer": document.issuer,
            "position": document.position or "",
            "version": document.version,
            "replaces": document.replaces is not None,
            **document.facts,
        }
        if "refs" in self.row.uses:
            found["refs"] = list(self._refs())
        if "namedBy" in self.row.uses:
            found["namedBy"] = list(self._named_by())
        return found

    def _refs(self) -> Iterator[dict[str, Any]]:
        for each in self.document.references:
            here, there = self._sight.known.get(each.digest), self._sight.held.get(each.digest)
            elsewhere = there or {}
            yield {
                "type": each.type,
                "issuer": each.issuer,
                "relation": each.relation,
                "kind": here.kind if here else elsewhere.get("kind", ""),
                "held": here is not None or there is not None,
                "applied": each.digest in self._sight.applied,
                "states": elsewhere.get("states", {}),
                "facts": here.facts if here else {},
            }

    def _named_by(self) -> Iterator[dict[str, Any]]:
        for other in self._sight.known.values():
            names = any(each.digest == self.document.digest for each in other.references)
            if names and other.digest in self._sight.applied:
                yield {"type": other.type, "kind": other.kind, "issuer": other.issuer, "facts": other.facts}
