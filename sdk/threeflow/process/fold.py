"""The fold (TF-SUBJ, TF-TABLE): the state of a subject as a pure function of the set of its documents.

1. Arrange the documents (`arrange`). 2. Leave out what a later version replaces, unless its row says when a version
takes effect. 3. Open the portions with the cells of the first declaration: by position in the table's order, then by
arrangement. 4. Apply each in turn; what cannot be applied waits, and after every application the waiting ones are
tried again, first first. 5. What still waits at the end is named with its reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from threeflow.process.accounts import balance
from threeflow.process.arrange import arrange, follows
from threeflow.process.filed import Filed
from threeflow.process.portions import whole
from threeflow.process.state import State, initial_tracks
from threeflow.process.table import Table
from threeflow.process.work import Work

NOTHING: Mapping[str, Any] = {}


def fold(table: Table, subject_kind: str, filed: Iterable[Filed], joined: Mapping[str, Any] = NOTHING) -> State:
    """The state of one subject.

    `joined` holds what comes from outside the subject: `held`, a mapping of the digests of referenced documents that
    the node holds under other subjects to `{"kind": …, "states": {track: state}}`, and the table's joined facts.
    """
    documents = _placed(table, arrange(filed))
    replaced = replaced_at_once(table, documents)
    opening = _opening(table, [each for each in documents if each.digest not in replaced])
    cells = opening.declared or {} if opening else {}
    start = State(
        subject_kind=subject_kind, tracks=initial_tracks(table, subject_kind), documents=documents,
        portions=(whole(cells),), declared=cells, opened_by=opening.digest if opening else None, effective={},
        steps=(), entries=(), noted=(), applied=frozenset(), replaced=replaced, waiting=(), accounts={}, joined=joined,
    )  # fmt: skip
    work = Work(table, start)
    for document in documents:
        if document.digest not in replaced:
            work.take(document)
    return finish(work, table)


def extend(table: Table, state: State, document: Filed) -> State:
    """The state with one more document: equal to the full fold, and quicker when the document comes last."""
    if document.digest in state.digests:
        return state
    documents = _placed(table, (*state.documents, document))
    if not _only_appends(state, document):
        return fold(table, state.subject_kind, documents, state.joined)
    work = Work(table, state, documents)
    work.take(documents[-1])
    return finish(work, table)


def finish(work: Work, table: Table) -> State:
    """The finished work as a frozen state, with balances."""
    return work.state({account: balance(account, work.portions) for account in table.accounts if work.posted(account)})


def _placed(table: Table, documents: Iterable[Filed]) -> tuple[Filed, ...]:
    """Give each document that names no position the position of the document it answers."""
    placed: dict[str, Filed] = {}
    for document in documents:
        types = table.rows[document.type].position_of if document.position is None else ()
        named = (placed.get(each.digest) for type_ in types for each in document.references if each.type == type_)
        position = next((other.position for other in named if other is not None and other.position), None)
        placed[document.digest] = document if position is None else replace(document, position=position)
    return tuple(placed.values())


def _only_appends(state: State, document: Filed) -> bool:
    """Whether folding with this document repeats the fold without it and then adds one step."""
    return document.declared is None and document.replaces is None and follows(document, state.documents)


def replaced_at_once(table: Table, documents: Iterable[Filed]) -> frozenset[str]:
    """Digests of documents that a later version of the same issuer and type leaves without effect."""
    listed = tuple(documents)
    known = {each.digest: each for each in listed}
    found = set()
    for document in listed:
        older = known.get(document.replaces or "")
        if older is not None and replaces(document, older) and table.rows[document.type].replace is None:
            found.add(older.digest)
    return frozenset(found)


def replaces(document: Filed, older: Filed) -> bool:
    """Whether a document may replace the other: same issuer, same type, a higher version."""
    return (document.issuer, document.type) == (older.issuer, older.type) and document.version > older.version


def _opening(table: Table, documents: Iterable[Filed]) -> Filed | None:
    order = {position: index for index, position in enumerate(table.positions)}
    declaring = [each for each in documents if each.declared is not None]
    return min(declaring, key=lambda each: order.get(each.position or "", len(order)), default=None)
