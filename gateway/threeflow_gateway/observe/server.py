"""The port of the metrics: ``GET /metrics`` in Prometheus' text format, on a thread and a port of its own."""

from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server

__all__ = ["MetricsPort"]


class MetricsPort:
    """Serves a registry; it shares no port with what peers call."""

    def __init__(self, registry: CollectorRegistry, host: str, port: int) -> None:
        self._registry = registry
        self._address = host, port
        self._running: tuple[WSGIServer, Thread] | None = None

    def start(self) -> None:
        """Open the port.

        Raises:
            OSError: it is taken.
        """
        host, port = self._address
        self._running = start_http_server(port, host, self._registry)

    def close(self) -> None:
        """Close the port."""
        if self._running is None:
            return
        server, thread = self._running
        self._running = None
        server.shutdown()
        server.server_close()
        thread.join()
