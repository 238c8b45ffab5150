"""What all reports say, as plain values."""

import base64
import json
from typing import Any

from threeflow_conformance.coverage import coverage, requirements
from threeflow_conformance.engine import Outcome, Run, exit_code, summary
from threeflow_conformance.judge.octets import decode
from threeflow_conformance.world import Exchange

__all__ = ["of_run"]

_SHOWN = 4000


def of_run(run: Run) -> dict[str, Any]:
    """Return the report of a run."""
    judged = _by_requirement(run)
    return {
        "role": run.network.role.name, "node": run.network.node, "target": run.network.target,
        "profile": run.profile,
        "seconds": round(run.seconds, 1), "exit": exit_code(run.outcomes), "counts": summary(run.outcomes),
        "cases": [_case(each) for each in run.outcomes],
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


def _case(outcome: Outcome) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": outcome.case.id, "title": outcome.case.check.title, "verdict": outcome.verdict,
        "judged": outcome.judged or outcome.verdict,
        "requirement": outcome.requirement, "message": outcome.message, "seconds": round(outcome.seconds, 3),
        "requirements": list(outcome.case.requirements), "engine": outcome.engine,
    }  # fmt: skip
    if outcome.verdict not in {"pass", "not-applicable"} and outcome.lines is not None:
        said["clause"] = requirements().get(outcome.requirement, {}).get("text", "")
        said["exchanges"] = [_exchange(each) for each in outcome.lines.exchanges[-3:]]
        said["difference"] = _difference(outcome.lines.exchanges)
    return said


def _exchange(each: Exchange) -> dict[str, Any]:
    return {
        "method": each.method, "target": each.target, "status": each.status, "error": each.error,
        "sent": _shown(each.body), "came": _shown(each.answer_body), "payloadSent": _payload(each.body),
        "payloadCame": _payload(each.answer_body), "curl": _curl(each),
    }  # fmt: skip


def _shown(octets: bytes | None) -> str:
    return "" if octets is None else octets[:_SHOWN].decode("utf-8", "backslashreplace")


def _payload(octets: bytes | None) -> str:
    try:
        return decode(json.loads(octets or b"")["payload"])[:_SHOWN].decode("utf-8", "backslashreplace")
    except (ValueError, KeyError, TypeError):
        return ""


def _curl(each: Exchange) -> str:
    headers = " ".join(f"-H '{name}: {value}'" for name, value in each.headers.items())
    body = ""
    if each.body is not None and len(each.body) < _SHOWN * 3:
        body = f"--data-binary @<(echo {base64.b64encode(each.body).decode()} | base64 -d) "
    return f"curl -sS -X {each.method} {headers} {body}\"$TARGET\"'{each.target}'"


def _difference(exchanges: list[Exchange]) -> str:
    """Where the payload of the last body differs from that of an earlier one for the same address."""
    bodies = [each.body for each in exchanges if each.body is not None]
    if len(bodies) < 2:
        return ""
    one, other = bodies[-2], bodies[-1]
    start = next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )
    if one == other:
        return "the last two bodies are the same, octet for octet"
    first, second = one[max(0, start - 20) : start + 60], other[max(0, start - 20) : start + 60]
    return f"from octet {start} on:\n- {first!r}\n+ {second!r}"
