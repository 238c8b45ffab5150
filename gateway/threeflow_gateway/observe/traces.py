"""Traces: one span where a document is judged, one where it is offered to a peer, in one trace across nodes.

The W3C ``traceparent`` goes from the caller's request to the span of the intake, with the document into the
outbox, and on to the peer. Without an address to send spans to there is no tracer: nothing is made or kept,
and OpenTelemetry is not imported. A span holds ids and codes of the standard, never what a document says.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

__all__ = ["HEADER", "HEADERS", "Off", "Span", "Traces", "open_traces", "valid"]

HEADER: Final = "traceparent"
"""The header of W3C Trace Context."""

HEADERS: Final = "threeflow-traceparents"
"""One traceparent for each line of a batch, in order, with commas between; a dash where there is none."""

_EXPORT_SECONDS: Final = 3.0
_FORM: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Span(Protocol):
    """What is going on."""

    traceparent: str
    """The span's own name, for who continues the trace; empty where nothing is traced."""

    def tell(self, **what: str) -> None:
        """Add attributes."""


class Traces(Protocol):
    """Where spans are made."""

    def span(self, name: str, kind: str, parent: str, **what: str) -> Any:
        """Give a span to enter; ``kind`` is server or client, ``parent`` a traceparent or empty."""

    def close(self) -> None:
        """Send what is left."""


class _Nothing:
    """The span of a node that traces nothing; a context manager that is its own."""

    __slots__ = ()
    traceparent = ""

    def tell(self, **_what: str) -> None:
        """Keep nothing."""

    def __enter__(self) -> "_Nothing":
        return self

    def __exit__(self, *_error: object) -> None:
        return None


class Off:
    """Traces nothing."""

    _nothing: Final = _Nothing()

    def span(self, name: str, kind: str, parent: str, **what: str) -> _Nothing:
        """Give the span that is none."""
        return self._nothing

    def close(self) -> None:
        """Do nothing."""


class _Told:
    def __init__(self, span: Any) -> None:
        self._span = span
        at = span.get_span_context()
        self.traceparent = f"00-{at.trace_id:032x}-{at.span_id:016x}-{int(at.trace_flags):02x}"

    def tell(self, **what: str) -> None:
        for name, value in what.items():
            self._span.set_attribute(f"threeflow.{name}", value)


class OpenTelemetry:
    """Traces by OpenTelemetry's SDK; ``processor`` is where ended spans go."""

    def __init__(self, node: str, processor: Any, *, ratio: float) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

        resource = Resource.create({"service.name": "threeflow-gateway", "service.instance.id": node})
        self._provider = TracerProvider(
            resource=resource, sampler=ParentBased(TraceIdRatioBased(ratio)), shutdown_on_exit=False
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("threeflow_gateway")

    @contextmanager
    def span(self, name: str, kind: str, parent: str, **what: str) -> Iterator[Span]:
        """Give a span."""
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        context = Context()
        if parent:
            context = TraceContextTextMapPropagator().extract({HEADER: parent}, context)
        attributes: Mapping[str, str] = {f"threeflow.{key}": value for key, value in what.items()}
        made = SpanKind.SERVER if kind == "server" else SpanKind.CLIENT
        span = self._tracer.start_span(name, context, made, attributes)
        try:
            yield _Told(span)
        except BaseException as error:
            # An exception's text may hold what a document says: its kind is enough here.
            span.set_attribute("error.type", type(error).__name__)
            raise
        finally:
            span.end()

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def open_traces(node: str, endpoint: str, ratio: float) -> Traces:
    """Return the traces of a node; ``endpoint`` is the OTLP/HTTP address of a collector, empty for none.

    Raises:
        ValueError: the extra ``tracing`` is not installed.
    """
    if not endpoint:
        return Off()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ValueError("traces.endpoint needs the extra: pip install 'threeflow[tracing]'") from error
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_SECONDS)
    return OpenTelemetry(node, BatchSpanProcessor(exporter), ratio=ratio)


def valid(said: str) -> str:
    """Return a traceparent as it was said, if it is one; else nothing."""
    return said if _FORM.fullmatch(said) else ""
