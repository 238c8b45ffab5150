"""The outcome of one new document (TF-SUBJ): what the receipt says, or the refusal of a request.

Facts and acts are never refused for the state; a request is refused only where its state can no longer come.
"""

from dataclasses import dataclass
from typing import Literal

from threeflow.errors import Refused
from threeflow.process.filed import Filed
from threeflow.process.fold import extend
from threeflow.process.portions import Portion, select
from threeflow.process.state import Finding, State, Waiting
from threeflow.process.table import Row, Step, Table

Outcome = Literal["accepted", "pending", "no-effect", "flagged"]
PRECEDENCE: tuple[Outcome, ...] = ("pending", "flagged", "accepted", "no-effect")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome, the state that holds with the document in it, and the document's own findings."""

    outcome: Outcome
    state: State
    findings: tuple[Finding, ...]


def check_references(row: Row, document: Filed) -> None:
    """Hold a document to the references of its row, by form alone.

    Refused reference-missing where a required type is not named; not-entitled where only the issuer of the
    named document may issue this one.
    """
    named = {each.type for each in document.references}
    for choice in row.kinds[document.kind].needs:
        if not choice & named:
            detail = f"a {row.type} names a {' or a '.join(sorted(choice))}"
            raise Refused("reference-missing", "TF-TABLE-5", detail, "/header/references")
    for each in document.references:
        if each.type == row.issuer_of and each.issuer != document.issuer:
            raise Refused(
                "not-entitled", "TF-TABLE-6", f"the {row.issuer_of} is of {each.issuer}", "/header/issuer"
            )


def judge(table: Table, before: State, document: Filed) -> Judgement:
    """Fold the document in and say what became of it.

    Refused wrong-state or scope-exceeded for a request that no later document can make right.
    """
    after = extend(table, before, document)
    findings = tuple(each for each in after.findings if each.digest == document.digest)
    if document.digest in after.replaced:
        return Judgement("no-effect", after, findings)
    waiting = next((each for each in after.waiting if each.digest == document.digest), None)
    if waiting is None:
        return Judgement("flagged" if findings else "accepted", after, findings)
    placed = next(each for each in after.documents if each.digest == document.digest)
    return _of_waiting(table, after, placed, waiting)


def _of_waiting(table: Table, after: State, document: Filed, waiting: Waiting) -> Judgement:
    row = table.rows[document.type]
    if waiting.reason in ("reference", "grant"):
        return Judgement("pending", after, ())
    possible = (
        waiting.reason == "state"
        and _can_come(table, after, document, row)
        and _entries_can_come(table, after, document, row)
    )
    if row.nature == "request" and not possible:
        code, requirement = (
            ("scope-exceeded", "TF-SUBJ-9") if waiting.reason == "scope" else ("wrong-state", "TF-SUBJ-6")
        )
        raise Refused(code, requirement, f"the {row.type} can no longer take effect")
    irregular = len(waiting.findings) > 1
    if possible and not irregular:
        return Judgement("pending", after, ())
    return Judgement("flagged", after, waiting.findings)


def _can_come(table: Table, after: State, document: Filed, row: Row) -> bool:
    """Whether every portion in scope may still reach a state from which the document moves it.

    One portion is enough for a document about the whole, which moves those that it can.
    """
    take, _ = select(document.scope, after.portions)
    steps = [
        step
        for step in row.kinds[document.kind].steps
        if step.position in (None, document.position)
        and table.tracks[step.track].subject == after.subject_kind
        and not table.tracks[step.track].per_entry
    ]
    if not steps:
        return True
    can = [
        any(_may_reach(table, document, step, portion) for step in steps)
        for portion in after.portions
        if portion.ordinal in take
    ]
    return any(can) if document.scope.whole else bool(can) and all(can)


def _entries_can_come(table: Table, after: State, document: Filed, row: Row) -> bool:
    """Whether every entry that its lines name may still reach a state from which the document moves it."""
    for step in row.kinds[document.kind].steps:
        track = table.tracks[step.track]
        if track.per_entry:
            for line in document.lines.get(step.lines, ()):
                entry = after.ledger.entries.get(line.name)
                reach = table.reachable(track.name, track.initial if entry is None else entry.state)
                if not any(move.leaves(state) for state in reach for move in step.moves):
                    return False
    return True


def _may_reach(table: Table, document: Filed, step: Step, portion: Portion) -> bool:
    track = table.tracks[step.track]
    state = portion.states.get(track.key(document.kind, document.position), track.initial)
    return any(move.leaves(later) for later in table.reachable(track.name, state) for move in step.moves)


def combine(outcomes: tuple[Outcome, ...]) -> Outcome:
    """The outcome of a document about several subjects: the one that asks most of its reader."""
    return min(outcomes, key=PRECEDENCE.index)
