"""The entries of accounts (TF-ACC): each posted once, cleared or reversed by a later move, never changed.

A ledger is kept by its fold alone while that works, and shared unchanged afterwards. Every move costs the
same however long the ledger is: totals are carried along, unit by unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from threeflow.process.accounts import Balance

ZERO = Decimal(0)
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document about an entry; `value` None is all that the entry has left.

    `unit` says what is counted: an item with its unit of measure, a unit of measure, or a currency.
    """

    account: str
    key: str
    side: str | None
    unit: str
    value: Decimal | None

    @property
    def name(self) -> Name:
        return (self.account, self.key)


@dataclass(frozen=True, slots=True)
class Moved:
    """One move of an entry: its state after it, the document that caused it, and what was cleared by it.

    `cleared` is negative where it was given back.
    """

    to: str
    cause: str
    at: datetime
    cleared: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an account: a debit or a credit, how much of it is cleared, and all its moves.

    `holder` is the digest of the document that reserved it, while that holds it.
    """

    account: str
    key: str
    side: str
    unit: str
    value: Decimal
    state: str
    cleared: Decimal
    holder: str | None
    moves: tuple[Moved, ...]

    @property
    def cause(self) -> str:
        """The digest of the document that opened it."""
        return self.moves[0].cause

    @property
    def cleared_by(self) -> tuple[str, ...]:
        """The digests of the documents that cleared some of it, in order."""
        return tuple(each.cause for each in self.moves if each.cleared > 0)

    @property
    def weight(self) -> "Total":
        """What it adds to the totals of its unit: a reversed entry weighs only what was cleared of it."""
        value = ZERO if self.state == REVERSED else self.value
        left, over = max(value - self.cleared, ZERO), max(self.cleared - value, ZERO)
        if self.side == "credit":
            return Total(value, self.cleared, left, over, ZERO)
        return Total(self.cleared, value, ZERO, over, left)


REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over entries of one unit: `left` of credits, `over` cleared too much, `drawn` by debits."""

    credit: Decimal
    debit: Decimal
    left: Decimal
    over: Decimal
    drawn: Decimal

    @property
    def open(self) -> Decimal:
        return max(self.left - self.drawn, ZERO)

    @property
    def difference(self) -> Decimal:
        return self.over + max(self.drawn - self.left, ZERO)

    def plus(self, other: "Total", sign: int) -> "Total":
        """The sum with another one, or the difference from it."""
        return Total(
            self.credit + sign * other.credit,
            self.debit + sign * other.debit,
            self.left + sign * other.left,
            self.over + sign * other.over,
            self.drawn + sign * other.drawn,
        )


NOTHING = Total(ZERO, ZERO, ZERO, ZERO, ZERO)


@dataclass(slots=True)
class Ledger:
    """Entries by account and key, totals by account and unit; `open` and `short` name units of accounts."""

    entries: dict[Name, Entry]
    totals: dict[Name, Total] = field(compare=False, repr=False)
    open: dict[str, set[str]] = field(compare=False, repr=False)
    short: dict[str, set[str]] = field(compare=False, repr=False)

    @classmethod
    def empty(cls) -> "Ledger":
        return cls({}, {}, {}, {})

    def copy(self) -> "Ledger":
        """A ledger that can be kept on without changing this one."""
        open_ = {account: set(units) for account, units in self.open.items()}
        short = {account: set(units) for account, units in self.short.items()}
        return Ledger(dict(self.entries), dict(self.totals), open_, short)

    def put(self, name: Name, entry: Entry | None) -> Entry | None:
        """Let an entry stand so, or not at all; gives how it stood before."""
        before = self.entries.get(name)
        if before is not None:
            self._weigh(before, -1)
        if entry is None:
            self.entries.pop(name, None)
        else:
            self.entries[name] = entry
            self._weigh(entry, 1)
        return before

    def overdrawn(self, account: str) -> bool:
        """Whether some unit of the account is in difference."""
        return bool(self.short.get(account))

    def settled(self, account: str) -> bool:
        """Whether the account has had entries, and nothing of it is open or in difference."""
        return account in self.open and not self.open[account] and not self.short[account]

    def left(self, account: str, unit: str) -> Decimal:
        """How much of a unit is open; negative where it is in difference."""
        total = self.totals.get((account, unit), NOTHING)
        return total.open - total.difference

    def balances(self) -> Mapping[str, Balance]:
        """The balance of each account."""
        found: dict[str, dict[str, dict[str, Decimal]]] = {}
        for (account, unit), total in sorted(self.totals.items()):
            sides = found.setdefault(account, {"credit": {}, "debit": {}, "open": {}, "difference": {}})
            for side, units in sides.items():
                amount: Decimal = getattr(total, side)
                if amount:
                    units[unit] = amount
        return {account: Balance(**sides) for account, sides in found.items()}

    def _weigh(self, entry: Entry, sign: int) -> None:
        name = (entry.account, entry.unit)
        total = self.totals.get(name, NOTHING).plus(entry.weight, sign)
        self.totals[name] = total
        for marked, amount in ((self.open, total.open), (self.short, total.difference)):
            units = marked.setdefault(entry.account, set())
            if amount:
                units.add(entry.unit)
            else:
                units.discard(entry.unit)


@dataclass(frozen=True, slots=True)
class Effect:
    """What the table says that a line does to its entry; `to` None leaves the state. See `moved`."""

    to: str | None
    side: str | None
    clears: bool
    returns: bool


def moved(entry: Entry | None, line: Line, effect: Effect, cause: str, at: datetime) -> Entry:
    """The entry after one move by the document `cause`.

    A move that `clears` clears the line's value, or all that is left, and to `cleared` it ends there once
    nothing is left. A move back out of `cleared` clears nothing any more; one that `returns` gives back what
    was cleared.
    """
    entry = entry or _new(line, effect.side)
    to = effect.to or entry.state
    if effect.returns:
        cleared = entry.cleared - (entry.cleared if line.value is None else line.value)
        to = effect.to or ("posted" if entry.state == "cleared" and cleared < entry.value else entry.state)
    elif effect.clears:
        rest = max(entry.value - entry.cleared, ZERO)
        cleared = entry.cleared + (rest if line.value is None else line.value)
        to = entry.state if effect.to == "cleared" and cleared < entry.value else to
    elif entry.state == "cleared" and to not in ("cleared", REVERSED):
        cleared = ZERO
    else:
        cleared = entry.cleared
    move = Moved(to, cause, at, cleared - entry.cleared)
    return replace(
        entry, state=to, cleared=cleared, holder=_holder(entry, to, cause), moves=(*entry.moves, move)
    )


def _new(line: Line, side: str | None) -> Entry:
    value = ZERO if line.value is None else line.value
    return Entry(
        line.account, line.key, side or line.side or "credit", line.unit, value, "none", ZERO, None, ()
    )


def _holder(entry: Entry, to: str, cause: str) -> str | None:
    if to == "reserved":
        return entry.holder if entry.state == "reserved" else cause
    return None if to in ("none", "posted") else entry.holder
