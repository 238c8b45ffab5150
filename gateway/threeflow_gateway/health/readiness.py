"""Readiness that means it: a node is ready where a document could be taken in now (TF-REST-8).

What is asked: whether the trust lists name the node and are fresh enough to be relied on, whether its own
keys are those that its list names and valid now, whether the committer lives and the database takes a write,
and whether the disk has room. A node that is shutting down is not ready.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from threeflow.errors import Refused, Unavailable, Violation
from threeflow.keys import Signer
from threeflow.trust import TrustStore, freshness, key_status

__all__ = ["CHECKS", "Lack", "Readiness", "Writes", "own_key_lacks", "refusal"]

CHECKS: Final = ("stopping", "trust", "keys", "committer", "database", "disk")
"""What is asked, in this order; the names are those of the metric and of ``rule`` in the problem."""

_WRITE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Lack:
    """Why no document could be taken in: which check does not hold, in English and Chinese."""

    check: str
    en: str
    zh: str


class Writes(Protocol):
    """What shows that the database takes a write."""

    @property
    def alive(self) -> bool:
        """Whether the committer runs."""

    async def sweep(self, now: datetime) -> None:
        """Write through the committer; raises ``Unavailable``."""


class Keys(Protocol):
    """The node's own keys."""

    @property
    def all(self) -> tuple[Signer, ...]:
        """All of them."""

    def check(self) -> None:
        """Ask whoever keeps them; raises ``Unavailable``."""


class Readiness:
    """Asks one node; ``last`` keeps what each check found when it was asked last."""

    def __init__(
        self,
        node: str,
        trust: TrustStore,
        keys: Keys,
        writes: Writes,
        now: Callable[[], datetime],
        *,
        folder: Path | None,
        free_octets: int,
    ) -> None:
        """``folder`` is where the embedded database lies; None where it is elsewhere."""
        self._node = node
        self._trust = trust
        self._keys = keys
        self._writes = writes
        self._now = now
        self._folder = folder
        self._free_octets = free_octets
        self.stopping = False
        self.last: dict[str, bool] = {}

    async def ask(self) -> tuple[Lack, ...]:
        """Return everything that keeps the node from taking documents in; empty where it is ready."""
        found = [*self._at_once(), *(await self._signs()), *(await self._written())]
        broken = {each.check for each in found}
        self.last = {check: check not in broken for check in CHECKS}
        return tuple(found)

    def _at_once(self) -> Iterator[Lack]:
        if self.stopping:
            yield Lack("stopping", "the node is shutting down", "节点正在关闭")
        yield from self._trusted()
        yield from own_key_lacks(self._keys.all, self._trust, self._now())
        yield from self._room()

    def _trusted(self) -> Iterator[Lack]:
        newest = self._trust.list_of(self._node)
        if newest is None or self._trust.node(self._node) is None:
            yield Lack("trust", f"no trust list names {self._node}", f"没有信任列表列出 {self._node}")
        elif freshness(newest, self._now()) == "expired":
            at = newest.expires_at.isoformat()
            yield Lack(
                "trust",
                f"the trust list of {newest.jurisdiction} expired at {at}: load its successor",
                f"{newest.jurisdiction} 的信任列表已于 {at} 过期：请载入其后续列表",
            )

    def _room(self) -> Iterator[Lack]:
        if self._folder is None:
            return
        free = shutil.disk_usage(self._folder).free
        if free < self._free_octets:
            yield Lack(
                "disk",
                f"{free} octets are free where the database lies, less than {self._free_octets}",
                f"数据库所在磁盘仅剩 {free} 字节，少于 {self._free_octets} 字节",
            )

    async def _signs(self) -> list[Lack]:
        try:
            await asyncio.to_thread(self._keys.check)
        except Unavailable as problem:
            return [Lack("keys", f"nothing can be signed: {problem}", f"无法签名：{problem}")]
        return []

    async def _written(self) -> list[Lack]:
        if not self._writes.alive:
            return [
                Lack("committer", "the committer does not run: restart the node", "提交器未运行：请重启节点")
            ]
        try:
            async with asyncio.timeout(_WRITE_SECONDS):
                await self._writes.sweep(self._now())
        except (TimeoutError, Unavailable) as problem:
            why = str(problem) or "it does not answer"
            return [Lack("database", f"the database takes nothing: {why}", f"数据库无法写入：{why}")]
        return []


def own_key_lacks(keys: Sequence[Signer], trust: TrustStore, now: datetime) -> Iterator[Lack]:
    """Yield what is wrong with a node's own keys by the lists: not listed, another key, not valid now."""
    for key in keys:
        listed, newest = trust.key(key.kid), trust.list_of(key.kid)
        if listed is None or newest is None:
            yield Lack("keys", f"no trust list names the key {key.kid}", f"没有信任列表列出密钥 {key.kid}")
        elif listed.key.thumbprint != key.public.thumbprint:
            yield Lack(
                "keys",
                f"the trust list names another key as {key.kid} than the key file holds",
                f"信任列表中的 {key.kid} 与密钥文件中的密钥不同",
            )
        else:
            status = key_status(listed, newest, at=now, witnessed_at=None)
            if status != "valid":
                yield Lack("keys", f"the key {key.kid} is {status}", f"密钥 {key.kid} 的状态为 {status}")


def refusal(lacks: Sequence[Lack]) -> Refused:
    """Return the answer of a node that is not ready: a violation for each lack, in both languages."""
    violations = tuple(Violation(f"ready.{each.check}", "", each.en, each.zh) for each in lacks)
    detail = "; ".join(each.en for each in lacks)
    return Refused("unavailable", "TF-REST-8", detail, violations=violations, retryable=True)
