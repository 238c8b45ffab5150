"""The gRPC binding of a node: its answers behind a port, in the node's process or in one of its own."""

import asyncio
import logging
from typing import Any, Final

from threeflow.errors import Refused
from threeflow_gateway.binding.verbs import Verbs
from threeflow_gateway.config import Grpc, Limits, Log
from threeflow_gateway.grpc.calls import Behaviour, behaviours
from threeflow_gateway.grpc.documents import Documents
from threeflow_gateway.grpc.events import Events
from threeflow_gateway.grpc.front_process import FrontProcess
from threeflow_gateway.grpc.listener import SERVICES, Listener
from threeflow_gateway.grpc.log import Log as LogCalls
from threeflow_gateway.grpc.nodes import Nodes
from threeflow_gateway.grpc.subjects import Subjects

__all__ = ["Server"]

_LOG = logging.getLogger(__name__)
_HEALTH_SECONDS: Final = 5.0


class Server:
    """Serves the verbs over gRPC. Made anywhere, started and closed inside the event loop."""

    def __init__(self, settings: Grpc, limits: Limits, log: Log, verbs: Verbs) -> None:
        """Read the certificates; raises as `listener.check`."""
        self._settings = settings
        self._verbs = verbs
        self._events = Events(verbs)
        served = self._served(limits)
        self._port: Listener | FrontProcess
        if settings.own_process:
            by_method = {each.method: each for each in served}
            self._port = FrontProcess(settings, limits.body_octets, log, by_method)
        else:
            handlers: dict[str, dict[str, Any]] = {each.full_name: {} for each in SERVICES}
            for each in served:
                _, service, method = each.method.split("/")
                handlers[service][method] = each.handler()
            self._port = Listener(settings, limits.body_octets, handlers)
        self._telling: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The TCP port, once it is started the one that was given to it."""
        return self._port.port

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address is taken, or the port's own process does not start.
        """
        await self._port.start()
        self._telling = asyncio.get_running_loop().create_task(self._tell_health(), name="grpc health")
        _LOG.info("serving gRPC at %s:%d", self._settings.host, self.port)

    async def close(self) -> None:
        """Take no new call, let those under way end, then stop."""
        if self._telling is None:
            return
        self._telling.cancel()
        await asyncio.gather(self._telling, return_exceptions=True)
        self._events.close()
        await self._port.close()
        self._telling = None

    def _served(self, limits: Limits) -> list[Behaviour]:
        documents = Documents(
            self._verbs, document_octets=limits.body_octets, batch_octets=limits.batch_octets
        )
        answers = {
            "DocumentService": documents,
            "SubjectService": Subjects(self._verbs),
            "EventService": self._events,
            "LogService": LogCalls(self._verbs),
            "NodeService": Nodes(self._verbs),
        }
        stalled = self._settings.stalled_seconds
        return [
            each
            for described in SERVICES
            for each in behaviours(described, answers[described.name], stalled_seconds=stalled)
        ]

    async def _tell_health(self) -> None:
        while True:
            try:
                await self._verbs.check_ready()
                serving = True
            except Refused as error:
                _LOG.warning("not ready: %s", error)
                serving = False
            await self._port.tell(serving=serving)
            await asyncio.sleep(_HEALTH_SECONDS)
