"""Every command answers as its help says: 0 good, 1 the answer is no, 2 could not run."""

import json
import stat
from pathlib import Path

import pytest

from kit.crossing import ASKED_AT, VALID_UNTIL
from threeflow import dossier, envelope
from threeflow.keys import SigningKey

AT = ASKED_AT.isoformat()


def trust(files: Path) -> list[Path]:
    return [files / "xa.json", files / "xb.json"]


# -- verify


def test_verify_says_0_for_a_valid_dossier(run, files: Path) -> None:
    answer = run("verify", files / "dossier.json", "--trust", *trust(files), "--at", AT)
    assert answer.code == 0
    assert "valid" in answer.out


def test_verify_says_it_as_json(run, files: Path) -> None:
    answer = run("verify", files / "dossier.json", "--trust", *trust(files), "--at", AT, "--json")
    (verdict,) = answer.json
    assert verdict["valid"] is True
    assert verdict["problems"] == []
    assert verdict["digest"] == dossier.read((files / "dossier.json").read_bytes()).digest


def test_verify_says_1_and_which_requirement_for_an_old_head(run, files: Path) -> None:
    answer = run("verify", files / "dossier.json", "--trust", *trust(files), "--json")
    assert answer.code == 1
    assert ("head", "TF-DOS-9") in {
        (each["where"], each["requirement"]) for each in answer.json[0]["problems"]
    }
    late = run("verify", files / "dossier.json", "--trust", *trust(files), "--at", VALID_UNTIL.isoformat())
    assert late.code == 0


def test_verify_says_1_for_an_edited_dossier_and_names_the_document(run, files: Path, tmp_path: Path) -> None:
    octets = (files / "dossier.json").read_bytes()
    place = octets.index(b'"documents":[{"document":{"payload":"') + 60
    edited = tmp_path / "edited.json"
    new = b"A" if octets[place : place + 1] != b"A" else b"B"
    edited.write_bytes(octets[:place] + new + octets[place + 1 :])
    answer = run("verify", files / "dossier.json", edited, "--trust", *trust(files), "--at", AT)
    assert answer.code == 1
    first = dossier.read(octets).entries[0].document.header["id"]
    assert str(first) in answer.out
    assert "TF-DOS-" in answer.out


def test_verify_says_1_without_the_trust_list_of_a_side(run, files: Path) -> None:
    answer = run("verify", files / "dossier.json", "--trust", files / "xa.json", "--at", AT, "--json")
    assert answer.code == 1
    assert any(each["where"] == "witness 1" for each in answer.json[0]["problems"])


def test_verify_takes_witnesses_beside_the_dossier(run, files: Path) -> None:
    words = ("verify", files / "dossier.json", "--trust", *trust(files), "--at", AT)
    assert run(*words, "--witness", files / "witness.json").code == 0


@pytest.mark.parametrize("missing", ["dossier", "trust"])
def test_verify_says_2_where_a_file_is_missing(missing: str, run, files: Path) -> None:
    nothing = files / "nothing.json"
    subject = nothing if missing == "dossier" else files / "dossier.json"
    lists = [nothing] if missing == "trust" else trust(files)
    answer = run("verify", subject, "--trust", *lists)
    assert answer.code == 2
    assert "nothing.json" in answer.err


def test_verify_says_2_for_what_is_no_trust_file(run, files: Path) -> None:
    answer = run("verify", files / "dossier.json", "--trust", files / "order.json", "--json")
    assert answer.code == 2
    assert answer.json["error"]["code"] == "could-not-run"


@pytest.mark.parametrize("time", ["yesterday", "2025-03-03T10:00:00", ""])
def test_a_time_without_an_offset_is_no_time(time: str, run, files: Path) -> None:
    answer = run("verify", files / "dossier.json", "--trust", *trust(files), "--at", time)
    assert answer.code == 2
    assert "--at" in answer.err


# -- keys


@pytest.mark.parametrize(("alg", "use"), [("ES256", "seal"), ("Ed25519", "token")])
def test_keys_new_writes_a_key_that_only_its_owner_reads(alg: str, use: str, run, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key.json"
    answer = run(
        "keys", "new", "--kid", "xa.carrier#k-1", "--alg", alg, "--use", use, "--out", path, "--json"
    )
    assert answer.code == 0
    key = SigningKey.load(path)
    assert (key.alg, key.use, key.kid) == (alg, use, "xa.carrier#k-1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert answer.json["public"]["thumbprint"] == key.public.thumbprint
    assert "d" not in answer.json["public"]["jwk"]


def test_keys_new_never_overwrites(run, files: Path) -> None:
    before = (files / "seal.json").read_bytes()
    answer = run("keys", "new", "--kid", "xa.carrier#k-1", "--out", files / "seal.json")
    assert answer.code == 2
    assert (files / "seal.json").read_bytes() == before


def test_keys_new_wants_a_kid(run, tmp_path: Path) -> None:
    assert run("keys", "new", "--kid", "carrier", "--out", tmp_path / "k.json").code == 2


# -- seal and open


def test_seal_keeps_the_octets_of_the_file(run, files: Path, tmp_path: Path) -> None:
    out = tmp_path / "order.envelope.json"
    words = ("seal", files / "order.json", "--key", files / "seal.json", "--part", files / "buyer.json")
    answer = run(*words, "--out", out, "--json")
    assert answer.code == 0
    env = envelope.read(out.read_bytes())
    assert env.payload == (files / "order.json").read_bytes()
    assert answer.json["digest"] == env.digest


def test_seal_writes_the_envelope_to_standard_output(run, files: Path) -> None:
    answer = run("seal", files / "waybill.json", "--key", files / "carrier.json")
    assert answer.code == 0
    assert envelope.read(answer.out.encode().strip()).signer == "xa.carrier"


def test_seal_refuses_another_issuers_key(run, files: Path) -> None:
    answer = run("seal", files / "order.json", "--key", files / "carrier.json")
    assert answer.code == 1
    assert "issuer-mismatch" in answer.err


def test_seal_refuses_a_token_key(run, files: Path) -> None:
    answer = run("seal", files / "order.json", "--key", files / "token.json")
    assert (answer.code, "key-use" in answer.err) == (1, True)


def test_seal_refuses_an_unbound_part(run, files: Path) -> None:
    words = ("seal", files / "waybill.json", "--key", files / "carrier.json")
    answer = run(*words, "--part", files / "buyer.json")
    assert (answer.code, "part-unbound" in answer.err) == (1, True)


def test_open_shows_payload_and_parts_and_says_that_nothing_was_checked(run, files: Path) -> None:
    answer = run("open", files / "order.envelope.json", "--json")
    assert answer.code == 0
    assert answer.json["sealsChecked"] is False
    assert answer.json["payload"]["orderNumber"] == "O1"
    assert answer.json["parts"]["buyer"]["name"] == "Bea Buyer"
    assert "not checked" in run("open", files / "order.envelope.json").out


def test_open_checks_seals_under_trust(run, files: Path, tmp_path: Path) -> None:
    words = ("--trust", files / "xa.json", "--json")
    assert run("open", files / "order.envelope.json", *words).json["sealsChecked"] is True
    raw = json.loads((files / "order.envelope.json").read_bytes())
    raw["signatures"][0]["signature"] = "A" + raw["signatures"][0]["signature"][1:]
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(raw))
    answer = run("open", broken, *words)
    assert answer.code == 1
    assert answer.json["error"]["code"] == "seal-invalid"


def test_open_gives_the_exact_payload(run, files: Path) -> None:
    answer = run("open", files / "order.envelope.json", "--payload")
    assert answer.out.encode().rstrip(b"\n") == (files / "order.json").read_bytes()


# -- trust

DESCRIPTION = """
jurisdiction = "xc"
environment = "demo"
territories = ["NZ"]

[[nodes]]
id = "xc.customs"
name = "Customs of XC"
roles = ["customs"]
endpoint = "https://customs.xc.example"
keys = ["seal.json", {file = "token.json", notAfter = 2099-01-01T00:00:00Z}]

[[nodes.offices]]
list = "xc-office"
code = "XC100"
positions = ["export"]
competences = ["release"]
"""


@pytest.fixture
def described(run, tmp_path: Path) -> Path:
    for name, kid, use in (
        ("anchor", "xc.trust#anchor-1", "seal"),
        ("seal", "xc.customs#seal-1", "seal"),
        ("token", "xc.customs#token-1", "token"),
    ):
        path = tmp_path / f"{name}.json"
        assert run("keys", "new", "--kid", kid, "--use", use, "--out", path).code == 0
    (tmp_path / "xc.toml").write_text(DESCRIPTION)
    return tmp_path


def make(run, folder: Path, *more: object):
    words = ("trust", "make", folder / "xc.toml", "--anchor", folder / "anchor.json")
    return run(*words, "--out", folder / "xc.json", *more, "--json")


def test_trust_make_and_show(run, described: Path) -> None:
    made = make(run, described)
    assert made.code == 0
    assert (made.json["sequence"], made.json["jurisdiction"]) == (1, "xc")
    shown = run("trust", "show", described / "xc.json", "--json").json
    assert [key["status"] for key in shown[0]["nodes"][0]["keys"]] == ["valid", "valid"]
    assert shown[0]["nodes"][0]["offices"][0]["code"] == "XC100"
    table = run("trust", "show", described / "xc.json")
    assert (table.code, "xc.customs" in table.out) == (0, True)


def test_trust_make_follows_on_the_list_before_and_keeps_key_times(run, described: Path) -> None:
    first = make(run, described).json
    second = make(run, described, "--previous", described / "xc.json")
    assert second.json["sequence"] == 2
    file = json.loads((described / "xc.json").read_bytes())
    assert len(file["lists"]) == 2
    assert file["anchor"] == first["anchor"]


def test_trust_make_tells_a_stolen_key(run, described: Path) -> None:
    make(run, described)
    text = DESCRIPTION.replace('"seal.json"', '{file = "seal.json", compromisedSince = 2026-01-01T00:00:00Z}')
    (described / "xc.toml").write_text(text)
    assert make(run, described, "--previous", described / "xc.json").code == 0
    keys = run("trust", "show", described / "xc.json", "--json").json[0]["nodes"][0]["keys"]
    assert keys[0]["status"] == "compromised"


def test_trust_make_refuses_a_node_of_another_jurisdiction(run, described: Path) -> None:
    (described / "xc.toml").write_text(DESCRIPTION.replace('id = "xc.customs"', 'id = "xa.customs"'))
    answer = make(run, described)
    assert answer.code == 1
    assert answer.json["error"]["code"] == "trust-list-invalid"
    assert not (described / "xc.json").exists()


def test_trust_make_rotates_an_anchor_only_with_the_old_ones_seal(run, described: Path) -> None:
    make(run, described)
    new = described / "anchor-2.json"
    run("keys", "new", "--kid", "xc.trust#anchor-2", "--out", new)
    words = ("trust", "make", described / "xc.toml", "--anchor", new, "--previous", described / "xc.json")
    out = ("--out", described / "next.json")
    assert run(*words, *out).code == 1
    assert run(*words, "--old-anchor", described / "anchor.json", *out).code == 0


@pytest.mark.parametrize(
    "text",
    [
        "jurisdiction = [",
        'jurisdiction = "xc"',
        DESCRIPTION.replace("roles", "rolls"),
        DESCRIPTION.replace('"seal.json"', '"nowhere.json"'),
        DESCRIPTION.replace("2099-01-01T00:00:00Z", "2099-01-01T00:00:00"),
    ],
)
def test_trust_make_says_2_for_a_faulty_description(text: str, run, described: Path) -> None:
    (described / "xc.toml").write_text(text)
    assert make(run, described).code == 2


# -- validate


def test_validate_takes_payloads_and_envelopes(run, files: Path) -> None:
    answer = run("validate", files / "order.json", files / "order.envelope.json", "--at", AT, "--json")
    assert [each["violations"] for each in answer.json] == [[], []]
    assert answer.code == (0 if all(each["good"] for each in answer.json) else 1)


def test_validate_names_the_place_in_both_languages(run, files: Path, tmp_path: Path) -> None:
    order = json.loads((files / "order.json").read_bytes())
    order["currency"] = "pounds"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(order))
    answer = run("validate", broken, "--json")
    assert answer.code == 1
    (violation,) = answer.json[0]["violations"]
    assert violation["pointer"] == "/currency"
    assert violation["message"]["en"]
    assert violation["message"]["zh"]
    assert "/currency" in run("validate", broken).out


def test_validate_lists_what_a_profile_lacks(run, files: Path) -> None:
    answer = run("validate", files / "declaration.json", "--profile", "xa-xb-demo", "--at", AT, "--json")
    assert answer.code == 1
    assert answer.json[0]["missing"]
    assert {"pointer", "element", "reason", "title"} == set(answer.json[0]["missing"][0])


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"{", "json-malformed"),
        (b'{"header":{"type":"no-such"}}', "unknown-type"),
        (b"{}", "header-malformed"),
        (b'{"signatures":1}', "envelope-malformed"),
    ],
)
def test_validate_says_why_a_file_is_no_document(octets: bytes, code: str, run, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(octets)
    answer = run("validate", path, "--json")
    assert answer.code == 1
    assert answer.json[0]["refusal"]["code"] == code


def test_validate_says_2_for_an_unknown_profile(run, files: Path) -> None:
    answer = run("validate", files / "order.json", "--profile", "nowhere")
    assert (answer.code, "xa-xb-demo" in answer.err) == (2, True)


# -- rules and table


def test_rules_list_explain_and_test(run) -> None:
    listed = run("rules", "list", "--json")
    assert listed.code == 0
    assert listed.json
    first = listed.json[0]["id"]
    explained = run("rules", "explain", first)
    assert (explained.code, first in explained.out) == (0, True)
    assert run("rules", "explain", first, "--json").json["expression"]
    of_type = run("rules", "list", "--type", "declaration", "--json").json
    assert all("declaration" in each["appliesTo"] for each in of_type)
    counting = run("rules", "list", "--type", "declaration", "--profile", "eu-h7", "--json").json
    assert {"TAX-05", "VAL-01"} <= {each["id"] for each in counting} < {each["id"] for each in of_type}
    tested = run("rules", "test", "--json")
    assert (tested.code, tested.json["failed"]) == (0, [])
    assert tested.json["vectors"] > 0


def test_table_shows_all_rows_and_one(run) -> None:
    rows = run("table", "show", "--json").json
    assert {"order", "declaration", "release"} <= {each["type"] for each in rows}
    assert "release" in run("table", "show").out
    one = run("table", "show", "release")
    assert "export@export: inspected, registered, under-review -> released" in one.out
    assert run("table", "show", "release", "--json").json["kinds"][0]["posts"][0]["account"] == "release-use"
    assert run("table", "show", "nowhere").code == 2


# -- demo and serve


def test_demo_and_serve_say_2_where_a_file_is_missing(run, tmp_path: Path) -> None:
    assert run("demo", "--orders", tmp_path / "none.csv").code == 2
    assert run("demo", "--limit", "0").code == 2
    assert run("serve", "--config", tmp_path / "none.toml").code == 2


def test_serve_says_2_for_a_faulty_configuration(run, tmp_path: Path) -> None:
    config = tmp_path / "node.toml"
    config.write_text("[nonsense]\n")
    assert run("serve", "--config", config).code == 2


# -- coverage


def test_coverage_says_of_each_system_what_serves_it(run) -> None:
    found = run("coverage", "--json").json
    assert [each["number"] for each in found] == list(range(1, 146))
    assert {each["state"] for each in found} == {"served", "built-in", "outside"}
    assert run("coverage", "--json").code == 0
    one = run("coverage", "10")
    assert one.code == 0
    assert "summary-result/rejected" in one.out
    assert "list-release" in one.out
    assert "outside: " in run("coverage", "65").out
    assert run("coverage", "146").code == 2
