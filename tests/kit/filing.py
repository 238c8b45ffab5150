"""Documents of one consignment as the fold sees them, filed from minimal payloads by the published table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from threeflow.process import Filed, Table, file
from threeflow.standard import Standard

AGREEMENT = "sha-256:" + "a" * 64
JOINED: Mapping[str, Any] = {"held": {AGREEMENT: {"kind": "corridor", "states": {"record": "in-force"}}}}


@cache
def published() -> Table:
    """The standard's own table."""
    return Standard.load().table


def at(minute: int) -> str:
    """A moment of the story, in minutes since its beginning."""
    return f"2026-03-01T{minute // 60:02}:{minute % 60:02}:00Z"


@dataclass
class Story:
    """Files documents one after the other; every document is new."""

    table: Table = field(default_factory=published)
    count: int = 0

    def file(
        self,
        what: str,
        issuer: str,
        minute: int,
        names: Sequence[Filed] = (),
        *,
        version: int = 1,
        replaces: Filed | None = None,
        agreement: bool = False,
        **content: Any,
    ) -> Filed:
        """One document, `what` as `type/kind`; its digest is unique and no digest of octets."""
        self.count += 1
        type_, kind = what.split("/")
        header: dict[str, Any] = {
            "type": type_,
            "kind": kind,
            "issuer": issuer,
            "id": str(uuid5(NAMESPACE_URL, f"{self.count} {what}")),
            "issuedAt": at(minute),
            "version": version,
            "references": [
                {"type": each.type, "issuer": each.issuer, "id": each.id, "digest": each.digest}
                for each in names
            ],
        }
        if replaces is not None:
            header["replaces"] = {"id": replaces.id, "digest": replaces.digest}
        if agreement:
            header["agreement"] = {"issuer": "xa.customs", "id": "x", "digest": AGREEMENT}
        if "act" in content:
            content["act"] = {"decidedAt": at(minute), **content["act"]}
        row = self.table.row(type_)
        assert row is not None
        digest = "sha-256:" + sha256(f"{self.count} {what} {minute}".encode()).hexdigest()
        return file(row, {"header": header, **content}, digest)

    def act(
        self,
        what: str,
        position: str,
        minute: int,
        names: Sequence[Filed] = (),
        scope: Any = None,
        **more: Any,
    ) -> Filed:
        """One act of customs at a position."""
        issuer = {"export": "xa.customs", "import": "xb.customs", "transit": "xt.customs"}[position]
        content = {"position": position, "scope": scope or {"all": True}, **more.pop("act", {})}
        return self.file(what, issuer, minute, names, act=content, **more)

    def event(
        self, kind: str, minute: int, packages: Sequence[str] = (), classifier: str = "actual"
    ) -> Filed:
        """One logistics event."""
        where = {"packages": list(packages)} if packages else {}
        return self.file(
            f"logistics-event/{kind}",
            "xa.carrier",
            minute,
            eventTime=at(minute),
            classifier=classifier,
            **where,
        )

    def declare(
        self, goods: Mapping[str, Mapping[int, int]], minute: int, direction: str = "export", **more: Any
    ) -> Filed:
        """One declaration: packages with their contents in whole pieces; package "" is goods in none."""
        sums: dict[int, int] = {}
        for contents in goods.values():
            for sequence, amount in contents.items():
                sums[sequence] = sums.get(sequence, 0) + amount
        kind, issuer = ("list", "xa.declarant") if direction == "export" else ("import", "xb.declarant")
        return self.file(
            f"declaration/{kind}",
            issuer,
            minute,
            direction=direction,
            items=[{"sequence": each, "quantity": {"value": str(sums[each])}} for each in sorted(sums)],
            packages=[
                {
                    "id": name,
                    "contents": [
                        {"sequence": each, "quantity": str(amount)} for each, amount in within.items()
                    ],
                }
                for name, within in goods.items()
                if name
            ],
            **more,
        )
