"""The operations that connexion routes, one function each, named by ``operationId``."""

import asyncio
from datetime import date
from typing import Any, Protocol, cast

import orjson
from connexion import request
from connexion.lifecycle import ConnexionResponse

import threeflow_spec
from threeflow import envelope, strict
from threeflow.errors import Refused, Unavailable
from threeflow.standard import Standard
from threeflow_gateway import published
from threeflow_gateway.rest.edge import CALLER
from threeflow_gateway.rest.log_proofs import LogProofs
from threeflow_gateway.rest.problems import JOSE, JSON
from threeflow_gateway.rest.reads import Reads
from threeflow_gateway.rest.views import Page

__all__ = ["NODE", "Node"]

NODE = "threeflow.node"
"""Where the scope holds the node that answers."""

MOST_ENTRIES = 100


class Node(Protocol):
    """What the operations ask of the assembled node."""

    reads: Reads
    proofs: LogProofs
    statement: bytes
    standard: Standard

    async def next_events(self, caller: str, after: int, limit: int, wait: int) -> dict[str, Any]:
        """Return events, waiting for them where there are none."""

    async def cut_dossier(self, caller: str, asked: dict[str, Any]) -> bytes:
        """Cut a dossier and return its sealed head."""

    def dossier(self, caller: str, digest: str) -> bytes:
        """Return the bundle of a dossier."""

    def trust_lists(self) -> list[bytes]:
        """Return the sealed trust lists."""

    async def ready(self) -> str:
        """Say why no document could be taken in now; empty where one could."""


def _node() -> Node:
    return cast(Node, request.scope[NODE])


def _caller() -> str:
    return cast(str, request.scope[CALLER])


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
    raw = await asyncio.to_thread(_node().reads.document, _caller(), issuer, id)
    accept = request.headers.get("accept", "")
    if JSON in accept and JOSE not in accept:
        return ConnexionResponse(200, body=envelope.read(raw).payload, content_type=JSON)
    return _jose(raw)


async def fetch_receipt(issuer: str, id: str) -> ConnexionResponse:  # noqa: A002 - the path's own name
    """Answer the receipt as first given."""
    return _jose(await asyncio.to_thread(_node().reads.receipt, _caller(), issuer, id))


async def fetch_subject(kind: str, scheme: str, issuer: str, value: str) -> ConnexionResponse:
    """Answer a subject; an account with one page of its entries."""
    key = {"scheme": scheme, "issuer": issuer, "value": value}
    # connexion hands on no argument whose name has a hyphen.
    asked = request.query_params
    page = Page(asked.get("entries-after", ""), int(asked.get("entries-limit", MOST_ENTRIES)))
    return _json(await asyncio.to_thread(_node().reads.subject, _caller(), kind, key, page))


async def make_dossier(body: dict[str, Any]) -> ConnexionResponse:
    """Cut a dossier."""
    return _jose(await _node().cut_dossier(_caller(), body), 201)


async def fetch_dossier(digest: str) -> ConnexionResponse:
    """Answer a bundle."""
    octets = await asyncio.to_thread(_node().dossier, _caller(), digest)
    return ConnexionResponse(200, body=octets, content_type=JSON)


async def list_events(after: int = 0, limit: int = 100, wait: int = 0) -> ConnexionResponse:
    """Answer the caller's next events."""
    if after > strict.MAX_INTEGER:
        raise Refused("bad-request", "TF-REST-1", "no sequence number is that large", "/after")
    return _json(await _node().next_events(_caller(), after, limit, wait))


async def fetch_checkpoint() -> ConnexionResponse:
    """Answer the newest checkpoint."""
    return _jose(await asyncio.to_thread(_node().proofs.checkpoint))


async def prove_inclusion(index: int, size: int) -> ConnexionResponse:
    """Answer a proof of inclusion."""
    return _json(await asyncio.to_thread(_node().proofs.inclusion, index, size))


async def prove_consistency(first: int, second: int) -> ConnexionResponse:
    """Answer a proof of consistency."""
    return _json(await asyncio.to_thread(_node().proofs.consistency, first, second))


async def fetch_statement() -> ConnexionResponse:
    """Answer the node's statement."""
    return _jose(_node().statement)


async def fetch_trust_lists() -> ConnexionResponse:
    """Answer the trust lists held."""
    lists = b",".join(await asyncio.to_thread(_node().trust_lists))
    return ConnexionResponse(200, body=b'{"lists":[' + lists + b"]}", content_type=JSON)


async def fetch_standard_file(name: str) -> ConnexionResponse:
    """Answer one file of the standard."""
    try:
        octets = threeflow_spec.read("v1/" + name.replace("~", "/"))
    except (OSError, ValueError) as error:
        raise Refused("not-found", "TF-REST-1", f"the standard has no file {name}") from error
    return ConnexionResponse(200, body=octets, content_type="application/yaml" if ".y" in name else JSON)


async def list_rules(type: str = "", profile: str = "") -> ConnexionResponse:  # noqa: A002 - the query's name
    """Answer the rules by which the node judges."""
    return _json(await asyncio.to_thread(published.rules, _node().standard, type, profile))


async def fetch_rule(rule: str) -> ConnexionResponse:
    """Answer one rule as its pack states it."""
    return _json(await asyncio.to_thread(published.rule, _node().standard, rule))


async def list_code_lists() -> ConnexionResponse:
    """Answer what every code list says of itself."""
    return _json(await asyncio.to_thread(published.code_lists, _node().standard))


async def fetch_code_list(
    list: str,  # noqa: A002 - the path's own name
    on: str = "",
    after: str = "",
    limit: int = published.MOST_CODES,
) -> ConnexionResponse:
    """Answer one code list with a page of its codes."""
    page = published.CodePage(_day(on), after, limit)
    return _json(await asyncio.to_thread(published.code_list, _node().standard, list, page))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused("bad-request", "TF-REST-1", f"{text} is no day", "/on") from error


async def health() -> ConnexionResponse:
    """Answer that the process runs."""
    return _json({"status": "ok"})


async def ready() -> ConnexionResponse:
    """Answer whether a document could be taken in now."""
    reason = await _node().ready()
    if reason:
        raise Unavailable(reason)
    return _json({"status": "ok"})
