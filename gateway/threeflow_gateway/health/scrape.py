"""The gauges of a node, read when its metrics are asked for; the work of a node never waits for them."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from threeflow.trust import TrustStore
from threeflow_gateway import clock
from threeflow_gateway.health.readiness import Readiness
from threeflow_gateway.intake.incidents import LISTS, LOG
from threeflow_gateway.observe.catalogue import CIRCUIT_STATES, METRICS
from threeflow_gateway.store import evidence, statements
from threeflow_gateway.store.database import Database

__all__ = ["Feeds", "Scrape", "Watched"]


@dataclass(slots=True)
class Feeds:
    """The last event that each party asked after; of listed nodes only, since a caller is proven."""

    read: dict[str, int] = field(default_factory=dict)

    def asked(self, party: str, after: int) -> None:
        """Note that a party has read up to an event."""
        self.read[party] = after


@dataclass(frozen=True, slots=True)
class Watched:
    """What the gauges are read from."""

    node: str
    database: Database
    trust: TrustStore
    readiness: Readiness
    feeds: Feeds
    keys: tuple[str, ...]
    circuits: Callable[[], Mapping[str, str]]
    committer: Callable[[], tuple[int, int]]
    now: Callable[[], datetime]


class Scrape(Collector):
    """Reads every gauge of the catalogue; what the database does not answer is left out, and said so."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Return nothing: the registry would read everything once when the node starts."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield all gauges."""
        families = {
            name: GaugeMetricFamily(name, each.help, labels=each.labels)
            for name, each in METRICS.items()
            if each.kind == "gauge"
        }
        now = self._watched.now()
        readings = [self._process(), self._trusted(now), self._delivered()]
        try:
            stored = list(self._stored(now))
        except SQLAlchemyError:
            stored = [("threeflow_database_up", (), 0.0)]
        for name, labels, value in (*(each for some in readings for each in some), *stored):
            families[name].add_metric(labels, value)
        yield from families.values()

    def _process(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        waiting, room = self._watched.committer()
        yield "threeflow_committer_waiting", (), waiting
        yield "threeflow_committer_room", (), room
        yield "threeflow_build_info", (version("threeflow"), self._watched.node), 1
        for check, holds in self._watched.readiness.last.items():
            yield "threeflow_ready", (check,), holds
        folder = _folder(self._watched.database)
        if folder is not None:
            yield "threeflow_disk_free_octets", (), shutil.disk_usage(folder).free

    def _trusted(self, now: datetime) -> Iterator[tuple[str, tuple[str, ...], float]]:
        trust = self._watched.trust
        for name in trust.jurisdictions():
            newest = trust.newest(name)
            if newest is not None:
                yield "threeflow_trust_list_age_seconds", (name,), (now - newest.issued_at).total_seconds()
                yield "threeflow_trust_list_left_seconds", (name,), (newest.expires_at - now).total_seconds()
        for kid in self._watched.keys:
            listed = trust.key(kid)
            if listed is not None:
                ends = min(filter(None, (listed.not_after, listed.retired_at)))
                yield "threeflow_key_left_seconds", (kid,), (ends - now).total_seconds()

    def _delivered(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        for peer, state in self._watched.circuits().items():
            for each in CIRCUIT_STATES:
                yield "threeflow_circuit", (peer, each), each == state

    def _stored(self, now: datetime) -> Iterator[tuple[str, tuple[str, ...], float]]:
        with self._watched.database.reading() as connection:
            yield "threeflow_log_leaves", (), connection.execute(statements.LEAVES).scalar() or 0
            newest = connection.execute(statements.NEWEST_CHECKPOINT_SIZE).first()
            if newest is not None:
                yield "threeflow_checkpoint_leaves", (), newest.size
                yield "threeflow_checkpoint_age_seconds", (), _age(newest.at, now)
            yield from self._outbox(connection.execute(statements.OUTBOX_BY_PEER).all(), now)
            read = dict(self._watched.feeds.read)
            for row in connection.execute(statements.PARTIES, {"nodes": list(read)}).all():
                yield "threeflow_event_lag", (row.node,), max(0, row.events - read[row.node])
            counts = dict.fromkeys((LOG, LISTS), 0)
            for row in connection.execute(evidence.OPEN).all():
                counts[row.code] = counts.get(row.code, 0) + row.rows
            for code, count in counts.items():
                yield "threeflow_incidents_open", (code,), count
            yield "threeflow_documents_waiting", (), connection.execute(statements.COUNT_WAITING).scalar_one()
            yield (
                "threeflow_dossiers_to_fetch",
                (),
                connection.execute(statements.COUNT_TO_FETCH).scalar_one(),
            )
        yield "threeflow_database_octets", (), self._watched.database.octets()
        yield "threeflow_database_up", (), 1

    def _outbox(self, rows: Iterable[Any], now: datetime) -> Iterator[tuple[str, tuple[str, ...], float]]:
        peers = set(self._watched.circuits())
        held = {(row.peer, row.state): row for row in rows}
        for peer in sorted(peers | {peer for peer, _ in held}):
            due, dead = held.get((peer, "due")), held.get((peer, "dead"))
            yield "threeflow_outbox_owed", (peer,), due.rows if due else 0
            yield "threeflow_outbox_oldest_seconds", (peer,), _age(due.since, now) if due else 0
            yield "threeflow_outbox_dead", (peer,), dead.rows if dead else 0


def _age(at: str, now: datetime) -> float:
    return (now - clock.parse(at)).total_seconds()


def _folder(database: Database) -> Path | None:
    return None if database.path is None else database.path.parent
