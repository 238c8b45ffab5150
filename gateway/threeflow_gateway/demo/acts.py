"""Acts of customs, each with office, legal basis and scope, as the two customs nodes of the demo issue them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from threeflow.documents import build, subject, timestamp
from threeflow_gateway.demo import flows, names
from threeflow_gateway.demo.derive import Parcel
from threeflow_gateway.demo.flows import Paper, english
from threeflow_gateway.demo.names import CARRIER, DECLARANT, ENVIRONMENT, EXPORT_CUSTOMS, IMPORT_CUSTOMS, IMPORT_DECLARANT

Reference = Mapping[str, str]
Scope = Mapping[str, Any]
WHOLE: Scope = {"all": True}
RELEASE_DAYS = 90
REMEDY_DAYS = 60
ANSWER_DAYS = 10
AGREEMENT_NUMBER = "XA-XB-1"


@dataclass(frozen=True)
class Desk:
    """One office of one customs node, at one position; it writes acts, and tells `receivers` of them."""

    customs: str
    position: str
    office: Mapping[str, str]
    basis: str
    receivers: tuple[str, ...]

    def act(self, at: datetime, scope: Scope | None = None, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = {
            "position": self.position, "office": dict(self.office), "legalEffect": "original",
            "legalBasis": english(self.basis), "automated": True, "decidedAt": timestamp(at),
        }  # fmt: skip
        if scope is not None:
            found["scope"] = dict(scope)
        return found | more

    def paper(
        self, type_: str, kind: str, at: datetime, references: Sequence[Reference], act: Mapping[str, Any],
        subjects: Sequence[Mapping[str, Any]] = (), header: Mapping[str, Any] | None = None, **content: Any,
    ) -> Paper:  # fmt: skip
        """An act of this desk on what it refers to."""
        return Paper(
            build(
                type_, kind, issuer=self.customs, environment=ENVIRONMENT, issued_at=at, receivers=self.receivers,
                subjects=subjects, references=references, header=header, act=act, **content,
            )
        )  # fmt: skip

    def status(
        self, kind: str, at: datetime, references: Sequence[Reference], scope: Scope = WHOLE, **content: Any
    ) -> Paper:
        """A customs-status: registered, rejected, in-review, advance-received, exit-confirmed …"""
        return self.paper("customs-status", kind, at, references, self.act(at, scope), **content)


EXPORT_DESK = Desk(EXPORT_CUSTOMS, "export", names.EXPORT_OFFICE, "Customs Act of XA", (DECLARANT, CARRIER))
EXIT_DESK = Desk(EXPORT_CUSTOMS, "export", names.EXIT_OFFICE, "Customs Act of XA", (DECLARANT,))
IMPORT_DESK = Desk(IMPORT_CUSTOMS, "import", names.IMPORT_OFFICE, "Customs Code of XB", (IMPORT_DECLARANT,))


def consignment(parcel: Parcel) -> list[dict[str, Any]]:
    return [subject(names.declaration_key(parcel.declaration), names.waybill_key(parcel.waybill))]


def reason(rule: str, text_en: str, text_zh: str, pointer: str | None = None) -> dict[str, Any]:
    """A ground with the id of the rule behind it."""
    found: dict[str, Any] = {
        "code": {"list": "threeflow-rule", "code": rule},
        "text": [english(text_en), {"lang": "zh", "text": text_zh}],
    }  # fmt: skip
    return found | ({"pointer": pointer} if pointer else {})


def inspection_order(parcel: Parcel, references: Sequence[Reference], at: datetime, scope: Scope) -> Paper:
    """One order for customs and quarantine."""
    return EXPORT_DESK.paper(
        "inspection-order", "physical", at, references, EXPORT_DESK.act(at, scope), consignment(parcel)
    )


def inspection_result(
    parcel: Parcel, references: Sequence[Reference], at: datetime, scope: Scope, *, speaks_for: str, kind: str = "conform"
) -> Paper:
    """The one result of an order, with the seal that closes the goods again."""
    return EXPORT_DESK.paper(
        "inspection-result", kind, at, references, EXPORT_DESK.act(at, scope), consignment(parcel),
        speaksFor=speaks_for, seals=[f"SEAL-{parcel.declaration}"],
    )  # fmt: skip


def detention(parcel: Parcel, references: Sequence[Reference], at: datetime, scope: Scope) -> Paper:
    """One line is held; the rest may go on."""
    act = EXPORT_DESK.act(at, scope, remedy=_remedy("Customs appeal board of XA", at))
    return EXPORT_DESK.paper(
        "detention", "hold", at, references, act, consignment(parcel),
        reasons=[reason("RSK-08", "suspected infringement of a registered right", "涉嫌侵犯知识产权")],
    )  # fmt: skip


def release(
    parcel: Parcel, references: Sequence[Reference], at: datetime, scope: Scope, packages: Sequence[str], *,
    agreement: Mapping[str, str], basis: str,
) -> Paper:  # fmt: skip
    """Export release, bound to agreement, importing jurisdiction and packages."""
    whole = scope == WHOLE
    return EXPORT_DESK.paper(
        "release", "full" if whole else "partial", at, references, EXPORT_DESK.act(at, scope, declarationVersion=1),
        consignment(parcel), releaseNumber=f"REL-{parcel.declaration}", basis=basis,
        validUntil=timestamp(at + timedelta(days=RELEASE_DAYS)), agreement=dict(agreement),
        importingJurisdiction="xb", use={"packages": list(packages), "count": len(packages)},
    )  # fmt: skip


def withdrawn(references: Sequence[Reference], at: datetime) -> Paper:
    """The decision that grants a cancellation."""
    return EXPORT_DESK.paper("decision", "grant", at, references, EXPORT_DESK.act(at, WHOLE))


def import_decision(
    parcel: Parcel, kind: str, references: Sequence[Reference], at: datetime, *, agreement: Mapping[str, str],
    scope: Scope = WHOLE, reasons: Sequence[Mapping[str, Any]] = (),
) -> Paper:  # fmt: skip
    """Import customs' answer to a dossier."""
    more: dict[str, Any] = {}
    if kind == "refer":
        more["deadline"] = {
            "at": timestamp(at + timedelta(days=ANSWER_DAYS)), "zone": "Europe/Dublin", "calendar": "xb-calendar",
            "rule": "calendar-days", "atExpiry": "refused",
        }  # fmt: skip
    if kind == "refuse-entry":
        more["remedy"] = _remedy("Customs court of XB", at)
    question = {"text": [english("Please send the purchase history."), {"lang": "zh", "text": "请提供购买记录。"}]}
    return IMPORT_DESK.paper(
        "import-decision", kind, at, references, IMPORT_DESK.act(at, scope, **more), consignment(parcel),
        {"agreement": dict(agreement), "purpose": names.PURPOSE}, reasons=list(reasons) or None,
        question=question if kind == "refer" else None,
    )  # fmt: skip


def question(references: Sequence[Reference], at: datetime) -> Paper:
    """Import customs asks the declarant in its own territory."""
    deadline = {
        "at": timestamp(at + timedelta(days=ANSWER_DAYS)), "zone": "Europe/Dublin", "calendar": "xb-calendar",
        "rule": "calendar-days", "atExpiry": "refused",
    }  # fmt: skip
    text = [english("Please send the purchase history."), {"lang": "zh", "text": "请提供购买记录。"}]
    return IMPORT_DESK.paper(
        "information-request", "clarify", at, references, IMPORT_DESK.act(at, WHOLE, deadline=deadline), text=text
    )


def import_release(parcel: Parcel, references: Sequence[Reference], at: datetime, scope: Scope, packages: Sequence[str]) -> Paper:
    """Import release, on documents: nobody opens a package."""
    return IMPORT_DESK.paper(
        "release", "full" if scope == WHOLE else "partial", at, references, IMPORT_DESK.act(at, scope, declarationVersion=1),
        consignment(parcel), releaseNumber=f"IMP-{parcel.declaration}", basis="documents",
        validUntil=timestamp(at + timedelta(days=RELEASE_DAYS)), use={"packages": list(packages), "count": len(packages)},
    )  # fmt: skip


def agreement(desk: Desk, at: datetime, counterpart: Mapping[str, str] | None, receivers: Sequence[str]) -> Paper:
    """One side's own seal on the agreement; the second side names the first side's document."""
    sides = [{"jurisdiction": "xa", "authority": EXPORT_CUSTOMS}, {"jurisdiction": "xb", "authority": IMPORT_CUSTOMS}]
    payload = build(
        "agreement", "corridor", issuer=desk.customs, environment=ENVIRONMENT, issued_at=at, receivers=list(receivers),
        subjects=[subject({"scheme": "agreement", "issuer": EXPORT_CUSTOMS, "value": AGREEMENT_NUMBER})],
        act={key: value for key, value in desk.act(at).items() if key != "position"},
        agreementNumber=AGREEMENT_NUMBER, sides=sides, counterpart=dict(counterpart) if counterpart else None,
        validFrom=timestamp(at),
        terms={
            "exporting": ["xa"], "importing": ["xb"],
            "documents": ["declaration", "customs-status", "release", "inspection-result", "dossier"],
            "purposes": [names.PURPOSE], "retentionDays": 1095, "onwardUse": "none", "evidence": "evidence",
            "recognition": ["inspection", "release"], "answerHours": 24,
        },
    )  # fmt: skip
    return Paper(payload)


def _remedy(body: str, at: datetime) -> dict[str, Any]:
    return {
        "body": body, "text": english("objection in writing"),
        "lastDay": (at + timedelta(days=REMEDY_DAYS)).date().isoformat(),
    }  # fmt: skip


__all__ = [
    "EXIT_DESK", "EXPORT_DESK", "IMPORT_DESK", "WHOLE", "Desk", "agreement", "consignment", "detention",
    "import_decision", "import_release", "inspection_order", "inspection_result", "question", "reason", "release",
    "withdrawn",
]  # fmt: skip
_ = flows
