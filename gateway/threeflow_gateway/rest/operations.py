"""The operations that connexion routes, one function each, named by ``operationId``."""

from typing import Any, cast

import orjson
from connexion import request
from connexion.lifecycle import ConnexionResponse

from threeflow import envelope
from threeflow.errors import Unavailable
from threeflow_gateway.binding.published import MOST_CODES
from threeflow_gateway.binding.subjects import MOST_ENTRIES, Page
from threeflow_gateway.binding.verbs import Call, Verbs
from threeflow_gateway.rest.edge import CALL
from threeflow_gateway.rest.problems import JOSE, JSON

__all__ = ["VERBS"]

VERBS = "threeflow.verbs"
"""Where the scope holds the verbs of the node that answers."""


def _verbs() -> Verbs:
    return cast(Verbs, request.scope[VERBS])


def _call() -> Call:
    return cast(Call, request.scope[CALL])


def _json(value: object) -> ConnexionResponse:
    return ConnexionResponse(200, body=orjson.dumps(value), content_type=JSON)


def _jose(octets: bytes, status: int = 200) -> ConnexionResponse:
    return ConnexionResponse(status, body=octets, content_type=JOSE)


async def submit_document() -> ConnexionResponse:
    """Never reached: the edge answers submissions."""
    raise Unavailable("submissions are answered by the edge")


submit_batch = submit_document


async def fetch_document(issuer: str, id: str) -> ConnexionResponse:  # noqa: A002 - the path's own name
    """Answer the envelope as received, or its payload."""
    raw = await _verbs().fetch_document(_call(), issuer, id)
    accept = request.headers.get("accept", "")
    if JSON in accept and JOSE not in accept:
        return ConnexionResponse(200, body=envelope.read(raw).payload, content_type=JSON)
    return _jose(raw)


async def fetch_receipt(issuer: str, id: str) -> ConnexionResponse:  # noqa: A002 - the path's own name
    """Answer the receipt as first given."""
    return _jose(await _verbs().fetch_receipt(_call(), issuer, id))


async def fetch_subject(kind: str, scheme: str, issuer: str, value: str) -> ConnexionResponse:
    """Answer a subject; an account with one page of its entries."""
    key = {"scheme": scheme, "issuer": issuer, "value": value}
    # connexion hands on no argument whose name has a hyphen.
    asked = request.query_params
    page = Page(asked.get("entries-after", ""), int(asked.get("entries-limit", MOST_ENTRIES)))
    return _json(await _verbs().fetch_subject(_call(), kind, key, page))


async def make_dossier(body: dict[str, Any]) -> ConnexionResponse:
    """Cut a dossier."""
    return _jose(await _verbs().make_dossier(_call(), body), 201)


async def fetch_dossier(digest: str) -> ConnexionResponse:
    """Answer a bundle."""
    octets = await _verbs().fetch_dossier(_call(), digest)
    return ConnexionResponse(200, body=octets, content_type=JSON)


async def list_events(after: int = 0, limit: int = 100, wait: int = 0) -> ConnexionResponse:
    """Answer the caller's next events."""
    return _json(await _verbs().list_events(_call(), after, limit, wait))


async def fetch_checkpoint() -> ConnexionResponse:
    """Answer the newest checkpoint."""
    return _jose(await _verbs().fetch_checkpoint(_call()))


async def prove_inclusion(index: int, size: int) -> ConnexionResponse:
    """Answer a proof of inclusion."""
    return _json(await _verbs().prove_inclusion(_call(), index, size))


async def prove_consistency(first: int, second: int) -> ConnexionResponse:
    """Answer a proof of consistency."""
    return _json(await _verbs().prove_consistency(_call(), first, second))


async def fetch_statement() -> ConnexionResponse:
    """Answer the node's statement."""
    return _jose(_verbs().fetch_statement())


async def fetch_trust_lists() -> ConnexionResponse:
    """Answer the trust lists held."""
    lists = b",".join(await _verbs().fetch_trust_lists())
    return ConnexionResponse(200, body=b'{"lists":[' + lists + b"]}", content_type=JSON)


async def fetch_standard_file(name: str) -> ConnexionResponse:
    """Answer one file of the standard."""
    octets = _verbs().fetch_standard_file(name.replace("~", "/"))
    return ConnexionResponse(200, body=octets, content_type="application/yaml" if ".y" in name else JSON)


async def list_rules(type: str = "", profile: str = "") -> ConnexionResponse:  # noqa: A002 - the query's name
    """Answer the rules by which the node judges."""
    return _json(await _verbs().list_rules(type, profile))


async def fetch_rule(rule: str) -> ConnexionResponse:
    """Answer one rule as its pack states it."""
    return _json(await _verbs().fetch_rule(rule))


async def list_code_lists() -> ConnexionResponse:
    """Answer what every code list says of itself."""
    return _json(await _verbs().list_code_lists())


async def fetch_code_list(
    list: str,  # noqa: A002 - the path's own name
    on: str = "",
    after: str = "",
    limit: int = MOST_CODES,
) -> ConnexionResponse:
    """Answer one code list with a page of its codes."""
    return _json(await _verbs().fetch_code_list(list, on, after, limit))


async def health() -> ConnexionResponse:
    """Answer that the process runs."""
    return _json({"status": "ok"})


async def ready() -> ConnexionResponse:
    """Answer whether a document could be taken in now."""
    await _verbs().check_ready()
    return _json({"status": "ok"})
