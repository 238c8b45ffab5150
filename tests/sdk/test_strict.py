"""Strict JSON: both roads read alike, and nothing else than JSON comes out again."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import threeflow_spec
from threeflow import base64url, digest, names, strict
from threeflow.errors import Refused

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-strict.MAX_INTEGER, strict.MAX_INTEGER), texts, st.floats()
)
values = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4))
)


def outcome(octets: bytes) -> Any:
    try:
        return strict.parse(octets)
    except Refused as refused:
        return refused.requirement


@pytest.mark.requirement("TF-CONV-1", "TF-CONV-4", "TF-CONV-6")
@given(values)
def test_compact_and_spacious_texts_of_one_value_read_alike(value: object) -> None:
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    spacious = json.dumps(value, ensure_ascii=False, indent=1).encode()
    assert outcome(compact) == outcome(spacious)


@pytest.mark.requirement("TF-CONV-1")
@given(st.binary(max_size=64))
def test_any_octets_give_a_value_or_a_refusal(octets: bytes) -> None:
    outcome(octets)


@pytest.mark.requirement("TF-CONV-2")
@given(st.text('{}[]",:\\u01a-.e', max_size=40))
def test_what_the_quick_road_takes_the_slow_road_takes_alike(text: str) -> None:
    spacious = outcome(b" " + text.encode())
    assert outcome(text.encode()) == spacious


@pytest.mark.requirement("TF-CONV-5")
@given(st.lists(st.sampled_from("[{"), min_size=1, max_size=70))
def test_depth_is_counted_over_objects_and_arrays_together(opens: list[str]) -> None:
    closes = "".join({"[": "]", "{": "}"}[each] for each in reversed(opens))
    text = "".join({"[": "[", "{": '{"a":'}[each] for each in opens) + "1" + closes
    assert (outcome(text.encode()) == "TF-CONV-5") == (len(opens) > strict.MAX_DEPTH)


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 9)))
def test_dump_writes_what_parse_reads(value: dict[str, int]) -> None:
    assert strict.parse(strict.dump(value)) == value


@pytest.mark.requirement("TF-CONV-6")
@pytest.mark.parametrize(
    "value",
    [1.5, 2**53, float("nan"), {"a": {1: 2}}, object()],
    ids=["fraction", "large", "nan", "name", "object"],
)
def test_dump_refuses_what_has_no_strict_text(value: object) -> None:
    with pytest.raises(Refused):
        strict.dump(value)


@pytest.mark.requirement("TF-CONV-10")
@given(st.binary(max_size=100))
def test_base64url_has_one_text_for_any_octets(octets: bytes) -> None:
    text = base64url.encode(octets)
    assert base64url.decode(text) == octets
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        other = text[:-1] + last
        if octets and other != text:
            try:
                assert base64url.decode(other) != octets
            except ValueError:
                continue


@pytest.mark.requirement("TF-CONV-10")
@pytest.mark.parametrize("text", ["Zg==", "Zh", "Z", "Z g", "Zg\n", "+A", "/A", "Zg.", "Zé"])
def test_base64url_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64url|bits|length"):
        base64url.decode(text)


@pytest.mark.requirement("TF-CONV-9")
def test_a_digest_is_sha_256_in_lower_case_hexadecimal() -> None:
    made = digest.of(b"abc")
    assert made == "sha-256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest.is_digest(made)
    assert not digest.is_digest(made.upper())
    assert not digest.is_digest(made + "\n")
    assert not digest.is_digest("sha256" + made[7:])


@pytest.mark.requirement("TF-CONV-11", "TF-CONV-13")
@pytest.mark.parametrize(
    "name",
    ["", "xa", "xa.", ".xa", "xa..b", "XA.b", "xa.b\n", "xa.b c", "xä.b", "x_a.b", "xa." + "b" * 62, 7],
)
def test_a_name_that_is_no_node_id(name: object) -> None:
    assert names.is_node_id("xa." + "b" * 61)
    assert not names.is_node_id(name)
    assert not names.is_kid(f"{name}#k")


@pytest.mark.requirement("TF-CONV-12")
@pytest.mark.parametrize(
    "kid", ["xa.b", "xa.b#", "#k", "xa.b#K", "xa.b#k#l", "xa.b#-k", "xa.b#k..l", "xa.b#k\n"]
)
def test_a_text_that_is_no_kid(kid: str) -> None:
    assert names.is_kid("xa.b#seal-2026.1")
    assert not names.is_kid(kid)


def valid(name: str, value: object) -> bool:
    schema = json.loads(threeflow_spec.read(f"v1/schemas/common/{name}.schema.json"))
    return jsonschema_rs.is_valid(schema, value, validate_formats=True)


@pytest.mark.requirement("TF-CONV-7")
def test_decimals_are_strings_of_one_form() -> None:
    for good in ("0", "12.50", "-3", "99999999999999.99999"):
        assert valid("decimal", good), good
    for bad in (12.5, 12, "+1", "01", "1.", ".5", "1e2", "1.123456", "999999999999999", " 1", "1\n"):
        assert not valid("decimal", bad), bad


@pytest.mark.requirement("TF-CONV-8")
def test_times_carry_an_offset() -> None:
    for good in ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.25+08:00"):
        assert valid("time", good), good
    for bad in (
        "2026-03-01T09:30:00",
        "2026-03-01",
        "2026-03-01 09:30:00Z",
        "2026-02-30T09:30:00Z",
        1767225600,
    ):
        assert not valid("time", bad), bad


@pytest.mark.requirement("TF-CONV-14")
def test_a_code_without_its_list_is_no_code() -> None:
    assert valid("code", {"list": "xa-offices", "code": "0001"})
    for bad in ("0001", {"code": "0001"}, {"list": "xa-offices"}, {"list": "", "code": "0001"}):
        assert not valid("code", bad), bad
