"""Rules and profiles on the command line: a rule in full, and what a case loses in a profile."""

from pathlib import Path

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


def test_lost_names_what_a_data_set_cannot_carry(run, files: Path) -> None:
    source = files / "declaration.json"
    source.write_bytes(read("v1/vectors/documents/declaration/import.json"))
    answer = run("lost", source, "--profile", "eu-h7", "--json")
    (report,) = answer.json
    assert answer.code == 0
    assert "/items/0/originCountry" in {each["pointer"] for each in report["lost"]}
    assert run("lost", source, "--profile", "no-such-profile").code == 2
