"""Strict JSON: payloads that some parsers take and the standard refuses, rightly sealed."""

from collections.abc import Callable, Mapping

from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import dump, members

Break = tuple[str, Callable[[bytes], bytes]]


def _nested(depth: int) -> Callable[[bytes], bytes]:
    return lambda octets: octets[:-1] + b',"x":' + b"[" * depth + b"]" * depth + b"}"


def _member(text: bytes) -> Callable[[bytes], bytes]:
    return lambda octets: octets[:-1] + b"," + text + b"}"


BREAKS: Mapping[str, Break] = {
    "byte-order-mark": ("TF-CONV-1", lambda octets: b"\xef\xbb\xbf" + octets),
    "two-values": ("TF-CONV-1", lambda octets: octets + b"{}"),
    "latin-1": ("TF-CONV-1", _member(b'"x":"\xe9"')),
    "overlong-utf-8": ("TF-CONV-1", _member(b'"x":"\xc0\xaf"')),
    "comment": ("TF-CONV-1", lambda octets: octets + b"//"),
    "trailing-comma": ("TF-CONV-1", lambda octets: octets[:-1] + b",}"),
    "single-quotes": ("TF-CONV-1", _member(b"'x':1")),
    "control-character": ("TF-CONV-1", _member(b'"x":"\x01"')),
    "utf-16": ("TF-CONV-1", lambda octets: octets.decode().encode("utf-16")),
    "member-twice": ("TF-CONV-2", _member(b'"orderNumber":"other"')),
    "member-twice-escaped": ("TF-CONV-2", _member(b'"\\u006frderNumber":"other"')),
    "header-twice": ("TF-CONV-2", _member(b'"header":{}')),
    "lone-surrogate": ("TF-CONV-3", _member(b'"x":"\\ud800"')),
    "nul-escaped": ("TF-CONV-3", _member(b'"x":"a\\u0000b"')),
    "nul-in-a-name": ("TF-CONV-3", _member(b'"x\\u0000":1')),
    "not-nfc": ("TF-CONV-4", _member('"x":"e\u0301"'.encode())),
    "not-nfc-escaped": ("TF-CONV-4", _member(b'"x":"e\\u0301"')),
    "name-not-nfc": ("TF-CONV-4", _member('"e\u0301":1'.encode())),
    "depth-33": ("TF-CONV-5", _nested(33)),
    "depth-100000": ("TF-CONV-5", _nested(50_000)),
    "fraction": ("TF-CONV-6", _member(b'"x":1.0')),
    "exponent": ("TF-CONV-6", _member(b'"x":1e3')),
    "minus-zero": ("TF-CONV-6", _member(b'"x":-0')),
    "beyond-53-bits": ("TF-CONV-6", _member(b'"x":9007199254740992')),
    "nan": ("TF-CONV-6", _member(b'"x":NaN')),
    "infinity": ("TF-CONV-6", _member(b'"x":-Infinity')),
    "leading-zero": ("TF-CONV-1", _member(b'"x":01')),
}


@check(*sorted({name for name, _ in BREAKS.values()}), cases=lambda: BREAKS)
async def payload(scene: Scene, broken: Break) -> None:
    """A payload that is no strict JSON is refused, although its seal holds."""
    requirement, change = broken
    platform = scene.network.home("platform")
    await scene.taken(scene.new_papers().order(), "accepted")
    paper = scene.papers.order()
    raw = dump(members(change(paper.octets), platform.seal))
    # A reader that cannot tell one fault of form from another names the first sentence of the page.
    named = {"TF-CONV-1", "TF-CONV-6"} if requirement in {"TF-CONV-1", "TF-CONV-6"} else {requirement}
    await scene.refused(
        await scene.submit(raw, platform), "json-malformed", *sorted(named), blame=requirement
    )
    await scene.nothing_bound(paper, requirement)
    good = await scene.submit(paper)
    scene.expect(requirement, good.outcome == "accepted", f"the right one came to {good.said}")
