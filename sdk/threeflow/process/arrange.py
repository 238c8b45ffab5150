"""The order in which documents are folded (TF-SUBJ): by time, with what is named before what names it."""

import heapq
from collections.abc import Iterable

from threeflow.process.filed import Filed


def arrange(documents: Iterable[Filed]) -> tuple[Filed, ...]:
    """Each document once, by (ordering time, issuer, version, id), references before their referrers.

    Documents that name each other in a circle, which no honest digest allows, follow at the end, in time
    order.
    """
    known = {document.digest: document for document in documents}
    in_order = sorted(known.values(), key=key)
    if all(_names_only_earlier(document, known) for document in in_order):
        return tuple(in_order)
    blocked = {each.digest: _named(each, known) for each in in_order}
    freed: dict[str, list[str]] = {}
    for digest, names in blocked.items():
        for name in names:
            freed.setdefault(name, []).append(digest)
    ready = [(key(known[digest]), digest) for digest, names in blocked.items() if not names]
    heapq.heapify(ready)
    arranged: list[Filed] = []
    while ready:
        _, digest = heapq.heappop(ready)
        arranged.append(known[digest])
        for referrer in freed.get(digest, ()):
            blocked[referrer].discard(digest)
            if not blocked[referrer]:
                heapq.heappush(ready, (key(known[referrer]), referrer))
    done = {document.digest for document in arranged}
    return (*arranged, *(document for document in in_order if document.digest not in done))


def comes_last(document: Filed, latest: tuple[object, ...] | None) -> bool:
    """Whether the document sorts after the latest of others, none of which names it."""
    return latest is None or latest < key(document)


def key(document: Filed) -> tuple[object, ...]:
    """What documents are sorted by."""
    # Two documents of one issuer may share an id only when one is forged; the digest keeps the order total.
    return (*document.key, document.digest)


def names_of(document: Filed) -> set[str]:
    """The digests of the documents that it names."""
    found = {each.digest for each in document.references}
    return found if document.replaces is None else {*found, document.replaces}


def _named(document: Filed, known: dict[str, Filed]) -> set[str]:
    return {digest for digest in names_of(document) if digest in known and digest != document.digest}


def _names_only_earlier(document: Filed, known: dict[str, Filed]) -> bool:
    return all(key(known[digest]) < key(document) for digest in names_of(document) if digest in known)
