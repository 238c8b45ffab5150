"""Findings: what was looked at, how bad it is, what was found and what to do, in English and Chinese."""

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["LEVELS", "TO_DO", "Finding", "Level", "found"]

Level = Literal["well", "warning", "problem"]
LEVELS: Final[tuple[Level, ...]] = ("well", "warning", "problem")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; ``code`` is stable, ``check`` says which part of the node it is about.

    ``what`` and ``do`` are pairs of English and Chinese; ``do`` is empty where nothing has to be done.
    """

    check: str
    code: str
    level: Level
    what: tuple[str, str]
    do: tuple[str, str] = ("", "")


TO_DO: Final[dict[str, tuple[Level, str, str]]] = {
    "config-unreadable": (
        "problem",
        "Mend the file; every setting stands in docs/reference/settings.md.",
        "请修正该文件；所有配置项见 docs/reference/settings.md。",
    ),
    "endpoint-differs": (
        "problem",
        "Say the address that the list names in node.endpoint, or have the list changed.",
        "请将 node.endpoint 改为列表所载地址，或更新列表。",
    ),
    "key-unreadable": (
        "problem",
        "Put the key file back from its safe copy, or make a new key and have it listed.",
        "请从安全备份恢复密钥文件，或生成新密钥并列入信任列表。",
    ),
    "key-open": (
        "problem",
        "Take the rights of others away (chmod 600); if others could read it, rotate the key.",
        "请撤销他人权限（chmod 600）；若可能已泄露，请轮换密钥。",
    ),
    "signer-gone": (
        "problem",
        "Start the signer (threeflow signer) with these keys, and mend signer.socket and its rights.",
        "请以这些密钥启动签名器（threeflow signer），并修正 signer.socket 及其权限。",
    ),
    "key-not-valid": (
        "problem",
        "Use the key that the list names, or have this one listed (threeflow trust make).",
        "请使用列表所载密钥，或将此密钥列入（threeflow trust make）。",
    ),
    "key-ends-soon": (
        "warning",
        "Make the next key and have it listed, so that both overlap.",
        "请生成下一密钥并列入，使两者有效期重叠。",
    ),
    "trust-unreadable": (
        "problem",
        "Fetch the trust file of that jurisdiction anew and compare its fingerprint.",
        "请重新获取该辖区的信任文件并核对指纹。",
    ),
    "trust-without-node": (
        "problem",
        "Have the node listed by its jurisdiction, then load the newer list.",
        "请由所属辖区列入本节点，并载入新列表。",
    ),
    "trust-stale": (
        "problem",
        "Load the successor now: 72 hours after its end the list is refused.",
        "请立即载入后续列表：到期 72 小时后该列表将被拒绝。",
    ),
    "trust-expired": (
        "problem",
        "Load the successor: until then nothing that rests on this list is taken in.",
        "请载入后续列表：在此之前依赖该列表的文件均不被接收。",
    ),
    "trust-ends-soon": (
        "warning",
        "Ask the jurisdiction for the successor and load it.",
        "请向该辖区索取后续列表并载入。",
    ),
    "trust-file-behind": (
        "warning",
        "Put the newest trust file back; the node goes on with the lists that it took in before.",
        "请放回最新的信任文件；节点继续使用此前已收下的列表。",
    ),
    "trust-list-equivocation": (
        "problem",
        "Take the evidence (threeflow incidents export) to that jurisdiction and others, then close it.",
        "请将证据（threeflow incidents export）交该辖区及其伙伴，处理后关闭事件。",
    ),
    "peer-log-inconsistent": (
        "problem",
        "Take the evidence (threeflow incidents export) to that node's authority, then close it.",
        "请将证据（threeflow incidents export）交该节点的运维与主管机关，处理后关闭事件。",
    ),
    "disk-full": (
        "problem",
        "Free space or move the database; the node stops taking documents in.",
        "请释放空间或迁移数据库；节点将停止接收文件。",
    ),
    "disk-filling": (
        "warning",
        "Free space, or move the database to a larger disk, before the node stops taking documents in.",
        "请释放空间，或将数据库迁移到更大的磁盘，以免节点停止接收文件。",
    ),
    "database-gone": (
        "problem",
        "Start the database, or mend storage.url and its rights.",
        "请启动数据库，或修正 storage.url 及其权限。",
    ),
    "database-outdated": (
        "problem",
        "Run 'threeflow database upgrade' with this configuration.",
        "请以此配置运行 threeflow database upgrade。",
    ),
    "database-newer": (
        "problem",
        "Run the release that wrote it; older programs do not know its tables.",
        "请使用写入该库的版本；旧程序不识别其表。",
    ),
    "database-other-node": (
        "problem",
        "Point storage.url to this node's own database.",
        "请将 storage.url 指向本节点自己的数据库。",
    ),
    "database-damaged": (
        "problem",
        "Stop the node and restore the database from its last backup.",
        "请停止节点并从最近备份恢复数据库。",
    ),
    "archives-unset": (
        "problem",
        "Name the folder of the archives in storage.archives, in the configuration of every process.",
        "请在每个进程的配置 storage.archives 中指明归档文件夹。",
    ),
    "archive-gone": (
        "problem",
        "Put the file back from its copy; until then what lies in it is answered by 503. Nothing is lost.",
        "请从副本放回该文件；在此之前其中文件以 503 应答，且不会丢失。",
    ),
    "archive-damaged": (
        "problem",
        "Put the file back from its copy; 'threeflow database verify' reads all of it.",
        "请从副本放回该文件；threeflow database verify 可通读全部内容。",
    ),
    "dead-letters": (
        "warning",
        "Look at the reasons (threeflow dead-letters list), then retry or drop them.",
        "请查看原因（threeflow dead-letters list），再重试或放弃。",
    ),
    "owed-long": (
        "warning",
        "See whether the peer is reachable, and the node's log for why it takes nothing.",
        "请检查对方是否可达，并在日志中查看其不接收的原因。",
    ),
    "owed-unlisted": (
        "warning",
        "It is held until a list names the peer again; drop it if it never will.",
        "将保留至列表再次列入对方；如不再列入可放弃。",
    ),
    "peer-unreachable": (
        "warning",
        "Ask its operator; check name resolution, route, firewall and certificate.",
        "请联系其运维；检查域名解析、路由、防火墙与证书。",
    ),
    "peer-not-itself": (
        "problem",
        "Something else answers there: ask its operator and compare the trust list.",
        "应答者并非该节点：请联系其运维并核对信任列表。",
    ),
    "clock-off": (
        "problem",
        "Synchronise this machine's clock (NTP): tokens are refused beyond 60 s of skew.",
        "请同步本机时钟（NTP）：偏差超过 60 秒令牌将被拒绝。",
    ),
    "clock-behind-list": (
        "problem",
        "Synchronise this machine's clock (NTP): a trust list that counts is younger than it.",
        "请同步本机时钟（NTP）：有效信任列表的日期晚于本机时间。",
    ),
    "clock-behind-log": (
        "problem",
        "Synchronise this machine's clock (NTP); it was set back.",
        "请同步本机时钟（NTP）：时钟曾被回拨。",
    ),
    "log-inconsistent": (
        "problem",
        "Stop the node, keep the database as evidence, restore the last good backup.",
        "请停止节点，保留数据库作为证据，并恢复最近的完好备份。",
    ),
    "node-not-ready": ("problem", "Do what the reasons say.", "请按所述原因处理。"),
    "node-not-running": (
        "warning",
        "Start it: threeflow serve --config FILE.",
        "请启动：threeflow serve --config FILE。",
    ),
}
"""What is to be done about a finding, by its code: level, English, Chinese."""


def found(check: str, code: str, english: str, chinese: str) -> Finding:
    """Return the finding with this code; ``english`` and ``chinese`` say what was found."""
    if code == "well":
        return Finding(check, code, "well", (english, chinese))
    level, do_en, do_zh = TO_DO[code]
    return Finding(check, code, level, (english, chinese), (do_en, do_zh))
