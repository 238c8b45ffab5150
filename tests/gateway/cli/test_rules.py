"""Rules and profiles on the command line: a rule in full, and what a case loses in a profile."""

import json
from pathlib import Path

import pytest

from threeflow_spec import read


def test_rules_explain_shows_both_languages_basis_and_vectors(run) -> None:
    explained = run("rules", "explain", "LIM-02")
    assert explained.code == 0
    assert "年度累计不超过限值" in explained.out
    assert "Caiguanshui 2018 No. 49" in explained.out
    assert "a cent above: fail at /customsValue" in explained.out
    vectors = run("rules", "explain", "LIM-02", "--json").json["vectors"]
    assert {each["name"] for each in vectors} >= {"up to the limit", "a cent above"}


def test_rules_facts_says_how_a_node_comes_by_each_and_which_rules_ask_for_it(run) -> None:
    listed = run("rules", "facts")
    assert listed.code == 0
    assert "releaseUse" in listed.out
    facts = {each["fact"]: each for each in run("rules", "facts", "--json").json}
    assert facts["sameNumber"]["supplied"] == "held"
    assert facts["sameNumber"]["rules"] == ["UNI-01", "UNI-02"]
    assert all(each["title"]["zh"] for each in facts.values())


def test_rules_list_says_what_each_asks_in_both_languages(run) -> None:
    listed = run("rules", "list", "--type", "summary")
    assert "商品编码" in listed.out or "清单" in listed.out
    assert all(each["title"]["en"] and each["title"]["zh"] for each in run("rules", "list", "--json").json)


def test_rules_test_says_no_where_a_vector_is_not_met(run, tmp_path: Path) -> None:
    """A vector of an overlay may state for a rule of the standard what it does not say."""
    vectors = tmp_path / "vectors" / "rules"
    vectors.mkdir(parents=True)
    document = {"header": {"type": "order", "kind": "sale", "profile": "no-such-profile"}}
    vector = {"name": "a slip", "at": "2026-03-02T08:00:00Z", "document": document, "expect": []}
    (vectors / "COD-10.json").write_text(json.dumps({"rule": "COD-10", "vectors": [vector]}))
    answer = run("rules", "test", "--overlay", tmp_path, "--json")
    assert answer.code == 1
    (failed,) = answer.json["failed"]
    assert (failed["rule"], failed["found"]) == ("COD-10", [["fail", "/header/profile"]])
    assert "a slip" in run("rules", "test", "--overlay", tmp_path).out


FAULTY = {
    "a rule pack": ("rules/mine.yaml", "pack: x\nrules: [", "mine.yaml:3"),
    "a rule": ("rules/mine.yaml", "pack: mine\nspecVersion: '1.0'\nrules:\n  - id: NO\n", "mine.yaml:"),
    "a profile": ("profiles/mine.yaml", "profile: [", "mine.yaml:"),
    "a code list that is no JSON": ("codelists/mine.json", '{"id": "mine",\n', "mine.json:2"),
    "a code list without its source": ("codelists/mine.json", '{"id": "mine", "codes": []}', "source"),
    "a code list with an entry that is no code": ("codelists/mine.json", "CODES", "/codes/1 is no code"),
}


@pytest.mark.requirement("TF-RULE-4")
@pytest.mark.parametrize("what", FAULTY)
@pytest.mark.parametrize("words", [("rules", "list"), ("rules", "test"), ("coverage",)], ids="-".join)
def test_a_faulty_overlay_is_told_with_its_file_and_place(
    what: str, words: tuple[str, ...], run, tmp_path: Path
) -> None:
    name, content, says = FAULTY[what]
    about = {"id": "mine", "title": {}, "authority": "a", "source": "b", "edition": "1"}
    codes = json.dumps({**about, "codes": [{"code": "A"}, {"code": "B", "to": "2026-02-30"}]})
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(content.replace("CODES", codes))
    answer = run(*words, "--overlay", tmp_path)
    assert (answer.code, says in answer.err, "Traceback" in answer.err) == (2, True, False), answer.err


def test_lost_says_2_for_what_is_no_document_and_why_a_corridor_loses_nothing(run, tmp_path: Path) -> None:
    source = tmp_path / "order.json"
    for octets in (b"no JSON", b"{}", b'{"header": {"type": "nonsense"}}'):
        source.write_bytes(octets)
        answer = run("lost", source, "--profile", "eu-h7")
        assert (answer.code, "order.json: " in answer.err) == (2, True)
    source.write_bytes(read("v1/vectors/documents/declaration/import.json"))
    answer = run("lost", source, "--profile", "cn-ru")
    assert (answer.code, "no data set of its own" in answer.out, "自有数据集" in answer.out) == (
        0,
        True,
        True,
    )


def test_coverage_gives_its_reasons_in_both_languages(run) -> None:
    assert "产业载体" in run("coverage", "65").out
    assert "枢纽" in run("coverage", "32").out


def test_lost_names_what_a_data_set_cannot_carry(run, files: Path) -> None:
    source = files / "declaration.json"
    source.write_bytes(read("v1/vectors/documents/declaration/import.json"))
    answer = run("lost", source, "--profile", "eu-h7", "--json")
    (report,) = answer.json
    assert answer.code == 0
    assert "/items/0/originCountry" in {each["pointer"] for each in report["lost"]}
    assert run("lost", source, "--profile", "no-such-profile").code == 2


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("explain", "NO-99"), "NO-99"),
        (("list", "--type", "nonsense"), "nonsense"),
        (("list", "--profile", "nowhere"), "nowhere"),
        (("list", "--overlay", "/nowhere"), "/nowhere"),
    ],
)
def test_rules_say_2_for_what_is_not_there(words: tuple[str, ...], names: str, run) -> None:
    answer = run("rules", *words)
    assert (answer.code, names in answer.err) == (2, True)
    assert run("rules", *words, "--json").json["error"]["code"] == "could-not-run"
