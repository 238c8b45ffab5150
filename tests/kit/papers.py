"""Documents for tests: the standard's own valid vectors under fresh ids, numbers, issuers and references."""

from __future__ import annotations

import copy
import itertools
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import threeflow_spec
from kit.members import ENVIRONMENT
from threeflow import digest, strict
from threeflow.documents import reference_to

_NUMBERS = itertools.count(1)


@cache
def _vector(name: str) -> str:
    return threeflow_spec.read(f"v1/vectors/documents/{name}.json").decode()


def paper(
    vector: str,
    issuer: str,
    receivers: Sequence[str],
    *,
    references: Sequence[Mapping[str, Any]] = (),
    keys: Sequence[Mapping[str, str]] = (),
    header: Mapping[str, Any] | None = None,
    **content: Any,
) -> dict[str, Any]:
    """A payload made of a vector: new id, issuer, receivers; subjects and references only as given."""
    payload: dict[str, Any] = json.loads(_vector(vector))
    old = payload["header"]
    made = {
        "specVersion": "1.0",
        "type": old["type"],
        "kind": old["kind"],
        "id": str(uuid.uuid4()),
        "issuer": issuer,
        "environment": ENVIRONMENT,
        "issuedAt": datetime.now(UTC).isoformat(),
        "receivers": list(receivers),
    }
    if keys:
        made["subjects"] = [{"keys": [dict(each) for each in keys]}]
    if references:
        made["references"] = [dict(each) for each in references]
    if "parts" in old:
        made["parts"] = old["parts"]
    return {**payload, **content, "header": {**made, **(header or {})}}


def ref(payload: Mapping[str, Any]) -> dict[str, str]:
    """The reference by which others name a payload."""
    return reference_to(payload, digest.of(strict.dump(dict(payload))))


def name(payload: Mapping[str, Any]) -> dict[str, str]:
    """Issuer, id and digest of a payload, as agreements are named."""
    full = ref(payload)
    return {member: full[member] for member in ("issuer", "id", "digest")}


class Parcel:
    """The papers of one parcel from xa to xb, each made once, at first use."""

    def __init__(self, agreement: Mapping[str, Any] | None = None) -> None:
        number = f"{next(_NUMBERS):06}-{uuid.uuid4().hex[:6]}"
        self.case_keys = [
            {"scheme": "ucr", "issuer": "xa.platform", "value": f"UCR{number}"},
            {"scheme": "order", "issuer": "xa.platform", "value": f"O{number}"},
        ]
        self.keys = [
            {"scheme": "declaration", "issuer": "xa.customs", "value": f"D{number}"},
            {"scheme": "waybill", "issuer": "xa.carrier", "value": f"W{number}"},
        ]
        self.agreement = agreement
        self._made: dict[str, dict[str, Any]] = {}

    def _once(self, what: str, **made: Any) -> dict[str, Any]:
        if what not in self._made:
            vector = made.pop("vector")
            self._made[what] = paper(vector, made.pop("issuer"), made.pop("receivers"), **made)
        return copy.deepcopy(self._made[what])

    def _crossing(self) -> dict[str, Any]:
        if self.agreement is None:
            return {}
        return {"agreement": name(self.agreement), "purpose": "release-on-documents"}

    @property
    def order(self) -> dict[str, Any]:
        """The platform's order."""
        return self._once(
            "order",
            vector="order/parcel-to-germany",
            issuer="xa.platform",
            receivers=["xa.customs"],
            keys=self.case_keys,
        )

    @property
    def payment(self) -> dict[str, Any]:
        """The payment institution's payment."""
        return self._once(
            "payment",
            vector="payment/paid-with-a-coupon",
            issuer="xa.pay",
            receivers=["xa.customs"],
            keys=self.case_keys[1:],
            references=[ref(self.order)],
        )

    @property
    def waybill(self) -> dict[str, Any]:
        """The carrier's waybill."""
        return self._once(
            "waybill",
            vector="waybill/air-parcel-in-two-cartons",
            issuer="xa.carrier",
            receivers=["xa.customs", "xa.declarant"],
            keys=self.keys[1:],
        )

    @property
    def declaration(self) -> dict[str, Any]:
        """The declarant's export declaration."""
        return self._once(
            "declaration",
            vector="declaration/export-list",
            issuer="xa.declarant",
            receivers=["xa.customs"],
            keys=self.keys,
            references=[ref(self.order), ref(self.payment), ref(self.waybill)],
        )

    @property
    def registered(self) -> dict[str, Any]:
        """Export customs registers."""
        receivers = ["xa.declarant", *(["xb.customs"] if self.agreement else [])]
        return self._once(
            "registered",
            vector="customs-status/registered",
            issuer="xa.customs",
            receivers=receivers,
            references=[ref(self.declaration)],
            header=self._crossing(),
            act=self._act("customs-status/registered"),
        )

    @property
    def release(self) -> dict[str, Any]:
        """Export customs releases."""
        receivers = ["xa.declarant", "xa.carrier", *(["xb.customs"] if self.agreement else [])]
        return self._once(
            "release",
            vector="release/full",
            issuer="xa.customs",
            receivers=receivers,
            keys=self.keys,
            references=[ref(self.declaration), ref(self.registered)],
            header=self._crossing(),
            act=self._act("release/full"),
        )

    @property
    def advance(self) -> dict[str, Any]:
        """Import customs has the advance data."""
        act = {
            **self._act("customs-status/registered"),
            "position": "import",
            "office": {"list": "xb-office", "code": "XB100"},
        }
        header = {**self._crossing(), "kind": "advance-received"}
        return self._once(
            "advance",
            vector="customs-status/registered",
            issuer="xb.customs",
            receivers=["xa.customs"],
            references=[ref(self.declaration)],
            header=header,
            act=act,
        )

    @property
    def accepted(self) -> dict[str, Any]:
        """Import customs accepts the dossier."""
        assert self.agreement is not None
        return self._once(
            "accepted",
            vector="import-decision/accepted-before-departure",
            issuer="xb.customs",
            receivers=["xa.customs", "xb.declarant"],
            keys=self.keys,
            references=[ref(self.advance), ref(self.release), ref(self.agreement)],
            header=self._crossing(),
            act=self._act("import-decision/accepted-before-departure"),
        )

    def _act(self, vector: str) -> dict[str, Any]:
        act: dict[str, Any] = json.loads(_vector(vector))["act"]
        return {
            **act,
            "decidedAt": datetime.now(UTC).isoformat(),
            "declarationDigest": ref(self.declaration)["digest"],
        }


class Agreement:
    """The two documents by which xa and xb agree."""

    def __init__(self) -> None:
        number = f"XA-XB-{next(_NUMBERS)}-{uuid.uuid4().hex[:4]}"
        keys = [{"scheme": "agreement", "issuer": "xa.customs", "value": number}]
        self.first = paper("agreement/first-seal", "xa.customs", ["xb.customs", "xa.hub"], keys=keys)
        self.second = paper(
            "agreement/second-seal",
            "xb.customs",
            ["xa.customs", "xa.hub"],
            keys=keys,
            references=[{**ref(self.first), "relation": "counterpart"}],
            counterpart=name(self.first),
        )
