"""What stands in files: keys and their permissions, trust lists and their age, room on the disk."""

import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from threeflow.errors import Refused
from threeflow.keys import SigningKey
from threeflow.trust import TrustStore, freshness
from threeflow_gateway.config import Config
from threeflow_gateway.health.doctor.findings import Finding, found
from threeflow_gateway.health.readiness import own_key_lacks

__all__ = ["disk", "keys", "trust"]

_SOON: Final = timedelta(days=7)
_KEY_SOON: Final = timedelta(days=30)
_ROOM: Final = 20
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def trust(config: Config, store: TrustStore, now: datetime) -> Iterator[Finding]:
    """Load the trust files into the store, and say how old the lists are and whether they name the node."""
    for path in config.trust.files:
        try:
            store.add_file(path.read_bytes(), now=now)
        except (OSError, Refused) as problem:
            yield found("trust", "trust-unreadable", f"{path}: {problem}", f"{path}：{problem}")
    for name in store.jurisdictions():
        yield from _age(store, name, now)
    node = store.node(config.node.id)
    if node is None:
        yield found(
            "trust", "trust-without-node", f"no list names {config.node.id}", f"没有列表列出 {config.node.id}"
        )
    elif (node.endpoint or "").rstrip("/") != config.node.endpoint.rstrip("/"):
        yield found(
            "configuration", "endpoint-differs",
            f"node.endpoint is {config.node.endpoint}, the list names {node.endpoint}",
            f"node.endpoint 为 {config.node.endpoint}，列表所载为 {node.endpoint}",
        )  # fmt: skip


def _age(store: TrustStore, name: str, now: datetime) -> Iterator[Finding]:
    newest = store.newest(name)
    if newest is None:
        return
    ends = newest.expires_at.isoformat()
    said = (
        f"list {newest.sequence} of {name} ends at {ends}",
        f"{name} 第 {newest.sequence} 号列表截止 {ends}",
    )
    state = freshness(newest, now)
    if state != "fresh":
        yield found("trust", f"trust-{state}", *said)
    elif newest.expires_at - now < _SOON:
        yield found("trust", "trust-ends-soon", *said)
    else:
        yield found("trust", "well", *said)


def keys(config: Config, store: TrustStore, now: datetime) -> Iterator[Finding]:
    """Say whether the key files are there, closed to others, and what the lists say of the keys."""
    for path in (*config.node.seal_keys, config.node.token_key):
        try:
            key = SigningKey.load(path)
            mode = stat.S_IMODE(path.stat().st_mode)
        except (OSError, Refused, ValueError) as problem:
            yield found("keys", "key-unreadable", f"{path}: {problem}", f"{path}：{problem}")
            continue
        if mode & _OTHERS:
            yield found(
                "keys", "key-open", f"{path} has the permissions {mode:04o}", f"{path} 的权限为 {mode:04o}"
            )
        yield from _listed(key, store, now)


def _listed(key: SigningKey, store: TrustStore, now: datetime) -> Iterator[Finding]:
    lacks = list(own_key_lacks((key,), store, now))
    for each in lacks:
        yield found("keys", "key-not-valid", each.en, each.zh)
    listed = store.key(key.kid)
    if lacks or listed is None:
        return
    ends = min(filter(None, (listed.not_after, listed.retired_at)))
    said = (f"{key.kid} is valid until {ends.isoformat()}", f"{key.kid} 有效期至 {ends.isoformat()}")
    yield found("keys", "key-ends-soon" if ends - now < _KEY_SOON else "well", *said)


def disk(folder: Path, least: int) -> Iterator[Finding]:
    """Say how much room there is where the database lies; ``least`` is what readiness asks for, in octets."""
    free = shutil.disk_usage(folder).free
    said = (f"{free // 1_000_000} MB are free at {folder}", f"{folder} 剩余 {free // 1_000_000} MB")
    if free < least:
        yield found("disk", "disk-full", *said)
    else:
        yield found("disk", "disk-filling" if free < least * _ROOM else "well", *said)
