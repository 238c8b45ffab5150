"""The node as an ASGI application, and as a process: ``python -m threeflow_gateway.app``."""

import argparse
import asyncio
import gc
import json
import logging
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import uvicorn
from connexion import AsyncApp
from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.options import SwaggerUIOptions
from connexion.resolver import Resolver
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

import threeflow_spec
from threeflow.errors import Refused, Unavailable
from threeflow_gateway import clock
from threeflow_gateway.binding.callers import Callers
from threeflow_gateway.binding.verbs import Verbs
from threeflow_gateway.config import Config, MisconfiguredError, load
from threeflow_gateway.grpc.server import Server
from threeflow_gateway.intake.rates import Rates
from threeflow_gateway.node import GatewayNode
from threeflow_gateway.observe import logs
from threeflow_gateway.observe.traces import Traces
from threeflow_gateway.rest import operations
from threeflow_gateway.rest.asgi import Answer, App, Receive, Scope, Send
from threeflow_gateway.rest.edge import Edge
from threeflow_gateway.rest.problems import from_status, problem, unavailable

__all__ = ["Gateway", "main", "serve"]

_LOG = logging.getLogger(__name__)


class Gateway:
    """A node and the ASGI application that answers for it."""

    def __init__(
        self, config: Config, now: Callable[[], datetime] = clock.now, traces: Traces | None = None
    ) -> None:
        """Assemble the node; raises as ``GatewayNode``."""
        self.node = GatewayNode(config, now, traces)
        limits = config.limits
        callers = Callers(
            self.node.trust, self.node.intake.spend, node=config.node.id, environment=config.node.environment
        )
        rates = Rates("requests", limits.calls_per_second, limits.calls_at_once)
        self.verbs = Verbs(self.node, callers, rates)
        self.grpc = None if config.grpc is None else Server(config.grpc, limits, config.log, self.verbs)
        self.app: App = Edge(
            self.verbs,
            self._below(),
            endpoint=config.node.endpoint,
            body_octets=limits.body_octets,
            batch_octets=limits.batch_octets,
            metrics=self.node.metrics,
        )

    def _below(self) -> App:
        described = json.loads(threeflow_spec.read("v1/openapi-3.0.3.json"))
        # The edge proves callers before it hands on; connexion would look for a function to do it again.
        described.pop("security", None)
        for path in described["paths"].values():
            for operation in path.values():
                if isinstance(operation, dict):
                    operation.pop("security", None)
        connexion = AsyncApp(
            __name__, lifespan=self._lifespan, swagger_ui_options=SwaggerUIOptions(swagger_ui=False)
        )
        connexion.add_api(described, resolver=Resolver(_operation), strict_validation=True)
        for kind in (ProblemException, HTTPException, Refused, Unavailable, Exception):
            connexion.add_error_handler(kind, _on_error)
        verbs = self.verbs

        async def with_verbs(scope: Scope, receive: Receive, send: Send) -> None:
            scope[operations.VERBS] = verbs
            await connexion(scope, receive, send)

        return with_verbs

    @asynccontextmanager
    async def _lifespan(self, _app: Any) -> AsyncIterator[None]:
        await self.node.start()
        if self.grpc is not None:
            await self.grpc.start()
        if threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.node.look_at_files)
        try:
            yield
        finally:
            if self.grpc is not None:
                await self.grpc.close()
            await self.node.close()


def _operation(operation_id: str) -> Callable[..., Any]:
    """Return an operation's function by its id: ``fetchDocument`` is ``operations.fetch_document``."""
    name = "".join(f"_{each.lower()}" if each.isupper() else each for each in operation_id)
    return cast(Callable[..., Any], getattr(operations, name))


def _on_error(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    answer = _answer(error)
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    return ConnexionResponse(answer.status, body=answer.body, content_type=answer.media_type, headers=headers)


def _answer(error: Exception) -> Answer:
    if isinstance(error, Refused):
        return problem(error)
    if isinstance(error, Unavailable):
        return unavailable(error)
    if isinstance(error, ProblemException):
        return from_status(error.status, str(error.detail or error.title))
    if isinstance(error, HTTPException):
        return from_status(error.status_code, str(error.detail))
    _LOG.error("an operation failed", exc_info=error)
    return from_status(500, str(error))


def serve(config_path: Path) -> int:
    """Run a node until it is asked to stop; return 0, or 2 where it could not run."""
    try:
        config = load(config_path)
        logs.configure(config.log.level, config.log.format)
        gateway = Gateway(config)
    except (MisconfiguredError, OSError, Refused, SQLAlchemyError, Unavailable, ValueError) as error:
        sys.stderr.write(f"threeflow: cannot run this node: {error}\n")
        return 2
    server = uvicorn.Server(
        uvicorn.Config(
            gateway.app, host=config.node.host, port=config.node.port, loop="uvloop", http="httptools",
            lifespan="on", log_config=None, access_log=False, server_header=False, proxy_headers=False,
            timeout_keep_alive=75, timeout_graceful_shutdown=10,
        )
    )  # fmt: skip
    _spare_the_collector()
    server.run()
    return 0 if server.started else 2


def _spare_the_collector() -> None:
    """Let the cycle collector look at less, and less often.

    The standard stays for the life of the process, and what a request leaves behind holds no cycles: with the
    interpreter's defaults, looking through both costs a quarter of a submission.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def main(arguments: list[str] | None = None) -> int:
    """Run ``serve`` from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="the node's configuration, node.toml")
    return serve(parser.parse_args(arguments).config)


if __name__ == "__main__":
    sys.exit(main())
