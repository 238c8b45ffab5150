"""One trace across the nodes of a case: from the caller through xa's intake and outbox into xb's intake."""

import asyncio
import sys
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from subprocess import run
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Agreement, Parcel
from kit.stations import Station, in_process
from threeflow.client import Client, Patience
from threeflow.errors import Unavailable
from threeflow_gateway.app import Gateway
from threeflow_gateway.observe.traces import HEADER, HEADERS, Off, OpenTelemetry, open_traces, valid

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


async def until(told: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not told():  # noqa: ASYNC110 - a span rings no bell
            await asyncio.sleep(0.02)


class Kept:
    """The spans of a node."""

    def __init__(self, node: str) -> None:
        self._exporter = InMemorySpanExporter()
        self.traces = OpenTelemetry(node, SimpleSpanProcessor(self._exporter), ratio=1.0)

    def named(self, name: str, trace: str = TRACE) -> list[Any]:
        wanted = int(trace, 16)
        return [
            each for each in self._exporter.get_finished_spans()
            if each.name == name and each.context.trace_id == wanted
        ]  # fmt: skip


@synchronous
async def test_one_trace_spans_both_nodes_of_a_case(tmp_path: Path) -> None:
    society, a, b = Society(), Kept("xa.customs"), Kept("xb.customs")
    settings: dict[str, dict[str, Any]] = {
        "delivery": {"enabled": True},
        "log": {"checkpoint_seconds": 3600.0},
    }
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        there, _ = await enter(in_process(tmp_path / "b", society, "xb.customs", traces=b.traces))
        here, gateway = await enter(
            in_process(tmp_path / "a", society, "xa.customs", settings, traces=a.traces)
        )
        _plug(gateway, there)
        for _ in range(3):
            client = here.as_("xa.customs")
            found = await client.submit(client.seal(Agreement().first), headers={HEADER: PARENT})
            assert found.state == "accepted", found.refusal
        await until(lambda: len(b.named("intake")) == 3)
        await until(lambda: len(_to("xb.customs", a)) >= 3)
    taken, delivered, received = a.named("intake"), _to("xb.customs", a), b.named("intake")
    assert {f"{each.parent.span_id:016x}" for each in taken} == {"00f067aa0ba902b7"}
    assert {each.parent.span_id for each in delivered} == {each.context.span_id for each in taken}
    assert {each.parent.span_id for each in received} <= {each.context.span_id for each in delivered}
    assert {each.attributes["threeflow.digest"] for each in taken} == {
        each.attributes["threeflow.digest"] for each in received
    }
    nodes = [{each.resource.attributes["service.instance.id"] for each in some} for some in (taken, received)]
    assert nodes == [{"xa.customs"}, {"xb.customs"}]
    assert {name for each in (*taken, *delivered, *received) for name in each.attributes} == {
        "threeflow.caller", "threeflow.type", "threeflow.digest", "threeflow.outcome", "threeflow.code",
        "threeflow.peer", "threeflow.result",
    }  # fmt: skip


def _to(peer: str, kept: Kept) -> list[Any]:
    return [each for each in kept.named("deliver") if each.attributes["threeflow.peer"] == peer]


def _plug(gateway: Gateway, there: Station) -> None:
    """Let a gateway reach another that listens nowhere, and nobody else."""
    node = gateway.node

    def client(peer: str) -> Client:
        if peer != there.node:
            raise Unavailable(f"nobody is {peer}")
        keys = there.society.keys[node.config.node.id]
        return Client(
            there.endpoint, node.config.node.id, keys.token, audience=peer, trust=node.trust,
            patience=Patience(attempts=1), http=there._transport,
        )  # fmt: skip

    node.peers.client = client  # type: ignore[method-assign]


@synchronous
async def test_each_line_of_a_batch_may_stand_in_a_trace_of_its_own(tmp_path: Path) -> None:
    kept = Kept("xa.customs")
    async with in_process(tmp_path, Society(), traces=kept.traces) as (station, _):
        client = station.as_("xa.platform")
        sealed = [client.seal(Parcel().order) for _ in range(3)]
        other = PARENT.replace(TRACE, "1" * 32)
        found = await client.submit_batch(sealed, headers={HEADERS: f"{PARENT},-,{other}"})
        assert {each.state for each in found} == {"accepted"}
    assert (len(kept.named("intake")), len(kept.named("intake", "1" * 32))) == (1, 1)


@pytest.mark.parametrize(
    "said",
    ["", "-", "garbage", PARENT + "0", PARENT.upper(), "00-" + "0" * 32 + "-" + "1" * 16 + "-01"],
)
@synchronous
async def test_what_is_no_traceparent_is_no_matter(tmp_path: Path, said: str) -> None:
    assert valid(said) == ""
    kept = Kept("xa.customs")
    async with in_process(tmp_path, Society(), traces=kept.traces) as (station, _):
        client = station.as_("xa.platform")
        headers = httpx.Headers({HEADER: said, HEADERS: said}, encoding="utf-8")
        found = await client.submit(client.seal(Parcel().order), headers=dict(headers))
        assert found.state == "accepted"


@synchronous
async def test_without_an_address_nothing_is_traced_or_stored(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        assert isinstance(gateway.node.traces, Off)
        client = station.as_("xa.platform")
        await client.submit(client.seal(Parcel().order), headers={HEADER: PARENT})
        with gateway.node.database.reading() as connection:
            from sqlalchemy import text

            assert (
                connection.execute(text("SELECT count(*) FROM outbox WHERE trace IS NOT NULL")).scalar() == 0
            )


def test_the_program_does_not_import_opentelemetry_unless_it_is_asked_to() -> None:
    said = (
        "import sys, threeflow_gateway.app; print([m for m in sys.modules if m.startswith('opentelemetry')])"
    )
    done = run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_collector_that_is_not_there_stops_nobody() -> None:
    quiet = set(threading.enumerate())
    traces = open_traces("xa.customs", "http://127.0.0.1:9/v1/traces", 1.0)
    with traces.span("intake", "server", PARENT) as span:
        assert span.traceparent.startswith(f"00-{TRACE}-")
    before = set(threading.enumerate())
    assert before - quiet
    traces.close()
    # Nothing goes on behind a node that is closed.
    assert set(threading.enumerate()) <= quiet
