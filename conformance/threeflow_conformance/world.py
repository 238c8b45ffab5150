"""The world outside the suite: the node under test, live or as a transcript remembers it.

A case is a function of the seed and of what the world answers: its random values come from the seed, the clock,
the answers and what arrived at the suite's own nodes are written down. So a verdict can be found again offline.
"""

import asyncio
import base64
import random
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx

from threeflow_conformance.errors import SuiteError
from threeflow_conformance.inbox import Arrival, Inbox
from threeflow_conformance.wire import Channel, SilenceError

__all__ = ["Exchange", "Lines", "Live", "NoAnswerError", "Replay", "World"]


class NoAnswerError(Exception):
    """The node did not answer a request: it hung, or was not there."""


@dataclass(slots=True)
class Exchange:
    """One request and what came of it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer_body: bytes = b""
    error: str = ""
    seconds: float = 0.0

    def written(self) -> dict[str, Any]:
        """As the transcript holds it."""
        return {
            "method": self.method, "target": self.target, "headers": self.headers, "body": _text(self.body),
            "status": self.status, "answerHeaders": self.answer_headers, "answerBody": _text(self.answer_body),
            "error": self.error, "seconds": round(self.seconds, 4),
        }  # fmt: skip

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Exchange":
        """Read from a transcript."""
        return cls(
            said["method"], said["target"], said["headers"], _octets(said["body"]), said["status"],
            said["answerHeaders"], _octets(said["answerBody"]) or b"", said["error"], said["seconds"],
        )  # fmt: skip


def _text(octets: bytes | None) -> str | None:
    return None if octets is None else base64.b64encode(octets).decode()


def _octets(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


@dataclass(slots=True)
class Lines:
    """What one case's world said, in order; ``came`` is what arrived for it last, which the transcript holds apart.

    ``twin`` is the number of the last exchange that was one edit away from a right one, and ``right`` the right one's body
    or payload: a report shows where they differ.
    """

    case: str
    clock: list[str] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    commands: list[Any] = field(default_factory=list)
    came: list[Arrival] = field(default_factory=list)
    twin: int | None = None
    right: bytes = b""

    def written(self) -> dict[str, Any]:
        """As the transcript holds it."""
        return {
            "case": self.case, "clock": self.clock, "waits": self.waits, "commands": self.commands,
            "exchanges": [each.written() for each in self.exchanges],
        }  # fmt: skip

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Lines":
        """Read from a transcript."""
        exchanges = [Exchange.read(each) for each in said["exchanges"]]
        return cls(said["case"], said["clock"], exchanges, said["waits"], said["commands"])


class World(Protocol):
    """What a case asks of the world."""

    lines: Lines
    random: random.Random

    def now(self) -> datetime:
        """The time."""

    async def send(self, exchange: Exchange) -> int:
        """Send a request and wait for its answer; return its number in the case."""

    async def call(self, exchange: Exchange, *, streams: bool = False) -> int:
        """Make a call over gRPC, with one message or (``streams``) with framed ones; return its number in the case."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    async def arrived(self, wanted: Callable[[Arrival], bool], count: int, within: float) -> list[Arrival]:
        """Wait until so many arrivals at the suite's own nodes fit; return those that do."""

    async def command(self, words: tuple[str, ...]) -> int:
        """Run a command of the operator; return its exit code."""

    async def task(self, words: tuple[str, ...], said: str, seconds: float) -> tuple[int, str]:
        """Run a command with a text on its input; return its exit code and what it printed."""


class Live:
    """The node itself."""

    def __init__(
        self, case: str, seed: str, client: httpx.AsyncClient, base: str, inbox: Inbox, channel: Channel | None = None
    ) -> None:  # fmt: skip
        self.lines = Lines(case)
        self.random = random.Random(f"{seed}:{case}")  # noqa: S311 - values that differ, not secrets
        self._client = client
        self._base = base
        self._inbox = inbox
        self._channel = channel

    def now(self) -> datetime:
        """The clock, written down."""
        found = datetime.now(UTC)
        self.lines.clock.append(found.isoformat())
        return found

    async def send(self, exchange: Exchange) -> int:
        """Send; NoAnswerError where nothing came back."""
        self.lines.exchanges.append(exchange)
        number = len(self.lines.exchanges) - 1
        began = time.monotonic()
        try:
            answer = await self._client.request(
                exchange.method, self._base + exchange.target, content=exchange.body, headers=exchange.headers
            )
        except httpx.HTTPError as error:
            exchange.error = f"{type(error).__name__}: {error}"
            raise NoAnswerError(exchange.error) from error
        finally:
            exchange.seconds = time.monotonic() - began
        exchange.status, exchange.answer_body = answer.status_code, answer.content
        exchange.answer_headers = {name.lower(): value for name, value in answer.headers.items()}
        return number

    async def call(self, exchange: Exchange, *, streams: bool = False) -> int:
        """Call; NoAnswerError where nothing came back."""
        self.lines.exchanges.append(exchange)
        number = len(self.lines.exchanges) - 1
        if self._channel is None:
            raise NoAnswerError("no gRPC address was named")
        began = time.monotonic()
        try:
            status, message, octets = await self._channel.call(
                exchange.target, exchange.body or b"", exchange.headers, streams=streams
            )
        except SilenceError as error:
            exchange.error = str(error)
            raise NoAnswerError(exchange.error) from error
        finally:
            exchange.seconds = time.monotonic() - began
        exchange.status, exchange.answer_body = 200, octets
        exchange.answer_headers = {"grpc-status": status, "grpc-message": message}
        return number

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def arrived(self, wanted: Callable[[Arrival], bool], count: int, within: float) -> list[Arrival]:
        """Look at the inbox until enough has come, or the time is over."""
        deadline = time.monotonic() + within
        while True:
            held = len(self._inbox.arrivals)
            found = [each for each in self._inbox.arrivals[:held] if wanted(each)]
            if len(found) >= count or time.monotonic() > deadline:
                self.lines.waits.append(held)
                self.lines.came = found
                return found
            await asyncio.sleep(0.02)

    async def command(self, words: tuple[str, ...]) -> int:
        """Run it; 127 where it cannot be run."""

        def run() -> int:
            try:
                return subprocess.run(words, check=False, capture_output=True, timeout=60).returncode  # noqa: S603
            except (OSError, subprocess.TimeoutExpired):
                return 127

        code = await asyncio.to_thread(run)
        self.lines.commands.append(code)
        return code

    async def task(self, words: tuple[str, ...], said: str, seconds: float) -> tuple[int, str]:
        """Run it; 127 where it cannot be run, 124 where it takes too long; of both with the error's words."""

        def run() -> tuple[int, str]:
            try:
                done = subprocess.run(  # noqa: S603 - the operator's own
                    words, check=False, capture_output=True, timeout=seconds, input=said.encode()
                )
            except subprocess.TimeoutExpired:
                return 124, f"no end within {seconds:.0f} s"
            except OSError as error:
                return 127, str(error)
            out = done.stdout if done.returncode == 0 else done.stderr[-2000:]
            return done.returncode, out.decode("utf-8", "replace")

        code, text = await asyncio.to_thread(run)
        self.lines.commands.append([code, text])
        return code, text


class Replay:
    """The world as a transcript holds it; what it does not hold, or holds otherwise, is the suite's error."""

    def __init__(self, lines: Lines, seed: str, arrivals: list[Arrival]) -> None:
        self._held = lines
        self.lines = Lines(lines.case)
        self.random = random.Random(f"{seed}:{lines.case}")  # noqa: S311 - the same values again
        self._arrivals = arrivals

    def now(self) -> datetime:
        """The clock as it was."""
        self.lines.clock.append(_next(self._held.clock, self.lines.clock, self._held.case))
        return datetime.fromisoformat(self.lines.clock[-1])

    async def send(self, exchange: Exchange) -> int:
        """Answer as the node did to the very same octets."""
        held = _next(self._held.exchanges, self.lines.exchanges, self._held.case)
        self.lines.exchanges.append(held)
        said = (exchange.method, exchange.target, exchange.body, exchange.headers)
        if said != (held.method, held.target, held.body, held.headers):
            raise SuiteError(
                f"{self._held.case}: request {len(self.lines.exchanges)} is not the one on record"
            )
        if held.error:
            raise NoAnswerError(held.error)
        return len(self.lines.exchanges) - 1

    async def call(self, exchange: Exchange, *, streams: bool = False) -> int:
        """Answer as the node did to the very same call."""
        return await self.send(exchange)

    async def sleep(self, seconds: float) -> None:
        """What was waited for has passed."""

    async def arrived(self, wanted: Callable[[Arrival], bool], count: int, within: float) -> list[Arrival]:
        """What had come by then."""
        held = _next(self._held.waits, self.lines.waits, self._held.case)
        self.lines.waits.append(held)
        return [each for each in self._arrivals[:held] if wanted(each)]

    async def command(self, words: tuple[str, ...]) -> int:
        """The exit code that it had."""
        self.lines.commands.append(_next(self._held.commands, self.lines.commands, self._held.case))
        return int(self.lines.commands[-1])

    async def task(self, words: tuple[str, ...], said: str, seconds: float) -> tuple[int, str]:
        """The exit code that it had, and what it printed."""
        self.lines.commands.append(_next(self._held.commands, self.lines.commands, self._held.case))
        code, text = self.lines.commands[-1]
        return int(code), str(text)


def _next(held: list[Any], used: list[Any], case: str) -> Any:
    if len(used) >= len(held):
        raise SuiteError(f"{case}: the transcript ends before the case does")
    return held[len(used)]
