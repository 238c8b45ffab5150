"""A line of shell that sends the octets of an exchange again."""

import base64
import shlex

from threeflow_conformance.speak.calls import frames, unframed
from threeflow_conformance.world import Exchange

__all__ = ["curl"]

_MOST = 12_000


def curl(each: Exchange, target: str, grpc: str) -> str:
    """The line for bash; empty where the body is too long for one. Its token is good for five minutes, and for one use
    where the node counts uses.
    """
    body = each.body
    if body is not None and len(body) > _MOST:
        return ""
    words = ["curl", "-sS", "-i"]
    if each.method == "GRPC":
        url = f"http://{grpc}{each.target}"
        words += ["--http2-prior-knowledge", "-H", "content-type: application/grpc", "-H", "te: trailers"]
        body = _framed(body or b"")
    else:
        url = target + each.target
        words += ["-X", each.method]
    for name, value in each.headers.items():
        words += ["-H", f"{name}: {value}"]
    line = shlex.join(words)
    if body is not None:
        line += f" --data-binary @<(base64 -d <<< {base64.b64encode(body).decode()})"
    return f"{line} {shlex.quote(url)}"


def _framed(octets: bytes) -> bytes:
    """The messages of a call as gRPC frames them: those of a stream come behind their lengths, one alone bare."""
    messages = unframed(octets)
    if sum(4 + len(each) for each in messages) != len(octets) or frames(*messages) != octets:
        messages = [octets]
    return b"".join(b"\0" + len(each).to_bytes(4, "big") + each for each in messages)
