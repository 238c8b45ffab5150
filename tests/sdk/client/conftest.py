"""A client before a scripted node."""

import httpx
import pytest

from kit.crossing import Crossing
from kit.scripted import CALLER, ENDPOINT, NODE, NOW, Node
from threeflow.client import Client, Patience


@pytest.fixture(scope="module")
def crossing() -> Crossing:
    return Crossing().until_release()


@pytest.fixture
def node(crossing: Crossing) -> Node:
    return Node(crossing, crossing.store())


@pytest.fixture
def client(node: Node) -> Client:
    return Client(
        ENDPOINT,
        CALLER,
        node.crossing.tokens[CALLER],
        node.crossing.keys[CALLER],
        audience=NODE,
        trust=node.trust,
        patience=Patience(attempts=3, pause=0.001, longest_pause=0.01),
        now=lambda: NOW,
        http=httpx.MockTransport(node),
    )


@pytest.fixture
def declaration(crossing: Crossing) -> bytes:
    return crossing.pieces["declaration"].raw


# -- submitting
