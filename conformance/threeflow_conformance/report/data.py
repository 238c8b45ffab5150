"""What all reports say, as plain values."""

import json
import shlex
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from threeflow_conformance.coverage import coverage, requirements
from threeflow_conformance.engine import Outcome, Run, exit_code, summary
from threeflow_conformance.judge.octets import decode
from threeflow_conformance.report.curl import curl
from threeflow_conformance.report.difference import difference
from threeflow_conformance.speak.calls import as_over_rest
from threeflow_conformance.world import Exchange

__all__ = ["of_run", "titles"]

_SHOWN = 4000


def of_run(run: Run) -> dict[str, Any]:
    """Return the report of a run."""
    judged = _by_requirement(run)
    return {
        "role": run.network.role.name, "node": run.network.node, "target": run.network.target,
        "profile": run.parameters.profile,
        "seconds": round(run.seconds, 1), "exit": exit_code(run.outcomes), "counts": summary(run.outcomes),
        "cases": [_case(each, run) for each in run.outcomes],
        "requirements": [
            {"id": each.id, "level": each.level, "text": each.text, "how": each.how, "vectors": list(each.vectors),
             "reason": each.reason, "verdict": judged.get(each.id, "")}
            for each in coverage()
        ],
    }  # fmt: skip


def _by_requirement(run: Run) -> dict[str, str]:
    found: dict[str, str] = {}
    for outcome in run.outcomes:
        for name in outcome.case.requirements:
            if outcome.verdict == "could-not-run":
                found[name] = "could-not-run" if found.get(name) != "fail" else "fail"
            else:
                found.setdefault(name, "pass")
        if outcome.verdict in {"fail", "warn"} and outcome.requirement:
            found[outcome.requirement] = outcome.verdict
    return found


@cache
def titles() -> Mapping[str, str]:
    """What each check judges, in Chinese."""
    text = (
        resources.files("threeflow_conformance").joinpath("data/titles.zh.yaml").read_text(encoding="utf-8")
    )
    found: Mapping[str, str] = yaml.safe_load(text)
    return found


def _case(outcome: Outcome, run: Run) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": outcome.case.id, "title": outcome.case.check.title,
        "titleZh": titles().get(outcome.case.check.id, "签名模糊测试（OpenAPI）"), "verdict": outcome.verdict,
        "judged": outcome.judged or outcome.verdict,
        "requirement": outcome.requirement, "message": outcome.message, "seconds": round(outcome.seconds, 3),
        "requirements": list(outcome.case.requirements), "engine": outcome.engine,
    }  # fmt: skip
    if outcome.verdict not in {"pass", "not-applicable"} and outcome.lines is not None:
        lines = outcome.lines
        said["clause"] = requirements().get(outcome.requirement, {}).get("text", "")
        shown = lines.exchanges[lines.twin :][:1] if lines.twin is not None else []
        shown += [each for each in lines.exchanges[-2:] if each not in shown]
        said["exchanges"] = [_exchange(each, run) for each in shown]
        said["twin"] = lines.twin is not None and lines.twin < len(lines.exchanges)
        said["difference"] = difference(_said(shown[0])[0] or b"", lines.right) if said["twin"] else ""
        said["again"] = (
            f"threeflow-conformance run --role {run.network.role.name} --only {shlex.quote(outcome.case.id)}"
        )
    return said


def _said(each: Exchange) -> tuple[bytes | None, bytes]:
    """What was sent and what came, of a call as it would be over REST."""
    if each.method != "GRPC":
        return each.body, each.answer_body
    status = each.answer_headers.get("grpc-status", "")
    return as_over_rest(each.target, each.body or b"", status, each.answer_body)


def _status(each: Exchange) -> str:
    return each.answer_headers.get("grpc-status", "") if each.method == "GRPC" else str(each.status or "")


def _exchange(each: Exchange, run: Run) -> dict[str, Any]:
    sent, came = _said(each)
    return {
        "method": each.method, "target": each.target, "status": _status(each), "error": each.error,
        "sent": _shown(sent), "came": _shown(came), "payloadSent": _payload(sent),
        "payloadCame": _payload(came), "curl": curl(each, run.network.target, run.parameters.grpc),
    }  # fmt: skip


def _shown(octets: bytes | None) -> str:
    return "" if octets is None else octets[:_SHOWN].decode("utf-8", "backslashreplace")


def _payload(octets: bytes | None) -> str:
    try:
        return decode(json.loads(octets or b"")["payload"])[:_SHOWN].decode("utf-8", "backslashreplace")
    except (ValueError, KeyError, TypeError):
        return ""
