"""The report as one page that needs nothing else."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

__all__ = ["page"]

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Conformance of {node}", "pass": "passed", "fail": "failed", "warn": "warned",
        "not-applicable": "not applicable", "could-not-run": "could not run", "cases": "All cases",
        "requirements": "Requirements", "clause": "The clause", "sent": "What was sent", "came": "What came back",
        "difference": "Where it differs from the right message", "curl": "Repeat the request (bash; the token is good for five minutes)",
        "again": "Repeat the case", "how": "Shown by",
        "yes": "The node conforms.", "no": "The node does not conform.", "never": "The run could not be finished.",
        "check": "checks", "vector": "vectors", "excluded": "excluded", "gap": "nothing", "other": "中文",
        "payload": "payload", "role": "role", "seconds": "seconds", "target": "target", "profile": "profile",
    },
    "zh": {
        "title": "{node} 的符合性", "pass": "通过", "fail": "失败", "warn": "警告", "not-applicable": "不适用",
        "could-not-run": "未能运行", "cases": "全部用例", "requirements": "要求", "clause": "条款",
        "sent": "所发送内容", "came": "所返回内容", "difference": "与正确报文的差异",
        "curl": "重发该请求（bash；令牌五分钟内有效）", "again": "重跑该用例", "how": "依据", "yes": "该节点符合标准。", "no": "该节点不符合标准。", "never": "测试未能完成。",
        "check": "黑盒检查", "vector": "测试向量", "excluded": "不检查", "gap": "无", "other": "English",
        "payload": "载荷", "role": "角色", "seconds": "秒", "target": "目标", "profile": "规程",
    },
}  # fmt: skip

_STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#123;background:#fff}
h1{font-size:1.6rem;margin-bottom:.2rem} b.pass,td.pass,p.pass,.count.pass{color:#067a46} b.warn,td.warn,.count.warn{color:#8a5a00}
b.fail,td.fail,p.fail,.count.fail,b.could-not-run,td.could-not-run,.count.could-not-run{color:#b3261e}
.not-applicable,.soft{color:#667} table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #dde3ea;padding:.3rem .5rem;text-align:left;vertical-align:top;font-size:.9rem}
td:first-child{white-space:nowrap} td code{overflow-wrap:anywhere}
.card{border:1px solid #e3b4b0;border-left:6px solid #b3261e;border-radius:6px;padding:.6rem 1rem .8rem;margin:1rem 0}
.card.warn{border-color:#e6d3a8;border-left-color:#8a5a00} .card p{margin:.4rem 0} .card blockquote{margin:.4rem 0;padding-left:.8rem;
border-left:3px solid #c9d2dc} pre{background:#f4f6f9;padding:.6rem;margin:.3rem 0 .6rem;overflow:auto;white-space:pre-wrap;
word-break:break-all;max-height:16rem;font-size:.82rem} mark{background:#ffd9a8;color:inherit}
.count{display:inline-block;margin-right:1.2rem;font-size:1.1rem} summary{cursor:pointer}
@media(prefers-color-scheme:dark){body{background:#10161d;color:#dde6ee}pre{background:#1a232d}td,th{border-color:#2a3642}
b.pass,td.pass,p.pass,.count.pass{color:#4fd08b}b.warn,td.warn,.count.warn{color:#f0b429}mark{background:#7a4a10}
b.fail,td.fail,p.fail,.count.fail,b.could-not-run,td.could-not-run,.count.could-not-run{color:#ff8a80}
.card{border-color:#5a3532;border-left-color:#ff8a80}.not-applicable,.soft{color:#9aa8b5}}
"""


def page(said: Mapping[str, Any], lang: str = "en") -> str:
    """Return the page in English (``en``) or Chinese (``zh``)."""
    words = _WORDS[lang]
    result = {0: "yes", 1: "no"}.get(said["exit"], "never")
    counts = "".join(
        f'<span class="count {name}">{count} {words[name]}</span>'
        for name, count in said["counts"].items()
        if count
    )
    # What a check judges is said in the page's language, what a node did in English: its words are the node's, too.
    said = {**said, "cases": [_in(each, lang) for each in said["cases"]]}
    shown = [each for each in said["cases"] if each["verdict"] not in {"pass", "not-applicable"}]
    cards = "".join(_card(each, words) for each in shown)
    profile = f", {words['profile']} {escape(said['profile'])}" if said.get("profile") else ""
    return (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else lang}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(_title(said, words))}</title>'
        f"<style>{_STYLE}</style><h1>{escape(_title(said, words))}</h1>"
        f'<p class="soft">{words["target"]} <code>{escape(said["target"])}</code>, {words["role"]} '
        f"{escape(said['role'])}{profile}, {said['seconds']} {words['seconds']}</p>"
        f'<p class="{"pass" if result == "yes" else "fail"}"><strong>{words[result]}</strong></p><p>{counts}</p>{cards}'
        f"{_requirements(said, words)}{_cases(said, words)}</html>"
    )


def _in(case: Mapping[str, Any], lang: str) -> Mapping[str, Any]:
    return {**case, "title": case["titleZh"]} if lang == "zh" else case


def _title(said: Mapping[str, Any], words: Mapping[str, str]) -> str:
    return words["title"].format(node=said["node"])


def _card(case: Mapping[str, Any], words: Mapping[str, str]) -> str:
    parts = [
        f'<div class="card {case["verdict"]}"><b class="{case["verdict"]}">{words[case["verdict"]]}</b> '
        f"<code>{escape(case['id'])}</code> {escape(case['title'])}"
        f'<p lang="en"><strong>{escape(case["message"])}</strong></p>'
    ]
    if case.get("clause"):
        name = escape(case["requirement"])
        parts.append(
            f'<blockquote>{words["clause"]} <a href="#{name.lower()}">{name}</a>: '
            f'<span lang="en">{_prose(case["clause"])}</span></blockquote>'
        )
    if case.get("difference"):
        parts.append(_detail(words["difference"], _marked(case["difference"]), shown=True))
    exchanges = case.get("exchanges", [])
    # The wrong message and what it earned; where there is none, the last that was said.
    for each in exchanges[:1] if case.get("twin") else exchanges[-1:]:
        sent = escape(f"{each['method']} {each['target']}\n{each['sent']}".rstrip())
        came = escape(f"{each['status'] or ''} {each['error']}\n{each['came']}".strip())
        parts.append(
            _detail(words["sent"], sent)
            + _detail(f"{words['sent']} ({words['payload']})", escape(each["payloadSent"]))
            + _detail(words["came"], came, shown=not each["payloadCame"])
            + _detail(f"{words['came']} ({words['payload']})", escape(each["payloadCame"]), shown=True)
            + _detail(words["curl"], escape(each["curl"]))
        )
    parts.append(_detail(words["again"], escape(case.get("again", ""))))
    return "".join(parts) + "</div>"


def _prose(text: str) -> str:
    """A requirement's words, with what it writes between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _marked(text: str) -> str:
    return re.sub(r"⟦(.*?)⟧", r"<mark>\1</mark>", escape(text), flags=re.DOTALL)


def _detail(title: str, text: str, *, shown: bool = False) -> str:
    is_open = " open" if shown else ""
    return f"<details{is_open}><summary>{title}</summary><pre>{text}</pre></details>" if text else ""


def _requirements(said: Mapping[str, Any], words: Mapping[str, str]) -> str:
    lines = "".join(
        f'<tr id="{each["id"].lower()}"><td>{each["id"]}<td class="{each["verdict"]}">'
        f"{words.get(each['verdict'], '')}<td>{words[each['how']]}"
        f"{': ' + escape(each['reason'] or ', '.join(each['vectors'][:3])) if each['how'] != 'check' else ''}"
        f'<td lang="en">{_prose(each["text"])}'
        for each in said["requirements"]
    )
    return f"<h2>{words['requirements']}</h2><table>{lines}</table>"


def _cases(said: Mapping[str, Any], words: Mapping[str, str]) -> str:
    lines = "".join(
        f'<tr><td class="{each["verdict"]}">{words[each["verdict"]]}<td><code>{escape(each["id"])}</code>'
        f"<td>{escape(each['title'])}<td>{each['seconds']}"
        for each in said["cases"]
    )
    return f"<h2>{words['cases']}</h2><table>{lines}</table>"
