"""A guarantee is an account of one territory: limit, reserve, call, free."""

import pytest

from kit.asynchronous import synchronous
from kit.journeys import Journey, Payload, World, account, account_key, fresh, on_the_way

pytestmark = pytest.mark.slow


class Guarantee:
    """One guarantee of a bank towards customs xb."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.account = account("guarantee", "xb.declarant", "DE")

    async def say(
        self, kind: str, number: str, value: str | None, *names: Payload, territory: str = "DE",
        outcome: str = "accepted",
    ) -> Payload:  # fmt: skip
        """One document about it; the bank opens and amends, customs uses."""
        issuer, receivers = "xb.customs", ["xb.bank", "xb.declarant"]
        if kind in ("issue", "amend"):
            issuer, receivers = "xb.bank", ["xb.customs", "xb.declarant"]
        figure = {} if value is None else {"amount": {"value": value, "currency": "EUR"}}
        return await self.journey.say(
            f"guarantee/{'issue' if kind == 'issue' else 'reserve'}",
            issuer,
            receivers,
            *names,
            keys=[account_key(self.account)],
            account={**self.account, "territory": territory},
            kind=kind,
            guaranteeNumber=fresh("GRN"),
            entries=[{"number": number, **figure}],
            outcome=outcome,
        )

    async def balance(self) -> tuple[str, dict[str, str], dict[str, str]]:
        """Its state, what is left of it, and by how much it is exceeded."""
        return await self.journey.balance("xb.customs", self.account)


@pytest.mark.requirement("TF-ACC-11")
@synchronous
async def test_a_guarantee_is_reserved_freed_called_and_never_exceeded_in_silence(world: World) -> None:
    async with on_the_way(world) as journey:
        guarantee = Guarantee(journey)
        issued = await guarantee.say("issue", "limit", "500.00")
        await guarantee.say("reserve", "D-1", "300.00", issued)
        assert await guarantee.balance() == ("open", {"EUR": "200.00"}, {})
        await guarantee.say("reserve", "D-2", "300.00", issued, outcome="flagged")
        assert await guarantee.balance() == ("difference", {}, {"EUR": "100.00"})
        await guarantee.say("free", "D-1", None, issued)
        assert await guarantee.balance() == ("open", {"EUR": "200.00"}, {})
        await guarantee.say("call", "D-2", None, issued)
        await guarantee.say("reserve", "D-3", "10.00", issued, territory="FR", outcome="flagged")
        assert await journey.states("xb.customs", guarantee.account) == {
            "limit": "posted", "D-1": "reversed", "D-2": "posted", "D-3": "reserved",
        }  # fmt: skip
        found = await journey.findings("xb.customs", "account", account_key(guarantee.account))
        assert set(found) == {"guarantee-exceeded", "guarantee-of-another-territory"}
