"""Who may issue, bring and carry a document (TF-INTAKE-9 to TF-INTAKE-14).

Rules, in this order:

1. the issuer has a role that the table names for the type;
2. an act names an office of its issuer that is competent at its position;
3. the caller is the issuer, a receiver, a hub, or the node through which the issuer is reached;
4. this node is the issuer, a receiver, a hub, or the node through which one of them is reached.
"""

from collections.abc import Collection, Sequence
from typing import Final, Protocol

from threeflow.errors import Refused

__all__ = ["Listed", "OfficeEntry", "check_caller", "check_carrier", "check_office", "check_role"]

_HUB: Final = "hub"
_ANY: Final = "any"


class OfficeEntry(Protocol):
    """An office as a trust list names it."""

    @property
    def list(self) -> str:
        """Code list of the office's code."""

    @property
    def code(self) -> str:
        """The office's code."""

    @property
    def positions(self) -> Collection[str]:
        """Positions at which it acts."""

    @property
    def competences(self) -> Collection[str]:
        """What it may decide."""


class Listed(Protocol):
    """A node as a trust list names it."""

    @property
    def id(self) -> str:
        """Node id."""

    @property
    def roles(self) -> Collection[str]:
        """Its roles."""

    @property
    def offices(self) -> Sequence[OfficeEntry]:
        """Its offices."""

    @property
    def via(self) -> str | None:
        """The node through which it is reached."""


def check_role(issuer: Listed, allowed: Collection[str], document_type: str) -> None:
    """Refuse an issuer without any of the roles that the table names.

    Raises:
        Refused: ``not-entitled`` (TF-INTAKE-9).
    """
    if _ANY not in allowed and not set(issuer.roles) & set(allowed):
        detail = f"{issuer.id} has none of the roles that may issue {document_type}"
        raise Refused("not-entitled", "TF-INTAKE-9", detail, "/header/issuer")


def check_office(
    issuer: Listed, office: tuple[str, str] | None, position: str | None, competence: str | None, pointer: str
) -> None:
    """Refuse an act of an office that the issuer has not, or that is not competent at the position.

    Raises:
        Refused: ``not-entitled`` (TF-INTAKE-10).
    """
    if competence is None:
        return
    for each in issuer.offices:
        if (each.list, each.code) == office and competence in each.competences:
            if position is None or position in each.positions:
                return
            detail = f"the office {each.code} of {issuer.id} does not act at {position}"
            raise Refused("not-entitled", "TF-INTAKE-10", detail, pointer)
    named = office[1] if office else "no office"
    detail = f"{named} of {issuer.id} has no competence for {competence}"
    raise Refused("not-entitled", "TF-INTAKE-10", detail, pointer)


def check_caller(caller: Listed, issuer: Listed, receivers: Collection[str]) -> None:
    """Refuse a caller that has nothing to do with the document.

    Raises:
        Refused: ``not-entitled`` (TF-INTAKE-13).
    """
    if caller.id in {issuer.id, issuer.via, *receivers} or _HUB in caller.roles:
        return
    detail = f"{caller.id} is neither issuer, receiver, hub nor the way to {issuer.id}"
    raise Refused("not-entitled", "TF-INTAKE-13", detail)


def check_carrier(
    node: Listed, issuer: Listed, receivers: Collection[str], ways: Collection[str | None]
) -> None:
    """Refuse a document that this node has no part in; ``ways`` are the ``via`` of issuer and receivers.

    Raises:
        Refused: ``not-entitled`` (TF-INTAKE-14).
    """
    if node.id == issuer.id or node.id in receivers or _HUB in node.roles or node.id in ways:
        return
    raise Refused(
        "not-entitled", "TF-INTAKE-14", f"{node.id} has no part in this document", "/header/receivers"
    )
