"""Documents for the vectors of the process: payloads that hold no more than the fold reads."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tools.vectors.material import compact

Paper = dict[str, Any]
GOODS = {"P1": {1: "6"}, "P2": {2: "5"}, "P3": {1: "4"}}
CARRIER, DECLARANT, IMPORTER = "xa.carrier", "xa.declarant", "xb.declarant"
EXPORT, IMPORT = "xa.customs", "xb.customs"


def paper(
    name: str,
    what: str,
    issuer: str,
    at: str,
    names: Sequence[Paper] = (),
    *,
    version: int = 1,
    replaces: Paper | None = None,
    **content: Any,
) -> Paper:
    """Return a document by its name in the case: its payload (no more than the fold reads) and its digest."""
    kind_of = what.split("/")
    header: dict[str, Any] = {
        "type": kind_of[0],
        "kind": kind_of[1],
        "id": str(uuid5(NAMESPACE_URL, f"{name} {what} {at}")),
        "issuer": issuer,
        "issuedAt": f"2026-03-01T{at}:00Z",
        "version": version,
        "references": [_reference(each) for each in names],
    }
    if replaces is not None:
        header["replaces"] = {key: _reference(replaces)[key] for key in ("id", "digest")}
    if "act" in content:
        content["act"]["decidedAt"] = header["issuedAt"]
    payload = {"header": header, **content}
    return {"name": name, "digest": f"sha-256:{sha256(compact(payload)).hexdigest()}", "payload": payload}


def _reference(named: Paper) -> dict[str, str]:
    header = named["payload"]["header"]
    return {
        "type": header["type"],
        "issuer": header["issuer"],
        "id": header["id"],
        "digest": named["digest"],
    }


def act(position: str, scope: Mapping[str, object] | None = None, **members: Any) -> dict[str, Any]:
    """Return the member `act`; without a scope it is about the whole."""
    office = {"list": "offices", "code": position[:1].upper()}
    return {"position": position, "office": office, "scope": scope or {"all": True}, **members}


def packages(*ids: str) -> dict[str, object]:
    """Return a scope of packages."""
    return {"packages": list(ids)}


def declared(goods: Mapping[str, Mapping[int, str]], direction: str = "export") -> dict[str, Any]:
    """Return the goods of a declaration; quantities are whole pieces."""
    sums: dict[int, int] = {}
    for contents in goods.values():
        for sequence, amount in contents.items():
            sums[sequence] = sums.get(sequence, 0) + int(amount)
    return {
        "direction": direction,
        "items": [
            {"sequence": each, "quantity": {"value": str(sums[each]), "unit": "H87"}} for each in sorted(sums)
        ],
        "packages": [
            {
                "id": name,
                "contents": [{"sequence": each, "quantity": amount} for each, amount in within.items()],
            }
            for name, within in goods.items()
        ],
    }


def event(name: str, kind: str, at: str, *ids: str, classifier: str = "actual") -> Paper:
    """Return a logistics event about some packages, or about all."""
    where: dict[str, Any] = {"packages": list(ids)} if ids else {}
    content: dict[str, Any] = {"eventTime": f"2026-03-01T{at}:00Z", "classifier": classifier, **where}
    return paper(name, f"logistics-event/{kind}", CARRIER, at, **content)


def status(name: str, kind: str, at: str, names: Sequence[Paper], position: str = "export") -> Paper:
    """Return a customs status about the whole."""
    issuer = EXPORT if position == "export" else IMPORT
    return paper(name, f"customs-status/{kind}", issuer, at, names, act=act(position))
