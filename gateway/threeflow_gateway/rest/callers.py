"""Who calls: the caller token of a request, checked against the trust lists (TF-TOKEN)."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from threeflow import digest, token
from threeflow.errors import Refused
from threeflow.trust import TrustStore, check_fresh, check_key
from threeflow_gateway.rest.asgi import Scope

__all__ = ["Callers"]

_SCHEME: Final = b"bearer "


class Callers:
    """Proves callers, and remembers the tokens of requests that must not be captured and sent again."""

    def __init__(self, trust: TrustStore, *, node: str, endpoint: str, environment: str) -> None:
        self._trust = trust
        self._node = node
        self._endpoint = endpoint.rstrip("/")
        self._environment = environment
        self._seen: set[tuple[str, str]] = set()
        self._order: deque[tuple[datetime, tuple[str, str]]] = deque()

    def prove(self, scope: Scope, authorization: bytes, body: bytes, now: datetime, *, once: bool) -> str:
        """Return the caller's node id; with ``once`` a token counts for one request only.

        Raises:
            Refused: one of the token codes, ``caller-unknown``, or the state of the caller's key.
        """
        if authorization[:7].lower() != _SCHEME:
            raise Refused("token-malformed", "TF-REST-7", "the request carries no caller token")
        caller = token.check(
            authorization[7:].strip().decode("latin-1"),
            resolver=self._trust.verifying_key,
            aud=self._node,
            method=scope["method"],
            uri=self._endpoint + _target(scope),
            body_digest=digest.of(body) if body or scope["method"] == "POST" else None,
            now=now,
            environment=self._environment,
        )
        listed, newest = self._trust.key(caller.kid), self._trust.list_of(caller.node_id)
        if listed is None or newest is None or self._trust.node(caller.node_id) is None:
            raise Refused("caller-unknown", "TF-TOKEN-10", f"no list names the node {caller.node_id}")
        check_fresh(newest, now)
        check_key(listed, newest, at=now, witnessed_at=None)
        if once:
            self._remember((caller.node_id, caller.jti), caller.expires + token.SKEW, now)
        return caller.node_id

    def _remember(self, used: tuple[str, str], until: datetime, now: datetime) -> None:
        while self._order and self._order[0][0] < now:
            self._seen.discard(self._order.popleft()[1])
        if used in self._seen:
            raise Refused("token-replayed", "TF-TOKEN-12", "the token was used before")
        self._seen.add(used)
        # Lifetimes differ by minutes at most: keeping all for the longest keeps the order.
        self._order.append((max(until, now + token.MAX_LIFETIME + timedelta(seconds=60)), used))


def _target(scope: Scope) -> str:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (path.split(b"?", 1)[0] + (b"?" + query if query else b"")).decode("latin-1")
