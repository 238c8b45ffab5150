"""Where a wrong message differs from the right one that it was made of, octet for octet."""

import json
import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any

from threeflow_conformance.judge.octets import decode

__all__ = ["difference"]

_AROUND = 24
_MOST = 160
_MOST_EDITS = 6
_PIECE = re.compile(rb"[^,]*,|[^,]+")


def difference(sent: bytes, right: bytes) -> str:
    """The difference of a body to the right one, or of its payload to the right payload; told piece by piece of an
    envelope where both are one: payload, and of each seal the protected header and the signature.
    """
    if not right:
        return ""
    pieces, due = dict(_pieces(sent)), dict(_pieces(right))
    if pieces and not due:
        due = {"payload": right}
        pieces = {"payload": pieces["payload"]}
    if not pieces or not due:
        pieces, due = {"body": sent}, {"body": right}
    found = [
        _apart(name, due.get(name), pieces.get(name))
        for name in dict.fromkeys([*due, *pieces])
        if due.get(name) != pieces.get(name)
    ]
    if not found and sent != right:
        found = [_apart("body", right, sent)]
    return "\n\n".join(found)


def _pieces(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """The pieces of an envelope, decoded; none of what is no envelope."""
    try:
        value: Any = json.loads(octets)
        yield "payload", decode(value["payload"])
        for number, each in enumerate(value["signatures"], 1):
            yield f"protected header {number}", decode(each["protected"])
            yield f"signature {number}", decode(each["signature"])
        for number, each in enumerate(value.get("parts", ()), 1):
            yield f"part {number}", decode(each)
    except (ValueError, LookupError, TypeError, AttributeError):
        return


def _apart(name: str, right: bytes | None, sent: bytes | None) -> str:
    if right is None or sent is None:
        return f"{name}: {'only in the right one' if sent is None else 'only in what was sent'}"
    shown = _shown_as(right, sent)
    lines = []
    for (begins, ends), (at, until) in _edits(right, sent)[:_MOST_EDITS]:
        lines.append(f"{name}, from octet {begins} on: {_octets(ends - begins)} became {_octets(until - at)}")
        for sign, octets, first, last in (("-", right, begins, ends), ("+", sent, at, until)):
            before, after = octets[max(0, first - _AROUND) : first], octets[last : last + _AROUND]
            changed, more = octets[first : min(last, first + _MOST)], "…" if last - first > _MOST else ""
            lines.append(f"{sign} {shown(before)}⟦{shown(changed)}{more}⟧{shown(after)}")
    return "\n".join(lines)


def _octets(count: int) -> str:
    return "nothing" if count == 0 else "1 octet" if count == 1 else f"{count} octets"


def _edits(right: bytes, sent: bytes) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The places that differ, from and to which octet in either; looked for between the commas of a text."""
    one, other = _PIECE.findall(right), _PIECE.findall(sent)
    starts, others = _starts(one), _starts(other)
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            found.append(_narrowed(right, sent, (starts[a], starts[b]), (others[c], others[d])))
    return found


def _starts(pieces: list[bytes]) -> list[int]:
    return [0, *accumulate(len(each) for each in pieces)]


def _narrowed(
    right: bytes, sent: bytes, one: tuple[int, int], other: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    (begins, ends), (at, until) = one, other
    while begins < ends and at < until and right[begins] == sent[at]:
        begins, at = begins + 1, at + 1
    while ends > begins and until > at and right[ends - 1] == sent[until - 1]:
        ends, until = ends - 1, until - 1
    return (begins, ends), (at, until)


def _shown_as(*whole: bytes) -> Callable[[bytes], str]:
    """How pieces of these octets are shown: as text where all of it is text, else in hexadecimal."""
    try:
        is_text = all(char.isprintable() for each in whole for char in each.decode("utf-8"))
    except UnicodeDecodeError:
        is_text = False
    return (lambda octets: octets.decode("utf-8", "replace")) if is_text else bytes.hex
