"""Protocol artefacts that are submitted like documents: checkpoints and the heads of dossiers."""

from typing import Any

import orjson

from threeflow.errors import Refused
from threeflow_gateway.intake.committer import Result
from threeflow_gateway.intake.decide import Decider, Record
from threeflow_gateway.intake.examine import Unit
from threeflow_gateway.intake.workspace import Workspace

__all__ = ["CHECKPOINT", "HEAD", "take_artefact"]

CHECKPOINT = "checkpoint"
HEAD = "dossier-head"


def take_artefact(decider: Decider, workspace: Workspace, unit: Unit) -> Result:
    """Take in a checkpoint or a head; a receipt for a checkpoint is no leaf (TF-INTAKE-33).

    Raises:
        Refused: ``unknown-type`` for any other artefact.
    """
    if unit.type == CHECKPOINT:
        own = unit.issuer == unit.caller == decider.node
        if own and unit.payload["size"] <= workspace.checkpointed():
            # Another process of this node was quicker.
            raise Refused("wrong-state", "TF-INTAKE-33", "no leaves were added since the newest checkpoint")
        if not own and workspace.checkpointed_since(unit.issuer, unit.looked):
            # Judged against an earlier one than that: whether it continues the newest is to be asked anew.
            detail = f"another checkpoint of {unit.issuer} came in between"
            raise Refused("unavailable", "TF-INTAKE-44", detail, retryable=True)
        result, number = decider.record(workspace, unit, Record("accepted", "accepted", leaf=False))
        if own:
            workspace.changes.checkpoints.append(_own_checkpoint(unit, number))
        return result
    if unit.type != HEAD:
        raise Refused("unknown-type", "TF-DOC-1", f"{unit.type} is not submitted", "/header/type")
    result, number = decider.record(workspace, unit, Record("accepted", "accepted"))
    if unit.issuer != decider.node:
        workspace.changes.dossiers.append({
            "digest": unit.digest, "receivers": orjson.dumps(list(unit.receivers)).decode(), "bundle": None,
            "at": unit.at, "reason": "",
        })  # fmt: skip
    decider.tell(workspace, unit, number, outcome="accepted", subject=None, steps=[])
    return result


def _own_checkpoint(unit: Unit, number: int) -> dict[str, Any]:
    root: str = unit.payload["root"]
    return {
        "size": unit.payload["size"],
        "root": bytes.fromhex(root.removeprefix("sha-256:")),
        "at": unit.at,
        "document": number,
    }
