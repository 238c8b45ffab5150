"""What stands in the database: its revision and soundness, what is owed, and whether the log is whole."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from threeflow import envelope
from threeflow.log import MerkleTree, leaf_hash
from threeflow.trust import TrustStore
from threeflow_gateway import clock
from threeflow_gateway.health.doctor.findings import Finding, found
from threeflow_gateway.intake.incidents import LISTS, LOG
from threeflow_gateway.store import evidence, revisions, statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.kept import volumes_of
from threeflow_gateway.store.volumes import AwayError, Volumes

__all__ = ["clock_of_log", "incidents", "lists", "log", "outbox", "revision", "soundness"]

_INCIDENTS: Final = {LOG: "peer-log-inconsistent", LISTS: LISTS}
_LONG: Final = timedelta(hours=1)
_SKEW: Final = timedelta(seconds=60)
_PAGE: Final = 5_000
_RECEIPTS: Final = 1_000


def revision(connection: Connection, node: str) -> Iterator[Finding]:
    """Say whether the tables are this program's, and the log this node's."""
    try:
        missing = revisions.pending(connection)
    except revisions.NewerDatabaseError as error:
        yield found("database", "database-newer", str(error), "数据库版本高于本程序")
        return
    if missing:
        names = ", ".join(missing)
        yield found(
            "database", "database-outdated", f"the tables lack the revisions {names}", f"表缺少版本 {names}"
        )
        return
    held = connection.execute(statements.HEAD_NODE).scalar()
    if held not in {None, node}:
        yield found(
            "database", "database-other-node", f"it holds the log of {held}, not of {node}",
            f"其中是 {held} 的日志，而非 {node} 的",
        )  # fmt: skip
        return
    at = revisions.current(connection)
    yield found("database", "well", f"the tables are at revision {at}", f"表处于版本 {at}")


def soundness(database: Database, connection: Connection) -> Iterator[Finding]:
    """Let an embedded database check its own pages."""
    if not database.embedded:
        return
    said = connection.execute(text("PRAGMA quick_check(5)")).scalars().all()
    if said != ["ok"]:
        yield found("database", "database-damaged", "; ".join(map(str, said)), "数据库自检未通过")


def outbox(connection: Connection, now: datetime, listed: set[str]) -> Iterator[Finding]:
    """Say what is owed to whom, for how long, and what is dead."""
    for row in connection.execute(statements.OUTBOX_BY_PEER).all():
        age = now - clock.parse(row.since)
        if row.state == "dead":
            yield found(
                "outbox", "dead-letters", f"{row.rows} dead letters to {row.peer}",
                f"发往 {row.peer} 的死信 {row.rows} 封",
            )  # fmt: skip
            continue
        said = (
            f"{row.peer} is owed {row.rows} documents, the oldest for {_span(age)}",
            f"尚欠 {row.peer} {row.rows} 份文件，最久 {_span(age)}",
        )
        if row.peer not in listed:
            yield found("outbox", "owed-unlisted", *said)
        else:
            yield found("outbox", "owed-long" if age > _LONG else "well", *said)


def incidents(connection: Connection) -> Iterator[Finding]:
    """Say which incidents nobody closed."""
    for row in connection.execute(evidence.OPEN).all():
        yield found(
            "incidents", _INCIDENTS[row.code],
            f"{row.rows} incidents about {row.about}, with both sealed texts kept",
            f"关于 {row.about} 的事件 {row.rows} 起，双方签名文本均已保存",
        )  # fmt: skip


def lists(connection: Connection, trust: TrustStore) -> Iterator[Finding]:
    """Say where the trust files are behind the lists that the node took in (TF-TRUST-20)."""
    held = {row.jurisdiction: row.sequence for row in connection.execute(evidence.LISTS)}
    for name, sequence in held.items():
        newest = trust.newest(name)
        if newest is not None and newest.sequence < sequence:
            yield found(
                "trust", "trust-file-behind",
                f"the file holds list {newest.sequence} of {name}, the node took in {sequence}",
                f"文件所载为 {name} 第 {newest.sequence} 号列表，节点已收下第 {sequence} 号",
            )  # fmt: skip


def clock_of_log(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Say whether this machine's clock is behind what the node itself wrote last."""
    newest = connection.execute(statements.NEWEST_RECEIVED).scalar()
    if newest is not None and clock.parse(newest) - now > _SKEW:
        yield found(
            "clock", "clock-behind-log", f"the newest receipt is of {newest}, it is {clock.text(now)} here",
            f"最新回执时间为 {newest}，本机时间为 {clock.text(now)}",
        )  # fmt: skip


def log(connection: Connection) -> Iterator[Finding]:
    """Compute the log's tree anew and compare it with the head, the checkpoint, and the newest receipts."""
    wrong = list(_wrong(connection))
    for each in wrong[:5]:
        yield found("log", "log-inconsistent", *each)
    if not wrong:
        size = connection.execute(statements.LEAVES).scalar() or 0
        yield found("log", "well", f"{size} leaves hold together", f"{size} 个叶节点一致")


def _wrong(connection: Connection) -> Iterator[tuple[str, str]]:
    said = connection.execute(statements.LEAVES).scalar() or 0
    tree = MerkleTree()
    while True:
        page = connection.execute(statements.LEAF_HASHES, {"first": tree.size, "limit": _PAGE}).all()
        for row in page:
            if row.leaf != tree.size:
                yield f"leaf {tree.size} is missing", f"缺少叶节点 {tree.size}"
                return
            tree.append(row.leaf_hash)
        if len(page) < _PAGE:
            break
    if tree.size != said:
        yield (
            f"the head counts {said} leaves, {tree.size} are there",
            f"记载 {said} 个叶节点，实有 {tree.size}",
        )
        return
    newest = connection.execute(statements.NEWEST_CHECKPOINT).first()
    if newest is not None and (newest.size > tree.size or tree.root(newest.size) != newest.root):
        yield (
            f"the checkpoint of {newest.size} leaves has another root than they give",
            f"{newest.size} 个叶节点的检查点根值不符",
        )
    volumes = volumes_of(connection.dialect)
    for each in connection.execute(statements.NEWEST_LEAVES, {"limit": _RECEIPTS}).all():
        if not _is_of_its_receipt(each, volumes):
            yield f"leaf {each.leaf} is not that of its receipt", f"叶节点 {each.leaf} 与其回执不符"


def _is_of_its_receipt(row: Any, volumes: Volumes) -> bool:
    try:
        receipt = volumes.octets(bytes(row.receipt))
    except AwayError:
        # Told with the archives; the log is not wrong for it.
        return True
    return bool(leaf_hash(envelope.read(receipt).payload) == row.leaf_hash)


def _span(age: timedelta) -> str:
    return str(timedelta(seconds=int(age.total_seconds())))
