"""Where a wrong message differs from the right one that it was made of, octet for octet."""

import json
from collections.abc import Iterator
from typing import Any

from threeflow_conformance.judge.octets import decode

__all__ = ["difference"]

_AROUND = 24
_MOST = 160


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
    begins = next(
        (at for at, pair in enumerate(zip(right, sent, strict=False)) if pair[0] != pair[1]),
        min(len(right), len(sent)),
    )
    ends = 0
    while ends < min(len(right), len(sent)) - begins and right[-1 - ends] == sent[-1 - ends]:
        ends += 1
    lines = [
        f"{name}, from octet {begins} on: {len(right) - ends - begins} octets became {len(sent) - ends - begins}"
    ]
    for sign, octets in (("-", right), ("+", sent)):
        before, changed = octets[max(0, begins - _AROUND) : begins], octets[begins : len(octets) - ends]
        after = octets[len(octets) - ends :][:_AROUND]
        more = "…" if len(changed) > _MOST else ""
        lines.append(f"{sign} {_text(before)}⟦{_text(changed[:_MOST])}{more}⟧{_text(after)}")
    return "\n".join(lines)


def _text(octets: bytes) -> str:
    """Octets as the text that they are, or in hexadecimal where they are none."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.hex()
    return text if all(each.isprintable() for each in text) else octets.hex()
