"""The report as one page that needs nothing else."""

from collections.abc import Mapping
from html import escape
from typing import Any

__all__ = ["page"]

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Conformance of {node}", "pass": "passed", "fail": "failed", "warn": "warned",
        "not-applicable": "not applicable", "could-not-run": "could not run", "cases": "All cases",
        "requirements": "Requirements", "clause": "The clause", "sent": "What was sent", "came": "What came back",
        "difference": "The difference to the body before", "curl": "Repeat it", "how": "Shown by",
        "yes": "The node conforms.", "no": "The node does not conform.", "never": "The run could not be finished.",
        "check": "checks", "vector": "vectors", "excluded": "excluded", "gap": "nothing", "other": "中文",
        "payload": "payload", "role": "role", "seconds": "seconds",
    },
    "zh": {
        "title": "{node} 的符合性", "pass": "通过", "fail": "失败", "warn": "警告", "not-applicable": "不适用",
        "could-not-run": "未能运行", "cases": "全部用例", "requirements": "要求", "clause": "条款",
        "sent": "所发送内容", "came": "所返回内容", "difference": "与前一报文体的差异", "curl": "重现命令",
        "how": "依据", "yes": "该节点符合标准。", "no": "该节点不符合标准。", "never": "测试未能完成。",
        "check": "黑盒检查", "vector": "测试向量", "excluded": "不检查", "gap": "无", "other": "English",
        "payload": "载荷", "role": "角色", "seconds": "秒",
    },
}  # fmt: skip

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#123;background:#fff}
h1{font-size:1.6rem} .pass{color:#067a46}.fail{color:#b3261e}.warn{color:#8a5a00}.could-not-run{color:#b3261e}
.not-applicable{color:#667} table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #dde3ea;
padding:.3rem .5rem;text-align:left;vertical-align:top;font-size:.9rem} .card{border:1px solid #e3b4b0;border-left:6px
solid #b3261e;border-radius:6px;padding:.8rem 1rem;margin:1rem 0} .card.warn{border-left-color:#8a5a00}
pre{background:#f4f6f9;padding:.6rem;overflow:auto;white-space:pre-wrap;word-break:break-all;max-height:16rem}
.count{display:inline-block;margin-right:1.2rem;font-size:1.1rem} summary{cursor:pointer}
@media(prefers-color-scheme:dark){body{background:#10161d;color:#dde6ee}pre{background:#1a232d}td,th{border-color:#2a3642}
.pass{color:#4fd08b}.fail,.could-not-run{color:#ff8a80}.warn{color:#f0b429}}
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
    shown = [each for each in said["cases"] if each["verdict"] not in {"pass", "not-applicable"}]
    cards = "".join(_card(each, words) for each in shown)
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(_title(said, words))}</title>'
        f"<style>{_STYLE}</style><h1>{escape(_title(said, words))}</h1>"
        f'<p class="{"pass" if result == "yes" else "fail"}"><strong>{words[result]}</strong> '
        f"{words['role']} {escape(said['role'])}, {said['seconds']} {words['seconds']}</p><p>{counts}</p>{cards}"
        f"{_requirements(said, words)}{_cases(said, words)}</html>"
    )


def _title(said: Mapping[str, Any], words: Mapping[str, str]) -> str:
    return words["title"].format(node=said["node"])


def _card(case: Mapping[str, Any], words: Mapping[str, str]) -> str:
    parts = [
        f'<div class="card {case["verdict"]}"><strong class="{case["verdict"]}">{words[case["verdict"]]}</strong> '
        f"<code>{escape(case['id'])}</code> {escape(case['title'])}<p>{escape(case['message'])}</p>"
    ]
    if case.get("clause"):
        parts.append(
            f"<p><em>{words['clause']} {escape(case['requirement'])}: {escape(case['clause'])}</em></p>"
        )
    for each in case.get("exchanges", [])[-1:]:
        sent = f"{each['method']} {each['target']}\n{each['sent']}"
        came = f"{each['status']} {each['error']}\n{each['came']}"
        parts.append(
            _detail(words["sent"], sent)
            + _detail(f"{words['sent']} ({words['payload']})", each["payloadSent"])
        )
        parts.append(
            _detail(words["came"], came)
            + _detail(f"{words['came']} ({words['payload']})", each["payloadCame"])
        )
        parts.append(
            _detail(words["difference"], case.get("difference", "")) + _detail(words["curl"], each["curl"])
        )
    return "".join(parts) + "</div>"


def _detail(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary><pre>{escape(text)}</pre></details>" if text else ""


def _requirements(said: Mapping[str, Any], words: Mapping[str, str]) -> str:
    lines = "".join(
        f'<tr id="{each["id"].lower()}"><td>{each["id"]}<td class="{each["verdict"]}">'
        f"{words.get(each['verdict'], '')}<td>{words[each['how']]}"
        f"{': ' + escape(each['reason'] or ', '.join(each['vectors'][:3])) if each['how'] != 'check' else ''}"
        f"<td>{escape(each['text'])}"
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
