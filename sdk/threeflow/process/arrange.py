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
    in_order = sorted(known.values(), key=_key)
    if all(_names_only_earlier(document, known) for document in in_order):
        return tuple(in_order)
    blocked = {each.digest: _named(each, known) for each in in_order}
    freed: dict[str, list[str]] = {}
    for digest, names in blocked.items():
        for name in names:
            freed.setdefault(name, []).append(digest)
    ready = [(_key(known[digest]), digest) for digest, names in blocked.items() if not names]
    heapq.heapify(ready)
    arranged: list[Filed] = []
    while ready:
        _, digest = heapq.heappop(ready)
        arranged.append(known[digest])
        for referrer in freed.get(digest, ()):
            blocked[referrer].discard(digest)
            if not blocked[referrer]:
                heapq.heappush(ready, (_key(known[referrer]), referrer))
    done = {document.digest for document in arranged}
    return (*arranged, *(document for document in in_order if document.digest not in done))


def follows(document: Filed, arranged: tuple[Filed, ...]) -> bool:
    """Whether the document comes after all the others in any arrangement that holds it with them."""
    return all(_key(other) < _key(document) and document.digest not in _names(other) for other in arranged)


def _key(document: Filed) -> tuple[object, ...]:
    # Two documents of one issuer may share an id only when one is forged; the digest keeps the order total.
    return (*document.key, document.digest)


def _names(document: Filed) -> set[str]:
    names = {each.digest for each in document.references}
    return names if document.replaces is None else {*names, document.replaces}


def _named(document: Filed, known: dict[str, Filed]) -> set[str]:
    return {digest for digest in _names(document) if digest in known and digest != document.digest}


def _names_only_earlier(document: Filed, known: dict[str, Filed]) -> bool:
    return all(_key(known[digest]) < _key(document) for digest in _names(document) if digest in known)
