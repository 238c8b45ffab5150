"""Octets as the standard writes them: canonical base64url, digests, strict JSON (pages conventions, envelope)."""

import base64
import binascii
import hashlib
import json
import unicodedata
from typing import Any, NoReturn

__all__ = ["decode", "digest", "encode", "parse"]

_MOST_DEPTH = 32
_MOST_INTEGER = 2**53 - 1


def encode(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def decode(text: object) -> bytes:
    """Decode canonical base64url; ValueError for any other text (TF-CONV-10)."""
    if not isinstance(text, str):
        raise ValueError("no text")  # noqa: TRY004 - one error for all that is no base64url
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if encode(octets) != text:
        raise ValueError("not canonical base64url")
    return octets


def digest(octets: bytes) -> str:
    """SHA-256 over the exact octets, as the standard writes it (TF-CONV-9)."""
    return "sha-256:" + hashlib.sha256(octets).hexdigest()


def parse(octets: bytes) -> Any:
    """Read strict JSON; ValueError says what breaks TF-CONV-1 to TF-CONV-6."""
    if octets.startswith(b"\xef\xbb\xbf"):
        raise ValueError("a byte order mark")
    try:
        text = octets.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_members, parse_float=_refuse, parse_constant=_refuse, parse_int=_integer
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    _check(value, 0)
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("two members of one name")
    return found


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no integer")


def _integer(text: str) -> int:
    value = int(text)
    if text == "-0" or abs(value) > _MOST_INTEGER:
        raise ValueError(f"{text[:30]} is no integer of the standard")
    return value


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list):
        if depth >= _MOST_DEPTH:
            raise ValueError("nested deeper than 32")
        for name in value if isinstance(value, dict) else ():
            _check_text(name)
        for inner in value.values() if isinstance(value, dict) else value:
            _check(inner, depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text or any(0xD800 <= ord(each) <= 0xDFFF for each in text):
        raise ValueError("U+0000 or a lone surrogate")
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("a text that is not in NFC")
