"""The parties of the demo: SDK clients with listed keys, each submitting its own sealed documents."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from threeflow import envelope, log
from threeflow.client import Client, Patience
from threeflow.documents import reference_to
from threeflow.errors import Refused, Unavailable
from threeflow.outcome import Outcome
from threeflow.trust import TrustStore
from threeflow_gateway.demo import names
from threeflow_gateway.demo.flows import Paper
from threeflow_gateway.demo.mailbox import Mailbox
from threeflow_gateway.demo.network import Network

# A killed gateway is back within seconds; a party goes on asking with the same envelope until then.
PATIENCE = Patience(attempts=40, pause=0.1, longest_pause=1.0)
WAIT_SECONDS = 20
# Each request looks at every connection of its pool: a few serve as well as many, and cost less.
CONNECTIONS = httpx.Limits(max_connections=6, max_keepalive_connections=6)
PAGE = 500
HOME = {
    names.HUB: names.HUB,
    names.PLATFORM: names.HUB,
    names.PAYMENTS: names.HUB,
    names.CARRIER: names.HUB,
    names.DECLARANT: names.HUB,
    names.EXPORT_CUSTOMS: names.EXPORT_CUSTOMS,
    names.IMPORT_CUSTOMS: names.IMPORT_CUSTOMS,
    names.IMPORT_DECLARANT: names.IMPORT_CUSTOMS,
}


@dataclass(frozen=True)
class Sent:
    """A document that a party submitted, and what its node answered."""

    payload: Mapping[str, Any]
    digest: str
    outcome: Outcome

    @property
    def reference(self) -> dict[str, str]:
        return reference_to(self.payload, self.digest)

    @property
    def document_id(self) -> dict[str, str]:
        """Issuer, id and digest, as a header's `agreement` names a document."""
        header = self.payload["header"]
        return {"issuer": header["issuer"], "id": header["id"], "digest": self.digest}


@dataclass(frozen=True)
class Kept:
    """A receipt as a party keeps it: whose log it stands in, at which index, under which leaf hash."""

    node: str
    index: int
    leaf: str


@dataclass
class Party:
    """One caller at its home node."""

    id: str
    client: Client
    mailbox: Mailbox
    receipts: list[Kept] = field(default_factory=list)

    async def send(self, paper: Paper) -> Sent:
        """Seal and submit; a refusal is in the outcome, for the caller to act on.

        Raises:
            Unavailable: no answer that holds, however often it was asked.
        """
        raw = self.client.seal(paper.payload, [part.octets for part in paper.parts])
        outcome = await self.mailbox.post(raw)
        if outcome.receipt is not None:
            self.receipts.append(_kept(outcome, self.client.identity.audience))
        return Sent(paper.payload, envelope.read(raw).digest, outcome)

    async def must_send(self, paper: Paper) -> Sent:
        """Submit what this demo expects to be taken in.

        Raises:
            Refused: the node refused it.
        """
        sent = await self.send(paper)
        if sent.outcome.refusal is not None:
            header = paper.payload["header"]
            refusal = sent.outcome.refusal
            raise Refused(
                sent.outcome.code,
                str(refusal.get("requirement", "")),
                f"{self.id}: {header['type']} {header.get('kind')}: {refusal.get('detail')} "
                f"{refusal.get('violations')}",
            )
        return sent


@dataclass
class Feed:
    """What a party learns from the event feed of its own node: which documents it holds by now."""

    party: Party
    last: int = 0
    _held: dict[str, str] = field(default_factory=dict)
    _awaited: dict[str, asyncio.Event] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._follow(), name=f"feed of {self.party.id}")

    async def stop(self) -> None:
        """End it; why it ended before, if it did, was told to those who waited."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def held(self, *digests: str) -> None:
        """Wait until the node has taken in all of these documents.

        Raises:
            Unavailable: the feed ended.
        """
        for digest in digests:
            if digest in self._held:
                continue
            event = self._awaited.setdefault(digest, asyncio.Event())
            while digest not in self._held:
                if self._task is None or self._task.done():
                    raise Unavailable(f"the event feed of {self.party.id} ended: {self._why()}")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(WAIT_SECONDS):
                        await event.wait()

    def _why(self) -> str:
        if self._task is None or self._task.cancelled():
            return "nobody follows it"
        return str(self._task.exception())

    async def _follow(self) -> None:
        while True:
            try:
                async for event in self.party.client.events(after=self.last, limit=PAGE, wait=WAIT_SECONDS):
                    self._note(event)
            except Unavailable:
                await asyncio.sleep(PATIENCE.pause)

    def _note(self, event: Mapping[str, Any]) -> None:
        self.last = int(event["sequence"])
        digest = str(event["document"]["digest"])
        self._held[digest] = str(event["outcome"])
        waiting = self._awaited.pop(digest, None)
        if waiting is not None:
            waiting.set()


@dataclass
class Parties:
    """Everyone, by node id, and the feeds of those who act on what arrives."""

    by_id: Mapping[str, Party]
    feeds: Mapping[str, Feed]

    def __getitem__(self, node_id: str) -> Party:
        return self.by_id[node_id]

    async def held(self, node_id: str, *digests: str) -> None:
        await self.feeds[node_id].held(*digests)

    @property
    def receipts(self) -> list[Kept]:
        """Every receipt that a party holds, one a document."""
        return [kept for party in self.by_id.values() for kept in party.receipts]

    async def close(self) -> None:
        for feed in self.feeds.values():
            await feed.stop()
        for party in self.by_id.values():
            await party.client.close()


def _kept(outcome: Outcome, node: str) -> Kept:
    stands: Any = (outcome.receipt or {})["log"]
    return Kept(node, int(stands["index"]), log.leaf_hash(envelope.read(outcome.raw).payload).hex())


def gather(network: Network, trust: TrustStore) -> Parties:
    """A client for every party at its home node, and the feeds of those nodes."""

    def client(node_id: str, audience: str) -> Client:
        pair = network.keys[node_id]
        endpoint = network.gateways[audience].endpoint
        return Client(
            endpoint,
            node_id,
            pair.token,
            pair.seal,
            audience=audience,
            trust=trust,
            patience=PATIENCE,
            http=httpx.AsyncHTTPTransport(limits=CONNECTIONS),
        )

    def party(node_id: str, home: str) -> Party:
        made = client(node_id, home)
        return Party(node_id, made, Mailbox(made))

    by_id = {node_id: party(node_id, home) for node_id, home in HOME.items()}
    feeds = {node_id: Feed(by_id[node_id]) for node_id in network.gateways}
    for feed in feeds.values():
        feed.start()
    return Parties(by_id, feeds)
