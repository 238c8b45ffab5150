"""What node and signer say to each other over a Unix socket: one JSON object a line in, one out.

``{"sign": "<protected>.<payload>", "kid": "…"}`` is answered ``{"signature": "…"}``, and ``{"keys": true}``
is answered ``{"keys": {"<kid>": "<thumbprint>", …}}``; what cannot be done is answered ``{"error": "…"}``.
What is signed are the ASCII octets of a JWS, never a digest: the signer sees what it signs. A device is put
behind the same lines, or behind ``threeflow.keys.Signer``.
"""

from typing import Final

__all__ = ["LONGEST_LINE"]

LONGEST_LINE: Final = 33_554_432
"""Octets of the longest line that either side reads."""
