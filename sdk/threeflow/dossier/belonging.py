"""Which documents are of one subject, and which are tied to it (TF-DOS-16).

A subject is a set of keys: documents that share one are of the same subject, and what one of them calls it,
all do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from threeflow.process import Filed, Kind
from threeflow.process.table import INHERITED

Key = Mapping[str, Any]
_ENDS: Final = frozenset({"record", "account"})


@dataclass(frozen=True)
class Document:
    """A document as filed by the table, with the subjects that its header names."""

    filed: Filed
    kind: Kind
    subjects: tuple[tuple[Key, ...], ...]
    profile: str = ""

    @property
    def references(self) -> Iterator[str]:
        """The digests that it names."""
        return (each.digest for each in self.filed.references)


@dataclass(frozen=True)
class Subject:
    """One subject: its kind (``consignment`` …), its keys, and the documents about it."""

    kind: str
    keys: tuple[Key, ...]
    documents: tuple[Document, ...]


def subjects_of(documents: Sequence[Document]) -> tuple[Subject, ...]:
    """Return every subject that the documents are about; a document about several stands in each."""
    found: list[tuple[str, list[Key], list[Document]]] = []
    for document in documents:
        for keys in document.subjects:
            _join(found, document, keys)
    for _, _, members in found:
        _inherit(members, documents)
    return tuple(Subject(kind, tuple(keys), tuple(members)) for kind, keys, members in found)


def subject_with(subjects: Iterable[Subject], kind: str, keys: Sequence[Key]) -> Subject | None:
    """Return the subject of that kind that has one of the keys."""
    for each in subjects:
        if each.kind == kind and shares(each.keys, keys):
            return each
    return None


def tied(documents: Sequence[Document], own: Subject, named: Iterable[str] = ()) -> frozenset[str]:
    """Return the digests of the subject's documents, of those named, and of those tied to one of these."""
    first = {each.filed.digest for each in own.documents}.union(named)
    inside = {each.filed.digest: each for each in documents if each.filed.digest in first}
    outside = [each for each in documents if each.filed.digest not in first and each.kind.subject != own.kind]
    grew = True
    while grew:
        grew = False
        for document in list(outside):
            if any(_tie(document, other) for other in inside.values()):
                inside[document.filed.digest] = document
                outside.remove(document)
                grew = True
    return frozenset(inside)


def shares(one: Iterable[Key], other: Iterable[Key]) -> bool:
    """Say whether two lists of keys have a key in common."""
    others = list(other)
    return any(_same(left, right) for left in one for right in others)


def _same(one: Key, other: Key) -> bool:
    names = ("scheme", "issuer", "value")
    return all(one.get(name) == other.get(name) for name in names) and _overlap(
        one.get("window"), other.get("window")
    )


def _overlap(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return True
    return _time(one["from"]) <= _time(other["until"]) and _time(other["from"]) <= _time(one["until"])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _join(
    found: list[tuple[str, list[Key], list[Document]]], document: Document, keys: tuple[Key, ...]
) -> None:
    """Add one subject of a document: to the subject that shares a key, and make one of all that do."""
    kind = document.kind.subject
    same = [each for each in found if each[0] == kind and shares(each[1], keys)]
    merged: tuple[str, list[Key], list[Document]] = (kind, [], [])
    for each in same:
        merged[1].extend(each[1])
        merged[2].extend(other for other in each[2] if other not in merged[2])
        found.remove(each)
    merged[1].extend(key for key in keys if not shares(merged[1], [key]))
    if document not in merged[2]:
        merged[2].append(document)
    found.append(merged)


def _inherit(members: list[Document], documents: Sequence[Document]) -> None:
    known = {each.filed.digest for each in documents}
    grew = True
    while grew:
        digests = {each.filed.digest for each in members}
        heirs = [
            each
            for each in documents
            if each.kind.subject == INHERITED
            and each.filed.digest not in digests
            and _answered(each, known) in digests
        ]
        members.extend(heirs)
        grew = bool(heirs)


def _answered(document: Document, known: Iterable[str]) -> str | None:
    """The document whose subject another inherits: the first that it must name, else the first it names."""
    named = [each for each in document.filed.references if each.digest in known]
    required = [each for each in named if each.type in document.kind.must]
    return next((each.digest for each in required or named), None)


def _tie(document: Document, other: Document) -> bool:
    """Whether both are of one subject, or one names the other; records and accounts pass no reference on."""
    if document.kind.subject == other.kind.subject and any(
        shares(mine, theirs) for mine in document.subjects for theirs in other.subjects
    ):
        return True
    if other.kind.subject in _ENDS:
        return False
    return document.filed.digest in set(other.references) or other.filed.digest in set(document.references)
