"""Writing all reports of a run into a folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from threeflow_conformance.report.html import page

__all__ = ["write"]

_COLOURS = {0: ("conforms", "#067a46"), 1: ("does not conform", "#b3261e"), 2: ("could not run", "#8a5a00")}


def write(folder: Path, said: Mapping[str, Any]) -> None:
    """Write report.html, report.zh.html, report.json, junit.xml and badge.svg."""
    (folder / "report.json").write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / "report.html").write_text(page(said, "en"), encoding="utf-8")
    (folder / "report.zh.html").write_text(page(said, "zh"), encoding="utf-8")
    (folder / "junit.xml").write_text(_junit(said), encoding="utf-8")
    (folder / "badge.svg").write_text(_badge(said), encoding="utf-8")


def _junit(said: Mapping[str, Any]) -> str:
    counts = said["counts"]
    lines = []
    for each in said["cases"]:
        inner = ""
        if each["verdict"] == "fail":
            inner = (
                f"<failure message={quoteattr(each['message'][:500])}>{escape(each['requirement'])}</failure>"
            )
        elif each["verdict"] == "could-not-run":
            inner = f"<error message={quoteattr(each['message'][:500])}/>"
        elif each["verdict"] == "not-applicable":
            inner = "<skipped/>"
        family = each["id"].partition(".")[0]
        lines.append(
            f'<testcase classname={quoteattr(family)} name={quoteattr(each["id"])} time="{each["seconds"]}">{inner}</testcase>'
        )
    top = (
        f'<testsuite name={quoteattr("threeflow " + said["role"])} tests="{len(said["cases"])}" '
        f'failures="{counts["fail"]}" errors="{counts["could-not-run"]}" time="{said["seconds"]}">'
    )
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + top + "\n" + "\n".join(lines) + "\n</testsuite>\n"


def _badge(said: Mapping[str, Any]) -> str:
    words, colour = _COLOURS[said["exit"]]
    left, right = f"threeflow {said['role']}", words
    one, two = 8 + 7 * len(left), 12 + 7 * len(right)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{one + two}" height="20" role="img" '
        f'aria-label="{left}: {right}"><rect width="{one}" height="20" fill="#445"/>'
        f'<rect x="{one}" width="{two}" height="20" fill="{colour}"/><g fill="#fff" font-family="sans-serif" '
        f'font-size="11"><text x="6" y="14">{left}</text><text x="{one + 6}" y="14">{right}</text></g></svg>\n'
    )
