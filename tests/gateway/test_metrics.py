"""Metrics: each is declared and documented, counts what happened, and holds nothing that a caller chose."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from kit.asynchronous import synchronous
from kit.members import Society
from kit.owing import PEER, Debtor, refused, taken
from kit.papers import Parcel
from kit.raw import post
from kit.stations import free_ports, in_process
from threeflow_gateway.observe.catalogue import LABELS, METRICS
from threeflow_gateway.observe.metrics import Metrics

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "metrics.md"
FOREIGN = ("process_", "python_gc_")


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


def families(registry: CollectorRegistry) -> Iterator[Any]:
    return (each for each in registry.collect() if not each.name.startswith(FOREIGN))


@synchronous
async def test_every_metric_of_a_running_node_is_declared_and_documented_and_the_other_way_round(
    tmp_path: Path,
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    async with in_process(tmp_path, Society()) as (_, gateway):
        found = {
            f"{each.name}_total" if each.type == "counter" else each.name: each
            for each in families(gateway.node.metrics.registry)
        }
    assert found.keys() == METRICS.keys()
    for name, each in found.items():
        assert f"| `{name}` | {each.type} |" in page
        assert {label for sample in each.samples for label in sample.labels} <= {*METRICS[name].labels, "le"}
    assert {label for each in METRICS.values() for label in each.labels} <= LABELS.keys()


@synchronous
async def test_documents_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        registry = gateway.node.metrics.registry
        parcel = Parcel()
        assert (await station.submit(parcel.order)).state == "accepted"
        assert (await station.submit(parcel.order)).state == "accepted"
        broken = parcel.order | {"orderNumber": 7}
        broken["header"] = broken["header"] | {"id": "5b0bd7cc-0000-4000-8000-000000000000"}
        code = (await station.submit(broken)).code
        counted = "threeflow_intake_outcomes_total"
        assert value(registry, counted, outcome="accepted", code="") == 1
        assert value(registry, counted, outcome="repeated", code="") == 1
        assert value(registry, counted, outcome="refused", code=code) == 1
        assert value(registry, "threeflow_intake_seconds_count") == 3
        assert (value(registry, "threeflow_commit_units_count") or 0) >= 2
        assert value(registry, "threeflow_log_leaves") == 1
        assert value(registry, "threeflow_committer_waiting") == 0
        assert value(registry, "threeflow_database_up") == 1
        rest = {"operation": "submitDocument", "status": "2xx"}
        assert value(registry, "threeflow_rest_requests_total", **rest) == 2


@synchronous
async def test_no_label_holds_what_a_caller_chose(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        planted = "planted-by-a-stranger"
        for target in (f"/{planted}", f"/v1/documents/xa.{planted}/{planted}", f"/v1/standard/{planted}"):
            await post(station, b"", target=target, method="GET")
            await post(station, planted.encode(), target=target, authorization=f"Bearer {planted}")
        await post(station, planted.encode(), method=planted.upper(), target="/v1/documents")
        order = Parcel().order
        order["header"] |= {"type": planted}
        await station.submit(order)
        said = [
            (sample.name, str(sample.labels).lower())
            for each in families(gateway.node.metrics.registry)
            for sample in each.samples
        ]
    assert any("other" in labels for _, labels in said)
    assert [each for each in said if planted in each[1]] == []


@synchronous
async def test_what_a_consumer_has_not_read_is_its_lag(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        registry = gateway.node.metrics.registry
        for _ in range(3):
            await station.submit(Parcel().order)
        client = station.as_("xa.platform")
        page = await gateway.node.next_events("xa.platform", 0, 100, 0)
        assert value(registry, "threeflow_event_lag", party="xa.platform") == len(page["events"]) == 3
        assert [each["sequence"] async for each in client.events(after=0)] == [1, 2, 3]
        assert value(registry, "threeflow_event_lag", party="xa.platform") == 0


@synchronous
async def test_a_database_that_is_gone_leaves_the_other_gauges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def gone() -> None:
        raise OperationalError("select", {}, OSError("the disk is gone"))

    async with in_process(tmp_path, Society()) as (_, gateway):
        with monkeypatch.context() as broken:
            broken.setattr(gateway.node.database, "reading", gone)
            registry = gateway.node.metrics.registry
            assert value(registry, "threeflow_database_up") == 0
            assert value(registry, "threeflow_log_leaves") is None
            assert (value(registry, "threeflow_trust_list_left_seconds", jurisdiction="xb") or 0) > 86_400


@synchronous
async def test_deliveries_and_circuits_are_told_by_peer(owing: Any) -> None:
    debtor: Debtor = owing()
    metrics = Metrics()
    debtor.owe([1, 2, None])
    debtor.far.answer = lambda number: refused("not-entitled") if number == 2 else taken()
    courier = debtor.courier(metrics=metrics)
    await debtor.carry(courier, 5)
    debtor.owe([3])
    debtor.far.down = True
    await debtor.carry(courier, 60)
    counted = "threeflow_delivery_attempts_total"
    assert value(metrics.registry, counted, peer=PEER, result="taken-in") == 2
    assert value(metrics.registry, counted, peer=PEER, result="refused") == 1
    assert (value(metrics.registry, counted, peer=PEER, result="no-answer") or 0) >= 5
    debtor.now.go(timedelta(hours=1).total_seconds())
    assert courier.circuit.state(debtor.now()) == "half-open"


@synchronous
async def test_the_outbox_is_told_by_peer(tmp_path: Path) -> None:
    settings: dict[str, dict[str, Any]] = {"delivery": {"enabled": True, "first_retry_seconds": 60}}
    async with in_process(tmp_path, Society(), settings=settings) as (station, gateway):
        registry = gateway.node.metrics.registry
        await station.submit(Parcel().order)
        for _ in range(200):
            if value(registry, "threeflow_outbox_owed", peer="xb.customs"):
                break
            await asyncio.sleep(0.05)
        assert value(registry, "threeflow_outbox_dead", peer="xb.customs") == 0
        states = [
            value(registry, "threeflow_circuit", peer="xb.customs", state=state)
            for state in ("closed", "half-open", "open")
        ]
        assert sorted(states) == [0, 0, 1]


@synchronous
async def test_the_port_is_off_by_default_and_speaks_prometheus_when_named(tmp_path: Path) -> None:
    async with in_process(tmp_path / "off", Society()) as (_, gateway):
        assert gateway.node._metrics_port is None
    (port,) = free_ports(1)
    settings = {"metrics": {"port": port}}
    async with (
        in_process(tmp_path / "on", Society(), settings=settings) as (station, _),
        httpx.AsyncClient() as http,
    ):
        await station.submit(Parcel().order)
        await post(station, b"", target="/ready", method="GET", authorization="")
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
        found = {each.name for each in text_string_to_metric_families(text)}
        assert {"threeflow_intake_outcomes", "threeflow_ready", "process_resident_memory_bytes"} <= found
        assert 'threeflow_ready{check="database"} 1.0' in text
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"http://127.0.0.1:{port}/metrics")
