"""Facts from accounts that the node keeps."""

from decimal import Decimal
from typing import Final

from threeflow_gateway.intake.facts.asked import Asked, values
from threeflow_gateway.intake.workspace import key_text

__all__ = ["release_use", "year_to_date"]

_RELEASE_USE: Final = "release-use"
_PERSONAL: Final = "personal-limit"
_BUYER: Final = "/parties/buyer/identityDigest"
_DIGITS: Final = 32


def release_use(asked: Asked) -> object | None:
    """Return under ``remaining`` the packages, or loose quantities, released and not yet presented."""
    balances = [each.state.accounts[_RELEASE_USE] for each in asked.subjects
                if _RELEASE_USE in each.state.accounts]  # fmt: skip
    if not balances:
        return None
    left = sum((amount for each in balances for amount in each.open.values()), Decimal())
    return {"remaining": format(left, "f")}


def year_to_date(asked: Asked) -> object | None:
    """Return how much of the buyer's limit of the year is drawn, where this node keeps it (TF-ACC-13)."""
    digests = values(asked.payload, _BUYER)
    if not digests or asked.workspace is None:
        return None
    year = str(asked.payload["header"]["issuedAt"])[:4]
    number = f"{year}/{str(digests[0]).removeprefix('sha-256:')[:_DIGITS]}"
    key = {"scheme": "account", "issuer": asked.node, "value": f"{_PERSONAL}:{number}"}
    subject = asked.workspace.book.own(key_text("account", key))
    if subject is None:
        return "0" if "yearToDate" in asked.keeps else None
    balance = asked.workspace.standing(subject).state.accounts.get(_PERSONAL)
    if balance is None:
        return "0"
    return format(sum(balance.debit.values(), Decimal()), "f")
