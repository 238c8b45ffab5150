"""The configuration: every setting described, unknown ones refused, paths from its own folder."""

from dataclasses import fields
from pathlib import Path

import pytest

from threeflow_gateway import config
from threeflow_gateway.config import MisconfiguredError, load

GOOD = """
[node]
id = "xa.hub"
environment = "demo"
endpoint = "http://127.0.0.1:8000"
port = 8000
seal_keys = ["seal.json"]
token_key = "token.json"
[trust]
files = ["xa.json"]
"""


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "node.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_start_at_the_configurations_folder(tmp_path: Path) -> None:
    found = load(_written(tmp_path, GOOD))
    assert found.node.seal_keys == (tmp_path / "seal.json",)
    assert found.trust.files == (tmp_path / "xa.json",)
    assert found.storage.url == f"sqlite:///{tmp_path}/node.sqlite3"
    assert found.limits.batch_units == 64


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (GOOD + "[limits]\ncolour = 1\n", "limits.colour"),
        (GOOD + "[colours]\n", "colours"),
        (GOOD.replace('id = "xa.hub"\n', ""), "node.id"),
        (GOOD.replace("port = 8000", 'port = "8000"'), "node.port"),
        (GOOD.replace("port = 8000", "port = true"), "node.port"),
        (GOOD.replace('["seal.json"]', '"seal.json"'), "node.seal_keys"),
        ("[node", "node.toml"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(MisconfiguredError, match=named):
        load(_written(tmp_path, text))


def test_every_setting_is_described() -> None:
    for section in (
        config.Node,
        config.Trust,
        config.Storage,
        config.Limits,
        config.Process,
        config.Delivery,
        config.Log,
        config.Admin,
        config.Audit,
        config.Grpc,
    ):
        for each in fields(section):
            assert each.metadata["help"].endswith("."), each.name
