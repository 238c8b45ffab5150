"""Base64url in its one canonical form: no padding, no white space, no bits left over (TF-CONV-10)."""

import binascii
from base64 import urlsafe_b64encode
from typing import Final

_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def encode(octets: bytes) -> str:
    """Return the canonical text of the octets."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the octets of a canonical text.

    Raises:
        ValueError: the text is not the one canonical text of any octets.
    """
    try:
        raw = text.encode("ascii")
    except UnicodeEncodeError:
        raise ValueError("a character outside the base64url alphabet") from None
    if raw.translate(None, _ALPHABET):
        raise ValueError("a character outside the base64url alphabet")
    try:
        octets = binascii.a2b_base64(raw.translate(_TO_STANDARD) + b"=" * (-len(raw) % 4))
    except binascii.Error:
        raise ValueError("a length that no octets have") from None
    if encode(octets[-(len(octets) % 3 or 3) :]) != text[-(len(text) % 4 or 4) :]:
        raise ValueError("bits left over in the last character")
    return octets
