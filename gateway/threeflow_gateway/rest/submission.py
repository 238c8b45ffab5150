"""Submissions: the part in front of connexion, held to the same description (TF-REST-3, TF-REST-4)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from threeflow import messages
from threeflow.errors import Refused, Unavailable
from threeflow_gateway.binding.verbs import MOST_AT_ONCE, Call, Verbs
from threeflow_gateway.intake.service import Taken
from threeflow_gateway.observe.traces import HEADER, HEADERS
from threeflow_gateway.rest.asgi import Answer
from threeflow_gateway.rest.problems import JOSE, NDJSON, problem, unavailable

__all__ = ["Submissions"]

_TRACE: Final = HEADER.encode()
_TRACES: Final = HEADERS.encode()


class Submissions:
    """Answers ``POST /v1/documents`` and ``POST /v1/documents/batch`` for a proven caller."""

    def __init__(self, verbs: Verbs, *, line_octets: int) -> None:
        self._verbs = verbs
        self._line_octets = line_octets

    async def one(self, body: bytes, call: Call, headers: Mapping[bytes, bytes]) -> Answer:
        """Take one envelope in."""
        trace = headers.get(_TRACE, b"").decode("latin-1")
        try:
            taken = await self._verbs.submit(call, body, trace=trace)
        except Unavailable as error:
            return unavailable(error)
        return Answer(_status(taken), JOSE, taken.envelope, _headers(taken))

    async def many(self, body: bytes, call: Call, headers: Mapping[bytes, bytes]) -> Answer:
        """Take envelopes in, one a line; answer one outcome a line, in the same order."""
        lines = body.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        if len(lines) > MOST_AT_ONCE:
            return problem(Refused("too-large", "TF-INTAKE-2", f"a batch has at most {MOST_AT_ONCE} lines"))
        # Arrival order is commit order: the committer takes them as they are submitted here.
        traces = _traces(headers, len(lines))
        outcomes = await asyncio.gather(
            *(self._line(line, call, trace) for line, trace in zip(lines, traces, strict=True))
        )
        return Answer(200, NDJSON, b"".join(outcome + b"\n" for outcome in outcomes))

    async def _line(self, line: bytes, call: Call, trace: str) -> bytes:
        if len(line) > self._line_octets:
            refused = Refused(
                "too-large", "TF-INTAKE-2", f"a document is larger than {self._line_octets} octets"
            )
            return orjson.dumps(messages.problem(refused))
        try:
            self._verbs.line(call)
            return (await self._verbs.submit(call, line, trace=trace)).envelope
        except Refused as refused:
            return orjson.dumps(messages.problem(refused))
        except Unavailable as error:
            return unavailable(error).body


def _traces(headers: Mapping[bytes, bytes], lines: int) -> Sequence[str]:
    """Return the traceparent of each line: its own where the caller names them, else the request's."""
    own = headers.get(_TRACES, b"").decode("latin-1").split(",")
    return own if len(own) == lines > 1 else [headers.get(_TRACE, b"").decode("latin-1")] * lines


def _status(taken: Taken) -> int:
    if taken.refused is not None:
        return messages.catalogue()[taken.refused.code].http
    if taken.repeated:
        return 200
    return 202 if taken.outcome == "pending" else 201


def _headers(taken: Taken) -> tuple[tuple[bytes, bytes], ...]:
    retryable = taken.refused is not None and (
        taken.refused.retryable or messages.catalogue()[taken.refused.code].retryable
    )
    if taken.refused is None or not retryable:
        return ()
    return ((b"retry-after", b"%d" % taken.refused.after),)
