"""The documents of a case as matching reads them: keys made comparable, lines and allocations at hand."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threeflow.match.rates import Rate
from threeflow.rules.parts import Parties, open_parts
from threeflow.versions import latest

Key = Mapping[str, Any]


def text_of(key: Key) -> str:
    """A key as one text, without its window."""
    return f"{key['scheme']}:{key['issuer']}:{key['value']}"


@dataclass(frozen=True)
class Document:
    """A document with its parts opened as far as they are held."""

    payload: Mapping[str, Any]

    @property
    def type(self) -> str:
        return str(self.payload["header"]["type"])

    @property
    def kind(self) -> str:
        return str(self.payload["header"].get("kind", ""))

    @property
    def id(self) -> str:
        return str(self.payload["header"].get("id", ""))

    @property
    def issuer(self) -> str:
        return str(self.payload["header"].get("issuer", ""))

    def subject_keys(self) -> Iterator[Key]:
        for subject in self.payload["header"].get("subjects", ()):
            yield from subject["keys"]

    def key(self, scheme: str) -> Key:
        """Its own key: of the scheme, else the first, else its id with its issuer."""
        keys = list(self.subject_keys())
        fallback = keys[0] if keys else {"scheme": "document", "issuer": self.issuer, "value": self.id}
        return next((key for key in keys if key["scheme"] == scheme), fallback)


@dataclass(frozen=True)
class Share:
    """What a payment gives to one order."""

    order: str
    amount: Mapping[str, str]
    pointer: str


@dataclass(frozen=True)
class OrderLine:
    """A reference of a declared item to a line of an order."""

    order: str
    line: int
    quantity: str

    @property
    def text(self) -> str:
        return f"{self.order}#{self.line}"


@dataclass(frozen=True)
class Case:
    """The documents that still speak, sorted, with every order key read as one name of its order."""

    orders: Sequence[Document]
    payments: Sequence[Document]
    waybills: Sequence[Document]
    declarations: Sequence[Document]
    names: Mapping[str, str] = field(default_factory=dict)
    rates: Sequence[Rate] = ()

    @classmethod
    def of(  # noqa: PLR0917 (the four flows, and what reads them)
        cls,
        orders: Iterable[Mapping[str, Any]],
        payments: Iterable[Mapping[str, Any]],
        waybills: Iterable[Mapping[str, Any]],
        declarations: Iterable[Mapping[str, Any]],
        parts: Parties,
        rates: Iterable[Rate] = (),
    ) -> "Case":
        """Leave replaced versions aside, open parts, and learn the names of the orders at hand."""

        def read(flow: Iterable[Mapping[str, Any]]) -> list[Document]:
            return [Document(open_parts(each, parts)) for each in latest(flow)]

        held = read(orders)
        return cls(
            held, read(payments), read(waybills), read(declarations), _names(held), tuple(sorted(rates))
        )

    def name(self, key: Key) -> str:
        """The one name of the order that a key means; the key itself where that order is not at hand."""
        text = text_of(key)
        return self.names.get(text, text)

    def order_name(self, order: Document) -> str:
        return self.name(order.key("order"))

    def currency_of(self, order: Document) -> str:
        """The currency in which an order is paid."""
        return str(order.payload["totals"]["amountPaid"]["currency"])

    def in_currency(self, amount: Mapping[str, str], currency: str, at: str) -> Mapping[str, str]:
        """The amount in that currency by the rate of the day; the amount itself where no rate is stated."""
        if amount["currency"] == currency or not at:
            return amount
        rate = next((each for each in self.rates if each.holds(amount["currency"], currency, at)), None)
        return amount if rate is None else rate.convert(amount)

    def shares(self, payment: Document) -> list[Share]:
        """What the payment gives to which order."""
        return [
            Share(self.name(each["order"]), each["amount"], f"/orders/{index}/amount")
            for index, each in enumerate(payment.payload["orders"])
        ]

    def carried(self, waybill: Document) -> list[str]:
        """The orders that the waybill names."""
        return sorted({self.name(key) for key in waybill.payload.get("orders", ())})

    def declared(self, declaration: Document) -> list[str]:
        """The orders that the declaration names, as a whole or line by line."""
        named = {self.name(key) for key in declaration.payload.get("orders", ())}
        lines = (line for item in declaration.payload["items"] for line in self.lines(item))
        return sorted(named | {line.order for line in lines})

    def lines(self, item: Mapping[str, Any]) -> list[OrderLine]:
        """The order lines on which a declared item stands."""
        return [
            OrderLine(self.name(each["order"]), each["line"], each["quantity"])
            for each in item.get("orderLines", ())
        ]

    def named_by(self, declaration: Document, member: str) -> set[str]:
        """The keys of payments or waybills that the declaration names."""
        return {text_of(key) for key in declaration.payload.get(member, ())}


def own_keys(document: Document) -> set[str]:
    """The keys under which others name this document."""
    return {text_of(key) for key in document.subject_keys()}


def number_key(document: Document, scheme: str, member: str) -> str:
    """The key that its own number makes with its issuer, for documents whose subject is another thing."""
    return f"{scheme}:{document.issuer}:{document.payload.get(member, '')}"


def _names(orders: Iterable[Document]) -> dict[str, str]:
    held = list(orders)
    count = Counter(text for order in held for text in own_keys(order))
    return {
        text: text_of(order.key("order")) for order in held for text in own_keys(order) if count[text] == 1
    }
