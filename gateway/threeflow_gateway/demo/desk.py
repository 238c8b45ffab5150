"""An office of customs that writes acts: each with its office, legal basis, scope and moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from threeflow.documents import build, subject, timestamp
from threeflow_gateway.demo import names
from threeflow_gateway.demo.derive import Parcel
from threeflow_gateway.demo.flows import Paper, english
from threeflow_gateway.demo.names import (
    CARRIER,
    DECLARANT,
    ENVIRONMENT,
    EXPORT_CUSTOMS,
    IMPORT_CUSTOMS,
    IMPORT_DECLARANT,
)

Reference = Mapping[str, str]
Scope = Mapping[str, Any]
WHOLE: Scope = {"all": True}
REMEDY_DAYS = 60
ANSWER_DAYS = 10


@dataclass(frozen=True)
class Desk:
    """One office of one customs node, at one position; it tells `receivers` of its acts."""

    customs: str
    position: str
    office: Mapping[str, str]
    basis: str
    receivers: tuple[str, ...]

    def act(self, at: datetime, scope: Scope | None = WHOLE, **more: Any) -> dict[str, Any]:
        """The member `act` of a document."""
        found: dict[str, Any] = {
            "position": self.position,
            "office": dict(self.office),
            "legalEffect": "original",
            "legalBasis": english(self.basis),
            "automated": True,
            "decidedAt": timestamp(at),
        }
        if scope is not None:
            found["scope"] = dict(scope)
        return found | more

    def paper(
        self,
        kind: tuple[str, str],
        at: datetime,
        references: Sequence[Reference],
        *,
        act: Mapping[str, Any],
        parcel: Parcel | None = None,
        **content: Any,
    ) -> Paper:
        """An act of type and kind on what it refers to; on the parcel's consignment where one is given."""
        keys = (
            ()
            if parcel is None
            else (names.declaration_key(parcel.declaration), names.waybill_key(parcel.waybill))
        )
        payload = build(
            *kind,
            issuer=self.customs,
            environment=ENVIRONMENT,
            issued_at=at,
            receivers=self.receivers,
            subjects=[subject(*keys)] if keys else (),
            references=references,
            act=act,
            **content,
        )
        return Paper(payload)

    def status(
        self, kind: str, at: datetime, references: Sequence[Reference], scope: Scope = WHOLE, **content: Any
    ) -> Paper:
        """A customs-status: registered, rejected, in-review, advance-received, exit-confirmed …"""
        return self.paper(("customs-status", kind), at, references, act=self.act(at, scope), **content)


EXPORT_DESK = Desk(EXPORT_CUSTOMS, "export", names.EXPORT_OFFICE, "Customs Act of XA", (DECLARANT, CARRIER))
EXIT_DESK = Desk(EXPORT_CUSTOMS, "export", names.EXIT_OFFICE, "Customs Act of XA", (DECLARANT,))
IMPORT_DESK = Desk(IMPORT_CUSTOMS, "import", names.IMPORT_OFFICE, "Customs Code of XB", (IMPORT_DECLARANT,))


def reason(rule: str, text_en: str, text_zh: str, pointer: str = "") -> dict[str, Any]:
    """A ground with the id of the rule behind it."""
    found: dict[str, Any] = {
        "code": {"list": "threeflow-rule", "code": rule},
        "text": [english(text_en), {"lang": "zh", "text": text_zh}],
    }
    return found | ({"pointer": pointer} if pointer else {})


def covers(declaration: Reference) -> dict[str, Any]:
    """The members of an act that say which version of which declaration it is about."""
    return {"declarationVersion": 1, "declarationDigest": declaration["digest"]}


def remedy(body: str, at: datetime) -> dict[str, Any]:
    """Who hears an objection, and until when."""
    last_day = (at + timedelta(days=REMEDY_DAYS)).date().isoformat()
    return {"body": body, "text": english("objection in writing"), "lastDay": last_day}


def deadline(at: datetime, zone: str) -> dict[str, str]:
    """When an answer is due, and what silence then means."""
    return {
        "at": timestamp(at + timedelta(days=ANSWER_DAYS)),
        "zone": zone,
        "calendar": "gregorian",
        "rule": "calendar-days",
        "atExpiry": "refused",
    }


def number(kind: str, parcel: Parcel) -> str:
    """A number of an act, made of the declaration's."""
    return f"{kind}-{parcel.declaration}"
