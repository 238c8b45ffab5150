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

from threeflow.process.arrange import arrange, comes_last, key, names_of
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
        known={each.digest: each for each in documents},
        names={name for each in documents for name in names_of(each)},
        latest=max((key(each) for each in documents), default=None),
    )
    return _work(table, start, [each for each in documents if each.digest not in replaced])


def extend(table: Table, state: State, document: Filed) -> State:
    """The state with one more document: equal to the full fold, and quicker when the document comes last."""
    if document.digest in state.known:
        return state
    if not _only_appends(state, document):
        return fold(table, state.subject_kind, (*state.documents, document), state.joined)
    placed = place(table, document, state.known)
    # The set of names is shared by all that grew from one fold. A name too many, from a document that was
    # tried and refused, only costs a full fold later.
    state.names.update(names_of(placed))
    grown = replace(
        state,
        documents=(*state.documents, placed),
        known={**state.known, placed.digest: placed},
        latest=key(placed),
    )
    return _work(table, grown, [placed])


def _work(table: Table, start: State, new: Iterable[Filed]) -> State:
    sight = Sight(
        table=table,
        subject_kind=start.subject_kind,
        tracks=start.tracks,
        known=start.known,
        applied=set(start.applied),
        effective=dict(start.effective),
        joined=start.joined,
        ledger=start.ledger.copy(),
    )
    work = Work(sight, start)
    for document in new:
        work.take(document)
    return work.state()


def _placed(table: Table, documents: Iterable[Filed]) -> tuple[Filed, ...]:
    placed: dict[str, Filed] = {}
    for document in documents:
        placed[document.digest] = place(table, document, placed)
    return tuple(placed.values())


def place(table: Table, document: Filed, earlier: Mapping[str, Filed]) -> Filed:
    """Give a document what its row lets it take from a document that it names: its position, its lines."""
    row, stated = table.rows[document.type], document.stated or document
    position, lines, account = stated.position, stated.lines, stated.account
    if row.position_of and position is None:
        named = _named(stated, row.position_of, earlier)
        position = next((each.position for each in named if each.position), None)
    if row.entries_of and not any(lines.values()):
        named = [each for each in _named(stated, row.entries_of, earlier) if any(each.lines.values())]
        lines, account = (named[0].lines, named[0].account) if named else (lines, account)
    if (position, lines) == (stated.position, stated.lines):
        return stated
    return replace(stated, position=position, lines=lines, account=account, stated=stated)


def _named(document: Filed, types: Iterable[str], earlier: Mapping[str, Filed]) -> list[Filed]:
    digests = [each.digest for type_ in types for each in document.references if each.type == type_]
    return [earlier[digest] for digest in digests if digest in earlier]


def _only_appends(state: State, document: Filed) -> bool:
    """Whether folding with this document repeats the fold without it and then adds one step."""
    return (
        document.declared is None
        and document.replaces is None
        and document.digest not in state.names
        and comes_last(document, state.latest)
    )


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
