"""JSON read strictly, and by every node alike (spec page ``conventions``).

A text laid out without white space and escapes is read by orjson, and equals its own re-serialisation only
where it has no duplicate member and no number that was rounded. Every other text takes the slower road
through the standard library, whose hooks see each member and each number.
"""

import json
import re
from itertools import accumulate
from typing import Final, NoReturn
from unicodedata import is_normalized

import orjson

from threeflow.errors import Refused

MAX_DEPTH: Final = 32
MAX_INTEGER: Final = 2**53 - 1

_NOT_STRUCTURE: Final = bytes(octet for octet in range(256) if octet not in b'{}[]"')
# one kind of bracket, so that taking out every empty pair takes out exactly one level
_SQUARE: Final = bytes.maketrans(b"{}", b"[]")
_STEP: Final = {ord("["): 1, ord("]"): -1}
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_FRACTION: Final = re.compile(rb"-?[0-9]+[.eE][0-9.eE+-]*(?:[,}\]]|$)")
# from here on the slower road, which meets every number anyway, is the quicker one
_MANY_NUMBERS: Final = 4096
# separators become ":", what begins a number becomes "0"
_SHAPE: Final = bytes(
    58 if octet in b"[:," else 48 if octet in b"-0123456789" else 120 for octet in range(256)
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def parse(octets: bytes) -> object:
    """Return the JSON value (dict, list, str, int, bool or None) of the octets.

    Raises:
        Refused: ``json-malformed``, with the TF-CONV requirement that the text breaks.
    """
    if octets.startswith(b"\xef\xbb\xbf"):
        _refuse("TF-CONV-1", "the text begins with a byte order mark")
    _check_depth(octets)
    found, value = _parse_compact(octets)
    return value if found else _parse_any(octets)


def parse_object(octets: bytes) -> dict[str, object]:
    """Return the JSON object of the octets.

    Raises:
        Refused: ``json-malformed``, also where the value is no object.
    """
    value = parse(octets)
    if not isinstance(value, dict):
        _refuse("TF-CONV-1", "the text is no JSON object")
    return value


def dump(value: object) -> bytes:
    """Return the compact UTF-8 text of a JSON value: members in insertion order, no white space.

    Raises:
        Refused: ``json-malformed``, where the text would not be read back.
    """
    try:
        octets = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except (orjson.JSONEncodeError, RecursionError) as error:
        _refuse("TF-CONV-6", f"the value has no strict JSON text: {error}")
    # orjson writes NaN and the infinities as null
    if b"null" in octets and _holds_float(value):
        _refuse("TF-CONV-6", "the value holds a float")
    parse(octets)
    return octets


def _holds_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_float(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_float(each) for each in value)
    return isinstance(value, float)


def _refuse(requirement: str, detail: str) -> NoReturn:
    raise Refused("json-malformed", requirement, detail)


def _check_depth(octets: bytes) -> None:
    skeleton = octets.translate(None, _NOT_STRUCTURE)
    bare = skeleton.replace(b'""', b"")
    if b"\\" in octets:
        bare = _STRING.sub(b"", octets).translate(None, _NOT_STRUCTURE).replace(b'"', b"")
    elif b'"' in bare:
        bare = _STRING.sub(b"", skeleton).replace(b'"', b"")
    rest = brackets = bare.translate(_SQUARE)
    for _ in range(MAX_DEPTH):
        rest = rest.replace(b"[]", b"")
        if not rest:
            return
    if any(depth > MAX_DEPTH for depth in accumulate(map(_STEP.__getitem__, brackets))):
        _refuse("TF-CONV-5", f"the text nests deeper than {MAX_DEPTH}")


def _parse_compact(octets: bytes) -> tuple[bool, object]:
    """Return the value and True where the quick road proves the text strict, else False."""
    if b"\\" in octets or _may_hold_fraction(octets):
        return False, None
    try:
        value = orjson.loads(octets)
        again = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return False, None
    if again != octets:
        return False, None
    return octets.isascii() or is_normalized("NFC", octets.decode()), value


def _may_hold_fraction(octets: bytes) -> bool:
    shape = b":" + octets.translate(_SHAPE)
    at = shape.find(b":0")
    for _ in range(_MANY_NUMBERS):
        if at < 0:
            return False
        if _FRACTION.match(octets, at):
            return True
        at = shape.find(b":0", at + 1)
    return True


def _parse_any(octets: bytes) -> object:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse("TF-CONV-1", f"octet {error.start} is no UTF-8")
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        _refuse("TF-CONV-1", f"no JSON at character {error.pos}: {error.msg}")
    _check_strings(value)
    return value


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                _refuse("TF-CONV-2", f"the member {name!r} stands twice in one object")
            seen.add(name)
    return members


def _integer(text: str) -> int:
    if len(text) > 17 or text == "-0" or abs(int(text)) > MAX_INTEGER:
        _refuse("TF-CONV-6", f"the number {text[:40]} is no integer within ±(2^53−1)")
    return int(text)


def _no_number(text: str) -> NoReturn:
    _refuse("TF-CONV-6", f"the number {text[:40]} is no plain integer")


def _check_strings(value: object) -> None:
    if isinstance(value, str):
        _check_string(value)
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_string(name)
            _check_strings(member)
    elif isinstance(value, list):
        for member in value:
            _check_strings(member)


def _check_string(text: str) -> None:
    if "\0" in text or _SURROGATE.search(text):
        _refuse("TF-CONV-3", "a string holds U+0000 or a lone surrogate")
    if not is_normalized("NFC", text):
        _refuse("TF-CONV-4", f"the string {text[:40]!a} is not in Unicode normalization form C")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_no_number, parse_constant=_no_number
)
