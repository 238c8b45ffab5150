"""Whose number it is: a stranger who knows every key changes nothing, sees nothing, and learns nothing."""

import asyncio
import json
import re
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kit.asynchronous import synchronous
from kit.members import MEMBERS, Member, Society, office
from kit.papers import Parcel, paper, ref
from kit.stations import Station, in_process
from threeflow.errors import Refused

STRANGER = "xa.stranger"
PORT = "xa.port"
OUTSIDERS = (
    Member(
        STRANGER,
        ("platform", "seller", "payment-institution", "bank", "carrier", "declarant", "place-operator"),
        via="xa.customs",
    ),
    Member(PORT, ("customs",), offices=(office("xa-office", "XA200", "export"),), via="xa.customs"),
)
OWN = ("order", "payment", "waybill", "declaration", "registered", "release")
WATCHERS = ("xa.platform", "xa.pay", "xa.carrier", "xa.declarant", "xa.customs")

# An interleaving is as good as a shorter one: nothing is gained by looking for the least that fails.
QUICK = (Phase.explicit, Phase.generate)

Made = TypeVar("Made")


@dataclass
class Place:
    """One running node, and the loop that it runs in."""

    loop: asyncio.AbstractEventLoop
    station: Station

    def run(self, work: Coroutine[Any, Any, Made]) -> Made:
        return self.loop.run_until_complete(work)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    loop = asyncio.new_event_loop()
    society = Society(members=(*MEMBERS, *OUTSIDERS))
    running = in_process(tmp_path_factory.mktemp("titles"), society)
    station, _ = loop.run_until_complete(running.__aenter__())
    yield Place(loop, station)
    loop.run_until_complete(running.__aexit__(None, None, None))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def intruders(parcel: Parcel) -> dict[str, dict[str, Any]]:
    """What a stranger, and an office that was told nothing, seal about a parcel whose numbers they know."""
    everyone = ["xa.customs", "xa.declarant", "xa.carrier", "xa.platform"]

    def act(vector: str) -> dict[str, Any]:
        made = parcel._act(vector)
        return {**made, "office": {"list": "xa-office", "code": "XA200"}, "position": "export"}

    declared = paper(
        "declaration/export-list", STRANGER, everyone, keys=parcel.keys,
        references=[],
    )  # fmt: skip
    return {
        "an order under its keys": paper(
            "order/parcel-to-germany", STRANGER, everyone, keys=parcel.case_keys
        ),
        "a payment": paper("payment/paid-with-a-coupon", STRANGER, ["xa.customs"], keys=parcel.case_keys[1:]),
        "a waybill": paper(
            "waybill/air-parcel-in-two-cartons", STRANGER, ["xa.customs", PORT], keys=parcel.keys
        ),
        "a declaration": declared,
        "an event": paper("logistics-event/departed", STRANGER, ["xa.customs"], keys=parcel.keys),
        "a broken seal": paper(
            "logistics-event/seal-broken", STRANGER, everyone, keys=parcel.keys[1:]
        ),
        "a detention": paper(
            "detention/hold-one-line", PORT, everyone, keys=parcel.keys,
            act={**act("detention/hold-one-line"), "scope": {"all": True}},
        ),
    }  # fmt: skip


def rightful(parcel: Parcel) -> dict[str, dict[str, Any]]:
    """The parcel's own documents, by name."""
    return {name: getattr(parcel, name) for name in OWN}


def blurred(value: object, parcel: Parcel) -> Any:
    """A view with the parcel's own numbers, digests and times taken out, so that two parcels compare."""
    text = json.dumps(value, sort_keys=True)
    for index, each in enumerate(OWN):
        made = getattr(parcel, each)
        text = text.replace(ref(made)["digest"], f"<digest {index}>").replace(
            ref(made)["id"], f"<id {index}>"
        )
    text = text.replace(parcel.case_keys[0]["value"][3:], "<number>")
    view = json.loads(re.sub("sha-256:[0-9a-f]{64}", "<another digest>", text))
    if view is None:
        return None
    for member in ("id", "waiting"):
        view.pop(member, None)
    for each in view["steps"]:
        del each["at"]
    for each in view["findings"]:
        each.pop("document", None)
    for each in view["documents"]:
        for member in ("receivedAt", "at", "id", "digest"):
            each.pop(member, None)
    view["documents"].sort(key=json.dumps)
    view["steps"].sort(key=json.dumps)
    return view


async def view(station: Station, reader: str, kind: str, key: Mapping[str, str]) -> Any:
    try:
        return await station.as_(reader).subject(kind, key)
    except Refused as refused:
        if refused.code != "not-found":
            raise
        return None


async def seen(station: Station, parcel: Parcel, readers: tuple[str, ...]) -> dict[str, Any]:
    """What readers find under every key of the parcel."""
    asked = [*(("case", key) for key in parcel.case_keys), *(("consignment", key) for key in parcel.keys)]
    return {
        f"{reader} {kind} {key['scheme']}": blurred(await view(station, reader, kind, key), parcel)
        for reader in readers
        for kind, key in asked
    }


async def sent(station: Station, documents: Mapping[str, dict[str, Any]], order: list[str]) -> dict[str, str]:
    """The outcomes of documents sent in an order."""
    outcomes = {name: await station.submit(documents[name]) for name in order}
    return {name: each.code or each.state for name, each in outcomes.items()}


@pytest.fixture(scope="module")
def undisturbed(place: Place) -> dict[str, Any]:
    """What the rightful parties see of a parcel that nobody else speaks of."""
    parcel = Parcel()
    outcomes = place.run(sent(place.station, rightful(parcel), list(OWN)))
    assert set(outcomes.values()) == {"accepted"}, outcomes
    found = place.run(seen(place.station, parcel, WATCHERS))
    customs = found["xa.customs consignment declaration"]
    assert customs["portions"][0]["tracks"]["export"] == "released"
    assert found["xa.pay case order"] is not None
    return found


@pytest.mark.requirement("TF-SUBJ-23", "TF-SUBJ-24", "TF-SUBJ-25", "TF-INTAKE-21")
@settings(max_examples=10, deadline=None, phases=QUICK)
@given(data=st.data())
def test_strangers_change_nothing_in_any_interleaving(
    place: Place, undisturbed: dict[str, Any], data: st.DataObject
) -> None:
    parcel = Parcel()
    documents = {**rightful(parcel), **intruders(parcel)}
    order = data.draw(st.permutations(sorted(documents)))
    place.run(sent(place.station, documents, order))
    found = place.run(seen(place.station, parcel, WATCHERS))
    for what, expected in undisturbed.items():
        if expected is not None:
            assert found[what] == expected
        elif found[what] is not None:
            # Who is no party there sees what outsiders sent to it, and nothing else.
            assert {each["issuer"] for each in found[what]["documents"]} <= {STRANGER, PORT}


@pytest.mark.requirement("TF-SUBJ-24", "TF-SUBJ-26", "TF-INTAKE-12")
@settings(max_examples=10, deadline=None, phases=QUICK)
@given(data=st.data())
def test_strangers_see_what_they_would_see_if_the_parcel_did_not_exist(
    place: Place, data: st.DataObject
) -> None:
    alone, beside = Parcel(), Parcel()
    documents = {**rightful(beside), **intruders(beside)}
    order = data.draw(st.permutations(sorted(documents)))
    own = [name for name in order if name not in OWN]
    answers = place.run(sent(place.station, intruders(alone), own))
    answered = place.run(sent(place.station, documents, order))
    assert {name: answered[name] for name in own} == answers
    outsiders = (STRANGER, PORT)
    assert place.run(seen(place.station, beside, outsiders)) == place.run(
        seen(place.station, alone, outsiders)
    )


@pytest.mark.requirement("TF-SUBJ-24", "TF-TABLE-18")
@synchronous
async def test_a_squatter_who_came_first_and_was_rejected_gains_nothing(tmp_path: Path) -> None:
    society = Society(members=(*MEMBERS, *OUTSIDERS))
    async with in_process(tmp_path, society) as (station, _):
        parcel = Parcel()
        squat = intruders(parcel)["a declaration"]
        assert (await station.submit(squat)).state == "accepted"
        rejection = paper(
            "customs-status/registered", "xa.customs", [STRANGER], references=[ref(squat)],
            header={"kind": "rejected"}, act=parcel._act("customs-status/registered"), reasons=[
                {"text": [{"lang": "en", "text": "The number is another's"}]}
            ],
        )  # fmt: skip
        assert (await station.submit(rejection)).state == "accepted"
        for name in ("order", "payment", "declaration", "registered"):
            assert (await station.submit(getattr(parcel, name))).state == "accepted", name
        mine = await station.as_("xa.declarant").subject("consignment", parcel.keys[0])
        theirs = await station.as_(STRANGER).subject("consignment", parcel.keys[0])
        assert mine["portions"][0]["tracks"]["export"] == "registered"
        assert theirs["portions"][0]["tracks"]["export"] == "rejected"
        assert mine["id"] != theirs["id"]


@pytest.mark.requirement("TF-SUBJ-23", "TF-SUBJ-25")
@synchronous
async def test_each_way_to_title_joins_whichever_comes_first(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):

        async def one(parcel: Parcel, *documents: dict[str, Any]) -> int:
            ids = {(await station.submit(each)).receipt["subject"]["id"] for each in documents}
            last = await station.as_("xa.customs").subject("case", parcel.case_keys[1])
            assert last["id"] in ids
            return len(last["documents"])

        def papers(parcel: Parcel, told: list[str], shown: bool) -> list[dict[str, Any]]:
            order = paper("order/parcel-to-germany", "xa.platform", told, keys=parcel.case_keys)
            payment = paper(
                "payment/paid-with-a-coupon", "xa.pay", ["xa.customs"], keys=parcel.case_keys[1:],
                references=[ref(order)] if shown else [],
            )  # fmt: skip
            return [order, payment]

        for told, shown, together in (
            (["xa.customs"], False, 1),
            (["xa.customs", "xa.pay"], False, 2),
            (["xa.customs"], True, 2),
        ):
            for turned in (False, True):
                parcel = Parcel()
                made = papers(parcel, told, shown)
                assert await one(parcel, *(reversed(made) if turned else made)) == together, (told, shown)


@pytest.mark.requirement("TF-SUBJ-27")
@synchronous
async def test_a_number_that_no_node_gives_joins_by_digest_alone(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        key = {"scheme": "order", "issuer": "SHOP-7", "value": uuid.uuid4().hex}
        order = paper("order/parcel-to-germany", "xa.platform", ["xa.customs", "xa.pay"], keys=[key])
        apart = paper("payment/paid-with-a-coupon", "xa.pay", ["xa.customs"], keys=[key])
        assert (await station.submit(order)).state == "accepted"
        assert (await station.submit(apart)).state == "accepted"
        assert len((await station.as_("xa.platform").subject("case", key))["documents"]) == 1
        naming = paper(
            "payment/paid-with-a-coupon", "xa.pay", ["xa.customs"], keys=[key], references=[ref(order)]
        )
        assert (await station.submit(naming)).state == "accepted"
        found = await station.as_("xa.customs").subject("case", key)
        assert len(found["documents"]) == 3


@pytest.mark.requirement("TF-INTAKE-17", "TF-INTAKE-12")
@synchronous
async def test_a_reference_to_what_one_may_not_read_tells_nothing(tmp_path: Path) -> None:
    society = Society(members=(*MEMBERS, *OUTSIDERS))
    async with in_process(tmp_path, society) as (station, _):
        parcel = Parcel()
        assert (await station.submit(parcel.declaration)).state == "accepted"
        guessed = {**ref(parcel.declaration), "digest": "sha-256:" + "0" * 64}
        unheard = {**guessed, "id": str(uuid.uuid4())}
        act = parcel._act("customs-status/registered")
        port = {**act, "office": {"list": "xa-office", "code": "XA200"}}
        said = {}
        for issuer, decided in (("xa.customs", act), (PORT, port)):
            for what, reference in (("held", guessed), ("not held", unheard)):
                status = paper(
                    "customs-status/registered", issuer, ["xa.declarant"], references=[reference], act=decided
                )
                outcome = await station.submit(status)
                said[issuer, what] = outcome.code or outcome.state
        assert said[PORT, "held"] == said[PORT, "not held"] == "pending"
        assert said["xa.customs", "held"] == "reference-mismatch"
