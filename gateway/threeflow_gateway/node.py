"""One node, assembled from its configuration: what the bindings answer with and what runs beside them."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from threeflow.errors import Refused, Unavailable
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_gateway import clock
from threeflow_gateway.admin.server import Admin, Operation
from threeflow_gateway.bells import Bells
from threeflow_gateway.binding.log_proofs import LogProofs
from threeflow_gateway.binding.reads import Reads
from threeflow_gateway.config import Config
from threeflow_gateway.delivery.checkpoints import Checkpoints, Continuation
from threeflow_gateway.delivery.comparison import Comparison
from threeflow_gateway.delivery.dossiers import Cutter, Desk, Fetcher, bundle_for
from threeflow_gateway.delivery.outbox import Outbox
from threeflow_gateway.delivery.peers import Peers
from threeflow_gateway.health.readiness import Readiness
from threeflow_gateway.health.scrape import Feeds, Scrape, Watched
from threeflow_gateway.intake.agencies import Agencies
from threeflow_gateway.intake.audit import Audit
from threeflow_gateway.intake.batch import Batches, Job
from threeflow_gateway.intake.changes import Changes
from threeflow_gateway.intake.committer import Committer
from threeflow_gateway.intake.decide import Decider
from threeflow_gateway.intake.examine import Examiner
from threeflow_gateway.intake.facts import FactFiles, Facts
from threeflow_gateway.intake.rates import Rates
from threeflow_gateway.intake.sealing import Sealer
from threeflow_gateway.intake.service import Intake
from threeflow_gateway.intake.standing import Memory
from threeflow_gateway.observe.metrics import Metrics
from threeflow_gateway.observe.server import MetricsPort
from threeflow_gateway.observe.traces import Traces, open_traces
from threeflow_gateway.ruling import RuleFiles
from threeflow_gateway.signing.opening import open_keys
from threeflow_gateway.statement import statement
from threeflow_gateway.store import revisions
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.duties import duties
from threeflow_gateway.store.ledger import Ledger
from threeflow_gateway.store.notices import Notices, Told
from threeflow_gateway.store.writer import Writer
from threeflow_gateway.trust_keeping import keep, load_kept
from threeflow_gateway.trusting import TrustFiles

__all__ = ["GatewayNode"]

_LOG = logging.getLogger(__name__)
_WITNESS_SECONDS: Final = 5.0
_RESTATE_SECONDS: Final = 1.0


class GatewayNode:
    """Everything that a running node holds. Made outside an event loop, started and closed inside one."""

    def __init__(
        self, config: Config, now: Callable[[], datetime] = clock.now, traces: Traces | None = None
    ) -> None:
        """Read keys, trust lists and standard, and open the database; ``traces`` go before the settings'.

        Raises:
            OSError: a file cannot be read.
            Refused: a key or a trust list is not fit.
            Unavailable: the signer that keeps the keys does not answer.
            ValueError: the database is another node's, or the standard cannot be loaded.
        """
        self.config, self.now = config, now
        node, environment = config.node.id, config.node.environment
        self.standard = Standard.load(*config.node.overlays)
        self.trust = TrustStore(environment)
        self._trust_files = TrustFiles(self.trust, config.trust.files, now)
        self.keys = open_keys(config)
        keys, token_key = self.keys.seals, self.keys.token
        self.database = Database.of(config.storage)
        revisions.prepare(self.database)
        self.database.claim(node)
        load_kept(self._trust_files, self.database)
        self._told, self._settled = Bells(), Bells()
        self._trust_bell, self._statement_bell = asyncio.Event(), asyncio.Event()
        sealer = Sealer(keys, self.trust, node=node, environment=environment)
        stated = FactFiles(config.process.facts)
        facts = Facts(self.standard, stated, keeps=config.process.registers)
        self._rule_files, self._rule_bell = (
            RuleFiles(self.standard, config.node.overlays, stated), asyncio.Event(),
        )  # fmt: skip
        agencies = Agencies(self.standard, self.trust, profile=config.node.profile)
        decider = Decider(
            self.standard, self.trust, sealer, facts, profile=config.node.profile,
            pending=timedelta(seconds=config.process.pending_seconds),
        )  # fmt: skip
        self.metrics = Metrics()
        self.traces = traces or open_traces(node, config.traces.endpoint, config.traces.ratio)
        self._writer = Writer(self.database)
        self._memory = memory = Memory(config.limits.subjects_in_memory)
        self._notices, self._duties = Notices(self.database), duties(self.database)
        batches = Batches(
            self._writer, self.standard.table, decider, memory, agencies,
            announce=self._announce, on_commit=self._on_commit,
        )  # fmt: skip
        self.committer: Committer[Job] = Committer(
            batches, largest_batch=config.limits.batch_units, most_waiting=config.limits.waiting_units,
            linger=config.limits.linger_seconds, metrics=self.metrics,
        )  # fmt: skip
        self.peers = Peers(self.trust, token_key, node=node, timeout_seconds=config.delivery.timeout_seconds)
        examiner = Examiner(self.standard, self.trust, node=node, environment=environment)
        self.intake = Intake(
            examiner, self.committer, sealer,
            Rates("documents", config.limits.documents_per_second, config.limits.documents_at_once), Audit(),
            answer_seconds=config.limits.answer_seconds,
            continues=Continuation(self.database, self.peers, node=node).check, metrics=self.metrics,
            traces=self.traces,
        )  # fmt: skip
        self.ledger = Ledger(self.database)
        self.reads = Reads(
            self.database, self.standard.table, self.trust, agencies, node=node, environment=environment
        )
        self.proofs = LogProofs(self.database, self.ledger)
        self._sealer = sealer
        self.statement = self._stated()
        self._outbox = Outbox(
            self.database,
            self.peers,
            self.intake,
            duties=self._duties,
            settings=config.delivery,
            now=now,
            metrics=self.metrics,
            traces=self.traces,
        )
        self._checkpoints = Checkpoints(
            self.database, self.ledger, sealer, self.peers, self.intake, duties=self._duties,
            interval=config.log.checkpoint_seconds, now=now,
        )  # fmt: skip
        desk = Desk(self.database, self.standard, self.trust, agencies, self.intake, node, environment, now)
        self._cutter = Cutter(
            desk, self.ledger, self._checkpoints, keys, valid_seconds=config.process.dossier_seconds,
            profile=config.node.profile, settled=self._settled,
            witness_seconds=_WITNESS_SECONDS if config.delivery.enabled else 0.0,
            reachable=self._outbox.reachable,
        )  # fmt: skip
        self._fetcher = Fetcher(desk, self.peers, self._duties)
        socket = config.admin.socket
        self._admin = None if socket is None else Admin(socket, self._operations())
        path = self.database.path
        self.readiness = Readiness(
            node, self.trust, self.keys, self.intake, self.moment,
            folder=None if path is None else path.parent, free_octets=config.storage.free_octets,
        )  # fmt: skip
        self._feeds = Feeds()
        watched = Watched(
            node, self.database, self.trust, self.readiness, self._feeds,
            tuple(each.kid for each in self.keys.all), self._outbox.circuits,
            lambda: self.committer.waiting, self.moment,
        )  # fmt: skip
        self.metrics.registry.register(Scrape(watched))
        port = config.metrics.port
        self._metrics_port = MetricsPort(self.metrics.registry, config.metrics.host, port) if port else None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to take in, to deliver, and to make checkpoints."""
        await asyncio.to_thread(self.ledger.catch_up)
        self.committer.start()
        await keep(self._trust_files, self.intake, self.now)
        loop = asyncio.get_running_loop()
        self._tasks.append(loop.create_task(self._sweep(), name="sweep"))
        self._tasks.append(loop.create_task(self._watch_trust(), name="trust"))
        self._tasks.append(loop.create_task(self._keep_statement(), name="statement"))
        self._tasks.append(loop.create_task(self._notices.listen(self._ring), name="notices"))
        self._tasks.append(loop.create_task(self._watch_rules(), name="rules"))
        self._tasks.append(loop.create_task(self._keep_trail(), name="audit"))
        if self.config.audit.erase_seconds > 0:
            self._tasks.append(loop.create_task(self._erase(), name="erase"))
        if self.config.delivery.enabled:
            self._outbox.start()
            self._tasks.append(loop.create_task(self._checkpoints.run(), name="checkpoints"))
            self._tasks.append(loop.create_task(self._fetcher.run(), name="dossiers"))
            if self.config.trust.compare_seconds > 0:
                self._tasks.append(loop.create_task(self.comparison().run(), name="comparison"))
        if self._admin is not None:
            await self._admin.start()
        if self._metrics_port is not None:
            self._metrics_port.start()

    def comparison(self) -> Comparison:
        """Return what compares the lists that peers state with those that are held."""
        seconds = self.config.trust.compare_seconds
        return Comparison(self.trust, self.peers, self.intake, self._duties, seconds=seconds, now=self.now)

    def moment(self) -> datetime:
        """Return this moment, by the clock that the node has now."""
        return self.now()

    async def close(self) -> None:
        """Finish what was acknowledged, then stop."""
        self.readiness.stopping = True
        if self._metrics_port is not None:
            await asyncio.to_thread(self._metrics_port.close)
        if self._admin is not None:
            await self._admin.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._outbox.close()
        await self.committer.close()
        await self._duties.close()
        self._writer.close()
        await self.peers.close()
        self.keys.close()
        await asyncio.to_thread(self.traces.close)
        self.database.close()

    async def next_events(self, caller: str, after: int, limit: int, wait: float) -> dict[str, Any]:
        """Return the caller's events after a number; where there are none, wait for one (TF-REST-9)."""
        until = asyncio.get_running_loop().time() + wait
        while True:
            bell = self._told.of(caller)
            self._feeds.asked(caller, after)
            page = await asyncio.to_thread(self.reads.events, caller, after, limit)
            left = until - asyncio.get_running_loop().time()
            if page["events"] or left <= 0:
                return page
            try:
                # Another process of this node commits without a sound here: look again every second.
                async with asyncio.timeout(min(left, 1.0)):
                    await bell.wait()
            except TimeoutError:
                continue

    async def cut_dossier(self, caller: str, asked: dict[str, Any]) -> bytes:
        """Cut a dossier and return its sealed head."""
        return await self._cutter.cut(caller, asked)

    def dossier(self, caller: str, digest: str) -> bytes:
        """Return the bundle of a dossier."""
        return bundle_for(self.database, caller, digest, node=self.config.node.id)

    def trust_lists(self) -> list[bytes]:
        """Return the sealed trust lists, oldest first within a jurisdiction."""
        return [each.raw for name in self.trust.jurisdictions() for each in self.trust.lists(name)]

    def look_at_trust(self) -> None:
        """Read the trust files again soon, if they changed."""
        self._trust_bell.set()

    def look_at_files(self) -> None:
        """Read trust files, rules and facts again soon, if they changed."""
        self.look_at_trust()
        self._rule_bell.set()

    async def reload_rules(self) -> bool:
        """Read the rule packs, profiles, code lists and facts that changed; say whether others count now."""
        newer = await self._rule_files.newer()
        if not newer:
            return False
        async with self._writer.between():
            self._rule_files.take(newer)
            # Who the agencies are may be another by the new profiles: states are folded anew.
            self._memory.clear()
        await self._restate()
        return True

    async def reload_trust(self) -> bool:
        """Read the trust files that changed; say whether a newer list is held now."""
        async with self._trust_files.turn:
            judged = await self._trust_files.look()
            # The store is read while documents are decided: it changes between two transactions.
            async with self._writer.between():
                newer = self._trust_files.take(judged)
                if newer:
                    # Who the agencies are may be another by the new lists: states are folded anew.
                    self._memory.clear()
            if newer:
                await self._restate()
            await keep(self._trust_files, self.intake, self.now)
        if not newer:
            return False
        if self.config.delivery.enabled:
            self._outbox.start()
        _LOG.info("newer trust lists are held: %s", ", ".join(self.trust.digests()))
        return True

    def _operations(self) -> dict[str, Operation]:
        """Return what the admin surface offers, by name."""

        async def reload_trust(_asked: Mapping[str, Any]) -> object:
            return {"newer": await self.reload_trust(), "lists": self.trust.digests()}

        return {"reload-trust": reload_trust}

    def _on_commit(self, changes: Changes) -> None:
        self._ring(_told(changes))

    def _announce(self, connection: Connection, changes: Changes) -> None:
        self._notices.tell(connection, _told(changes))

    def _ring(self, told: Told) -> None:
        """Wake who waits for what a process of this node committed."""
        if told.everywhere:
            self._told.ring_all()
            self._settled.ring_all()
        self._told.ring(told.parties)
        self._settled.ring(told.settled)
        self._outbox.wake(self._outbox.peers() if told.everywhere else told.peers)
        if told.dossiers or told.everywhere:
            self._fetcher.wake()

    def _stated(self) -> bytes:
        return self._sealer.seal(statement(self.config, self.standard, self.trust, self.now()))

    async def _restate(self) -> None:
        """State anew what the node is; where its signer does not answer now, as soon as it does."""
        try:
            stated = statement(self.config, self.standard, self.trust, self.now())
            self.statement = await self._sealer.sealed(stated)
        except Unavailable as problem:
            _LOG.warning("the node's statement stays as it was for now: %s", problem)
            self._statement_bell.set()

    async def _keep_statement(self) -> None:
        while True:
            await self._statement_bell.wait()
            self._statement_bell.clear()
            await asyncio.sleep(_RESTATE_SECONDS)
            await self._restate()

    async def _watch_trust(self) -> None:
        pause = self.config.trust.reload_seconds or None
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._trust_bell.wait()
            self._trust_bell.clear()
            await self.reload_trust()

    async def _watch_rules(self) -> None:
        pause = self.config.process.reload_seconds or None
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._rule_bell.wait()
            self._rule_bell.clear()
            await self.reload_rules()

    async def _keep_trail(self) -> None:
        """Write gathered refusals, and drop what is older than its retention."""
        forgot = self.now()
        while True:
            await asyncio.sleep(self.config.audit.flush_seconds)
            now = self.now()
            rows = self.intake.audit.drain(now)
            old = ""
            if now - forgot >= timedelta(hours=1):
                forgot, old = now, clock.text(now - timedelta(days=self.config.audit.keep_days))
            if not rows and not old:
                continue
            try:
                await self.intake.note(rows, forget_before=old)
            except (Refused, Unavailable):
                _LOG.exception("%d entries of the audit trail could not be written", len(rows))

    async def _erase(self) -> None:
        """Erase personal data whose retention is over."""
        while True:
            try:
                erased = 0
                while found := await self.intake.erase(self.now()):
                    erased += found
                if erased:
                    await asyncio.to_thread(self.database.settle_file, whole=False)
                    _LOG.info("%d parts with personal data were erased", erased)
            except (Refused, Unavailable):
                _LOG.exception("personal data could not be erased")
            await asyncio.sleep(self.config.audit.erase_seconds)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self.config.process.sweep_seconds)
            try:
                await self.intake.sweep(self.now())
            except (Refused, Unavailable):
                _LOG.exception("pending documents could not be looked through")


def _told(changes: Changes) -> Told:
    return Told(
        parties=tuple(sorted({row["party"] for row in changes.events})),
        peers=tuple(sorted({row["peer"] for row in changes.outbox})),
        settled=tuple(sorted({str(row["to_document"]) for row in changes.settled})),
        dossiers=bool(changes.dossiers),
    )
