"""Whole journeys over gateway processes: who takes part, and how documents are sent and states are read."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import threeflow_spec
from kit.asynchronous import eventually
from kit.members import Member, office
from kit.papers import Agreement, name, paper, ref
from kit.stations import Fleet, Station
from threeflow.errors import Refused

Payload = dict[str, Any]
NODES = ("xa.hub", "xa.customs", "xb.customs")
TIMES = ("eventTime", "reportedAt", "paidAt", "lodgedAt", "answeredAt")
BOTH = ("xa.customs", "xb.customs")
REASONS = [{"text": [{"lang": "en", "text": "As found"}]}]
DECLARES = ("declaration", "return-request")


def _anywhere(list_id: str, code: str) -> dict[str, Any]:
    return {**office(list_id, code, "export"), "positions": ["export", "import", "transit"]}


MEMBERS = (
    Member("xa.hub", ("hub",), gateway=True),
    Member(
        "xa.customs",
        ("customs",),
        offices=(_anywhere("xa-office", "XA100"), _anywhere("xa-office", "XA900")),
        gateway=True,
    ),
    Member("xa.platform", ("platform", "seller"), via="xa.hub"),
    Member("xa.carrier", ("carrier",), via="xa.hub"),
    Member("xa.declarant", ("declarant",), via="xa.hub"),
    Member("xa.bank", ("bank", "guarantor"), via="xa.hub"),
    Member("xb.customs", ("customs",), offices=(_anywhere("xb-office", "XB100"),), gateway=True),
    Member("xb.quarantine", ("agency",), offices=(_anywhere("xb-agency", "PLANT"),), via="xb.customs"),
    Member("xb.declarant", ("declarant",), via="xb.customs"),
    Member("xb.bank", ("bank", "guarantor"), via="xb.customs"),
    Member("xb.warehouse", ("warehouse",), via="xb.customs"),
)
OFFICES = {
    "xa.customs": {"list": "xa-office", "code": "XA100"},
    "xb.customs": {"list": "xb-office", "code": "XB100"},
}


def fresh(text: str) -> str:
    """A number that no other journey has."""
    return f"{text}-{uuid.uuid4().hex[:8]}"


def account(kind: str, holder: str, territory: str | None = None) -> Payload:
    """An account of its own, as documents name it."""
    made = {"kind": kind, "holder": holder, "number": fresh("N")}
    return made if territory is None else {**made, "territory": territory}


def account_key(of: Mapping[str, str]) -> dict[str, str]:
    """The key of an account's subject (TF-ACC-1)."""
    return {"scheme": "account", "issuer": of["holder"], "value": f"{of['kind']}:{of['number']}"}


def vector(what: str) -> Any:
    """The content of a published vector."""
    return json.loads(threeflow_spec.read(f"v1/vectors/documents/{what}.json"))


def importer_of(what: str = "declaration/import") -> Payload:
    """The parties of an import declaration, whose buyer is named by a number alone."""
    buyer = {"naturalPerson": True, "accountReference": "u-88102", "country": "DE"}
    return {**vector(what)["parties"], "importer": buyer}


def named(payload: Mapping[str, Any]) -> dict[str, str]:
    """Type, issuer, id and digest of a document, as members beside the references name it."""
    found = ref(payload)
    return {each: found[each] for each in ("type", "issuer", "id", "digest")}


def declared(declaration: Mapping[str, Any]) -> Payload:
    """How an act says which version of a declaration it is about."""
    return {
        "declarationVersion": declaration["header"].get("version", 1),
        "declarationDigest": ref(declaration)["digest"],
    }


def _act(old: Payload, issuer: str, now: str, more: Mapping[str, Any]) -> Payload:
    kept = {each: old[each] for each in old if each not in ("declarationDigest", "declarationVersion")}
    made = {**kept, "office": OFFICES.get(issuer, kept["office"]), "decidedAt": now, **more}
    return {each: value for each, value in made.items() if value is not None}


@dataclass(frozen=True)
class World:
    """The running gateways, and the agreement between the two jurisdictions."""

    fleet: Fleet
    agreement: Agreement


class Journey:
    """One journey: sends documents to the gateway of their issuer, and waits until they are everywhere."""

    def __init__(self, world: World) -> None:
        self.fleet = world.fleet
        self.agreement = world.agreement.second
        self._stations = {node: Station(world.fleet.society, node) for node in world.fleet.processes}
        self._via = {each.id: each.via or each.id for each in world.fleet.society.members}

    def at(self, node: str) -> Station:
        """A gateway."""
        return self._stations[node]

    def make(
        self,
        vector: str,
        issuer: str,
        receivers: Sequence[str],
        *names: Mapping[str, Any],
        keys: Sequence[Mapping[str, str]] = (),
        kind: str | None = None,
        act: Mapping[str, Any] | None = None,
        header: Mapping[str, Any] | None = None,
        without: Sequence[str] = (),
        **content: Any,
    ) -> Payload:
        """A document of now, made of a vector, that names others; what crosses names the agreement."""
        said: Payload = dict(header or {})
        if kind is not None:
            said["kind"] = kind
        if {each.partition(".")[0] for each in receivers} - {issuer.partition(".")[0]}:
            said |= {"agreement": name(self.agreement), "purpose": "release-on-documents"}
        made = paper(
            vector,
            issuer,
            receivers,
            references=[ref(each) for each in names],
            keys=keys,
            header=said,
            **content,
        )
        now = datetime.now(UTC).isoformat()
        made |= {each: now for each in TIMES if each in made and each not in content}
        if "act" in made:
            about = next((declared(each) for each in names if each["header"]["type"] in DECLARES), {})
            made["act"] = _act(made["act"], issuer, now, {**about, **(act or {})})
        for each in without:
            made.pop(each, None)
        return made

    async def send(self, payload: Mapping[str, Any], outcome: str = "accepted") -> Any:
        """Submit where its issuer submits; return the receipt once every receiver's gateway holds it."""
        issuer = payload["header"]["issuer"]
        home = self._via[issuer]
        found = await self._stations[home].submit(payload)
        assert found.state == outcome, (payload["header"]["type"], found.receipt or found.refusal)
        if found.taken_in:
            for node in {self._via[each] for each in payload["header"]["receivers"]} - {home}:
                await eventually(lambda node=node: self._holds(node, payload))  # type: ignore[misc]
        return found

    async def say(self, *payload: Any, outcome: str = "accepted", **content: Any) -> Payload:
        """Make a document, send it, and return it."""
        made = self.make(*payload, **content)
        await self.send(made, outcome)
        return made

    async def subject(self, node: str, kind: str, key: Mapping[str, str]) -> Any:
        """A subject as a gateway tells it to its own people."""
        return await self._stations[node].as_(node).subject(kind, key)

    async def tracks(self, node: str, key: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """The tracks of a consignment's portions, by their packages."""
        found = await self.subject(node, "consignment", key)
        return {"+".join(each["packages"]): each["tracks"] for each in found["portions"]}

    async def entries(self, node: str, of: Mapping[str, str], page_of: int = 9) -> dict[str, Any]:
        """All entries of an account, asked for page by page."""
        found: dict[str, Any] = {}
        after: str | None = ""
        client = self._stations[node].as_(node)
        while after is not None:
            page: Any = await client.subject(
                "account", account_key(of), entries_after=after, entries_limit=page_of
            )
            found |= {each["entry"]: each for each in page["entries"]}
            after = page.get("entriesNext")
        return found

    async def states(self, node: str, of: Mapping[str, str], page_of: int = 9) -> dict[str, str]:
        """The states of an account's entries."""
        return {each: entry["state"] for each, entry in (await self.entries(node, of, page_of)).items()}

    async def balance(self, node: str, of: Mapping[str, str]) -> tuple[str, dict[str, str], dict[str, str]]:
        """The state of an account, what is open of it, and what is in difference."""
        found = await self.subject(node, "account", account_key(of))
        (kept,) = found["accounts"]
        return found["tracks"]["account"], kept["open"], kept["difference"]

    async def findings(self, node: str, kind: str, key: Mapping[str, str]) -> list[str]:
        """The codes of a subject's findings."""
        return [each["code"] for each in (await self.subject(node, kind, key))["findings"]]

    async def close(self) -> None:
        """Close the clients; the gateways run on."""
        for each in self._stations.values():
            await each.close()

    async def _holds(self, node: str, payload: Mapping[str, Any]) -> bool:
        header = payload["header"]
        try:
            await self._stations[node].as_(node).fetch(header["issuer"], header["id"])
        except Refused as refused:
            if refused.code != "not-found":
                raise
            return False
        return True


@asynccontextmanager
async def on_the_way(world: World) -> AsyncIterator[Journey]:
    """A journey whose clients are closed at its end."""
    journey = Journey(world)
    try:
        yield journey
    finally:
        await journey.close()


class Goods:
    """A parcel of two cartons from xa to xb; all of its documents are known to both customs."""

    def __init__(self, journey: Journey) -> None:
        number = fresh("P")
        self.journey = journey
        self.declared = {"scheme": "declaration", "issuer": "xa.customs", "value": f"D{number}"}
        self.way = {"scheme": "waybill", "issuer": "xa.carrier", "value": f"W{number}"}
        self.keys = [self.declared, self.way]

    async def lodge(self, **content: Any) -> Goods:
        """Waybill and export declaration, registered."""
        say = self.journey.say
        self.waybill = await say("waybill/air-parcel-in-two-cartons", "xa.carrier", BOTH, keys=[self.way])
        self.declaration = await say(
            "declaration/export-list", "xa.declarant", BOTH, self.waybill, keys=self.keys, **content
        )
        self.registered = await say(
            "customs-status/registered",
            "xa.customs",
            ["xa.declarant", "xb.customs"],
            self.declaration,
            without=["declarationNumber"],
        )
        return self

    async def release(self, scope: Mapping[str, Any] | None = None, **content: Any) -> Payload:
        """Released for export."""
        return await self.journey.say(
            "release/full",
            "xa.customs",
            ["xa.declarant", "xb.customs"],
            self.declaration,
            self.registered,
            keys=self.keys,
            act={"scope": dict(scope or {"all": True}), **content.pop("act", {})},
            **content,
        )

    async def advance(self) -> Payload:
        """Import customs says that it has the advance data."""
        self.received = await self.journey.say(
            "customs-status/registered",
            "xb.customs",
            ["xa.customs", "xa.carrier"],
            self.declaration,
            kind="advance-received",
            act={"position": "import"},
            without=["declarationNumber", "sourceStatus"],
        )
        return self.received

    async def answer(
        self, what: str, kind: str, *names: Mapping[str, Any], outcome: str = "accepted", **more: Any
    ) -> Payload:
        """Import customs answers the dossier."""
        act = {**declared(self.declaration), **more.pop("act", {})}
        return await self.journey.say(
            f"import-decision/{what}",
            "xb.customs",
            ["xa.customs", "xb.declarant", "xa.carrier"],
            self.received,
            self.journey.agreement,
            *names,
            keys=self.keys,
            kind=kind,
            outcome=outcome,
            act=act,
            **more,
        )

    async def act(
        self, what: str, *names: Mapping[str, Any], outcome: str = "accepted", **more: Any
    ) -> Payload:
        """Export customs acts on it."""
        return await self.journey.say(
            what,
            "xa.customs",
            ["xa.declarant", "xb.customs"],
            self.declaration,
            *names,
            keys=self.keys,
            outcome=outcome,
            **more,
        )

    async def ask(self, what: str, **more: Any) -> Payload:
        """The declarant asks export customs for something about its declaration."""
        return await self.journey.say(
            what, "xa.declarant", list(BOTH), self.declaration, keys=self.keys, **more
        )

    async def decide(
        self, what: str, about: Mapping[str, Any], *names: Mapping[str, Any], **more: Any
    ) -> Payload:
        """Export customs decides what was asked."""
        return await self.journey.say(
            what,
            "xa.customs",
            ["xa.declarant", "xb.customs"],
            about,
            *names,
            act={**declared(self.declaration), **more.pop("act", {})},
            answers=named(about),
            **more,
        )

    async def event(
        self, kind: str, packages: Sequence[str] = ("P1", "P2"), outcome: str = "accepted", **content: Any
    ) -> Payload:
        """The carrier tells what happened to the cartons."""
        return await self.journey.say(
            "logistics-event/departed",
            "xa.carrier",
            list(BOTH),
            keys=[self.way],
            kind=kind,
            packages=list(packages),
            outcome=outcome,
            **{"without": ["eventType", "seals"], **content},
        )

    async def tracks(self, node: str = "xa.customs") -> dict[str, dict[str, str]]:
        """The tracks of its portions, by their packages."""
        return await self.journey.tracks(node, self.declared)
