"""The facts that guards may name (TF-TABLE): one mapping for one document and one portion."""

from collections.abc import Iterator, Mapping
from typing import Any

from threeflow.process.filed import Filed
from threeflow.process.portions import Portion
from threeflow.process.state import Effective
from threeflow.process.table import Row, Table


def of_document(row: Row, document: Filed, known: Mapping[str, Filed], applied: frozenset[str] | set[str],
                joined: Mapping[str, Any]) -> dict[str, Any]:  # fmt: skip
    """The `doc.*` facts; `refs` and `namedBy` only where a guard of the row names them."""
    found = {
        "kind": document.kind, "issuer": document.issuer, "position": document.position or "",
        "version": document.version, "replaces": document.replaces is not None, **document.facts,
    }  # fmt: skip
    if "refs" in row.uses:
        found["refs"] = list(_named(document, known, applied, joined))
    if "namedBy" in row.uses:
        found["namedBy"] = [
            {"type": other.type, "kind": other.kind, "issuer": other.issuer, "facts": other.facts}
            for other in known.values()
            if other.digest in applied and any(each.digest == document.digest for each in other.references)
        ]
    return found


def _named(document: Filed, known: Mapping[str, Filed], applied: frozenset[str] | set[str],
           joined: Mapping[str, Any]) -> Iterator[dict[str, Any]]:  # fmt: skip
    elsewhere = joined.get("held", {})
    for each in document.references:
        here, there = known.get(each.digest), elsewhere.get(each.digest)
        yield {
            "type": each.type, "issuer": each.issuer, "relation": each.relation,
            "kind": here.kind if here else (there or {}).get("kind", ""),
            "held": here is not None or there is not None,
            "applied": each.digest in applied,
            "states": (there or {}).get("states", {}), "facts": here.facts if here else {},
        }  # fmt: skip


def of_portion(table: Table, tracks: Mapping[str, str], portion: Portion, effective: Mapping[str, Effective],
               position: str | None, joined: Mapping[str, Any]) -> dict[str, Any]:  # fmt: skip
    """Every declared fact but `doc`, for one portion at the position of the judged document."""
    found: dict[str, Any] = {}
    for fact in table.facts.values():
        if fact.source == "states":
            found[fact.name] = {**tracks, **portion.states}
        elif fact.source == "posted":
            found[fact.name] = (fact.account, fact.side) in portion.posted
        elif fact.source == "agreed":
            found[fact.name] = sorted(portion.agreed)
        elif fact.source == "seen":
            found[fact.name] = sorted(portion.seen)
        elif fact.source == "declared":
            found[fact.name] = _declared(effective.get(position or ""))
        else:
            found[fact.name] = joined.get(fact.name, fact.default)
    return found


def _declared(effective: Effective | None) -> dict[str, Any]:
    if effective is None:
        return {"version": 0, "digest": ""}
    return {"version": effective.version, "digest": effective.digest}
