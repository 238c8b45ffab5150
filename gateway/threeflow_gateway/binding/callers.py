"""Who calls: the caller token of a request, checked against the trust lists (TF-TOKEN)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from threeflow import token
from threeflow.errors import Refused
from threeflow.trust import TrustStore, check_fresh, check_key
from threeflow_gateway.intake.batch import Spend

__all__ = ["Callers", "Claim"]

_SCHEME: Final = b"bearer "


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says of its caller, and what its token has to be bound to.

    ``method`` and ``uri`` are the token's `htm` and `htu`; ``body_digest`` its `dig`, None where it has none.
    """

    authorization: bytes
    method: str
    uri: str
    body_digest: str | None


class Callers:
    """Proves callers; ``spend`` keeps the tokens of requests that must not be captured and sent again."""

    def __init__(
        self, trust: TrustStore, spend: Callable[[Spend], Awaitable[None]], *, node: str, environment: str
    ) -> None:
        self._trust = trust
        self._node = node
        self._environment = environment
        self._spend = spend

    async def prove(self, claim: Claim, now: datetime, *, once: bool) -> token.Caller:
        """Return who calls; with ``once`` a token counts for one request only.

        Raises:
            Refused: one of the token codes, ``caller-unknown``, or the state of the caller's key.
            Unavailable: the node could not remember the token.
        """
        if claim.authorization[:7].lower() != _SCHEME:
            raise Refused("token-malformed", "TF-REST-7", "the request carries no caller token")
        caller = token.check(
            claim.authorization[7:].strip().decode("latin-1"),
            resolver=self._trust.verifying_key,
            aud=self._node,
            method=claim.method,
            uri=claim.uri,
            body_digest=claim.body_digest,
            now=now,
            environment=self._environment,
        )
        self.check_key(caller.node_id, caller.kid, now)
        if once:
            await self._remember(caller.node_id, caller.jti, caller.expires + token.SKEW)
        return caller

    def check_key(self, node_id: str, kid: str, now: datetime) -> None:
        """Hold a caller's key to the newest lists.

        Raises:
            Refused: ``caller-unknown``, ``trust-list-stale``, or the state of the key.
        """
        listed, newest = self._trust.key(kid), self._trust.list_of(node_id)
        if listed is None or newest is None or self._trust.node(node_id) is None:
            raise Refused("caller-unknown", "TF-TOKEN-10", f"no list names the node {node_id}")
        check_fresh(newest, now)
        check_key(listed, newest, at=now, witnessed_at=None)

    async def _remember(self, caller: str, jti: str, until: datetime) -> None:
        # A digest, since a token id may be longer than a database indexes.
        await self._spend(Spend(sha256(f"{caller}\0{jti}".encode()).digest(), until))
