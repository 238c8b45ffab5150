"""One fold at work: applies documents to portions until nothing more applies."""

from collections.abc import Mapping
from dataclasses import replace

from threeflow.process import scope
from threeflow.process.accounts import Mark
from threeflow.process.filed import Filed
from threeflow.process.ledger import Effect, Entry, Name, moved
from threeflow.process.portions import Portion, SortKey, exceeds, redeclare, select, split, whole, within
from threeflow.process.scope import Scope
from threeflow.process.state import Effective, Finding, Reason, State, Taken, Waiting
from threeflow.process.table import FindingRule
from threeflow.process.turn import Moves, Sight, Turn

OWN_FINDING: Mapping[Reason, str] = {
    "reference": "reference-awaited",
    "scope": "scope-exceeded",
    "state": "not-in-state",
    "grant": "not-in-state",
}


class Work:
    """The mutable side of a fold. `take` each document; `state` freezes what came of all of them."""

    def __init__(self, sight: Sight, start: State) -> None:
        self.sight, self.start = sight, start
        self.portions = list(start.portions)
        self.declared = start.declared
        self.steps, self.marks, self.noted = list(start.steps), list(start.marks), list(start.noted)
        self.replaced = set(start.replaced)
        self.waiting: dict[str, Reason] = {each.digest: each.reason for each in start.waiting}
        self._blocked: dict[str, tuple[Name, Entry | None]] = {}
        self._opener = sight.known.get(start.opened_by or "")

    def take(self, document: Filed) -> None:
        """Apply the document, and then whatever waited for it."""
        reason = self._apply(document)
        if reason is not None:
            self.waiting[document.digest] = reason
            return
        while self._retry():
            pass

    def state(self) -> State:
        """Everything so far, frozen."""
        return replace(
            self.start,
            portions=tuple(self.portions),
            declared=self.declared,
            effective=dict(self.sight.effective),
            steps=tuple(self.steps),
            marks=tuple(self.marks),
            noted=tuple(self.noted),
            applied=frozenset(self.sight.applied),
            replaced=frozenset(self.replaced),
            waiting=tuple(self._wait(digest, reason) for digest, reason in self.waiting.items()),
            ledger=self.sight.ledger,
        )

    def _retry(self) -> bool:
        for digest in list(self.waiting):
            if self._is_blocked(digest):
                continue
            reason = None if digest in self.replaced else self._apply(self.sight.known[digest])
            if reason is None:
                del self.waiting[digest]
                return True
            self.waiting[digest] = reason
        return False

    def _is_blocked(self, digest: str) -> bool:
        """Whether the entry for which the document could not be applied still stands as it did then."""
        if digest not in self._blocked or digest in self.replaced:
            return False
        name, entry = self._blocked[digest]
        return self.sight.ledger.entries.get(name) is entry

    # -- one document

    def _apply(self, document: Filed) -> Reason | None:
        """Apply the document and give None, or say what it lacks."""
        turn = Turn(self.sight, document)
        reason = self._effect(turn)
        if reason is None:
            self.sight.applied.add(document.digest)
        return reason

    def _effect(self, turn: Turn) -> Reason | None:
        if turn.awaits_reference():
            return "reference"
        if self._is_new_version(turn):
            return self._new_version(turn)
        if not turn.entry_steps:
            return self._move_portions(turn)
        undo = self._move_entries(turn)
        reason = "state" if undo is None else self._move_portions(turn)
        if undo and reason is not None:
            for name, entry in reversed(undo):
                self.sight.ledger.put(name, entry)
        return reason

    def _move_portions(self, turn: Turn) -> Reason | None:
        if turn.row.nature == "fact" or not turn.steps:
            self._record(turn)
            return None
        return self._act(turn)

    def _move_entries(self, turn: Turn) -> list[tuple[Name, Entry | None]] | None:
        """Move every entry that the document's lines name; what stood before, or None where it has to wait.

        A fact moves those that it can; an act or a request moves all of them or none.
        """
        document, ledger = turn.document, self.sight.ledger
        undo: list[tuple[Name, Entry | None]] = []
        for step, line, move in turn.entry_moves(self.portions[0]):
            if move is None and turn.row.nature == "fact":
                self._note_once("entry-not-in-state", document)
            elif move is None:
                if turn.waits_for_entries_alone:
                    self._blocked[document.digest] = (line.name, ledger.entries.get(line.name))
                for name, entry in reversed(undo):
                    ledger.put(name, entry)
                return None
            elif move.to is not None or step.returns or step.clears:
                effect = Effect(move.to, step.side, step.clears or move.to == "cleared", step.returns)
                entry = ledger.entries.get(line.name)
                ledger.put(line.name, moved(entry, line, effect, document.digest, document.at))
                undo.append((line.name, entry))
        return undo

    def _record(self, turn: Turn) -> None:
        """A fact, or a document that moves no state: it is recorded whatever the state is."""
        if turn.out_of_position:
            self._note("position-without-step", turn.document)
        reach = self._scope(turn.document)
        take, complete = select(reach, self.portions)
        for index in split(self.portions, take, len(self.steps)):
            self._touch(turn, index, turn.moves(self.portions[index]))
        if not reach.whole and (not complete or exceeds(reach, self.declared)):
            self._note("scope-exceeded", turn.document)

    def _act(self, turn: Turn) -> Reason | None:
        """An act or a request that needs a state: it takes all the goods that its scope names, or waits."""
        reach = self._scope(turn.document)
        if exceeds(reach, self.declared):
            return "scope"
        eligible = self._eligible(turn)
        take, complete = select(reach, eligible)
        if not complete or not within(reach, eligible, self.portions):
            return "state"
        if turn.document.declared is not None:
            self._declare(turn.document)
            take, _ = select(reach, self._eligible(turn))
        for index in split(self.portions, take, len(self.steps)):
            self._touch(turn, index, turn.moves(self.portions[index]))
        return None

    def _eligible(self, turn: Turn) -> list[Portion]:
        return [portion for portion in self.portions if turn.moves(portion)]

    def _scope(self, document: Filed) -> Scope:
        """A declaration at another position than the opening one's speaks of the same goods."""
        if document.declared is None or self._redeclares(document):
            return document.scope
        return scope.of_cells(document.declared, self.declared)

    # -- declarations and their versions

    def _redeclares(self, document: Filed) -> bool:
        return self._opener is not None and document.position == self._opener.position

    def _declare(self, document: Filed) -> None:
        """Put the document in force at its position; where that position opened the portions, they follow."""
        self.sight.effective[document.position or ""] = Effective(
            document.type, document.version, document.digest
        )
        if document.declared and self._redeclares(document) and document is not self._opener:
            self.declared = document.declared
            redeclare(self.portions, document.declared, whole({}))

    def _is_new_version(self, turn: Turn) -> bool:
        older = self.sight.known.get(turn.document.replaces or "")
        return (
            turn.row.replace is not None
            and older is not None
            and older.digest in self.sight.applied
            and turn.document.is_later_than(older)
        )

    def _new_version(self, turn: Turn) -> Reason | None:
        if not all(turn.holds(turn.row.replace, portion) for portion in self.portions):
            return "grant"
        self._declare(turn.document)
        for index, portion in enumerate(self.portions):
            self._touch(turn, index, turn.moves(portion))
        self.replaced.add(turn.document.replaces or "")
        return None

    # -- one portion

    def _touch(self, turn: Turn, index: int, moves: Moves) -> None:
        portion = self.portions[index]
        for rule in turn.kind.findings:
            if turn.holds(rule.when, portion):
                self._note_rule(rule, turn.document, portion.ordinal)
        states, since = self._step(turn, portion, moves) if moves else (portion.states, portion.since)
        self.portions[index] = Portion(
            ordinal=portion.ordinal,
            lineage=portion.lineage,
            cells=portion.cells,
            states=states,
            since=since,
            posted=self._post(turn, portion) if turn.kind.posts else portion.posted,
            agreed=portion.agreed if turn.kind.agrees is None else _answered(turn, portion),
            seen=portion.seen | {turn.document.type, f"{turn.document.type}/{turn.document.kind}"},
        )

    def _step(
        self, turn: Turn, portion: Portion, moves: Moves
    ) -> tuple[Mapping[str, str], Mapping[str, SortKey]]:
        states, since, document = dict(portion.states), dict(portion.since), turn.document
        for step, move in moves:
            if move.to is None:
                continue
            track = self.sight.table.tracks[step.track]
            key = track.key(document.kind, document.position)
            origin = states.get(key, track.initial)
            states[key], since[key] = move.to, document.key
            if origin != move.to:
                self.steps.append(Taken(key, origin, move.to, document.digest, document.at, portion.ordinal))
        return states, since

    def _post(self, turn: Turn, portion: Portion) -> frozenset[tuple[str, str]]:
        posted, document = set(portion.posted), turn.document
        for post in turn.kind.posts:
            mark = (post.account, post.side)
            here = post.position in (None, document.position) and turn.holds(post.guard, portion)
            # A mark that is there already, or a reversal of one that is not, changes nothing: idempotent.
            if here and post.reverse == (mark in posted):
                posted.symmetric_difference_update([mark])
                self.marks.append(Mark(*mark, post.reverse, document.digest, document.at, portion.ordinal))
        return frozenset(posted)

    # -- findings

    def _note(self, code: str, document: Filed) -> None:
        self.noted.append(Finding(code, document.digest, self.sight.table.findings[code]))

    def _note_once(self, code: str, document: Filed) -> None:
        if not any((each.code, each.digest) == (code, document.digest) for each in reversed(self.noted)):
            self._note(code, document)

    def _note_rule(self, rule: FindingRule, document: Filed, ordinal: int) -> None:
        for index, each in enumerate(self.noted):
            if (each.code, each.digest) == (rule.code, document.digest):
                self.noted[index] = replace(each, portions=(*each.portions, ordinal))
                return
        self.noted.append(Finding(rule.code, document.digest, rule.text, (ordinal,)))

    def _wait(self, digest: str, reason: Reason) -> Waiting:
        """A document that still waits, with what its row finds irregular about it now."""
        turn = Turn(self.sight, self.sight.known[digest])
        rules = turn.kind.findings if reason == "state" else ()
        found = [(rule, self._where(turn, rule)) for rule in rules]
        code = OWN_FINDING[reason]
        own = Finding(code, digest, self.sight.table.findings[code])
        return Waiting(
            digest, reason, (own, *(Finding(rule.code, digest, rule.text, at) for rule, at in found if at))
        )

    def _where(self, turn: Turn, rule: FindingRule) -> tuple[int, ...]:
        return tuple(portion.ordinal for portion in self.portions if turn.holds(rule.when, portion))


def _answered(turn: Turn, portion: Portion) -> frozenset[str]:
    issuer = frozenset([turn.document.issuer])
    return portion.agreed | issuer if turn.kind.agrees else portion.agreed - issuer
