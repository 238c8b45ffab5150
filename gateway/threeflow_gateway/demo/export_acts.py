"""What export customs decides: inspection, detention, release, withdrawal, and questions before release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from threeflow.documents import timestamp
from threeflow_gateway.demo import names
from threeflow_gateway.demo.derive import Parcel
from threeflow_gateway.demo.desk import EXPORT_DESK, WHOLE, Reference, Scope, covers, number, reason, remedy
from threeflow_gateway.demo.flows import Paper

RELEASE_DAYS = 90


def seal_number(parcel: Parcel) -> str:
    """The seal that closes a parcel after its inspection."""
    return number("SEAL", parcel)


def inspection_order(parcel: Parcel, references: Sequence[Reference], at: datetime, scope: Scope) -> Paper:
    """One order for customs and quarantine."""
    return EXPORT_DESK.paper(
        ("inspection-order", "physical"),
        at,
        references,
        act=EXPORT_DESK.act(at, scope),
        parcel=parcel,
        orderNumber=number("INS", parcel),
        openPackages=True,
    )


def inspection_result(
    parcel: Parcel,
    references: Sequence[Reference],
    at: datetime,
    *,
    scope: Scope,
    opened: Sequence[str],
    findings: Sequence[Mapping[str, Any]] = (),
) -> Paper:
    """The one result of an order, with the seal that closes the goods again."""
    outcome = "discrepancy" if findings else "conform"
    return EXPORT_DESK.paper(
        ("inspection-result", outcome),
        at,
        references,
        act=EXPORT_DESK.act(at, scope),
        parcel=parcel,
        orderNumber=number("INS", parcel),
        method="physical",
        inspectedAt=timestamp(at),
        inspectionOffice=names.EXPORT_OFFICE,
        opened=list(opened),
        speaksFor="scope" if scope == WHOLE else "opened",
        outcome=outcome,
        findings=list(findings) or None,
        sealsAfter=[seal_number(parcel)],
    )


def detention(parcel: Parcel, references: Sequence[Reference], at: datetime, scope: Scope) -> Paper:
    """One line is held; the rest may go on."""
    return EXPORT_DESK.paper(
        ("detention", "hold"),
        at,
        references,
        act=EXPORT_DESK.act(at, scope, remedy=remedy("Customs appeal board of XA", at)),
        parcel=parcel,
        detentionNumber=number("DET", parcel),
        reasons=[reason("RSK-08", "suspected infringement of a registered right", "涉嫌侵犯知识产权")],
    )


def release(
    parcel: Parcel,
    declaration: Reference,
    references: Sequence[Reference],
    at: datetime,
    *,
    scope: Scope,
    packages: Sequence[str],
    agreement: Mapping[str, str],
    basis: str,
) -> Paper:
    """Export release, bound to agreement, importing jurisdiction, declaration version and packages."""
    return EXPORT_DESK.paper(
        ("release", "full" if scope == WHOLE else "partial"),
        at,
        [declaration, *references],
        act=EXPORT_DESK.act(at, scope, **covers(declaration)),
        parcel=parcel,
        releaseNumber=number("REL", parcel),
        basis=basis,
        validUntil=timestamp(at + timedelta(days=RELEASE_DAYS)),
        agreement=dict(agreement),
        importingJurisdiction="xb",
        use={"packages": list(packages), "count": len(packages)},
    )


def withdrawn(parcel: Parcel, cancellation: Reference, declaration: Reference, at: datetime) -> Paper:
    """The decision that grants a cancellation."""
    return EXPORT_DESK.paper(
        ("decision", "grant"),
        at,
        [cancellation, declaration],
        act=EXPORT_DESK.act(at),
        decisionNumber=number("DEC", parcel),
        answers=dict(cancellation),
        effect="withdrawn",
    )
