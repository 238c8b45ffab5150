"""The outermost ASGI application: bounds the body, proves the caller, and hands on (TF-REST-7, TF-REST-8)."""

import logging
import re
import secrets
import time
from collections.abc import Mapping
from typing import Final

from threeflow import digest, strict
from threeflow.errors import Refused, Unavailable
from threeflow_gateway.binding.callers import Claim
from threeflow_gateway.binding.verbs import Verbs
from threeflow_gateway.observe.logs import correlated, correlation
from threeflow_gateway.observe.metrics import Metrics
from threeflow_gateway.observe.traces import HEADER, valid
from threeflow_gateway.rest.asgi import (
    Answer,
    App,
    DisconnectedError,
    Receive,
    Scope,
    Send,
    headers_of,
    read_body,
    replayed,
    send_answer,
)
from threeflow_gateway.rest.problems import JOSE, JSON, NDJSON, PROBLEM, from_status, problem, unavailable
from threeflow_gateway.rest.routes import operation_of
from threeflow_gateway.rest.submission import Submissions

__all__ = ["CALL", "Edge"]

_LOG = logging.getLogger(__name__)

CALL: Final = "threeflow.call"
"""Where the scope holds the call of a proven caller."""

_SUBMIT: Final = "/v1/documents"
_TRACE: Final = HEADER.encode()
_BATCH: Final = "/v1/documents/batch"
_OPEN: Final = re.compile(
    r"/health|/ready|/\.well-known/threeflow|/v1/trust-lists|/v1/standard/[^/]*|/v1/(rules|codelists)(/[^/]*)?"
)
_BODY_TYPE: Final = {_SUBMIT: JOSE, _BATCH: NDJSON, "/v1/dossiers": JSON}
_ABOUT_BODY: Final = frozenset({b"content-type", b"content-length", b"transfer-encoding"})
_OFFERED: Final = (
    (re.compile(r"/v1/documents"), (JOSE, PROBLEM)),
    (re.compile(r"/v1/documents/batch"), (NDJSON, PROBLEM)),
    (re.compile(r"/v1/documents/[^/]+/[^/]+/receipt"), (JOSE, PROBLEM)),
    (re.compile(r"/v1/documents/[^/]+/[^/]+"), (JOSE, JSON, PROBLEM)),
    (re.compile(r"/v1/log/checkpoint|/\.well-known/threeflow|/v1/dossiers"), (JOSE, PROBLEM)),
    (re.compile(r"/v1/standard/[^/]*"), (JSON, "application/yaml", PROBLEM)),
)


class Edge:
    """Everything between the HTTP server and the operations."""

    def __init__(
        self,
        verbs: Verbs,
        inner: App,
        *,
        endpoint: str,
        body_octets: int,
        batch_octets: int,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._verbs = verbs
        self._submissions = Submissions(verbs, line_octets=body_octets)
        self._inner = inner
        self._endpoint = endpoint.rstrip("/")
        self._body_octets = body_octets
        self._batch_octets = batch_octets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        trace = next((value for name, value in scope["headers"] if name == _TRACE), b"")
        correlation.set(correlated(valid(trace.decode("latin-1")), secrets.token_hex(8)))
        began, status = time.perf_counter(), 0

        async def noted(message: Scope) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._ended(scope, receive, noted)
        finally:
            if status:
                operation = operation_of(scope["method"], scope["path"])
                self._metrics.rest_ended(operation, status, time.perf_counter() - began)

    async def _ended(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(scope, receive, send)
        except DisconnectedError:
            return
        except Refused as refused:
            self._metrics.rest_refused(refused.code)
            answer = problem(refused)
        except Unavailable as error:
            answer = unavailable(error)
        if answer is not None:
            await send_answer(send, answer)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        headers = headers_of(scope)
        path: str = scope["path"]
        post = scope["method"] == "POST"
        body = await read_body(receive, headers, self._batch_octets if path == _BATCH else self._body_octets)
        if not _OPEN.fullmatch(path):
            submits = post and path in {_SUBMIT, _BATCH}
            claim = self._claim(scope, headers, body)
            scope[CALL] = call = await self._verbs.admit("rest", claim, once=not submits)
            if post and path in _BODY_TYPE:
                wrong = _media_type(headers, _BODY_TYPE[path])
                if wrong is not None:
                    return wrong
            if submits:
                _check_accept(headers, path)
                return await (self._submissions.one if path == _SUBMIT else self._submissions.many)(
                    body, call, headers
                )
            if post and _BODY_TYPE.get(path) == JSON:
                strict.parse(body)
        _check_accept(headers, path)
        return await self._below(scope, body, receive, send)

    def _claim(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> Claim:
        method: str = scope["method"]
        said = digest.of(body) if body or method == "POST" else None
        return Claim(headers.get(b"authorization", b""), method, self._endpoint + _target(scope), said)

    async def _below(
        self, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> Answer | None:  # fmt: skip
        if scope["path"].endswith("/"):
            # What is below would redirect to the path without the slash, and no caller may follow.
            return from_status(404, "no operation has this path")
        # What is below would call a chunked body empty, and stumble over a type that is no text.
        kept = [each for each in scope["headers"] if each[0] not in _ABOUT_BODY]
        if scope["path"] in _BODY_TYPE:
            said = _BODY_TYPE[scope["path"]].encode()
            kept += [(b"content-type", said), (b"content-length", b"%d" % len(body))]
        scope["headers"] = kept
        started = False

        async def watched(message: Scope) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._inner(scope, replayed(body, receive), watched)
        except (Refused, Unavailable):
            raise
        except Exception as error:
            if started:
                raise
            _LOG.exception("an operation failed")
            return from_status(503, str(error))
        return None


def _target(scope: Scope) -> str:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (path.split(b"?", 1)[0] + (b"?" + query if query else b"")).decode("latin-1")


def _media_type(headers: Mapping[bytes, bytes], wanted: str) -> Answer | None:
    said = headers.get(b"content-type", b"").split(b";")[0].strip().lower().decode("latin-1")
    if said == wanted:
        return None
    refused = Refused("bad-request", "TF-REST-10", f"the body is {said or 'of no type'}, not {wanted}")
    return problem(refused, 415)


def _check_accept(headers: Mapping[bytes, bytes], path: str) -> None:
    accept = headers.get(b"accept", b"").decode("latin-1")
    if not accept or "*/*" in accept:
        return
    offered = next((types for pattern, types in _OFFERED if pattern.fullmatch(path)), (JSON, PROBLEM))
    wanted = [each.split(";")[0].strip().lower() for each in accept.split(",")]
    if not any(each in offered or each == "application/*" for each in wanted):
        raise Refused("not-acceptable", "TF-REST-10", f"{path} offers {', '.join(offered)}")
