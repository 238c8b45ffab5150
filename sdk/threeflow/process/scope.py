"""Scopes (TF-SUBJ): which part of a consignment a document speaks about.

A cell is (item sequence, package id) with a quantity in the item's own unit; a package whose contents nobody
declared is a cell of its own under sequence 0, and goods in no named package lie in package "".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from threeflow.errors import Refused

Cell = tuple[int, str]
Cells = Mapping[Cell, Decimal]
PACKAGE_ALONE = 0
LOOSE = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """Cells of one item, of one package, or of both; `quantity` None means all that is declared there."""

    sequence: int | None
    package: str | None
    quantity: Decimal | None

    def among(self, cells: "Cells") -> list[Cell]:
        """The cells that it names, in their order."""
        if self.sequence is not None and self.package is not None:
            return [(self.sequence, self.package)] if (self.sequence, self.package) in cells else []
        return sorted(
            cell for cell in cells if self.sequence in (None, cell[0]) and self.package in (None, cell[1])
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """What a document speaks about; no demand means the whole."""

    demands: tuple[Demand, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.demands


WHOLE = Scope()


def read(value: Any) -> Scope:
    """The scope of a payload's member; absent is all.

    One of `{"all": true}`, `{"items": […]}`, `{"packages": […]}`, or a bare list of package ids.
    """
    if isinstance(value, list):
        value = {"packages": value}
    if not isinstance(value, Mapping) or value.get("all"):
        return WHOLE
    items = [
        Demand(
            int(item["sequence"]),
            item.get("package"),
            quantity(item["quantity"]) if "quantity" in item else None,
        )
        for item in value.get("items", [])
    ]
    packages = [Demand(None, str(package), None) for package in value.get("packages", [])]
    return Scope((*items, *packages))


def quantity(value: Any) -> Decimal:
    """A quantity as the standard writes it; Refused schema-violated for anything else."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0:
        raise Refused("schema-violated", "TF-SUBJ-9", f"{value!r} is not a quantity")
    return found


def of_cells(declared: Cells, known: Cells) -> Scope:
    """The scope of a second declaration over cells that another one opened.

    All, where both declare the same; package by package, where it names only packages that the first one
    knows; else item by item.
    """
    if declared == known or not known:
        return WHOLE
    if set(declared) <= set(known):
        return Scope(tuple(Demand(*cell, amount) for cell, amount in sorted(declared.items())))
    sums: dict[int, Decimal] = {}
    for (sequence, _), amount in declared.items():
        if sequence != PACKAGE_ALONE:
            sums[sequence] = sums.get(sequence, Decimal(0)) + amount
    return Scope(tuple(Demand(sequence, None, amount) for sequence, amount in sorted(sums.items())))


def total(cells: Iterable[Cells], demand: Demand) -> Decimal:
    """How much of what the demand names lies in all these cells together."""
    return sum((each[cell] for each in cells for cell in demand.among(each)), Decimal(0))
