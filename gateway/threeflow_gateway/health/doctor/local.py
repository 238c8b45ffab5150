"""What stands in files: keys and their permissions, trust lists and their age, room on the disk."""

import shutil
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from threeflow.errors import Refused, Unavailable
from threeflow.keys import Signer
from threeflow.trust import TrustStore, freshness
from threeflow_gateway.config import Config
from threeflow_gateway.health.doctor.findings import Finding, found
from threeflow_gateway.health.readiness import own_key_lacks
from threeflow_gateway.signing import keyfiles
from threeflow_gateway.signing.remote import Keeper, RemoteKey

__all__ = ["disk", "keys", "trust"]

_SOON: Final = timedelta(days=7)
_KEY_SOON: Final = timedelta(days=30)
_ROOM: Final = 20


def trust(config: Config, store: TrustStore, now: datetime) -> Iterator[Finding]:
    """Load the trust files into the store, and say how old the lists are and whether they name the node."""
    for path in config.trust.files:
        try:
            store.add_file(path.read_bytes(), now=now)
        except (OSError, Refused) as problem:
            early = _early(path, store) if getattr(problem, "requirement", "") == "TF-TRUST-5" else None
            if early is not None:
                yield found(
                    "clock", "clock-behind-list", f"{path}: a list is dated {early}, it is {now} here",
                    f"{path}：列表日期为 {early}，本机时间为 {now}",
                )  # fmt: skip
                continue
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


def _early(path: Path, store: TrustStore) -> datetime | None:
    """Load a file whose lists are good but for this clock, and return the date of the newest."""
    try:
        return store.add_file(
            path.read_bytes(), now=datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
        ).issued_at
    except (OSError, Refused):
        return None


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
    socket = config.signer.socket
    keeper = None if socket is None else Keeper(socket, timeout_seconds=config.signer.timeout_seconds)
    for path in (*config.node.seal_keys, config.node.token_key):
        key = yield from _file(path) if keeper is None else _kept(path, keeper)
        if key is not None:
            yield from _listed(key, store, now)
    if keeper is not None:
        keeper.close()
    tls = None if config.grpc is None else config.grpc.private_key
    if tls is not None:
        yield from _closed(tls)


def _file(path: Path) -> Generator[Finding, None, Signer | None]:
    try:
        return keyfiles.load(path)
    except keyfiles.OpenToOthersError as error:
        yield _open(error)
        return None
    except (OSError, Refused, ValueError) as problem:
        yield found("keys", "key-unreadable", f"{path}: {problem}", f"{path}：{problem}")
        return None


def _kept(path: Path, keeper: Keeper) -> Generator[Finding, None, Signer | None]:
    try:
        key = RemoteKey(keeper, keyfiles.load_public(path))
        key.check()
    except Unavailable as problem:
        yield found("keys", "signer-gone", str(problem), f"签名器不可用：{problem}")
        return None
    except (OSError, Refused, ValueError) as problem:
        yield found("keys", "key-unreadable", f"{path}: {problem}", f"{path}：{problem}")
        return None
    return key


def _closed(path: Path) -> Iterator[Finding]:
    try:
        keyfiles.check_closed(path)
    except keyfiles.OpenToOthersError as error:
        yield _open(error)
    except OSError as problem:
        yield found("keys", "key-unreadable", f"{path}: {problem}", f"{path}：{problem}")


def _open(error: keyfiles.OpenToOthersError) -> Finding:
    return found(
        "keys", "key-open", f"{error.path} has the permissions {error.mode:04o}: the node does not start",
        f"{error.path} 的权限为 {error.mode:04o}：节点拒绝启动",
    )  # fmt: skip


def _listed(key: Signer, store: TrustStore, now: datetime) -> Iterator[Finding]:
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
