"""Run the command line in this process, on files of one crossing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit.crossing import Crossing
from threeflow import dossier, envelope
from threeflow.standard import Standard
from threeflow_gateway.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def command(*words: object) -> Answer:
        try:
            code = main([str(each) for each in words])
        except SystemExit as left:
            code = int(left.code or 0)
        found = capfd.readouterr()
        return Answer(code, found.out, found.err)

    return command


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys, trust files, an order (bare and sealed), a dossier and its head's receipt."""
    folder = tmp_path_factory.mktemp("cli")
    crossing = Crossing().until_release()
    store = crossing.store()
    for side in ("xa", "xb"):
        (folder / f"{side}.json").write_bytes(store.to_file(side))
    order = crossing.pieces["order"]
    sealed = envelope.read(order.raw)
    (folder / "order.json").write_bytes(sealed.payload)
    (folder / "order.envelope.json").write_bytes(order.raw)
    (folder / "buyer.json").write_bytes(sealed.parts[0])
    (folder / "waybill.json").write_bytes(envelope.read(crossing.pieces["waybill"].raw).payload)
    (folder / "declaration.json").write_bytes(envelope.read(crossing.pieces["declaration"].raw).payload)
    crossing.keys["xa.platform"].save(folder / "seal.json")
    crossing.tokens["xa.platform"].save(folder / "token.json")
    crossing.keys["xa.carrier"].save(folder / "carrier.json")
    octets = crossing.dossier(Standard.load())
    (folder / "dossier.json").write_bytes(octets)
    (folder / "witness.json").write_bytes(crossing.witness(dossier.read(octets).head.envelope.compact))
    return folder
