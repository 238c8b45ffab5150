"""Customs in the sandbox: declares, registers and releases every parcel that clients send.

A parcel is complete once a waybill is held together with the order that it names and the order's payment;
then it is declared, registered and released, and its dossier is cut. Declaration and acts are the
standard's own vectors, under fresh numbers and with references to what the client sent. The client is never
told what happened but through the gateway.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tools.clients.society import CUSTOMS, DECLARANT, ENVIRONMENT

import threeflow_spec
from threeflow import digest, documents, strict
from threeflow.client import Client
from threeflow.documents import reference_to
from threeflow.errors import Refused, Unavailable

_LOG: Final = logging.getLogger(__name__)
PLATFORM: Final = "xa.platform"
WAIT_SECONDS: Final = 5
# The case is asked for again at this pace until the order and its payment are there.
PAUSE_SECONDS: Final = 0.2
PATIENCE_SECONDS: Final = 120.0
# Members of the vectors of acts that are set anew, or speak of an importing jurisdiction.
ABROAD: Final = frozenset({"header", "act", "importingJurisdiction", "use"})
FLOWS: Final = frozenset({"order", "payment"})

Payload = dict[str, Any]


class NotAcceptedError(Exception):
    """The node did not accept what customs or the declarant sent; the message has its answer."""


@dataclass(frozen=True)
class Sent:
    """A document as it was sealed: what it says, and how others name its octets."""

    payload: Payload
    reference: dict[str, str]

    @classmethod
    def of(cls, octets: bytes) -> "Sent":
        """Read a payload's exact octets."""
        payload = strict.parse_object(octets)
        return cls(payload, reference_to(payload, digest.of(octets)))


class Customs:
    """Reads the node's events and answers every waybill; ``as_`` gives the client of a member."""

    def __init__(self, as_: Callable[[str], Client]) -> None:
        self._as = as_

    async def run(self) -> None:
        """Answer every parcel, each on its own; runs until it is cancelled."""
        after = 0
        async with asyncio.TaskGroup() as parcels:
            while True:
                async for event in self._as(CUSTOMS).events(after=after, wait=WAIT_SECONDS):
                    after = _whole(event["sequence"])
                    named = event["document"]
                    if isinstance(named, dict) and named["type"] == "waybill":
                        parcels.create_task(self._clear(named["issuer"], named["id"]))

    async def _clear(self, issuer: str, waybill_id: str) -> None:
        try:
            await self._cleared(issuer, waybill_id)
        except (Unavailable, Refused, NotAcceptedError, LookupError) as error:
            # One parcel that cannot be cleared is told and left; the others go on.
            _LOG.error("waybill %s could not be cleared: %r", waybill_id, error)

    async def _cleared(self, issuer: str, waybill_id: str) -> None:
        waybill = await self._held(issuer, waybill_id)
        said = waybill.payload
        flows = await self._flows(said["orders"][0])
        if flows is None:
            _LOG.warning("waybill %s: no order and payment came in time; it is left as it is", waybill_id)
            return
        number = f"D-{said['waybillNumber']}"
        keys = [documents.key("declaration", CUSTOMS, number), said["header"]["subjects"][0]["keys"][0]]
        declaration = await self._declare(number, keys, [*flows, waybill])
        registered = await self._act("customs-status/registered", declaration, [], declarationNumber=number)
        await self._act(
            "release/full",
            declaration,
            [registered],
            receivers=[DECLARANT, PLATFORM, issuer],
            keys=keys,
            releaseNumber=f"R-{number}",
        )
        head = await self._as(CUSTOMS).cut_dossier(keys[0], receivers=[PLATFORM], purpose="evidence")
        _LOG.info("waybill %s: released, dossier %s", said["waybillNumber"], head.digest)

    async def _held(self, issuer: str, document_id: str) -> Sent:
        found = await self._as(CUSTOMS).fetch(issuer, document_id)
        return Sent.of(found.payload)

    async def _flows(self, order_key: Mapping[str, str]) -> list[Sent] | None:
        """Wait for the order and its payment; None where they do not come."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            try:
                case: Any = await self._as(CUSTOMS).subject("case", order_key)
            except Refused as refused:
                if refused.code != "not-found":
                    raise
                case = {"documents": []}
            found = {each["type"]: each for each in case["documents"] if each["outcome"] != "pending"}
            if set(found) >= FLOWS:
                return [await self._held(found[each]["issuer"], found[each]["id"]) for each in sorted(FLOWS)]
            await asyncio.sleep(PAUSE_SECONDS)
        return None

    async def _declare(self, number: str, keys: list[dict[str, str]], about: list[Sent]) -> Sent:
        content = vector("declaration/export-list")
        order, _, waybill = about
        made = documents.build(
            "declaration",
            "list",
            issuer=DECLARANT,
            environment=ENVIRONMENT,
            issued_at=datetime.now(UTC),
            receivers=[CUSTOMS],
            subjects=[documents.subject(*keys)],
            references=[each.reference for each in about],
            **{each: content[each] for each in ("direction", "procedure", "declarationOffice", "parties")},
            items=order.payload["items"],
            packages=packed(order.payload["items"], [each["id"] for each in waybill.payload["packages"]]),
            totals={
                "packageCount": waybill.payload["packageCount"],
                "grossWeight": waybill.payload["grossWeight"],
                "goodsValue": order.payload["totals"]["goodsValue"],
            },
            declarationNumber=number,
        )
        return await self._send(DECLARANT, made)

    async def _act(
        self,
        what: str,
        declaration: Sent,
        names: list[Sent],
        *,
        receivers: list[str] | None = None,
        keys: list[dict[str, str]] | None = None,
        **content: Any,
    ) -> Sent:
        said, now = vector(what), datetime.now(UTC)
        act = {
            **said["act"],
            "decidedAt": documents.timestamp(now),
            "declarationVersion": 1,
            "declarationDigest": declaration.reference["digest"],
        }
        rest = {each: said[each] for each in said if each not in ABROAD}
        if "validUntil" in rest:
            rest["validUntil"] = documents.timestamp(now + timedelta(days=90))
        made = documents.build(
            said["header"]["type"],
            said["header"]["kind"],
            issuer=CUSTOMS,
            environment=ENVIRONMENT,
            issued_at=now,
            receivers=receivers or [DECLARANT],
            subjects=[documents.subject(*keys)] if keys else [],
            references=[each.reference for each in (declaration, *names)],
            act=act,
            **{**rest, **content},
        )
        return await self._send(CUSTOMS, made)

    async def _send(self, issuer: str, payload: Payload) -> Sent:
        outcome = await self._as(issuer).submit(payload)
        if outcome.state != "accepted":
            header = payload["header"]
            raise NotAcceptedError(f"{header['type']} {header['kind']}: {outcome.refusal or outcome.receipt}")
        return Sent.of(strict.dump(payload))


def vector(what: str) -> Payload:
    """Return the content of a published vector."""
    found: Payload = json.loads(threeflow_spec.read(f"v1/vectors/documents/{what}.json"))
    return found


def packed(items: list[Payload], packages: list[str]) -> list[Payload]:
    """Return the packages of a declaration: items go into them in turn."""
    found: dict[str, list[Payload]] = {each: [] for each in packages}
    for place, item in enumerate(items):
        quantity = {"sequence": item["sequence"], "quantity": item["quantity"]["value"]}
        found[packages[place % len(packages)]].append(quantity)
    return [{"id": each, "contents": contents} for each, contents in found.items()]


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value
