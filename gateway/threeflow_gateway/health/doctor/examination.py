"""One examination of a node, part by part, in an order in which later parts may rest on earlier ones."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from threeflow.errors import Unavailable
from threeflow.trust import TrustStore
from threeflow_gateway.config import Config, MisconfiguredError, load
from threeflow_gateway.health.doctor import local, remote, shelved, stored
from threeflow_gateway.health.doctor.findings import LEVELS, Finding, Level, found
from threeflow_gateway.store.database import Database

__all__ = ["CHECKS", "Report", "examine"]

CHECKS: Final = (
    "configuration", "trust", "keys", "disk", "database", "archives", "outbox", "log", "incidents", "clock",
    "node", "peers",
)  # fmt: skip
"""The parts of a node that are looked at."""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, in the order of ``CHECKS``."""

    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Level:
        """The worst level among them."""
        return max((each.level for each in self.findings), key=LEVELS.index, default="well")


def examine(path: Path, now: datetime, *, http: httpx.Client | None) -> Report:
    """Look at the node of a configuration, and change nothing; without ``http`` nobody is called."""
    try:
        config = load(path)
    except MisconfiguredError as error:
        return Report((found("configuration", "config-unreadable", str(error), str(error)),))
    findings = [
        found(
            "configuration", "well", f"{path} is that of {config.node.id}", f"{path} 属于 {config.node.id}"
        ),
        *_all(config, now, http),
    ]
    return Report(tuple(sorted(findings, key=lambda each: CHECKS.index(each.check))))


def _all(config: Config, now: datetime, http: httpx.Client | None) -> Iterator[Finding]:
    trust = TrustStore(config.node.environment)
    yield from local.trust(config, trust, now)
    yield from local.keys(config, trust, now)
    yield from _database(config, trust, now)
    if http is not None:
        yield from remote.itself(config, http)
        yield from remote.peers(config, trust, http, now)


def _database(config: Config, trust: TrustStore, now: datetime) -> Iterator[Finding]:
    try:
        url = make_url(config.storage.url)
    except ArgumentError as error:
        yield found("database", "database-gone", str(error), str(error))
        return
    if url.get_backend_name() == "sqlite":
        # To open it would make it.
        file = Path(url.database or "")
        if not file.is_file():
            yield found("database", "database-gone", f"there is no {file}", f"没有 {file}")
            return
        yield from local.disk(file.parent, config.storage.free_octets)
    try:
        with closing(Database.of(config.storage)) as database:
            yield from _stored(config, trust, database, now)
    except (SQLAlchemyError, OSError, Unavailable) as error:
        yield found("database", "database-gone", str(error), str(error))


def _stored(config: Config, trust: TrustStore, database: Database, now: datetime) -> Iterator[Finding]:
    with database.reading() as connection:
        at = list(stored.revision(connection, config.node.id))
        yield from at
        if any(each.level == "problem" for each in at):
            return
        yield from stored.soundness(database, connection)
        yield from shelved.archives(connection)
        listed = {each.id for each in trust.nodes() if each.endpoint}
        yield from stored.outbox(connection, now, listed)
        yield from stored.incidents(connection)
        yield from stored.lists(connection, trust)
        yield from stored.clock_of_log(connection, now)
        yield from stored.log(connection)
