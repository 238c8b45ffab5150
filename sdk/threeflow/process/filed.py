"""A document as the fold sees it: what the table's pointers find in its payload, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from threeflow.errors import Refused
from threeflow.process import scope as scopes
from threeflow.process.ledger import Line
from threeflow.process.pointer import read
from threeflow.process.portions import SortKey
from threeflow.process.scope import LOOSE, PACKAGE_ALONE, Cell, Cells, Scope
from threeflow.process.table import Declares, Kind, Row


@dataclass(frozen=True, slots=True)
class Reference:
    """One document that another names."""

    type: str
    issuer: str
    id: str
    digest: str
    relation: str


@dataclass(frozen=True, slots=True)
class Filed:
    """One accepted document, ready to be folded; equal digests are equal documents.

    `at` is its ordering time in UTC, `replaces` the digest of the version before, `declared` the cells that
    it declares (None where its kind declares nothing), `facts` the `doc.*` facts that its row names, `lines`
    its lines about entries of `account`. `stated` is the document without what the fold let it take from
    another.
    """

    digest: str
    type: str
    kind: str
    issuer: str
    id: str
    version: int
    replaces: str | None
    at: datetime
    position: str | None
    office: tuple[str, str] | None
    scope: Scope
    declared: Cells | None
    references: tuple[Reference, ...]
    facts: Mapping[str, Any]
    account: str = ""
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    stated: "Filed | None" = field(default=None, repr=False)

    @property
    def key(self) -> SortKey:
        return (self.at, self.issuer, self.version, self.id)

    def is_later_than(self, other: "Filed") -> bool:
        """Whether this is a later version of the other: same issuer, same type, a higher version."""
        return (self.issuer, self.type) == (other.issuer, other.type) and self.version > other.version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filed) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def file(row: Row, payload: Mapping[str, Any], digest: str) -> Filed:
    """Read a payload by its row.

    Refused schema-violated where the kind is not in the row or a time or quantity cannot be read.
    """
    header = payload["header"]
    kind = kind_of(row, header.get("kind"))
    replaces = header.get("replaces")
    position = kind.position or (read(payload, row.position) if row.position else None)
    account = account_of(row, payload)
    return Filed(
        digest=digest,
        type=row.type,
        kind=kind.name,
        issuer=header["issuer"],
        id=header["id"],
        version=header.get("version", 1),
        replaces=replaces["digest"] if replaces else None,
        at=_time(read(payload, row.at) or header["issuedAt"]),
        position=position,
        office=_office(read(payload, row.office)) if row.office else None,
        scope=scopes.read(read(payload, row.scope)) if row.scope else scopes.WHOLE,
        declared=cells(row.declares, payload) if kind.declares and row.declares else None,
        references=tuple(_references(payload, row.names)),
        facts={name: read(payload, pointer, "") for name, pointer in row.facts.items()},
        account=account,
        lines={
            name: tuple(_entry_line(account, each) for each in read(payload, pointer, []))
            for name, pointer in row.entries.items()
        },
    )


def account_of(row: Row, payload: Mapping[str, Any]) -> str:
    """The kind of account that a payload names, empty for none; Refused schema-violated for another's."""
    account = read(payload, row.account) if row.account else None
    if account is None:
        return ""
    if account not in row.accounts:
        raise Refused(
            "schema-violated", "TF-ACC-1", f"a {row.type} keeps no account {account!r}", row.account or ""
        )
    return str(account)


def _entry_line(account: str, line: Mapping[str, Any]) -> Line:
    amount, quantity = line.get("amount"), line.get("quantity")
    figure = amount or quantity
    unit = "" if figure is None else str(figure["currency"] if amount else figure["unit"])
    key = f"{line['number']}/{line['line']}" if "line" in line else str(line["number"])
    return Line(
        account,
        key,
        line.get("side"),
        f"{line['item']} {unit}" if "item" in line else unit,
        None if figure is None else scopes.quantity(figure["value"]),
    )


def kind_of(row: Row, kind: Any) -> Kind:
    """The row's kind of that name; Refused schema-violated where it has none."""
    if kind not in row.kinds:
        raise Refused("schema-violated", "TF-TABLE-2", f"{row.type} has no kind {kind!r}", "/header/kind")
    return row.kinds[kind]


def cells(declares: Declares, payload: Mapping[str, Any]) -> Cells:
    """What a declaration declares, cell by cell: contents of packages, then what lies in none."""
    found: dict[Cell, Decimal] = {}
    packed: dict[int, Decimal] = {}
    for package in read(payload, declares.packages, []):
        name = str(read(package, declares.package))
        contents = read(package, declares.contents, [])
        if not contents:
            found[PACKAGE_ALONE, name] = Decimal(1)
        for content in contents:
            sequence, amount = _line(declares, content)
            found[sequence, name] = found.get((sequence, name), Decimal(0)) + amount
            packed[sequence] = packed.get(sequence, Decimal(0)) + amount
    for item in read(payload, declares.items, []):
        sequence, amount = _line(declares, item)
        loose = amount - packed.get(sequence, Decimal(0))
        if loose > 0:
            found[sequence, LOOSE] = found.get((sequence, LOOSE), Decimal(0)) + loose
    return {cell: amount for cell, amount in found.items() if amount > 0}


def _line(declares: Declares, line: Mapping[str, Any]) -> tuple[int, Decimal]:
    found = read(line, declares.quantity)
    # Contents may give a bare decimal where items give a quantity with its unit.
    if found is None:
        found = read(line, declares.quantity.rsplit("/", 1)[0])
    return int(read(line, declares.sequence)), scopes.quantity(found)


def _time(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        raise Refused("schema-violated", "TF-TABLE-3", f"{value!r} is not an instant with its offset")
    return found.astimezone(UTC)


def _office(value: Any) -> tuple[str, str] | None:
    return (value["list"], value["code"]) if isinstance(value, Mapping) else None


def _references(payload: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Reference]:
    seen = set()
    for each in payload["header"].get("references", []):
        seen.add(each["digest"])
        yield Reference(each["type"], each["issuer"], each["id"], each["digest"], each.get("relation", ""))
    for pointer, type_ in names.items():
        each = read(payload, pointer)
        if each is not None and each["digest"] not in seen:
            seen.add(each["digest"])
            yield Reference(
                each.get("type", type_), each["issuer"], each["id"], each["digest"], pointer.rsplit("/", 1)[1]
            )
