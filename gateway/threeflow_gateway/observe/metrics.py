"""The instruments that count while a node works; gauges are read only when somebody asks (``health.scrape``).

They count whether they are served or not: about three microseconds a document.
"""

from functools import cache
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, ProcessCollector

from threeflow import messages
from threeflow_gateway.observe.catalogue import METRICS

__all__ = ["Metrics"]

_OTHER: Final = "other"


class Metrics:
    """The counters and histograms of one node, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # Both know this process alone and register themselves.
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._made: dict[str, Any] = {
            name: self._make(name) for name, each in METRICS.items() if each.kind != "gauge"
        }
        # Finding a child by its labels takes a lock and a tuple of texts; here it is found once.
        self._child = cache(self._find)

    def intake_ended(self, outcome: str, code: str, seconds: float) -> None:
        """Count a document that was judged."""
        self._child("threeflow_intake_outcomes_total", outcome, known_code(code)).inc()
        self._child("threeflow_intake_seconds").observe(seconds)

    def rest_ended(self, operation: str, status: int, seconds: float) -> None:
        """Count an answered REST request; ``operation`` is an operation's name, never a path."""
        self._child("threeflow_rest_requests_total", operation, f"{status // 100}xx").inc()
        self._child("threeflow_rest_request_seconds", operation).observe(seconds)

    def rest_refused(self, code: str) -> None:
        """Count a REST request that was refused as a whole."""
        self._child("threeflow_rest_refused_total", known_code(code)).inc()

    def committed(self, units: int, seconds: float) -> None:
        """Count a transaction."""
        self._child("threeflow_commit_units").observe(units)
        self._child("threeflow_commit_seconds").observe(seconds)

    def commit_failed(self) -> None:
        """Count a transaction that failed."""
        self._child("threeflow_commit_failures_total").inc()

    def offered(self, peer: str, result: str) -> None:
        """Count what one document earned at a peer."""
        self._child("threeflow_delivery_attempts_total", peer, result).inc()

    def asked(self, peer: str, seconds: float) -> None:
        """Count one request to a peer."""
        self._child("threeflow_delivery_seconds", peer).observe(seconds)

    def _make(self, name: str) -> Any:
        declared = METRICS[name]
        if declared.kind == "counter":
            return Counter(name, declared.help, declared.labels, registry=self.registry)
        return Histogram(
            name, declared.help, declared.labels, registry=self.registry, buckets=declared.buckets
        )

    def _find(self, name: str, *labels: str) -> Any:
        made = self._made[name]
        return made.labels(*labels) if labels else made


def known_code(code: str) -> str:
    """Return a code if the standard has it, else ``other``; an empty one stays."""
    return code if not code or code in messages.catalogue() else _OTHER
