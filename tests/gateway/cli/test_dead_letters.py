"""`threeflow dead-letters`: looked at, retried and dropped on the node's own database."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.asynchronous import synchronous
from kit.owing import Debtor, refused, taken
from threeflow_gateway.cli.cli import main

CONFIG = """\
[node]
id = "xa.customs"
environment = "demo"
endpoint = "http://127.0.0.1:1"
port = 1
seal_keys = ["seal.json"]
token_key = "token.json"
[trust]
files = []
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "node.toml"
    path.write_text(CONFIG)
    return path


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, object]:
    code = main([str(each) for each in ("dead-letters", *words)])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.requirement("TF-DELIV-1")
@synchronous
async def test_what_two_peers_refused_is_listed_retried_and_dropped(
    owing: Callable[..., Debtor], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    debtor = owing("xb.customs", "xc.customs")
    for peer in debtor.peers:
        debtor.owe([1, 2], peer)
        debtor.peers[peer].answer = lambda number: refused("not-entitled") if number != 2 else taken()
        await debtor.carry(debtor.courier(peer), 5)
    code, listed = said(capsys, "list", "--config", config, "--json")
    assert (code, [(each["peer"], each["id"], each["reason"]) for each in listed]) == (
        0, [(peer, id_, "not-entitled: as the test says") for peer, id_ in
            (("xb.customs", "id-1"), ("xc.customs", "id-3"), ("xc.customs", "id-4"))],
    )  # fmt: skip
    assert main(["dead-letters", "list", "--config", str(config)]) == 0
    assert "id-3" in capsys.readouterr().out
    code, retried = said(capsys, "retry", "--config", config, "--peer", "xb.customs", "--json")
    assert (code, retried["retried"]) == (0, 1)
    code, dropped = said(capsys, "drop", "--config", config, "--document", "id-4", "--json")
    assert (code, dropped["dropped"]) == (0, 1)
    assert debtor.states() == {1: "due", 2: "done", 3: "dead", 4: "dropped"}
    code, _ = said(capsys, "retry", "--config", config, "--document", "id-4", "--json")
    assert code == 1
    code, _ = said(capsys, "drop", "--config", config, "--json")
    assert code == 2
    debtor.peers["xb.customs"].answer = lambda _: taken()
    debtor.now.go(1e9)
    await debtor.carry(debtor.courier("xb.customs"), 5)
    assert debtor.states()[1] == "done"


def test_a_database_that_cannot_be_read_could_not_run(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "node.sqlite3").write_bytes(b"no database" * 100)
    assert said(capsys, "list", "--config", config, "--json")[0] == 2
