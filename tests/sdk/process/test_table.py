"""The table holds to its own language, and a faulty one is refused whole with its place."""

import copy
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import threeflow_spec
from kit.filing import published
from threeflow.process import Table, TableError, file
from threeflow.rules import cel
from threeflow.standard import Standard

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))

from check_table import causes, gaps

CORE = {
    "order",
    "payment",
    "waybill",
    "manifest",
    "logistics-event",
    "declaration",
    "customs-status",
    "match-result",
    "inspection-order",
    "inspection-result",
    "release",
    "release-revocation",
    "import-decision",
    "information-request",
    "information-response",
    "amendment",
    "cancellation",
    "decision",
    "detention",
    "agreement",
    "publication",
}


@pytest.fixture
def source() -> dict[str, Any]:
    return copy.deepcopy(Standard.load().table_source)


def row(source: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in source["documents"] if each["type"] == name)
    return found


@pytest.mark.requirement("TF-TABLE-15")
def test_every_state_has_a_cause_and_every_kind_an_effect_or_a_reason() -> None:
    assert list(gaps(published())) == []
    assert all(
        names
        for (track, state), names in causes(published()).items()
        if state != published().tracks[track].initial
    )


def test_the_core_documents_have_rows() -> None:
    assert set(published().rows) >= CORE


def test_a_missing_cause_is_a_gap(source: dict[str, Any]) -> None:
    del row(source, "customs-status")["kinds"]["exit-confirmed"]
    assert "no document causes export exit-confirmed" in list(gaps(Table.parse(source, cel.compile)))


@pytest.mark.parametrize("name", sorted(CORE))
def test_kinds_are_those_of_the_schema(name: str) -> None:
    schemas = Standard.load().schemas
    for kind in published().rows[name].kinds:
        header = {"header": {"type": name, "kind": kind}}
        assert not [each for each in schemas.validate(name, header) if each.pointer == "/header/kind"]


def test_every_text_is_in_both_languages() -> None:
    for each in published().rows.values():
        for kind in each.kinds.values():
            assert kind.text.en
            assert any("一" <= letter <= "鿿" for letter in kind.text.zh), (each.type, kind.name)


def move_written_track(source: dict[str, Any]) -> None:
    row(source, "logistics-event")["kinds"]["seal-broken"] = {
        "title": {"en": "x", "zh": "x"},
        "steps": [{"track": "admission", "position": "import", "from": ["accepted"], "to": "referred"}],
    }


def write_other_track(source: dict[str, Any]) -> None:
    row(source, "release")["steps"][0]["position"] = "import"


def second_step(source: dict[str, Any]) -> None:
    steps = row(source, "inspection-result")["steps"]
    steps.append(dict(steps[0], to="released"))


def unknown_fact(source: dict[str, Any]) -> None:
    row(source, "release")["steps"][1]["guard"] = "weather == 'fine'"


def unknown_document_fact(source: dict[str, Any]) -> None:
    row(source, "release")["findings"][0]["when"] = "doc.colour == 'red'"


def unknown_state(source: dict[str, Any]) -> None:
    row(source, "release")["steps"][0]["to"] = "freed"


def unknown_role(source: dict[str, Any]) -> None:
    row(source, "release")["issuers"] = ["pirate"]


def unknown_reference(source: dict[str, Any]) -> None:
    row(source, "release")["must"] = ["blessing"]


def no_effect_no_reason(source: dict[str, Any]) -> None:
    del row(source, "payment")["no-effect"]


def effect_and_reason(source: dict[str, Any]) -> None:
    row(source, "order")["no-effect"] = {"en": "x", "zh": "x"}


def broken_guard(source: dict[str, Any]) -> None:
    row(source, "release")["steps"][1]["guard"] = "presented &&"


def stray_member(source: dict[str, Any]) -> None:
    row(source, "release")["stepz"] = []


FAULTS = {
    move_written_track: ("logistics-event/kinds/seal-broken/steps/0", "a fact cannot move"),
    write_other_track: ("release/kinds/full/steps/0", "not written at position 'import'"),
    second_step: ("inspection-result/kinds/conform", "two steps"),
    unknown_fact: ("release/kinds/full/steps/1/guard", "'weather' is not declared"),
    unknown_document_fact: ("release/kinds/full/findings/0/when", "'doc.colour' is not declared"),
    unknown_state: ("release/kinds/full/steps/0", "'freed' is not declared"),
    unknown_role: ("release", "'pirate' is not declared"),
    unknown_reference: ("release", "'blessing', which has no row"),
    no_effect_no_reason: ("payment/kinds/paid", "neither an effect nor a reason"),
    effect_and_reason: ("order/kinds/sale", "an effect and a reason for none"),
    broken_guard: ("release/kinds/full/steps/1/guard", "does not compile"),
    stray_member: ("release", "unknown member 'stepz'"),
}


@pytest.mark.requirement("TF-TABLE-4")
@pytest.mark.parametrize("spoil", FAULTS, ids=lambda each: each.__name__)
def test_a_faulty_table_is_refused_whole_with_its_place(source: dict[str, Any], spoil: Any) -> None:
    spoil(source)
    place, words = FAULTS[spoil]
    with pytest.raises(TableError) as caught:
        Table.parse(source, cel.compile)
    assert caught.value.place == place
    assert words in caught.value.detail


@pytest.mark.requirement("TF-TABLE-18")
def test_givers_of_numbers_are_declared_roles_and_every_scheme_has_its_row(source: dict[str, Any]) -> None:
    table = Table.parse(source, cel.compile)
    schemes = json.loads(threeflow_spec.read("v1/codelists/key-scheme.json"))["codes"]
    assert set(table.givers) == {each["code"] for each in schemes}
    source["keys"]["waybill"] = {"given-by": ["pirate"]}
    with pytest.raises(TableError, match="pirate"):
        Table.parse(source, cel.compile)


@pytest.mark.requirement("TF-TABLE-1")
def test_a_row_that_is_added_works_by_data_alone(source: dict[str, Any]) -> None:
    source["tracks"]["weather"] = {
        "subject": "consignment",
        "states": ["calm", "storm"],
        "en": "x",
        "zh": "x",
    }
    source["documents"].append(
        {
            "type": "storm-notice",
            "family": "oversight",
            "subject": "consignment",
            "nature": "fact",
            "title": {"en": "Storm", "zh": "风暴"},
            "issuers": ["hub"],
            "receivers": ["any"],
            "at": "/seenAt",
            "kinds": {
                "seen": {
                    "title": {"en": "Seen", "zh": "已见"},
                    "steps": [{"track": "weather", "from": "any", "to": "storm"}],
                }
            },
        }
    )
    table = Table.parse(source, cel.compile)
    header = {
        "type": "storm-notice",
        "kind": "seen",
        "id": "1",
        "issuer": "xa.hub",
        "issuedAt": "2026-03-01T09:00:00Z",
    }
    notice = file(table.rows["storm-notice"], {"header": header, "seenAt": "2026-03-01T08:00:00+01:00"}, "d")
    assert notice.at.isoformat() == "2026-03-01T07:00:00+00:00"
    from threeflow.process import fold

    assert fold(table, "consignment", [notice]).subject_tracks["weather"] == "storm"
