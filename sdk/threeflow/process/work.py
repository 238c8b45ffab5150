"""One fold at work: applies documents to portions until nothing more applies."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from threeflow.process import facts, scope
from threeflow.process.accounts import Balance, Entry
from threeflow.process.filed import Filed
from threeflow.process.guard import Guard
from threeflow.process.portions import Portion, Take, exceeds, redeclare, select, split, whole, within
from threeflow.process.scope import Scope
from threeflow.process.state import Effective, Finding, Reason, State, Taken, Waiting
from threeflow.process.table import FindingRule, Kind, Move, Row, Step, Table


class Work:
    """The mutable side of a fold. `take` a document; `state` freezes what came of all of them."""

    def __init__(self, table: Table, start: State, documents: tuple[Filed, ...] | None = None) -> None:
        self.table, self.start = table, start
        self.documents = start.documents if documents is None else documents
        self.known = {each.digest: each for each in self.documents}
        self.held = start.joined.get("held", {})
        self.portions = list(start.portions)
        self.declared, self.effective = start.declared, dict(start.effective)
        self.steps, self.entries, self.noted = list(start.steps), list(start.entries), list(start.noted)
        self.applied, self.replaced = set(start.applied), set(start.replaced)
        self.waiting: dict[str, Reason] = {each.digest: each.reason for each in start.waiting}

    def take(self, document: Filed) -> None:
        """Apply the document, and then whatever waited for it."""
        reason = self._apply(document)
        if reason is not None:
            self.waiting[document.digest] = reason
            return
        while self._retry():
            pass

    def _retry(self) -> bool:
        for digest in list(self.waiting):
            if digest in self.replaced:
                del self.waiting[digest]
                return True
            reason = self._apply(self.known[digest])
            if reason is None:
                del self.waiting[digest]
                return True
            self.waiting[digest] = reason
        return False

    def posted(self, account: str) -> bool:
        """Whether anything was ever posted to the account."""
        return any(entry.account == account for entry in self.entries)

    def state(self, accounts: Mapping[str, Balance]) -> State:
        """Everything so far, frozen."""
        return replace(
            self.start, documents=self.documents, portions=tuple(self.portions), declared=self.declared,
            effective=self.effective, steps=tuple(self.steps), entries=tuple(self.entries), noted=tuple(self.noted),
            applied=frozenset(self.applied), replaced=frozenset(self.replaced), accounts=accounts,
            waiting=tuple(self._wait(self.known[digest], reason) for digest, reason in self.waiting.items()),
        )  # fmt: skip

    # -- one document

    def _apply(self, document: Filed) -> Reason | None:
        row = self.table.rows[document.type]
        kind = row.kinds[document.kind]
        if not self._holds_references(document, kind):
            return "reference"
        view = _View(self, row, document)
        if self._is_new_version(document, row):
            return self._new_version(document, row, kind, view)
        steps = self._steps(document, kind)
        if row.nature == "fact" or not steps:
            self._note_position(document, row, kind)
            self._record(document, row, kind, steps, view)
            return None
        return self._act(document, row, kind, steps, view)

    def _holds_references(self, document: Filed, kind: Kind) -> bool:
        return all(
            each.digest in self.known or each.digest in self.held
            for each in document.references if each.type in kind.must
        )  # fmt: skip

    def _steps(self, document: Filed, kind: Kind) -> list[Step]:
        subject = self.start.subject_kind
        return [
            step for step in kind.steps
            if self.table.tracks[step.track].subject == subject and step.position in (None, document.position)
        ]  # fmt: skip

    def _record(self, document: Filed, row: Row, kind: Kind, steps: list[Step], view: "_View") -> None:
        """A fact, or a document that moves no state: it is recorded whatever the state is."""
        reach = self._scope(document)
        take, complete = select(reach, self.portions)
        lost = not complete or exceeds(reach, self.declared)
        for ordinal in split(self.portions, take, len(self.steps)):
            moves = [(step, move) for step in steps if (move := view.move(step, self._portion(ordinal))) is not None]
            self._touch(document, row, kind, moves, ordinal, view)
        if lost and not reach.whole:
            self._note("scope-exceeded", document)
        self.applied.add(document.digest)

    def _act(self, document: Filed, row: Row, kind: Kind, steps: list[Step], view: "_View") -> Reason | None:
        """An act or a request that needs a state: it applies to the goods in scope, all of them or none."""
        reach = self._scope(document)
        if exceeds(reach, self.declared):
            return "scope"
        moves = self._moves(steps, view)
        eligible = [portion for portion in self.portions if moves[portion.ordinal]]
        take, complete = select(reach, eligible)
        if not complete or not within(reach, eligible, self.portions):
            return "state"
        if document.declared is not None:
            self._open(document)
            self._in_force(document)
            moves = self._moves(steps, view)
            take, _ = select(reach, [portion for portion in self.portions if moves[portion.ordinal]])
        self._cut(document, row, kind, take, moves, view)
        self.applied.add(document.digest)
        return None

    def _moves(self, steps: list[Step], view: "_View") -> dict[int, list[tuple[Step, Move]]]:
        return {
            portion.ordinal: [(step, move) for step in steps if (move := view.move(step, portion)) is not None]
            for portion in self.portions
        }

    def _cut(self, document: Filed, row: Row, kind: Kind, take: Take, moves: Mapping[int, list[tuple[Step, Move]]],
             view: "_View") -> None:  # fmt: skip
        for ordinal in split(self.portions, take, len(self.steps)):
            portion = self._portion(ordinal)
            origin = ordinal if ordinal in moves else portion.lineage[-1][0]
            self._touch(document, row, kind, moves[origin], ordinal, view)

    def _scope(self, document: Filed) -> Scope:
        """A declaration at another position than the one that opened the portions speaks of the same goods."""
        if document.declared is None or not self.declared or self._is_opener(document):
            return document.scope
        return scope.of_cells(document.declared, self.declared)

    def _is_opener(self, document: Filed) -> bool:
        opener = self.known.get(self.start.opened_by or "")
        return opener is not None and document.position == opener.position

    # -- declarations and their versions

    def _is_new_version(self, document: Filed, row: Row) -> bool:
        older = self.known.get(document.replaces or "")
        return (
            row.replace is not None and older is not None and older.digest in self.applied
            and (older.issuer, older.type) == (document.issuer, document.type)
            and document.version > older.version
        )  # fmt: skip

    def _new_version(self, document: Filed, row: Row, kind: Kind, view: "_View") -> Reason | None:
        if row.replace is None or not all(view.holds(row.replace, portion) for portion in self.portions):
            return "grant"
        steps = self._steps(document, kind)
        self._open(document)
        for portion in list(self.portions):
            moves = [(step, move) for step in steps if (move := view.move(step, portion)) is not None]
            self._touch(document, row, kind, moves, portion.ordinal, view)
        self.replaced.add(document.replaces or "")
        self._in_force(document)
        self.applied.add(document.digest)
        return None

    def _in_force(self, document: Filed) -> None:
        self.effective[document.position or ""] = Effective(document.type, document.version, document.digest)

    def _open(self, document: Filed) -> None:
        if document.declared and self._is_opener(document) and document.digest != self.start.opened_by:
            self.declared = document.declared
            redeclare(self.portions, document.declared, whole({}))

    # -- one portion

    def _portion(self, ordinal: int) -> Portion:
        return next(portion for portion in self.portions if portion.ordinal == ordinal)

    def _touch(self, document: Filed, row: Row, kind: Kind, moves: list[tuple[Step, Move]], ordinal: int,
               view: "_View") -> None:  # fmt: skip
        index = next(index for index, portion in enumerate(self.portions) if portion.ordinal == ordinal)
        portion = self.portions[index]
        for rule in kind.findings:
            if view.holds(rule.when, portion):
                self._note_rule(rule, document, ordinal)
        states, since = dict(portion.states), dict(portion.since)
        for step, move in moves:
            self._move(document, step, move, ordinal, states, since)
        self.portions[index] = replace(
            portion, states=states, since=since, posted=self._post(document, kind, portion, view),
            agreed=_agreed(portion, document, kind),
            seen=portion.seen | {document.type, f"{document.type}/{document.kind}"},
        )  # fmt: skip

    def _move(self, document: Filed, step: Step, move: Move, ordinal: int, states: dict[str, str],
              since: dict[str, Any]) -> None:  # fmt: skip
        track = self.table.tracks[step.track]
        key = track.key(document.kind, document.position)
        if move.to is None:
            return
        origin = states.get(key, track.initial)
        states[key], since[key] = move.to, document.key
        if origin != move.to:
            self.steps.append(Taken(key, origin, move.to, document.digest, document.at, ordinal))

    def _post(self, document: Filed, kind: Kind, portion: Portion, view: "_View") -> frozenset[tuple[str, str]]:
        posted = set(portion.posted)
        for post in kind.posts:
            if post.position not in (None, document.position) or not view.holds(post.guard, portion):
                continue
            mark = (post.account, post.side)
            if post.reverse == (mark not in posted):
                continue
            posted.symmetric_difference_update([mark])
            self.entries.append(
                Entry(post.account, post.side, post.reverse, document.digest, document.at, portion.ordinal)
            )
        return frozenset(posted)

    # -- findings

    def _note(self, code: str, document: Filed) -> None:
        self.noted.append(Finding(code, document.digest, self.table.findings[code]))

    def _note_position(self, document: Filed, row: Row, kind: Kind) -> None:
        tracks = [self.table.tracks[step.track] for step in kind.steps]
        here = [step for step, track in zip(kind.steps, tracks, strict=True) if track.subject == self.start.subject_kind]
        if here and row.nature != "fact" and not self._steps(document, kind):
            self._note("position-without-step", document)

    def _note_rule(self, rule: FindingRule, document: Filed, ordinal: int) -> None:
        for index, each in enumerate(self.noted):
            if (each.code, each.digest) == (rule.code, document.digest):
                self.noted[index] = replace(each, portions=(*each.portions, ordinal))
                return
        self.noted.append(Finding(rule.code, document.digest, rule.text, (ordinal,)))

    def _wait(self, document: Filed, reason: Reason) -> Waiting:
        row = self.table.rows[document.type]
        view = _View(self, row, document)
        found = [
            Finding(rule.code, document.digest, rule.text, tuple(ordinals))
            for rule in row.kinds[document.kind].findings
            if reason == "state"
            and (ordinals := [each.ordinal for each in self.portions if view.holds(rule.when, each)])
        ]
        code = {"reference": "reference-awaited", "scope": "scope-exceeded"}.get(reason, "not-in-state")
        own = Finding(code, document.digest, self.table.findings[code])
        return Waiting(document.digest, reason, (own, *found))


class _View:
    """The facts of one document at this point of the fold, made only when a guard asks."""

    def __init__(self, work: Work, row: Row, document: Filed) -> None:
        self.work, self.row, self.document = work, row, document
        self._doc: dict[str, Any] | None = None

    def holds(self, guard: Guard | None, portion: Portion) -> bool:
        if guard is None:
            return True
        work = self.work
        if self._doc is None:
            self._doc = facts.of_document(self.row, self.document, work.known, work.applied, work.start.joined)
        found = facts.of_portion(work.table, work.start.tracks, portion, work.effective, self.document.position,
                                 work.start.joined)  # fmt: skip
        found["doc"] = self._doc
        return guard.holds(found) is True

    def move(self, step: Step, portion: Portion) -> Move | None:
        """The first move of the step that this portion can take, or None."""
        track = self.work.table.tracks[step.track]
        key = track.key(self.document.kind, self.document.position)
        state = portion.states.get(key, track.initial)
        since = portion.since.get(key)
        # A fact that happened earlier than the one that gave the state changes nothing.
        if self.row.nature == "fact" and since is not None and self.document.key < since:
            return None
        for move in step.moves:
            if move.leaves(state) and self.holds(step.guard, portion) and self.holds(move.when, portion):
                return move
        return None


def _agreed(portion: Portion, document: Filed, kind: Kind) -> frozenset[str]:
    if kind.agrees is None:
        return portion.agreed
    others = portion.agreed - {document.issuer}
    return others | {document.issuer} if kind.agrees else others
