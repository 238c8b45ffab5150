"""What the benchmark works on: one gateway, one platform, and orders that differ only in their numbers.

Keys are made anew for each run. Everything is sealed before the clock starts; a token lives for 300 s, so a
run has to end within that time.
"""

import tomllib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from threeflow import documents, envelope, strict, token, trust
from threeflow.keys import Algorithm, SigningKey

GATEWAY, PLATFORM, ANCHOR = "xa.customs", "xa.platform", "xa.trust"
ENVIRONMENT = "benchmark"
LINES = 8


@dataclass(frozen=True)
class Scene:
    """One run's folder, address and keys."""

    folder: Path
    endpoint: str
    port: int
    seal: SigningKey
    token: SigningKey
    gateway_seal: SigningKey


@dataclass(frozen=True)
class Submission:
    """One order as it is sent: payload octets, envelope octets, token and the whole HTTP request."""

    payload: bytes
    envelope: bytes
    token: str
    request: bytes


def prepare(folder: Path, port: int, alg: Algorithm, now: datetime) -> Scene:
    """Write keys, trust file and ``node.toml`` for a gateway on a loopback port."""
    endpoint = f"http://127.0.0.1:{port}"
    keys = {
        name: SigningKey.generate(alg, f"{node}#{use}-1", "token" if use == "token" else "seal")
        for name, node, use in (
            ("gateway-seal", GATEWAY, "seal"),
            ("gateway-token", GATEWAY, "token"),
            ("platform-seal", PLATFORM, "seal"),
            ("platform-token", PLATFORM, "token"),
            ("anchor", ANCHOR, "anchor"),
        )
    }
    for name, key in keys.items():
        key.save(folder / f"{name}.json")
    (folder / "trust.json").write_bytes(_trust_file(keys, endpoint, now))
    (folder / "node.toml").write_text(
        f'[node]\nid = "{GATEWAY}"\nenvironment = "{ENVIRONMENT}"\nendpoint = "{endpoint}"\nport = {port}\n'
        'seal_keys = ["gateway-seal.json"]\ntoken_key = "gateway-token.json"\n'
        '[trust]\nfiles = ["trust.json"]\n'
        '[log]\nlevel = "WARNING"\n',
        encoding="utf-8",
    )
    seal, caller = keys["platform-seal"], keys["platform-token"]
    return Scene(folder, endpoint, port, seal, caller, keys["gateway-seal"])


def again(folder: Path) -> Scene:
    """The scene that was prepared in a folder, at the port that its trust file names.

    Raises:
        OSError, ValueError: there is none, or it is damaged.
    """
    node = tomllib.loads((folder / "node.toml").read_text(encoding="utf-8"))["node"]
    names = ("platform-seal", "platform-token", "gateway-seal")
    keys = (SigningKey.load(folder / f"{name}.json") for name in names)
    return Scene(folder, node["endpoint"], node["port"], *keys)


def _trust_file(keys: dict[str, SigningKey], endpoint: str, now: datetime) -> bytes:
    def entry(name: str) -> dict[str, object]:
        span = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=30)}
        return trust.key_entry(keys[name].public, **span)

    gateway = trust.node_entry(
        GATEWAY,
        name="Benchmark gateway",
        roles=["customs"],
        endpoint=endpoint,
        keys=[entry("gateway-seal"), entry("gateway-token")],
    )
    platform = trust.node_entry(
        PLATFORM,
        name="Benchmark platform",
        roles=["platform", "seller"],
        via=GATEWAY,
        keys=[entry("platform-seal"), entry("platform-token")],
    )
    payload = trust.build(
        id=str(uuid.uuid4()),
        issuer=ANCHOR,
        environment=ENVIRONMENT,
        jurisdiction="xa",
        territories=["GB"],
        sequence=1,
        previous=None,
        issued_at=now,
        expires_at=now + timedelta(days=30),
        anchor=keys["anchor"].public,
        nodes=[gateway, platform],
    )
    sealed = envelope.seal(strict.dump(payload), keys["anchor"])
    return strict.dump({"anchor": keys["anchor"].public.thumbprint, "lists": [strict.parse(sealed)]})


def order(number: int, at: datetime) -> dict[str, Any]:
    """An order of eight lines, about four thousand octets, as a platform of gifts would send it."""
    name = f"B-{number:07d}"
    key = {"scheme": "order-number", "issuer": PLATFORM, "value": name}
    items = [_item(line) for line in range(1, LINES + 1)]
    total = {"value": f"{15 * LINES}.00", "currency": "GBP"}
    return documents.build(
        "order",
        "sale",
        issuer=PLATFORM,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=[GATEWAY],
        subjects=[{"keys": [{"scheme": "ucr", "issuer": PLATFORM, "value": f"6XA{number:09d}"}, key]}],
        orderNumber=name,
        orderType="b2c",
        orderedAt=documents.timestamp(at),
        parties={
            "platform": _firm("Benchmark Platform", PLATFORM),
            "seller": _firm("Benchmark Gifts Ltd", "xa.seller"),
            "buyer": {"country": "FR", "naturalPerson": True, "accountReference": f"account-{number}"},
            "consignee": {"country": "FR", "naturalPerson": True, "accountReference": f"account-{number}"},
        },
        currency="GBP",
        items=items,
        totals={"goodsValue": total, "amountPaid": total},
    )


def _firm(name: str, node: str) -> dict[str, Any]:
    return {"name": name, "ids": [{"scheme": "node", "value": node}], "country": "GB"}


def _item(line: int) -> dict[str, Any]:
    return {
        "sequence": line,
        "names": [
            {"lang": "en", "text": f"White hanging heart tealight holder, pattern {line}"},
            {"lang": "zh", "text": f"白色心形悬挂烛台，款式{line}"},
        ],
        "sku": f"85123-{line}",
        "hsCode": {"list": "hs-2022", "code": "940550"},
        "originCountry": "GB",
        "quantity": {"value": "6", "unit": "H87"},
        "netWeight": {"value": "0.30", "unit": "KGM"},
        "grossWeight": {"value": "0.35", "unit": "KGM"},
        "unitPrice": {"value": "2.50", "currency": "GBP"},
        "lineTotal": {"value": "15.00", "currency": "GBP"},
    }


def submissions(scene: Scene, count: int, first: int) -> list[Submission]:
    """Seal orders and make a token for each."""
    now = datetime.now(UTC)
    return [_submission(scene, number, now) for number in range(first, first + count)]


def _submission(scene: Scene, number: int, now: datetime) -> Submission:
    payload = strict.dump(order(number, now))
    body = envelope.seal(payload, scene.seal)
    path = "/v1/documents"
    caller = token.make(
        scene.token, PLATFORM, GATEWAY, "POST", scene.endpoint + path, body, now, environment=ENVIRONMENT
    )
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{scene.port}\r\nAuthorization: Bearer {caller}\r\n"
        f"Content-Type: application/jose+json\r\nAccept: application/jose+json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return Submission(payload, body, caller, head.encode("ascii") + body)
