"""The suite's own dossiers are what they are meant to be: a right one is valid, each wrong one breaks its requirement."""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from threeflow import dossier
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_conformance import parameters, prepare
from threeflow_conformance.checks import incoming, unfit
from threeflow_conformance.inbox import Inbox
from threeflow_conformance.judge.answers import Judge
from threeflow_conformance.scene import Scene, Shared
from threeflow_conformance.speak.network import Network
from threeflow_conformance.world import Lines

_NOW = datetime.now(UTC)
_AGREEMENT = {
    "issuer": "qx.office",
    "id": "00000000-0000-4000-8000-000000000001",
    "digest": "sha-256:" + "1" * 64,
}


class _Nowhere:
    """A world in which nothing is asked: only its clock and its random values are used."""

    def __init__(self) -> None:
        self.lines = Lines("offline")
        self.random = random.Random(7)

    def now(self) -> datetime:
        return _NOW


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    folder = tmp_path_factory.mktemp("unfit") / "network"
    return prepare.prepare(folder, "customs:import", "http://127.0.0.1:9", parameters.Parameters())


@pytest.fixture(scope="module")
def trust(network: Network) -> TrustStore:
    store = TrustStore("sandbox")
    for path in sorted((network.folder / "node" / "trust").glob("*.json")):
        store.add_file(Path(path).read_bytes(), now=datetime.now(UTC))
    return store


def _scene(network: Network) -> Scene:
    judge = Judge(network.node, network.environment, network.known_keys(), ())
    shared = Shared({**_AGREEMENT, "issuer": network.home("office").id})
    return Scene(network, parameters.Parameters(), judge, cast(Any, _Nowhere()), Inbox(), shared)


def _problems(network: Network, trust: TrustStore, edit: Any = None, orderer: str = "platform") -> set[str]:
    _, bundle = incoming.make(_scene(network), edit, orderer)
    found = dossier.verify(bundle.octets, trust, Standard(), now=_NOW)
    return {each.requirement for each in found.problems}


def test_a_right_dossier_of_the_suite_is_valid(network: Network, trust: TrustStore) -> None:
    assert _problems(network, trust) == set()


# A bundle that brings keys along breaks its form before anybody could use them, and what is out of order too.
_TOLD_AS = {"self-keyed": "TF-DOS-1", "members-in-another-order": "TF-DOS-1"}


@pytest.mark.parametrize("name", sorted(unfit.TWINS))
def test_a_wrong_one_breaks_what_it_is_meant_to_break(network: Network, trust: TrustStore, name: str) -> None:
    requirement, edit = unfit.TWINS[name]
    assert _TOLD_AS.get(name, requirement) in _problems(
        network, trust, edit, unfit.ORDERERS.get(name, "platform")
    )
