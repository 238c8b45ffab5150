"""Keeps the process of a gRPC port running, where the port is a process of its own."""

import asyncio
import logging
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Final

import orjson

from threeflow_gateway.config import Grpc, Log
from threeflow_gateway.grpc.calls import Behaviour
from threeflow_gateway.grpc.desk import Desk
from threeflow_gateway.grpc.link import NO_CALL, Say
from threeflow_gateway.grpc.listener import check

__all__ = ["FrontProcess"]

_LOG = logging.getLogger(__name__)
_START_SECONDS: Final = 60.0
_AGAIN_SECONDS: Final = 0.5
_BEYOND_GRACE_SECONDS: Final = 5.0


class FrontProcess:
    """Runs the port's process and starts another where it ends. Started and closed inside the event loop."""

    def __init__(
        self, settings: Grpc, body_octets: int, log: Log, behaviours: Mapping[str, Behaviour]
    ) -> None:
        """Look at the certificates; raises as `listener.check`."""
        check(settings)
        self._settings = settings
        self._settled = orjson.dumps(
            {
                "grpc": asdict(settings),
                "bodyOctets": body_octets,
                "log": {"level": log.level, "form": log.format},
            },
            default=str,
        )
        self._behaviours = behaviours
        self._desk: Desk | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._ready: asyncio.Future[int] | None = None
        self._serving = False
        self._watch: asyncio.Task[None] | None = None
        self.port = settings.port

    async def start(self) -> None:
        """Start it and wait until it listens.

        Raises:
            OSError: it does not; why is in the message.
        """
        await self._start()
        self._watch = asyncio.get_running_loop().create_task(self._keep(), name="grpc front")

    async def tell(self, *, serving: bool) -> None:
        """Answer who asks for health with this from now on."""
        self._serving = serving
        if self._desk is not None:
            self._desk.link.send(NO_CALL, Say.HEALTH, b"1" if serving else b"0")

    async def close(self) -> None:
        """Take no new call, let those under way end, then stop."""
        if self._watch is None or self._process is None or self._desk is None:
            return
        self._watch.cancel()
        await asyncio.gather(self._watch, return_exceptions=True)
        self._desk.link.send(NO_CALL, Say.STOP)
        try:
            async with asyncio.timeout(self._settings.grace_seconds + _BEYOND_GRACE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            _LOG.error("the process of the gRPC port did not end; it is killed")
            self._kill()
            await self._process.wait()
        self._watch = None
        self._desk.link.close()

    def _kill(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _start(self) -> None:
        here, there = socket.socketpair()
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        with there:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "threeflow_gateway.grpc.front", str(there.fileno()),
                pass_fds=[there.fileno()], stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        here.setblocking(False)
        self._desk = Desk(self._behaviours, self._told_of_port, self._lost)
        link = self._desk.link
        await loop.create_connection(lambda: link, sock=here)
        link.send(NO_CALL, Say.SETTINGS, self._settled)
        try:
            async with asyncio.timeout(_START_SECONDS):
                self.port = await self._ready
        except (OSError, TimeoutError) as error:
            self._kill()
            await self._process.wait()
            raise OSError(f"the process of the gRPC port does not serve: {error}") from error
        link.send(NO_CALL, Say.HEALTH, b"1" if self._serving else b"0")

    async def _keep(self) -> None:
        """Start another where it ends, which the library's faults can make it do."""
        while True:
            assert self._process is not None
            code = await self._process.wait()
            _LOG.error("the process of the gRPC port ended with %s; starting another", code)
            while True:
                await asyncio.sleep(_AGAIN_SECONDS)
                try:
                    await self._start()
                except OSError as error:
                    _LOG.error("%s", error)
                else:
                    break

    def _told_of_port(self, kind: Say, octets: bytes) -> None:
        if self._ready is None or self._ready.done():
            return
        if kind is Say.READY:
            self._ready.set_result(int(octets))
        else:
            self._ready.set_exception(OSError(octets.decode("utf-8", "replace")))

    def _lost(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(OSError("it ended before it listened; its log says why"))
