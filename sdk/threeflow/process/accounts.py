"""Balances of accounts that goods are posted to (TF-SUBJ), as what was released against what was presented.

Goods are posted by a mark on their portion: a repeated posting counts once, a split keeps every balance.
Units are packages; goods in no named package count by their quantity under `#sequence`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from threeflow.process.portions import Portion
from threeflow.process.scope import LOOSE

ONE = Decimal(1)
Units = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Mark:
    """One posting: which document marked which portion, and when; `reverse` takes an earlier mark back."""

    account: str
    side: str
    reverse: bool
    cause: str
    at: datetime
    portion: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Units credited, debited, still open to debit, and debited without credit (`difference`)."""

    credit: Units
    debit: Units
    open: Units
    difference: Units

    @property
    def state(self) -> str:
        """`difference`, `reconciled` when every unit is used, else `open`."""
        if self.difference:
            return "difference"
        return "reconciled" if self.credit and not self.open else "open"


def balance(account: str, portions: Iterable[Portion]) -> Balance:
    """The balance of one account over all portions of a consignment."""
    credited: list[Portion] = []
    debited: list[Portion] = []
    unused: list[Portion] = []
    unfounded: list[Portion] = []
    for portion in portions:
        credit, debit = (account, "credit") in portion.posted, (account, "debit") in portion.posted
        if credit:
            credited.append(portion)
            if not debit:
                unused.append(portion)
        if debit:
            debited.append(portion)
            if not credit:
                unfounded.append(portion)
    return Balance(units(credited), units(debited), units(unused), units(unfounded))


def units(portions: Iterable[Portion]) -> Units:
    """Packages, each once however many portions it spans, and quantities of loose goods."""
    found: dict[str, Decimal] = {}
    for portion in portions:
        for (sequence, package), amount in portion.cells.items():
            if package != LOOSE:
                found[package] = ONE
            else:
                found[f"#{sequence}"] = found.get(f"#{sequence}", Decimal(0)) + amount
        if not portion.cells:
            found["*"] = ONE
    return dict(sorted(found.items()))
