"""Digests: ``sha-256:`` and 64 lower-case hexadecimal digits over exact octets (TF-CONV-9)."""

import re
from hashlib import sha256
from typing import Final

_FORM: Final = re.compile(r"sha-256:[0-9a-f]{64}")


def of(octets: bytes) -> str:
    """Return the digest of the octets."""
    return "sha-256:" + sha256(octets).hexdigest()


def is_digest(text: object) -> bool:
    """Say whether ``text`` has the form of a digest."""
    return isinstance(text, str) and _FORM.fullmatch(text) is not None
