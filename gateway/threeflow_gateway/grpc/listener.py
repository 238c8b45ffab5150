"""The gRPC port of a node: its options, certificates, health and reflection, whoever answers the calls."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import grpc
import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from threeflow.grpc_channel import address
from threeflow.v1 import (
    document_service_pb2,
    event_service_pb2,
    log_service_pb2,
    node_service_pb2,
    subject_service_pb2,
)
from threeflow_gateway.config import Grpc, MisconfiguredError
from threeflow_gateway.signing.keyfiles import check_closed

__all__ = ["SERVICES", "Handlers", "Listener", "check"]

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 0.1
_BESIDE_ENVELOPE: Final = 65_536
_MOST_METADATA: Final = 16_384

Handlers = Mapping[str, dict[str, Any]]
"""The library's handlers of each method, by the full name of its service."""

SERVICES: Final[tuple[ServiceDescriptor, ...]] = (
    document_service_pb2.DESCRIPTOR.services_by_name["DocumentService"],
    subject_service_pb2.DESCRIPTOR.services_by_name["SubjectService"],
    event_service_pb2.DESCRIPTOR.services_by_name["EventService"],
    log_service_pb2.DESCRIPTOR.services_by_name["LogService"],
    node_service_pb2.DESCRIPTOR.services_by_name["NodeService"],
)


class Listener:
    """Serves handlers at a port. Made anywhere, started and closed inside the event loop."""

    def __init__(self, settings: Grpc, body_octets: int, handlers: Handlers) -> None:
        """Read the certificates; raises as `check`."""
        self._settings = settings
        self._body_octets = body_octets
        self._handlers = handlers
        self._credentials = check(settings)
        self._server: grpc.aio.Server | None = None
        self._stopped: list[grpc.aio.Server] = []
        self._health = health.aio.HealthServicer()
        self._watch: asyncio.Task[None] | None = None
        self.port = settings.port

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address is taken.
        """
        await self._serve()
        self._watch = asyncio.get_running_loop().create_task(self._go_on(), name="grpc watch")

    async def tell(self, *, serving: bool) -> None:
        """Answer who asks for health with this from now on."""
        told = health_pb2.HealthCheckResponse
        for name in ("", *self._names()):
            await self._health.set(name, told.SERVING if serving else told.NOT_SERVING)

    async def close(self) -> None:
        """Take no new call, let those under way end, then stop."""
        if self._server is None or self._watch is None:
            return
        self._watch.cancel()
        await asyncio.gather(self._watch, return_exceptions=True)
        await self._health.enter_graceful_shutdown()
        grace = self._settings.grace_seconds
        await asyncio.gather(*(each.stop(grace) for each in (self._server, *self._stopped)))
        self._server = None

    def _names(self) -> list[str]:
        return [reflection.SERVICE_NAME, health.SERVICE_NAME, *self._handlers]

    async def _serve(self) -> None:
        gzip = grpc.Compression.Gzip if self._settings.compression else None
        server = self._server = grpc.aio.server(options=self._options(), compression=gzip)
        for service, methods in self._handlers.items():
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, methods),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        if self._settings.reflection:
            reflection.enable_server_reflection(self._names(), server)
        self.port = self._bound(server)
        await server.start()

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

    def _bound(self, server: grpc.aio.Server) -> int:
        place = f"{self._settings.host}:{self._settings.port}"
        try:
            if self._credentials is None:
                return server.add_insecure_port(place)
            return server.add_secure_port(place, self._credentials)
        except RuntimeError as error:
            raise OSError(f"gRPC cannot listen at {place}: {error}") from error

    def _options(self) -> list[tuple[str, Any]]:
        settings = self._settings
        # An envelope, the view beside it, and room for the names of fields.
        largest = 2 * self._body_octets + _BESIDE_ENVELOPE
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


def _takes_calls(server: grpc.aio.Server) -> bool:
    """Whether a server that was started still takes calls; the library's public face does not say."""
    return bool(cast(Any, server)._server.is_running())


def check(settings: Grpc) -> grpc.ServerCredentials | None:
    """Return what the port proves itself by, nothing where it is plaintext.

    Raises:
        MisconfiguredError: neither plaintext nor TLS, or both, or a certificate that is not fit.
        OSError: a file cannot be read.
    """
    _check_endpoint(settings)
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
