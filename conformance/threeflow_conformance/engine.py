"""Runs the cases of a role against a node, or against a transcript, and gives each its verdict."""

import asyncio
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from threeflow_conformance.errors import InapplicableError, SuiteError, UnmetError, UnreadyError
from threeflow_conformance.inbox import Arrival, Inbox
from threeflow_conformance.judge.answers import Judge
from threeflow_conformance.parameters import Parameters
from threeflow_conformance.peers import Peers
from threeflow_conformance.registry import Case, cases_for
from threeflow_conformance.scene import Scene, Shared
from threeflow_conformance.speak.network import Network
from threeflow_conformance.wire import Channel
from threeflow_conformance.world import Lines, Live, NoAnswerError, Replay, World

__all__ = ["Outcome", "Run", "exit_code", "replay", "run"]

_MOST_SILENCES = 3
Told = Callable[["Outcome", int, int], None]


@dataclass(slots=True)
class Outcome:
    """The verdict of one case: pass, fail, warn, not-applicable, or could-not-run; ``judged`` is what it was before
    a waiver changed it.
    """

    case: Case
    verdict: str
    requirement: str = ""
    message: str = ""
    expected: tuple[tuple[str, str], ...] = ()
    lines: Lines | None = None
    seconds: float = 0.0
    engine: bool = False
    judged: str = ""

    @property
    def said(self) -> tuple[str, str, str, str]:
        """What a second judgement must find again."""
        return self.case.id, self.verdict, self.requirement, self.message


@dataclass(slots=True)
class Run:
    """All outcomes of a run, and what it rests on."""

    network: Network
    outcomes: list[Outcome] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    lists: tuple[str, ...] = ()
    shared: Shared = field(default_factory=Shared)
    seconds: float = 0.0
    parameters: Parameters = field(default_factory=Parameters)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0 conforms, 1 does not, 2 could not run (or nothing was run)."""
    verdicts = [each.verdict for each in outcomes]
    if "fail" in verdicts:
        return 1
    return 2 if "could-not-run" in verdicts or "pass" not in verdicts else 0


class _Runner:
    """One run: an opening, then the cases, several at a time; those that want to be alone come last."""

    def __init__(
        self, network: Network, parameters: Parameters, lists: tuple[str, ...], inbox: Inbox,
        world: Callable[[str], World], told: Told | None, enough: Callable[["Outcome"], bool] | None = None,
        silences: int = _MOST_SILENCES,
    ) -> None:  # fmt: skip
        self._network = network
        self._parameters = parameters
        self._inbox = inbox
        self._world = world
        self._told = told
        self._enough = enough
        self._done = False
        self._silences = 0
        self._most_silences = silences
        self.judge = Judge(network.node, network.environment, network.known_keys(), lists)
        self.shared = Shared()
        self.outcomes: list[Outcome] = []

    async def run(self, cases: tuple[Case, ...], first: str = "") -> None:
        """Run all cases, after the opening the one named ``first``."""
        opening = [each for each in cases if each.check.id.startswith("opening.")]
        together = [each for each in cases if each not in opening and not each.check.alone]
        alone = [each for each in cases if each not in opening and each.check.alone]
        total = len(cases)
        for case in opening:
            self._note(await self._case(case), total)
        if any(each.verdict != "pass" for each in self.outcomes):
            for case in (*together, *alone):
                self._note(Outcome(case, "could-not-run", message="the node could not be opened"), total)
            return
        for case in (each for each in (*together, *alone) if each.id == first):
            self._note(await self._case(case), total)
        together, alone = ([each for each in group if each.id != first] for group in (together, alone))
        gate = asyncio.Semaphore(self._parameters.at_once)

        async def gated(case: Case) -> None:
            async with gate:
                if not self._done:
                    self._note(await self._case(case), total)

        await asyncio.gather(*(gated(each) for each in together))
        for case in alone:
            if not self._done:
                self._note(await self._case(case), total)
        self.outcomes.sort(key=lambda each: (each.case.check.order, each.case.name))

    def _note(self, outcome: Outcome, total: int) -> None:
        self.outcomes.append(outcome)
        self._done = self._done or (self._enough is not None and self._enough(outcome))
        if self._told is not None:
            self._told(outcome, len(self.outcomes), total)

    async def _case(self, case: Case) -> Outcome:
        if self._silences >= self._most_silences:
            return Outcome(case, "could-not-run", message="the node does not answer any more")
        world = self._world(case.id)
        scene = Scene(self._network, self._parameters, self.judge, world, self._inbox, self.shared)
        scene.binding = case.binding
        began = time.monotonic()
        outcome = await self._judged(case, scene)
        outcome.expected = tuple(scene.expected)
        outcome.lines = world.lines
        outcome.seconds = time.monotonic() - began
        self._silences = self._silences + 1 if _silent(world.lines) else 0
        return outcome

    async def _judged(self, case: Case, scene: Scene) -> Outcome:
        try:
            await case.run(scene)
        except UnmetError as unmet:
            verdict = (
                "could-not-run" if case.check.id.startswith("opening.") and not _answered(scene) else "fail"
            )
            return Outcome(case, verdict, unmet.requirement, str(unmet))
        except InapplicableError as inapplicable:
            return Outcome(case, "not-applicable", message=str(inapplicable))
        except (UnreadyError, NoAnswerError) as unready:
            return Outcome(case, "could-not-run", message=str(unready))
        except SuiteError as error:
            return Outcome(case, "could-not-run", message=f"the suite: {error}", engine=True)
        except Exception as error:  # noqa: BLE001 - an error of the suite is never the node's
            where = traceback.extract_tb(error.__traceback__)[-1]
            said = f"the suite: {type(error).__name__}: {error} ({where.name}, line {where.lineno})"
            return Outcome(case, "could-not-run", message=said, engine=True)
        return Outcome(case, "pass")


def _silent(lines: Lines) -> bool:
    return bool(lines.exchanges) and bool(lines.exchanges[-1].error)


def _answered(scene: Scene) -> bool:
    return any(each.status for each in scene.world.lines.exchanges)


async def run(
    network: Network, parameters: Parameters, lists: tuple[str, ...], *, only: Iterable[str] = (),
    told: Told | None = None, enough: Callable[[Outcome], bool] | None = None, first: str = "",
    silences: int = _MOST_SILENCES,
) -> Run:  # fmt: skip
    """Judge a node, the case named ``first`` before the others; once ``enough`` says so of an outcome, what was not
    begun is left out. After so many ``silences`` in a row the node counts as gone.

    Raises:
        OSError: an address that the trust lists name for the suite's own nodes cannot be had.
    """
    inbox = Inbox()
    peers = Peers(network, inbox)
    await peers.start()
    began = time.monotonic()
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
    channel = Channel(parameters.grpc, parameters.request_seconds) if parameters.grpc else None
    client = httpx.AsyncClient(timeout=parameters.request_seconds, limits=limits, trust_env=False)
    try:
        async with client:

            def world(case: str) -> World:
                return Live(case, network.seed, client, network.target, inbox, channel)

            runner = _Runner(network, parameters, lists, inbox, world, told, enough, silences)
            await runner.run(cases_for(network.role, only, grpc=channel is not None), first)
    finally:
        await peers.close()
        if channel is not None:
            await channel.close()
    took = time.monotonic() - began
    return Run(network, runner.outcomes, inbox.arrivals, lists, runner.shared, took, parameters)


async def replay(
    network: Network, parameters: Parameters, lists: tuple[str, ...], lines: Mapping[str, Lines],
    arrivals: list[Arrival], only: Iterable[str] = (),
) -> Run:  # fmt: skip
    """Find every verdict again from a transcript."""

    def world(case: str) -> World:
        return Replay(lines.get(case, Lines(case)), network.seed, arrivals)

    runner = _Runner(network, parameters, lists, Inbox(), world, None)
    await runner.run(cases_for(network.role, only, grpc=bool(parameters.grpc)))
    return Run(network, runner.outcomes, arrivals, lists, runner.shared)


def summary(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """How many cases came to which verdict."""
    found = {"pass": 0, "fail": 0, "warn": 0, "not-applicable": 0, "could-not-run": 0}
    for each in outcomes:
        found[each.verdict] += 1
    return found


__all__ += ["summary"]
