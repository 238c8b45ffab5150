"""How a party hands in its envelopes: what gathers while a request is under way goes together in the next."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from threeflow.client import Client
from threeflow.errors import Refused, Unavailable
from threeflow.outcome import Outcome

AT_ONCE = 24
OCTETS_AT_ONCE = 2_000_000
LINGER_SECONDS = 0.005


@dataclass
class Mailbox:
    """Sealed envelopes on their way to one node; each sender gets the outcome of its own."""

    client: Client
    _waiting: list[tuple[bytes, asyncio.Future[Outcome]]] = field(default_factory=list)
    _carrier: asyncio.Task[None] | None = None

    async def post(self, raw: bytes) -> Outcome:
        """Hand in one envelope.

        Raises:
            Unavailable: no answer that holds.
        """
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((raw, answer))
        if self._carrier is None or self._carrier.done():
            self._carrier = asyncio.create_task(self._carry())
        return await answer

    async def _carry(self) -> None:
        await asyncio.sleep(LINGER_SECONDS)
        while self._waiting:
            bundle = self._bundle()
            try:
                outcomes = await self._hand_in([raw for raw, _ in bundle])
            except (Refused, Unavailable) as error:
                for _, answer in bundle:
                    _settle(answer, error)
                continue
            for (_, answer), outcome in zip(bundle, outcomes, strict=True):
                _settle(answer, outcome)

    def _bundle(self) -> list[tuple[bytes, asyncio.Future[Outcome]]]:
        size = octets = 0
        for raw, _ in self._waiting[:AT_ONCE]:
            octets += len(raw)
            if size and octets > OCTETS_AT_ONCE:
                break
            size += 1
        bundle, self._waiting = self._waiting[:size], self._waiting[size:]
        return bundle

    async def _hand_in(self, envelopes: list[bytes]) -> list[Outcome]:
        """One outcome an envelope; what the node asks to be sent again goes again by itself."""
        if len(envelopes) == 1:
            return [await self.client.submit(envelopes[0])]
        try:
            outcomes = await self.client.submit_batch(envelopes)
        except Unavailable:
            # A batch that broke off may be taken in by half; each envelope alone is safe to repeat.
            return [await self.client.submit(each) for each in envelopes]
        return [
            await self.client.submit(raw) if outcome.retryable else outcome
            for raw, outcome in zip(envelopes, outcomes, strict=True)
        ]


def _settle(answer: asyncio.Future[Outcome], found: Outcome | Exception) -> None:
    if answer.done():
        return
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)
