"""What tests of every folder may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import postgres, stations


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """One PostgreSQL for all tests of this process."""
    with postgres.cluster() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on each of the two kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'node.sqlite3'}"
    made: postgres.Cluster = request.getfixturevalue("postgres_cluster")
    return made.database()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_storage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Gateways of the test keep what they take in on SQLite once, on PostgreSQL once."""
    kind: str = request.param
    if kind == "postgresql":
        made: postgres.Cluster = request.getfixturevalue("postgres_cluster")
        monkeypatch.setattr(stations, "database_of", made.of_node)
    return kind
