"""What import customs decides: answer to the dossier, question, release; and the agreement of both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from threeflow.documents import build, subject, timestamp
from threeflow_gateway.demo import names
from threeflow_gateway.demo.derive import Parcel
from threeflow_gateway.demo.desk import (
    IMPORT_DESK,
    WHOLE,
    Desk,
    Reference,
    Scope,
    covers,
    deadline,
    number,
    remedy,
)
from threeflow_gateway.demo.flows import Paper, english
from threeflow_gateway.demo.names import ENVIRONMENT, EXPORT_CUSTOMS, IMPORT_CUSTOMS

RELEASE_DAYS = 90
QUESTION = [english("Please send the purchase history."), {"lang": "zh", "text": "请提供购买记录。"}]
ZONE = "Europe/Dublin"
AGREEMENT_NUMBER = "XA-XB-1"


def decision(
    parcel: Parcel,
    kind: str,
    declaration: Reference,
    references: Sequence[Reference],
    at: datetime,
    *,
    scope: Scope = WHOLE,
    reasons: Sequence[Mapping[str, Any]] = (),
) -> Paper:
    """Import customs' answer to a dossier."""
    more = covers(declaration)
    if kind == "refer":
        more["deadline"] = deadline(at, ZONE)
    if kind == "refuse-entry":
        more["remedy"] = remedy("Customs court of XB", at)
    return IMPORT_DESK.paper(
        ("import-decision", kind),
        at,
        [declaration, *references],
        act=IMPORT_DESK.act(at, scope, **more),
        parcel=parcel,
        reasons=list(reasons) or None,
        question={"text": QUESTION} if kind == "refer" else None,
    )


def question(references: Sequence[Reference], at: datetime) -> Paper:
    """Import customs asks the declarant in its own territory."""
    act = IMPORT_DESK.act(at, deadline=deadline(at, ZONE))
    return IMPORT_DESK.paper(("information-request", "clarify"), at, references, act=act, question=QUESTION)


def release(
    parcel: Parcel,
    declaration: Reference,
    references: Sequence[Reference],
    at: datetime,
    *,
    scope: Scope,
    packages: Sequence[str],
) -> Paper:
    """Import release, on documents: nobody opens a package."""
    return IMPORT_DESK.paper(
        ("release", "full" if scope == WHOLE else "partial"),
        at,
        [declaration, *references],
        act=IMPORT_DESK.act(at, scope, **covers(declaration)),
        parcel=parcel,
        releaseNumber=number("IMP", parcel),
        basis="documents",
        validUntil=timestamp(at + timedelta(days=RELEASE_DAYS)),
        use={"packages": list(packages), "count": len(packages)},
    )


def agreement(
    desk: Desk, at: datetime, receivers: Sequence[str], counterpart: Mapping[str, str] | None
) -> Paper:
    """One side's own seal on the agreement; the second side names the first side's document."""
    payload = build(
        "agreement",
        "corridor",
        issuer=desk.customs,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=list(receivers),
        subjects=[subject({"scheme": "agreement", "issuer": EXPORT_CUSTOMS, "value": AGREEMENT_NUMBER})],
        act={name: value for name, value in desk.act(at, None).items() if name != "position"},
        agreementNumber=AGREEMENT_NUMBER,
        sides=[
            {"jurisdiction": "xa", "authority": EXPORT_CUSTOMS},
            {"jurisdiction": "xb", "authority": IMPORT_CUSTOMS},
        ],
        counterpart=dict(counterpart) if counterpart else None,
        validFrom=timestamp(at),
        terms={
            "exporting": ["xa"],
            "importing": ["xb"],
            "documents": [
                "declaration",
                "customs-status",
                "inspection-order",
                "inspection-result",
                "detention",
                "release",
                "logistics-event",
                "dossier-head",
            ],
            "purposes": [names.PURPOSE],
            "retentionDays": 1095,
            "onwardUse": "none",
            "evidence": "evidence",
            "recognition": ["inspection", "release"],
            "answerHours": 24,
        },
    )
    return Paper(payload)
