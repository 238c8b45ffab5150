"""Summary declarations (TF-ACC): proposes how released list lines are gathered, by the legal keys.

Pure. A head gathers lists of one shipper, producer, transport mode, country of destination and office of
exit; an item gathers lines of one tariff code, final country, currency and unit. What differs in any of
these is never mixed. Source: notice of China Customs 194 of 2018, article 9 (rule STA-07), not verified
against its text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

__all__ = ["Group", "Item", "ListLine", "gather"]

MOST_ITEMS = 100
MOST_LINES = 10_000
HeadKey = tuple[str, str, str, str, str]
ItemKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of a released list; `number` and `line` name its entry in the summary account."""

    number: str
    line: int
    shipper: str
    producer: str
    transport_mode: str
    destination: str
    exit_office: str
    tariff_code: str
    final_country: str
    quantity: Decimal
    unit: str
    amount: Decimal
    currency: str

    @property
    def head(self) -> HeadKey:
        return (self.shipper, self.producer, self.transport_mode, self.destination, self.exit_office)

    @property
    def item(self) -> ItemKey:
        return (self.tariff_code, self.final_country, self.currency, self.unit)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the declaration that is proposed, with the list lines that it gathers."""

    key: ItemKey
    lines: tuple[ListLine, ...]

    @property
    def quantity(self) -> Decimal:
        return sum((each.quantity for each in self.lines), Decimal(0))

    @property
    def amount(self) -> Decimal:
        return sum((each.amount for each in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Group:
    """One declaration that is proposed."""

    head: HeadKey
    items: tuple[Item, ...]


def gather(
    lines: Iterable[ListLine], *, most_items: int = MOST_ITEMS, most_lines: int = MOST_LINES
) -> tuple[Group, ...]:
    """Propose declarations: every line once, keys never mixed, no group above the limits of items and lines.

    The same lines in any order give the same proposal. Raises ValueError where a line is named twice, or a
    limit is below one.
    """
    if most_items < 1 or most_lines < 1:
        raise ValueError("a declaration has at least one line")
    ordered = sorted(lines, key=lambda each: (each.head, each.item, each.number, each.line))
    if len({(each.number, each.line) for each in ordered}) < len(ordered):
        raise ValueError("a list line is named twice")
    heads: dict[HeadKey, dict[ItemKey, list[ListLine]]] = {}
    for each in ordered:
        heads.setdefault(each.head, {}).setdefault(each.item, []).append(each)
    return tuple(
        Group(head, group)
        for head, items in heads.items()
        for group in _groups(_items(items, most_lines), most_items, most_lines)
    )


def _items(items: dict[ItemKey, list[ListLine]], most_lines: int) -> Iterator[Item]:
    for key, lines in items.items():
        rest = iter(lines)
        while part := tuple(islice(rest, most_lines)):
            yield Item(key, part)


def _groups(items: Iterable[Item], most_items: int, most_lines: int) -> Iterator[tuple[Item, ...]]:
    group: list[Item] = []
    count = 0
    for item in items:
        if group and (len(group) == most_items or count + len(item.lines) > most_lines):
            yield tuple(group)
            group, count = [], 0
        group.append(item)
        count += len(item.lines)
    if group:
        yield tuple(group)


def entries(groups: Sequence[Group]) -> list[dict[str, object]]:
    """The lines of all groups as entries of a `summary` document."""
    return [
        {"number": line.number, "line": line.line}
        for group in groups
        for item in group.items
        for line in item.lines
    ]
