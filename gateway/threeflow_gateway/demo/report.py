"""`report.html`: one self-contained page for people, the data embedded and drawn on demand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from threeflow.process import Table
from threeflow_gateway.demo.account import OUTCOMES, TITLES
from threeflow_gateway.demo.planted import KINDS

TRACKS = ("export", "transport", "admission", "import")
PLACE = "/*DATA*/"
# Words of states that the report shows; the table's own words stand in its tracks and types.
STATES = {
    "none": ("none", "无"),
    "lodged": ("lodged", "已申报"),
    "registered": ("registered", "已受理"),
    "rejected": ("rejected", "退单"),
    "under-review": ("under review", "审核中"),
    "suspended": ("suspended", "挂起"),
    "inspection-ordered": ("inspection ordered", "布控查验"),
    "inspected": ("inspected", "已查验"),
    "released": ("released", "放行"),
    "exit-confirmed": ("exit confirmed", "结关"),
    "withdrawn": ("withdrawn", "已撤销"),
    "refused": ("refused", "不予准许"),
    "detained": ("detained", "扣留"),
    "forfeited": ("forfeited", "没收"),
    "lapsed": ("lapsed", "失效"),
    "expected": ("expected", "待运"),
    "at-control-place": ("at control place", "运抵"),
    "loaded": ("loaded", "已装载"),
    "departed": ("departed", "已离境"),
    "arrived": ("arrived", "已抵达"),
    "available": ("presented", "已呈验"),
    "delivered": ("delivered", "已妥投"),
    "advance-received": ("advance data received", "预先数据收讫"),
    "referred": ("referred", "转人工"),
    "do-not-load": ("do not load", "禁止装载"),
    "accepted": ("accepted", "接受"),
    "closed": ("closed", "办结"),
}


def write(path: Path, run: Mapping[str, Any], cases: Sequence[Mapping[str, Any]], table: Table) -> None:
    """Write the page; `run` and `cases` as `documents/tutorial/demo.md` describes them."""
    found = {
        "run": run,
        "order": list(OUTCOMES),
        "counts": run["outcomes"],
        "outcomes": _named(TITLES),
        "kinds": {kind.name: {"en": kind.title_en, "zh": kind.title_zh} for kind in KINDS},
        "tracks": {
            name: {"en": table.tracks[name].text.en, "zh": table.tracks[name].text.zh} for name in TRACKS
        },
        "states": _named(STATES),
        "cases": cases,
    }
    # A closing tag inside the data would end the script element.
    data = json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    page = files(__package__).joinpath("data/report.html").read_text("utf-8")
    path.write_text(page.replace(PLACE, data), encoding="utf-8")


def _named(words: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    return {name: {"en": en, "zh": zh} for name, (en, zh) in words.items()}
