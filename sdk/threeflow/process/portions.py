"""Portions (TF-SUBJ): the least units that an authority treats differently; they sum to what is declared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from threeflow.process.scope import LOOSE, PACKAGE_ALONE, Cell, Cells, Demand, Scope, total

SortKey = tuple[datetime, str, int, str]
Take = dict[int, dict[Cell, Decimal]]
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Portion:
    """Goods that stand alike: their cells, and the state of each track.

    `lineage` names the portions it was split from, each with the number of steps that the subject had taken
    by then. `since` orders facts on one track, `posted` holds its marks in accounts as (account, side),
    `agreed` who answered yes, `seen` the types and `type/kind`s that touched it.
    """

    ordinal: int
    lineage: tuple[tuple[int, int], ...]
    cells: Cells
    states: Mapping[str, str]
    since: Mapping[str, SortKey]
    posted: frozenset[tuple[str, str]]
    agreed: frozenset[str]
    seen: frozenset[str]

    @property
    def packages(self) -> tuple[str, ...]:
        """The ids of the packages that it lies in, wholly or partly."""
        return tuple(sorted({package for _, package in self.cells if package != LOOSE}))

    @property
    def quantities(self) -> dict[int, Decimal]:
        """How much of each item it holds, by sequence."""
        sums: dict[int, Decimal] = {}
        for (sequence, _), amount in sorted(self.cells.items()):
            if sequence != PACKAGE_ALONE:
                sums[sequence] = sums.get(sequence, ZERO) + amount
        return sums

    def stands_like(self, other: "Portion") -> bool:
        """Whether nothing but its goods tells it from the other."""
        return (self.states, self.posted, self.agreed, self.seen) == (
            other.states,
            other.posted,
            other.agreed,
            other.seen,
        )


def whole(cells: Cells) -> Portion:
    """The one portion with which a consignment begins; without cells while nothing is declared."""
    return Portion(1, (), dict(cells), {}, {}, frozenset(), frozenset(), frozenset())


def select(scope: Scope, portions: Iterable[Portion]) -> tuple[Take, bool]:
    """Which cells of these portions the scope takes, lowest ordinal first, and whether they satisfy it.

    A demand without quantity is satisfied by whatever lies here; `within` judges it against the whole.
    """
    listed = tuple(portions)
    if scope.whole or not any(portion.cells for portion in listed):
        return {portion.ordinal: dict(portion.cells) for portion in listed}, bool(listed)
    taken: Take = {}
    answers = [_take(demand, listed, taken) for demand in scope.demands]
    return taken, all(answers) and bool(taken)


def _take(demand: Demand, portions: Iterable[Portion], taken: Take) -> bool:
    left, found = demand.quantity, False
    for portion in portions:
        for cell in demand.among(portion.cells):
            mine = taken.get(portion.ordinal, {}).get(cell, ZERO)
            free = portion.cells[cell] - mine
            part = free if left is None else min(free, left)
            if part > 0:
                taken.setdefault(portion.ordinal, {})[cell] = mine + part
                found, left = True, None if left is None else left - part
    return found if left is None else left == 0


def within(scope: Scope, some: Iterable[Portion], every: Iterable[Portion]) -> bool:
    """Whether all that the scope names without a quantity lies in `some`, and none of it elsewhere."""
    here, there = [portion.cells for portion in some], [portion.cells for portion in every]
    open_ended = [demand for demand in scope.demands if demand.quantity is None]
    return all(total(here, demand) == total(there, demand) for demand in open_ended)


def exceeds(scope: Scope, declared: Cells) -> bool:
    """Whether the scope names more than was declared, or goods and packages that nobody declared."""
    if not declared or scope.whole:
        return False
    asked: dict[tuple[int | None, str | None], Decimal] = {}
    for demand in scope.demands:
        name = (demand.sequence, demand.package)
        asked[name] = asked.get(name, ZERO) + (demand.quantity or ZERO)
    there = {name: total([declared], Demand(*name, None)) for name in asked}
    return any(there[name] == 0 or amount > there[name] for name, amount in asked.items())


def split(portions: list[Portion], take: Take, steps: int) -> list[int]:
    """Cut what is taken out of the portions, in place; gives the indices of the portions that now hold it.

    `steps` is how many steps the subject has taken so far. A portion taken whole keeps its ordinal; of one
    taken in part the taken goods get the next ordinal.
    """
    chosen = []
    highest = max(portion.ordinal for portion in portions)
    for index, portion in enumerate(list(portions)):
        cells = take.get(portion.ordinal)
        if cells is None:
            continue
        if cells == portion.cells:
            chosen.append(index)
            continue
        rest = {cell: amount - cells.get(cell, ZERO) for cell, amount in portion.cells.items()}
        portions[index] = replace(portion, cells={cell: amount for cell, amount in rest.items() if amount})
        highest += 1
        lineage = (*portion.lineage, (portion.ordinal, steps))
        portions.append(replace(portion, ordinal=highest, lineage=lineage, cells=dict(cells)))
        chosen.append(len(portions) - 1)
    return chosen


def redeclare(portions: list[Portion], declared: Cells, fresh: Portion) -> None:
    """Bring the portions to a new version's cells, in place, so that they sum to it again.

    Goods that left the declaration are taken from the highest ordinal first. New goods form a portion that
    stands like `fresh`, or join the lowest that already does: nobody has acted on them yet.
    """
    held = held_cells(portions)
    gone = {cell: amount - declared.get(cell, ZERO) for cell, amount in held.items()}
    for index in range(len(portions) - 1, -1, -1):
        portions[index] = replace(portions[index], cells=_without(portions[index].cells, gone))
    new = {cell: amount - held.get(cell, ZERO) for cell, amount in declared.items()}
    new = {cell: amount for cell, amount in new.items() if amount > 0}
    if new:
        _add(portions, new, fresh)
    if any(portion.cells for portion in portions):
        portions[:] = [portion for portion in portions if portion.cells]


def _without(cells: Cells, gone: dict[Cell, Decimal]) -> Cells:
    rest = {}
    for cell, amount in cells.items():
        cut = min(amount, max(gone.get(cell, ZERO), ZERO))
        gone[cell] = gone.get(cell, ZERO) - cut
        if amount > cut:
            rest[cell] = amount - cut
    return rest


def _add(portions: list[Portion], new: dict[Cell, Decimal], fresh: Portion) -> None:
    for index, portion in enumerate(portions):
        if portion.stands_like(fresh):
            sums = {
                cell: portion.cells.get(cell, ZERO) + new.get(cell, ZERO) for cell in {*portion.cells, *new}
            }
            portions[index] = replace(portion, cells=sums)
            return
    ordinal = max(portion.ordinal for portion in portions) + 1
    portions.append(replace(fresh, ordinal=ordinal, lineage=(), cells=new))


def held_cells(portions: Iterable[Portion]) -> dict[Cell, Decimal]:
    """The sum over portions, cell by cell."""
    sums: dict[Cell, Decimal] = {}
    for portion in portions:
        for cell, amount in portion.cells.items():
            sums[cell] = sums.get(cell, ZERO) + amount
    return sums
