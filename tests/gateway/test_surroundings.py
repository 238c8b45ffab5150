"""What a document meets beside itself: facts for its rules, agencies of its profile, an agreement's terms."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import synchronous
from kit.members import Member, Society
from kit.papers import Agreement, Parcel, name, paper, ref
from kit.stations import in_process
from threeflow.dossier import states
from threeflow.trust import TrustStore
from threeflow_gateway.app import Gateway
from threeflow_gateway.domain.terms import objection_of
from threeflow_gateway.intake.facts import read_facts
from threeflow_gateway.intake.standing import Memory
from threeflow_gateway.intake.titles import by_precedence
from threeflow_gateway.intake.workspace import Workspace, key_text

RULES = """
pack: probe
specVersion: "1.0"
applies: always
title: {en: Probes, zh: 探测}
facts:
  releaseUse:
    type: map
    title: {en: What is left of the releases, zh: 放行余量}
  quietDays:
    type: list
    title: {en: Days on which nothing is ordered, zh: 不受理日}
rules:
  - id: PRB-01
    severity: error
    basis: practice
    source: Made up for a test
    verified: true
    title: {en: Nothing is released twice, zh: 不得重复放行}
    message: {en: "{left} packages are released already", zh: "{left}件已放行"}
    appliesTo: [{type: release}]
    pointer: /releaseNumber
    expression: decimalCompare(facts.releaseUse.remaining, '0') == 0
    values: {left: facts.releaseUse.remaining}
    facts: [releaseUse]
    vectors: rules/PRB-01.json
  - id: PRB-02
    severity: warning
    basis: practice
    source: Made up for a test
    verified: true
    title: {en: Quiet days are quiet, zh: 不受理日不受理}
    message: {en: "{day} is quiet", zh: "{day}不受理"}
    appliesTo: [{type: order}]
    pointer: /orderedAt
    expression: '!(dateOf(doc.orderedAt) in facts.quietDays)'
    values: {day: dateOf(doc.orderedAt)}
    facts: [quietDays]
    vectors: rules/PRB-02.json
"""
PROFILE = """
profile: probe
specVersion: "1.0"
title: {en: Probe, zh: 探测}
positions: {import: {agencies: [plant-health, food-safety]}}
rulePacks: []
parameters: {}
codeLists: []
documents: {}
required: []
matching: []
referral: {rules: [], missing: false}
"""
PLANTS = Member("xb.plants", ("agency", "plant-health"), via="xb.customs")


def _overlay(folder: Path) -> str:
    for place, text in (("rules", RULES), ("profiles", PROFILE)):
        (folder / "overlay" / place).mkdir(parents=True, exist_ok=True)
        (folder / "overlay" / place / "probe.yaml").write_text(text, encoding="utf-8")
    return str(folder / "overlay")


def _verdicts(outcome: Any, rule: str) -> list[tuple[str, Any]]:
    found = [each for each in outcome.receipt.get("findings", ()) if each["rule"] == rule]
    return [(each["verdict"], each["parameters"]) for each in found]


@pytest.mark.requirement("TF-RULE-9", "TF-RULE-11", "TF-RULE-15")
@synchronous
async def test_rules_are_supplied_with_what_the_node_holds_and_with_stated_facts(tmp_path: Path) -> None:
    overlays = [_overlay(tmp_path)]
    async with in_process(tmp_path, Society(), settings={"node": {"overlays": overlays}}) as (station, _):
        parcel = Parcel()
        unstated = await station.submit(parcel.order)
        assert [verdict for verdict, _ in _verdicts(unstated, "PRB-02")] == ["unknown"]
        for each in (parcel.payment, parcel.waybill, parcel.declaration, parcel.registered):
            assert (await station.submit(each)).state == "accepted"
        first = await station.submit(parcel.release)
        assert [verdict for verdict, _ in _verdicts(first, "PRB-01")] == ["unknown"]
        header = {**parcel.release["header"], "id": str(uuid.uuid4())}
        second = await station.submit({**parcel.release, "header": header})
        assert second.taken_in
        (found,) = _verdicts(second, "PRB-01")
        assert found[0] == "fail"
        assert found[1]["left"] == "2"


@pytest.mark.requirement("TF-RULE-9")
@synchronous
async def test_stated_facts_come_from_files(tmp_path: Path) -> None:
    day = Parcel().order["orderedAt"][:10]
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"quietDays": [day]}), encoding="utf-8")
    settings = {"node": {"overlays": [_overlay(tmp_path)]}, "process": {"facts": [str(facts)]}}
    async with in_process(tmp_path, Society(), settings=settings) as (station, _):
        flagged = await station.submit(Parcel().order)
        assert _verdicts(flagged, "PRB-02") == [("fail", {"day": day})]
    facts.write_text("[1.5]", encoding="utf-8")
    with pytest.raises(ValueError, match="no file of facts"):
        read_facts([facts])


def _agencies(gateway: Gateway, key: Mapping[str, str]) -> list[str]:
    node = gateway.node
    with node.database.reading() as connection:
        agencies = node.reads._agencies
        workspace = Workspace(connection, node.standard.table, Memory(0), agencies, writing=False)
        number = by_precedence(workspace.book.claims(key_text("consignment", key)), "")[0]
        return list(workspace.standing(number).state.joined["agencies"])


@pytest.mark.requirement("TF-SUBJ-18")
@synchronous
async def test_a_profile_names_agencies_and_the_importing_list_says_who_they_are(tmp_path: Path) -> None:
    society = Society(members=(*Society().members, PLANTS))
    overlays = [_overlay(tmp_path)]
    async with in_process(tmp_path, society, settings={"node": {"overlays": overlays}}) as (station, gateway):
        parcel = Parcel()
        waybill = parcel.waybill
        waybill["header"]["profile"] = "probe"
        assert (await station.submit(waybill)).taken_in
        # Nobody is food-safety: the name stays, so that no yes can stand in its place.
        assert _agencies(gateway, parcel.keys[1]) == ["food-safety", "xb.plants"]
        other = Parcel()
        assert (await station.submit(other.waybill)).taken_in
        assert _agencies(gateway, other.keys[1]) == []
        assert (await station.submit({**other.waybill, "header": {
            **other.waybill["header"], "id": str(uuid.uuid4()), "profile": "probe"}})).taken_in  # fmt: skip
        assert _agencies(gateway, other.keys[1]) == ["food-safety", "xb.plants"]
        standings = [each for each in gateway.node._memory.held() if each.kind == "consignment"]
        assert {tuple(each.state.joined["agencies"]) for each in standings} == {("food-safety", "xb.plants")}


@pytest.mark.requirement("TF-SUBJ-18", "TF-DOS-26")
@synchronous
async def test_a_dossier_is_folded_with_the_same_agencies_as_the_consignment_at_its_node(
    tmp_path: Path,
) -> None:
    society = Society(members=(*Society().members, PLANTS))
    settings = {"node": {"overlays": [_overlay(tmp_path)]}, "log": {"checkpoint_seconds": 3600.0}}
    async with in_process(tmp_path, society, settings=settings) as (station, gateway):
        parcel = Parcel()
        waybill = parcel.waybill
        waybill["header"]["profile"] = "probe"
        declaration = parcel.declaration
        declaration["header"]["references"] = [*declaration["header"]["references"][:2], ref(waybill)]
        registered = {**parcel.registered, "act": parcel.registered["act"]}
        registered["header"]["references"] = [ref(declaration)]
        registered["act"]["declarationDigest"] = ref(declaration)["digest"]
        for each in (parcel.order, parcel.payment, waybill, declaration, registered):
            assert (await station.submit(each)).taken_in
        client = station.as_("xa.customs")
        head = await client.cut_dossier(parcel.keys[0], receivers=["xb.customs"], purpose="risk-assessment")
        cut = await client.dossier(head.digest)
        standard = gateway.node.standard
        filed = [
            states.filed(standard.table, each.document.payload, each.document.digest) for each in cut.entries
        ]
        as_of = datetime.fromisoformat(cut.head.payload["asOf"])

        def joined(trust: TrustStore | None) -> list[str]:
            state, _ = states.replay(standard, filed, parcel.keys, states.View(None, trust, as_of))
            return list(state.joined["agencies"])

        assert (
            joined(gateway.node.trust) == _agencies(gateway, parcel.keys[0]) == ["food-safety", "xb.plants"]
        )
        assert joined(society.store()) == ["food-safety", "xb.plants"]
        assert joined(None) == ["food-safety", "plant-health"]


NOW = datetime(2026, 6, 1, tzinfo=UTC)
TERMS = {
    "validFrom": "2026-01-01T00:00:00Z", "validUntil": "2026-12-31T23:59:59Z",
    "purposes": ["release-on-documents"], "offices": [{"list": "xa-office", "code": "XA100"}],
}  # fmt: skip
OFFICE = ("xa-office", "XA100")


@pytest.mark.requirement("TF-INTAKE-15")
@pytest.mark.parametrize(
    ("terms", "purpose", "office", "at", "said"),
    [
        (TERMS, "release-on-documents", OFFICE, NOW, ""),
        (TERMS, "release-on-documents", None, NOW, ""),
        (TERMS, "release-on-documents", OFFICE, NOW - timedelta(days=200), "valid from"),
        (TERMS, "release-on-documents", OFFICE, NOW + timedelta(days=300), "valid until"),
        (TERMS, "statistics", OFFICE, NOW, "no purpose statistics"),
        (TERMS, None, OFFICE, NOW, "names no purpose"),
        (TERMS, "release-on-documents", ("xa-office", "XA999"), NOW, "office XA999"),
        ({**TERMS, "offices": ""}, "release-on-documents", ("xa-office", "XA999"), NOW, ""),
        ({**TERMS, "validUntil": ""}, "release-on-documents", OFFICE, NOW + timedelta(days=9999), ""),
    ],
)
def test_terms_cover_a_document_or_say_why_not(
    terms: Mapping[str, Any], purpose: str | None, office: tuple[str, str] | None, at: datetime, said: str
) -> None:
    objection = objection_of(terms, purpose, office, at)
    assert said in objection
    assert bool(said) == bool(objection)


@pytest.mark.requirement("TF-INTAKE-15")
@synchronous
async def test_what_crosses_keeps_to_the_dates_purposes_and_offices_of_its_agreement(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        good, ended, narrow = Agreement(), Agreement(), Agreement()
        _change(ended, validUntil="2026-03-01T00:00:00Z")
        terms = {**narrow.first["terms"], "offices": [{"list": "xa-office", "code": "XA900"}]}
        _change(narrow, terms=terms)
        for each in (good, ended, narrow):
            assert (await station.submit(each.first)).taken_in
            assert (await station.submit(each.second, "xb.customs")).taken_in
        parcel = Parcel(good.second)
        for paper_ in (parcel.order, parcel.payment, parcel.waybill, parcel.declaration):
            assert (await station.submit(paper_)).state == "accepted"

        async def crossing(agreement: Agreement, **header: Any) -> str:
            fresh = {"id": str(uuid.uuid4()), "agreement": name(agreement.second), **header}
            said = {**parcel.registered["header"], **fresh}
            kept = {member: value for member, value in said.items() if value is not None}
            return str((await station.submit({**parcel.registered, "header": kept})).code)

        assert await crossing(good) == ""
        assert await crossing(ended) == "not-entitled"
        assert await crossing(narrow) == "not-entitled"
        assert await crossing(good, purpose="statistics") == "not-entitled"
        assert await crossing(good, purpose=None) == "not-entitled"
        assert await crossing(good) == ""


def _change(agreement: Agreement, **content: Any) -> None:
    keys = agreement.first["header"]["subjects"][0]["keys"]
    receivers = agreement.first["header"]["receivers"]
    agreement.first = paper("agreement/first-seal", "xa.customs", receivers, keys=keys, **content)
    agreement.second = paper(
        "agreement/second-seal", "xb.customs", ["xa.customs", "xa.hub"], keys=keys,
        references=[{**ref(agreement.first), "relation": "counterpart"}],
        counterpart=name(agreement.first), **content,
    )  # fmt: skip
