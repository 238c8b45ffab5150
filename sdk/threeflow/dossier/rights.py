"""Whether an issuer had the right to issue a document (TF-DOS-14): role, office, competence, position."""

from datetime import datetime

from threeflow.dossier.belonging import Document
from threeflow.errors import Refused
from threeflow.names import jurisdiction_of
from threeflow.process import Table, check_references
from threeflow.trust import TrustedNode, TrustList, TrustStore


def list_at(trust: TrustStore, node_id: str, moment: datetime) -> TrustList | None:
    """Return the list of a node's jurisdiction in force at a moment; the first held, if all are later."""
    lists = trust.lists(jurisdiction_of(node_id))
    earlier = [each for each in lists if each.issued_at <= moment]
    return earlier[-1] if earlier else (lists[0] if lists else None)


def node_at(trust: TrustStore, node_id: str, moment: datetime) -> TrustedNode | None:
    """Return a node as the list in force at a moment has it."""
    current = list_at(trust, node_id, moment)
    return None if current is None else current.node(node_id)


def lack_of(table: Table, document: Document, node: TrustedNode | None) -> tuple[str, str] | None:
    """Say in English and Chinese what right the issuer lacks, or None where it lacks none."""
    filed, kind = document.filed, document.kind
    if node is None:
        return f"no list names {filed.issuer}", f"没有名单列出 {filed.issuer}"
    if not kind.issuers.intersection(node.roles):
        wanted = ", ".join(sorted(kind.issuers))
        return (
            f"{node.id} has none of the roles that issue {filed.type}: {wanted}",
            f"{node.id} 不具备签发 {filed.type} 的角色：{wanted}",
        )
    return _lack_of_competence(document, node) or _lack_of_reference(table, document)


def _lack_of_competence(document: Document, node: TrustedNode) -> tuple[str, str] | None:
    filed, competence = document.filed, document.kind.competence
    if competence is None:
        return None
    office = None if filed.office is None else node.office(*filed.office)
    named = "/".join(filed.office or ("–", "–"))
    if office is None:
        return f"the list gives {node.id} no office {named}", f"名单未给予 {node.id} 机构 {named}"
    if filed.position not in office.positions or competence not in office.competences:
        return (
            f"office {named} has no competence {competence} at {filed.position}",
            f"机构 {named} 在 {filed.position} 位置没有 {competence} 职权",
        )
    return None


def _lack_of_reference(table: Table, document: Document) -> tuple[str, str] | None:
    row = table.row(document.filed.type)
    assert row is not None
    try:
        check_references(row, document.filed)
    except Refused as refused:
        return refused.detail, f"引用不符（{refused.code}）：{refused.detail}"
    return None
