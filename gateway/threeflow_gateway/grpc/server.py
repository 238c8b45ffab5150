"""The gRPC server of a node: ports, certificates, limits, health and reflection."""

import asyncio
import logging
from pathlib import Path
from typing import Any, Final, cast

import grpc
import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from threeflow.errors import Refused
from threeflow.grpc_channel import address
from threeflow.v1 import (
    document_service_pb2,
    event_service_pb2,
    log_service_pb2,
    node_service_pb2,
    subject_service_pb2,
)
from threeflow_gateway.binding.verbs import Verbs
from threeflow_gateway.config import Grpc, Limits, MisconfiguredError
from threeflow_gateway.grpc.calls import service
from threeflow_gateway.grpc.documents import Documents
from threeflow_gateway.grpc.events import Events
from threeflow_gateway.grpc.log import Log
from threeflow_gateway.grpc.nodes import Nodes
from threeflow_gateway.grpc.subjects import Subjects
from threeflow_gateway.signing.keyfiles import check_closed

__all__ = ["Server"]

_LOG = logging.getLogger(__name__)
_HEALTH_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.1
_BESIDE_ENVELOPE: Final = 65_536
_MOST_METADATA: Final = 16_384


class Server:
    """Serves the verbs over gRPC. Made anywhere, started and closed inside the event loop."""

    def __init__(self, settings: Grpc, limits: Limits, verbs: Verbs) -> None:
        """Read the certificates.

        Raises:
            MisconfiguredError: neither plaintext nor TLS, or both, or a certificate that is not fit.
            OSError: a file cannot be read.
        """
        self._settings = settings
        self._limits = limits
        self._verbs = verbs
        _check_endpoint(settings)
        self._credentials = _credentials(settings)
        self._events = Events(verbs)
        self._server: grpc.aio.Server | None = None
        self._stopped: list[grpc.aio.Server] = []
        self._health = health.aio.HealthServicer()
        self._tasks: list[asyncio.Task[None]] = []
        self.port = settings.port

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address is taken.
        """
        names = await self._serve()
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._tell_health(names), name="grpc health"),
            loop.create_task(self._go_on(), name="grpc watch"),
        ]
        _LOG.info("serving gRPC at %s:%d", self._settings.host, self.port)

    async def _serve(self) -> list[str]:
        """Start a server; return the names of its services."""
        settings = self._settings
        gzip = grpc.Compression.Gzip if settings.compression else None
        server = self._server = grpc.aio.server(options=self._options(), compression=gzip)
        names = [reflection.SERVICE_NAME, health.SERVICE_NAME]
        limits = self._limits
        documents = Documents(
            self._verbs, document_octets=limits.body_octets, batch_octets=limits.batch_octets
        )
        served = {
            document_service_pb2: ("DocumentService", documents),
            subject_service_pb2: ("SubjectService", Subjects(self._verbs)),
            event_service_pb2: ("EventService", self._events),
            log_service_pb2: ("LogService", Log(self._verbs)),
            node_service_pb2: ("NodeService", Nodes(self._verbs)),
        }
        for module, (name, answers) in served.items():
            described = module.DESCRIPTOR.services_by_name[name]
            handler = service(described, answers, stalled_seconds=settings.stalled_seconds)
            server.add_generic_rpc_handlers((handler,))
            names.append(described.full_name)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        if settings.reflection:
            reflection.enable_server_reflection(names, server)
        self.port = self._bound(server)
        await server.start()
        return names

    async def _go_on(self) -> None:
        """Start anew where the library stops to serve by itself.

        It does when a stranger names a method in octets that are no UTF-8: the loop that takes calls dies of
        them, and there is no hook before it. Calls under way end as they would have, on the server that takes
        no more.
        """
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            server = self._server
            if server is None or _takes_calls(server):
                continue
            _LOG.error("the gRPC server stopped taking calls; starting another")
            self._stopped.append(server)
            try:
                await self._serve()
            except OSError:
                _LOG.exception("gRPC cannot listen again yet")

    async def close(self) -> None:
        """Take no new call, let those under way end, then stop."""
        if self._server is None:
            return
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._health.enter_graceful_shutdown()
        self._events.close()
        await asyncio.gather(
            *(each.stop(self._settings.grace_seconds) for each in (self._server, *self._stopped))
        )
        self._server = None

    def _bound(self, server: grpc.aio.Server) -> int:
        place = f"{self._settings.host}:{self._settings.port}"
        try:
            if self._credentials is None:
                return server.add_insecure_port(place)
            return server.add_secure_port(place, self._credentials)
        except RuntimeError as error:
            raise OSError(f"gRPC cannot listen at {place}: {error}") from error

    def _options(self) -> list[tuple[str, Any]]:
        settings, limits = self._settings, self._limits
        # An envelope, the view beside it, and room for the names of fields.
        largest = 2 * limits.body_octets + _BESIDE_ENVELOPE
        answer_ms = int(settings.keepalive_timeout_seconds * 1000)
        return [
            ("grpc.max_receive_message_length", largest),
            ("grpc.max_send_message_length", -1),
            # One limit: between two, gRPC refuses at random.
            ("grpc.max_metadata_size", _MOST_METADATA),
            ("grpc.absolute_max_metadata_size", _MOST_METADATA),
            ("grpc.max_concurrent_streams", settings.streams_per_connection),
            ("grpc.keepalive_time_ms", int(settings.keepalive_seconds * 1000)),
            ("grpc.keepalive_timeout_ms", answer_ms),
            # The ping has a timeout of its own, a minute unless it is said.
            ("grpc.http2.ping_timeout_ms", answer_ms),
            ("grpc.keepalive_permit_without_calls", 1),
            # Else a connection that says nothing is asked twice and then hardly ever again.
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ("grpc.http2.max_ping_strikes", 4),
            ("grpc.so_reuseport", 0),
        ]

    async def _tell_health(self, names: list[str]) -> None:
        while True:
            try:
                await self._verbs.check_ready()
                status = health_pb2.HealthCheckResponse.SERVING
            except Refused as error:
                _LOG.warning("not ready: %s", error)
                status = health_pb2.HealthCheckResponse.NOT_SERVING
            for name in ("", *names):
                await self._health.set(name, status)
            await asyncio.sleep(_HEALTH_SECONDS)


def _takes_calls(server: grpc.aio.Server) -> bool:
    """Whether a server that was started still takes calls; the library's public face does not say."""
    return bool(cast(Any, server)._server.is_running())


def _credentials(settings: Grpc) -> grpc.ServerCredentials | None:
    if settings.plaintext:
        if settings.certificate or settings.private_key or settings.client_authorities:
            raise MisconfiguredError("grpc.plaintext and a certificate exclude each other")
        return None
    if settings.certificate is None or settings.private_key is None:
        raise MisconfiguredError(
            "[grpc] needs grpc.certificate and grpc.private_key, or grpc.plaintext = true"
        )
    check_closed(settings.private_key)
    chain = settings.certificate.read_bytes()
    _check_curve(settings.certificate, chain)
    authorities = settings.client_authorities.read_bytes() if settings.client_authorities else None
    return grpc.ssl_server_credentials(
        [(settings.private_key.read_bytes(), chain)],
        root_certificates=authorities,
        require_client_auth=authorities is not None,
    )


def _check_endpoint(settings: Grpc) -> None:
    try:
        _, secure = address(settings.endpoint)
    except ValueError as error:
        raise MisconfiguredError(f"grpc.endpoint: {error}") from error
    # A proxy may end TLS in front of a node that serves plaintext.
    if not secure and not settings.plaintext:
        raise MisconfiguredError("grpc.endpoint is published as http: under TLS it begins with https")


def _check_curve(path: Path, chain: bytes) -> None:
    try:
        key = x509.load_pem_x509_certificate(chain).public_key()
    except ValueError as error:
        raise MisconfiguredError(f"{path}: no certificate: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise MisconfiguredError(
            f"{path}: the certificate's key is not P-256, which every gRPC library takes"
        )
