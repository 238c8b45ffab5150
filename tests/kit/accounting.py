"""Documents about accounts, filed by the published table, and what comes of them."""

from collections.abc import Sequence
from typing import Any

from kit.filing import Story, published
from threeflow.process import Filed, State, fold

SUMMARY = {"kind": "summary", "holder": "3601000011", "number": "2026-03"}
STOCK = {"kind": "overseas-stock", "holder": "3601000011", "number": "DE-1"}
TAX = {"kind": "tax", "holder": "3601000011", "number": "2026"}
GUARANTEE = {"kind": "guarantee", "holder": "xb.declarant", "number": "G-1", "territory": "CN"}
JOINED: dict[str, Any] = {"held": {}}


def folded(documents: Sequence[Filed]) -> State:
    return fold(published(), "account", documents, JOINED)


def line(number: str, sequence: int = 1, pieces: str | None = "1") -> dict[str, Any]:
    found: dict[str, Any] = {"number": number, "line": sequence}
    return found if pieces is None else {**found, "quantity": {"value": pieces, "unit": "H87"}}


def money(number: str, value: str) -> dict[str, Any]:
    return {"number": number, "amount": {"value": value, "currency": "CNY"}}


def goods(number: str, item: str, pieces: int) -> dict[str, Any]:
    return {"number": number, "item": item, "quantity": {"value": str(pieces), "unit": "H87"}}


class Gathering:
    """The documents of one summary account."""

    def __init__(self) -> None:
        self.story = Story()

    def entered(self, minute: int, *lines: dict[str, Any]) -> Filed:
        return self._of("customs-status/entered", "xa.customs", minute, [], lines, act={})

    def asked(self, minute: int, entered: Filed, *lines: dict[str, Any]) -> Filed:
        return self._of("summary/declare", "xa.declarant", minute, [entered], lines)

    def answered(self, minute: int, kind: str, asked: Filed, *lines: dict[str, Any]) -> Filed:
        return self._of(f"summary-result/{kind}", "xa.customs", minute, [asked], lines, act={})

    def voided(self, minute: int, entered: Filed, asked: Filed) -> tuple[Filed, Filed]:
        request = self._of("summary/void", "xa.declarant", minute, [entered, asked], ())
        grant = self.story.file(
            "decision/grant", "xa.customs", minute + 1, [request], act={}, effect="withdrawn"
        )
        return request, grant

    def _of(
        self, what: str, issuer: str, minute: int, names: Sequence[Filed], lines: Any, **more: Any
    ) -> Filed:
        said = {"entries": list(lines)} if lines else {}
        return self.story.file(what, issuer, minute, names, account=SUMMARY, **said, **more)


def states(state: State, account: str = "summary") -> dict[str, str]:
    return {entry.key: entry.state for name, entry in state.ledger.entries.items() if name[0] == account}
