"""What answers over the network: the node itself, and its peers with their clocks.

Only addresses that a trust list names are called, and the node's own port (TF-INTAKE-31).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from threeflow import envelope, strict
from threeflow.errors import Refused
from threeflow.trust import TrustStore
from threeflow_gateway.config import Config
from threeflow_gateway.health.doctor.findings import Finding, found

__all__ = ["itself", "peers"]

_SECONDS: Final = 5.0
_SKEW: Final = timedelta(seconds=60)
_MOST_OCTETS: Final = 1_048_576


def itself(config: Config, http: httpx.Client) -> Iterator[Finding]:
    """Ask the node's own port whether it is ready."""
    place = f"http://{config.node.host}:{config.node.port}/ready"
    try:
        answer = http.get(place, timeout=_SECONDS)
    except httpx.TransportError as problem:
        yield found("node", "node-not-running", f"{place}: {problem}", f"{place}：{problem}")
        return
    if answer.status_code == httpx.codes.OK:
        yield found("node", "well", "it runs and is ready", "正在运行且就绪")
        return
    for en, zh in _reasons(answer):
        yield found("node", "node-not-ready", en, zh)


def peers(config: Config, trust: TrustStore, http: httpx.Client, now: datetime) -> Iterator[Finding]:
    """Fetch the statement of every peer with an endpoint; its answer's date is held against this clock."""
    for node in sorted(trust.nodes(), key=lambda each: each.id):
        if node.endpoint is None or node.id == config.node.id:
            continue
        place = node.endpoint.rstrip("/") + "/.well-known/threeflow"
        began = datetime.now(UTC)
        try:
            answer = http.get(place, timeout=_SECONDS)
        except httpx.TransportError as problem:
            yield found("peers", "peer-unreachable", f"{node.id}: {problem}", f"{node.id}：{problem}")
            continue
        wrong = _not_itself(answer, node.id, trust)
        if wrong:
            yield found("peers", "peer-not-itself", f"{node.id}: {wrong}", f"{node.id}：{wrong}")
            continue
        yield found("peers", "well", f"{node.id} answers under its seal", f"{node.id} 以其签名应答")
        yield from _clock(answer, node.id, now + (datetime.now(UTC) - began))


def _clock(answer: httpx.Response, peer: str, now: datetime) -> Iterator[Finding]:
    try:
        there = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError, TypeError):
        return
    apart = (now - there).total_seconds()
    said = (f"this clock is {apart:+.0f} s from that of {peer}", f"本机时钟与 {peer} 相差 {apart:+.0f} 秒")
    yield found("clock", "clock-off" if abs(apart) > _SKEW.total_seconds() else "well", *said)


def _not_itself(answer: httpx.Response, node: str, trust: TrustStore) -> str:
    """Why the answer is no statement under the node's seal; empty where it is."""
    if answer.status_code != httpx.codes.OK or len(answer.content) > _MOST_OCTETS:
        return f"it answers {answer.status_code}"
    try:
        read = envelope.read(answer.content)
        envelope.check_issuer(read, node)
        envelope.check_seals(read, trust.verifying_key)
    except Refused as refused:
        return str(refused)
    return ""


def _reasons(answer: httpx.Response) -> Iterator[tuple[str, str]]:
    try:
        problem = strict.parse_object(answer.content)
    except Refused:
        problem = {}
    reasons = problem.get("violations")
    if not isinstance(reasons, list) or not reasons:
        said = f"it answers {answer.status_code}"
        yield said, said
        return
    for each in reasons:
        yield str(each["message"]["en"]), str(each["message"]["zh"])
