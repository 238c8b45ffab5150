"""What crosses a border needs an agreement in force (TF-INTAKE-15)."""

from typing import Final

from threeflow import names
from threeflow.errors import Refused
from threeflow_gateway.domain.terms import objection_of
from threeflow_gateway.intake.examine import Unit, office_of
from threeflow_gateway.intake.workspace import Workspace

__all__ = ["check_agreement"]

_POINTER: Final = "/header/agreement"
_TRACK: Final = "record"
_IN_FORCE: Final = "in-force"


def check_agreement(workspace: Workspace, unit: Unit) -> None:
    """Refuse a document between jurisdictions that names no agreement in force between them.

    Raises:
        Refused: ``not-entitled``.
    """
    own = names.jurisdiction_of(unit.issuer)
    others = {names.jurisdiction_of(each) for each in unit.receivers} - {own}
    agreement_type = unit.row.names.get(_POINTER) if unit.row else None
    if not others or unit.type == agreement_type or unit.row is None or unit.enclosed:
        return
    named = unit.header.get("agreement")
    if named is None:
        raise _refused("the document crosses a border and names no agreement")
    held = workspace.held(named["issuer"], named["id"])
    if held is None or held.digest != named["digest"] or held.type != agreement_type:
        raise _refused("the agreement that the document names is not held")
    reason = "the agreement that the document names is not in force between its sides"
    for number in workspace.subjects_of(held.no):
        standing = workspace.standing(number)
        signed: set[str] = set()
        for each in standing.members.values():
            if each.filed.type == agreement_type and each.filed.digest in standing.state.applied:
                objection = objection_of(
                    each.filed.facts, unit.header.get("purpose"), office_of(unit), unit.received_at
                )
                reason = objection or reason
                if not objection:
                    signed.add(names.jurisdiction_of(each.filed.issuer))
        if standing.state.subject_tracks.get(_TRACK) == _IN_FORCE and signed >= others | {own}:
            return
    raise _refused(reason)


def _refused(detail: str) -> Refused:
    return Refused("not-entitled", "TF-INTAKE-15", detail, _POINTER)
