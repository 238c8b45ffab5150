"""The fold (TF-SUBJ, TF-TABLE): the state of a subject as a pure function of the set of its documents.

1. Arrange the documents (`arrange`).
2. Leave out what a later version replaces, unless its row says when a version takes effect.
3. Open the portions with the cells of the first declaration: by the table's order of positions, then as
   arranged.
4. Apply each in turn; what cannot be applied waits, and after every application what waits is tried again.
5. Name what still waits, with its reason.
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
from threeflow.process.turn import Sight
from threeflow.process.work import Work

NOTHING: Mapping[str, Any] = {}


def fold(
    table: Table, subject_kind: str, filed: Iterable[Filed], joined: Mapping[str, Any] = NOTHING
) -> State:
    """The state of one subject.

    `joined` holds what comes from outside the subject: the table's joined facts, and under `held` the
    referenced documents that the node holds under other subjects: digest to `{"kind": …, "states": {track:
    state}}`.
    """
    documents = _placed(table, arrange(filed))
    replaced = _replaced_at_once(table, documents)
    opening = _opening(table, [each for each in documents if each.digest not in replaced])
    cells = opening.declared or {} if opening else {}
    start = State(
        subject_kind=subject_kind,
        tracks=initial_tracks(table, subject_kind),
        documents=documents,
        portions=(whole(cells),),
        declared=cells,
        opened_by=opening.digest if opening else None,
        replaced=replaced,
        joined=joined,
    )
    return _work(table, start, documents, [each for each in documents if each.digest not in replaced])


def extend(table: Table, state: State, document: Filed) -> State:
    """The state with one more document: equal to the full fold, and quicker when the document comes last."""
    if document.digest in state.digests:
        return state
    documents = _placed(table, (*state.documents, document))
    if not _only_appends(state, document):
        return fold(table, state.subject_kind, documents, state.joined)
    return _work(table, state, documents, documents[-1:])


def _work(table: Table, start: State, documents: tuple[Filed, ...], new: Iterable[Filed]) -> State:
    sight = Sight(
        table=table,
        subject_kind=start.subject_kind,
        tracks=start.tracks,
        known={each.digest: each for each in documents},
        applied=set(start.applied),
        effective=dict(start.effective),
        joined=start.joined,
    )
    work = Work(sight, start, documents)
    for document in new:
        work.take(document)
    posted = sorted({entry.account for entry in work.entries})
    return work.state({account: balance(account, work.portions) for account in posted})


def _placed(table: Table, documents: Iterable[Filed]) -> tuple[Filed, ...]:
    """Give each document that names no position the position of the document it answers."""
    placed: dict[str, Filed] = {}
    for document in documents:
        types = table.rows[document.type].position_of if document.position is None else ()
        names = [each.digest for type_ in types for each in document.references if each.type == type_]
        named = (placed.get(digest) for digest in names)
        position = next((other.position for other in named if other is not None and other.position), None)
        placed[document.digest] = document if position is None else replace(document, position=position)
    return tuple(placed.values())


def _only_appends(state: State, document: Filed) -> bool:
    """Whether folding with this document repeats the fold without it and then adds one step."""
    return document.declared is None and document.replaces is None and follows(document, state.documents)


def _replaced_at_once(table: Table, documents: Iterable[Filed]) -> frozenset[str]:
    """Digests of documents that a later version of the same issuer and type leaves without effect."""
    listed = tuple(documents)
    known = {each.digest: each for each in listed}
    found = set()
    for document in listed:
        older = known.get(document.replaces or "")
        if older is not None and document.is_later_than(older) and table.rows[document.type].replace is None:
            found.add(older.digest)
    return frozenset(found)


def _opening(table: Table, documents: Iterable[Filed]) -> Filed | None:
    order = {position: index for index, position in enumerate(table.positions)}
    declaring = [each for each in documents if each.declared is not None]
    return min(declaring, key=lambda each: order.get(each.position or "", len(order)), default=None)
