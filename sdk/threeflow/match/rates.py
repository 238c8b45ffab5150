"""Exchange rates that a stated document publishes: the only ones by which matching converts."""

from collections.abc import Mapping
from dataclasses import dataclass

from threeflow.rules.functions import day, decimal_multiply, decimal_round

DIGITS = 5
BY = "rateDocument"


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """How much of `target` one unit of `source` is, from the first to the last day (`YYYY-MM-DD`, inclusive).

    `document` names the publication, as `issuer/id@digest`: a rate without a document converts nothing.
    """

    first: str
    last: str
    source: str
    target: str
    rate: str
    document: str

    def holds(self, source: str, target: str, at: str) -> bool:
        """Whether it converts these currencies on the day of that date or instant, in its own offset."""
        on = day(at).isoformat()
        return (self.source, self.target) == (source, target) and self.first <= on <= self.last

    def convert(self, amount: Mapping[str, str]) -> dict[str, str]:
        """The amount in the target currency, to five fraction digits half up, and whose rate it was."""
        value = decimal_round(decimal_multiply(amount["value"], self.rate), DIGITS, "half-up")
        return {"value": value, "currency": self.target, BY: self.document}
