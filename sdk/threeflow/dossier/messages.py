"""What a verifier says, in both languages, by the requirement that fails (spec page ``dossier``)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from threeflow.dossier.verdict import Problem

_TEXTS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "json": ("TF-DOS-2", "the octets are no strict JSON: {detail}", "字节不是严格的 JSON：{detail}"),
        "members": (
            "TF-DOS-1",
            "the members are not exactly those of the layout: {detail}",
            "成员与规定的布局不完全一致：{detail}",
        ),
        "layout": (
            "TF-DOS-2",
            "the octets are not those of the stated layout",
            "字节与规定的布局不一致",
        ),
        "version": ("TF-DOS-3", "the layout version is not 1.0", "布局版本不是 1.0"),
        "envelope": (
            "TF-DOS-4",
            "{piece} is no envelope of this standard ({code}): {detail}",
            "{piece} 不是本标准的信封（{code}）：{detail}",
        ),
        "head-seal": (
            "TF-DOS-5",
            "the head's seal does not hold ({code}): {detail}",
            "卷首印章无效（{code}）：{detail}",
        ),
        "cutter": (
            "TF-DOS-6",
            "{issuer} has none of the roles that may cut a dossier for {purpose}: {roles}",
            "{issuer} 不具备为 {purpose} 制作卷宗的角色：{roles}",
        ),
        "head-schema": ("TF-DOS-7", "at {pointer}: {detail}", "位于 {pointer}：{detail_zh}"),
        "agreement": (
            "TF-DOS-8",
            "the head names receivers of another jurisdiction and no agreement",
            "卷首列有其他法域的接收方，却未指明协议",
        ),
        "dates": (
            "TF-DOS-30",
            "as of {as_of}, cut at {issued}, valid until {until}: out of order",
            "所述时点 {as_of}、制作时间 {issued}、有效期 {until} 次序有误",
        ),
        "too-late": (
            "TF-DOS-9",
            "valid until {valid_until}, asked for {moment}",
            "有效期至 {valid_until}，查询时刻为 {moment}",
        ),
        "too-early": (
            "TF-DOS-9",
            "it says what held as of {as_of}, asked for {moment}",
            "卷宗所述为 {as_of} 的情形，查询时刻为 {moment}",
        ),
        "missing": (
            "TF-DOS-10",
            "the head names {named} documents, the bundle has {found}",
            "卷首列有 {named} 份文件，卷宗内有 {found} 份",
        ),
        "entry": (
            "TF-DOS-10",
            "{piece} not octet for octet what the head names",
            "{piece_zh}与卷首所列并非逐字节一致",
        ),
        "checkpoint-entry": (
            "TF-DOS-11",
            "the checkpoint is not octet for octet what the head names",
            "检查点与卷首所列逐字节不符",
        ),
        "witness-entry": (
            "TF-DOS-11",
            "the witnesses are not octet for octet those that the head names",
            "见证与卷首所列逐字节不符",
        ),
        "seal": ("TF-DOS-12", "the seal does not hold ({code}): {detail}", "印章无效（{code}）：{detail}"),
        "schema": ("TF-DOS-13", "at {pointer}: {detail_en}", "位于 {pointer}：{detail_zh}"),
        "unknown-type": (
            "TF-DOS-13",
            "the type {type} is not known: {detail}",
            "未知的文件类型 {type}：{detail}",
        ),
        "identity": (
            "TF-DOS-13",
            "{member} is {found}, the head says {named}",
            "{member} 为 {found}，卷首为 {named}",
        ),
        "right": ("TF-DOS-14", "{detail_en}", "{detail_zh}"),
        "environment": (
            "TF-DOS-15",
            "environment {found}, the head's is {named}",
            "环境为 {found}，卷首为 {named}",
        ),
        "foreign": (
            "TF-DOS-16",
            "nothing ties this {type} to the consignment of the head",
            "该 {type} 与卷首所指货物批次没有关联",
        ),
        "parts": ("TF-DOS-17", "{detail_en}", "{detail_zh}"),
        "receipt-seal": (
            "TF-DOS-18",
            "the receipt's seal does not hold ({code}): {detail}",
            "回执印章无效（{code}）：{detail}",
        ),
        "receipt": ("TF-DOS-18", "the receipt {detail_en}", "回执{detail_zh}"),
        "proof": (
            "TF-DOS-19",
            "the proof does not lead from the receipt to the root of the checkpoint",
            "证明不能由回执推导至检查点的根",
        ),
        "proof-size": (
            "TF-DOS-19",
            "the proof is for {found}, the receipt and the checkpoint say {named}",
            "证明对应 {found}，回执与检查点为 {named}",
        ),
        "checkpoint": ("TF-DOS-20", "{detail_en}", "{detail_zh}"),
        "witness": ("TF-DOS-21", "{detail_en}", "{detail_zh}"),
        "key": (
            "TF-DOS-22",
            "the key {kid} of {piece} was {status} when it was issued ({at})",
            "{piece_zh}签发时（{at}），密钥 {kid} 的状态为 {status}",
        ),
        "compromised": (
            "TF-DOS-23",
            "{piece}: the key {kid} is compromised since {since} and {seen_en}: {status}",
            "{piece_zh}：密钥 {kid} 自 {since} 起已泄露，{seen_zh}：{status}",
        ),
        "stale": (
            "TF-DOS-25",
            "the trust list of {jurisdiction} expired at {expired}, asked for {moment}",
            "{jurisdiction} 的信任名单已于 {expired} 失效，查询时刻为 {moment}",
        ),
        "states": (
            "TF-DOS-26",
            "{member} of the head are not what the documents give",
            "卷首的 {member} 与文件推算结果不符",
        ),
        "replay": ("TF-DOS-26", "the documents cannot be replayed: {detail}", "无法重演文件：{detail}"),
        "not-released": (
            "TF-DOS-27",
            "no portion is released on the export track",
            "没有任何部分在出口轨道上处于放行状态",
        ),
        "other-version": (
            "TF-DOS-27",
            "the release does not cover version {named} of the declaration, which is in force",
            "该放行不及于现行有效的申报第 {named} 版",
        ),
        "used-up": (
            "TF-DOS-27",
            "nothing is left of the release: {balance}",
            "放行额度已用尽：{balance}",
        ),
    }
)


def problem(where: str, text: str, **values: object) -> Problem:
    """Return the problem that the named text describes, with its values filled in."""
    requirement, english, chinese = _TEXTS[text]
    shown = {name: _short(value) for name, value in values.items()}
    return Problem(where, requirement, english.format_map(shown), chinese.format_map(shown))


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 300 else text[:299] + "…"
