"""Edits of octets that a stranger may try, drawn by a seed."""

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

__all__ = ["edits"]

_TOKENS = (
    b"{}", b"[]", b'"', b"\\", b"\\u0000", b"\\ud800", b"\\u0061", b"null", b"-0", b"1e1", b"1.0", b"0x1",
    b"9007199254740993", b"\xef\xbb\xbf", b"\xc0\x80", b"\xff", b"\xed\xa0\x80", b"e\xcc\x81", b" ", b"\n",
    b",", b":", b"=", b"A", b"_", b"-", b"." * 3, b"[" * 40, b"EdDSA", b"none", b'"crit":[]',
)  # fmt: skip


def edits(seeds: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Give so many edited octet strings, one to four edits away from one of the seeds."""
    draw = random.Random(seed)
    for _ in range(count):
        octets = draw.choice(seeds)
        for _ in range(draw.randint(1, 4)):
            octets = draw.choice(_KINDS)(octets, draw, seeds)
        yield octets


def _replace(octets: bytes, draw: random.Random, _seeds: list[bytes]) -> bytes:
    at = draw.randrange(len(octets) + 1)
    return octets[:at] + bytes([draw.randrange(256)]) + octets[at + 1 :]


def _flip(octets: bytes, draw: random.Random, _seeds: list[bytes]) -> bytes:
    if not octets:
        return octets
    at = draw.randrange(len(octets))
    return octets[:at] + bytes([octets[at] ^ 1 << draw.randrange(8)]) + octets[at + 1 :]


def _insert(octets: bytes, draw: random.Random, _seeds: list[bytes]) -> bytes:
    at = draw.randrange(len(octets) + 1)
    return octets[:at] + draw.choice(_TOKENS) + octets[at:]


def _cut(octets: bytes, draw: random.Random, _seeds: list[bytes]) -> bytes:
    start = draw.randrange(len(octets) + 1)
    return octets[:start] + octets[start + draw.choice((1, 2, 8, 64, 4096)) :]


def _repeat(octets: bytes, draw: random.Random, _seeds: list[bytes]) -> bytes:
    start = draw.randrange(len(octets) + 1)
    return octets[:start] + octets[start : start + draw.choice((1, 8, 64))] * 2 + octets[start:]


def _splice(octets: bytes, draw: random.Random, seeds: list[bytes]) -> bytes:
    taken = draw.choice(seeds)
    return octets[: draw.randrange(len(octets) + 1)] + taken[draw.randrange(len(taken) + 1) :]


def _member(octets: bytes, draw: random.Random, _seeds: list[bytes]) -> bytes:
    """Edit the value behind the octets, in a layout that the readers take: this reaches past the form."""
    try:
        value = json.loads(octets)
    except (ValueError, RecursionError):
        return octets
    _change(value, draw)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _change(value: Any, draw: random.Random) -> None:
    while isinstance(value, dict | list) and value:
        place = draw.choice(sorted(value)) if isinstance(value, dict) else draw.randrange(len(value))
        inner = value[place]
        if isinstance(inner, dict | list) and inner and draw.random() < 0.9:
            value = inner
            continue
        kind = draw.randrange(5)
        if kind == 0:
            del value[place]
        elif kind == 1 and isinstance(value, dict):
            value[f"{place}x"] = inner
        elif kind == 2 and isinstance(inner, str):
            value[place] = _text(inner, draw)
        elif kind == 3:
            value[place] = draw.choice(
                (None, True, 0, -1, 2**53, "", [], {}, [inner], "2026-02-30", "0" * 300)
            )
        else:
            value[place] = [inner, inner]
        return


def _text(text: str, draw: random.Random) -> str:
    """Edit a text; of base64url, sometimes what it holds."""
    if draw.random() < 0.5:
        try:
            held = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            held = b""
        if held:
            return base64.urlsafe_b64encode(_flip(held, draw, [])).rstrip(b"=").decode()
    at = draw.randrange(len(text) + 1)
    return text[:at] + draw.choice("aA0_-=.# \u0301\0一") + text[at + draw.randrange(2) :]


_KINDS = (_replace, _flip, _insert, _cut, _repeat, _splice, _member, _member, _member)
