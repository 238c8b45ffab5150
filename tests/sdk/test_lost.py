"""What a case loses in a profile is told member by member; nothing that is carried is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from threeflow.lost import lost
from threeflow.standard import Standard
from threeflow_spec import names, read

STANDARD = Standard.load()
IMPORT = json.loads(read("v1/vectors/documents/declaration/import.json"))


def pointers(profile: str, payload: Any) -> set[str]:
    return {each.pointer for each in lost(STANDARD, STANDARD.profiles[profile], payload)}


@pytest.mark.requirement("TF-PROF-10")
def test_h7_has_no_place_for_origin_price_and_seals() -> None:
    found = pointers("eu-h7", IMPORT)
    assert {"/items/0/originCountry", "/items/0/unitPrice", "/packages/0/seals"} <= found
    assert not {"/items/0/hsCode", "/items/0/lineTotal", "/parties/importer", "/totals/freight"} & found


@pytest.mark.requirement("TF-PROF-10")
def test_an_addition_is_lost_and_what_is_inside_it_is_not_named_again() -> None:
    found = lost(STANDARD, STANDARD.profiles["eu-h7"], IMPORT)
    (liable,) = [each for each in found if each.pointer == "/parties/liablePerson"]
    assert (liable.elements, liable.additions) == ((), ("liable-person",))
    assert liable.en
    assert any("\u4e00" <= letter <= "\u9fff" for letter in liable.zh)
    assert not any(each.pointer.startswith("/parties/liablePerson/") for each in found)


def test_a_profile_that_does_not_say_what_it_carries_loses_nothing() -> None:
    assert pointers("cn-ru", IMPORT) == set()


def test_the_lower_bound_carries_its_fifteen_elements_and_loses_the_most() -> None:
    assert pointers("asean-acdd", IMPORT) > pointers("cn-ru", IMPORT)
    assert len(pointers("asean-acdd", IMPORT)) > len(pointers("eu-h7", IMPORT))


@pytest.mark.parametrize(
    "name",
    [each for each in names("v1/vectors/documents/") if each.endswith(".json") and "twins" not in each],
)
def test_every_document_of_the_standard_can_be_asked(name: str) -> None:
    payload = json.loads(read(name))
    for profile in STANDARD.profiles.values():
        for each in lost(STANDARD, profile, payload):
            assert each.elements or each.additions
            assert any("\u4e00" <= letter <= "\u9fff" for letter in each.zh), each
            assert profile.carries is not None
            assert not profile.carries & set(each.elements)
