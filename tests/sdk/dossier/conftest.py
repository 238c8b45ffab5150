"""One crossing, its trust lists and its dossier, for all tests of a module that change none of them."""

from collections.abc import Callable
from typing import Any

import pytest

from kit.crossing import ASKED_AT, Crossing
from threeflow import dossier
from threeflow.dossier import Verdict
from threeflow.standard import Standard
from threeflow.trust import TrustStore

Ask = Callable[..., Verdict]


@pytest.fixture(scope="session")
def standard() -> Standard:
    return Standard.load()


@pytest.fixture(scope="module")
def crossing() -> Crossing:
    return Crossing().until_release()


@pytest.fixture(scope="module")
def store(crossing: Crossing) -> TrustStore:
    return crossing.store()


@pytest.fixture(scope="module")
def octets(crossing: Crossing, standard: Standard) -> bytes:
    return crossing.dossier(standard)


@pytest.fixture(scope="module")
def ask(standard: Standard, store: TrustStore) -> Ask:
    """Verify under the plain trust lists, a day after the cut."""

    def verify(octets: bytes, trust: TrustStore | None = None, **more: Any) -> Verdict:
        return dossier.verify(octets, trust or store, standard, **{"now": ASKED_AT} | more)

    return verify
