"""Clients of the peers, only to addresses that a trust list names (TF-INTAKE-31)."""

from threeflow.client import Client, Patience
from threeflow.errors import Unavailable
from threeflow.keys import Signer
from threeflow.trust import TrustStore
from threeflow_gateway.domain.visibility import for_reader

__all__ = ["Peers"]


class Peers:
    """Speaks to other nodes in the name of this one."""

    def __init__(self, trust: TrustStore, token_key: Signer, *, node: str, timeout_seconds: float) -> None:
        self._trust = trust
        self._token_key = token_key
        self._node = node
        # The outbox repeats by itself, with memory; an attempt is one attempt.
        self._patience = Patience(answer=timeout_seconds, attempts=1)
        self._clients: dict[str, tuple[str, Client]] = {}

    def client(self, peer: str) -> Client:
        """Return the client of a peer.

        Raises:
            Unavailable: no trust list names an endpoint for it.
        """
        listed = self._trust.node(peer)
        if listed is None or listed.endpoint is None:
            raise Unavailable(f"no list names an endpoint for {peer}")
        known = self._clients.get(peer)
        if known is None or known[0] != listed.endpoint:
            client = Client(
                listed.endpoint,
                self._node,
                self._token_key,
                audience=peer,
                trust=self._trust,
                patience=self._patience,
            )
            known = self._clients[peer] = (listed.endpoint, client)
        return known[1]

    def bound(self) -> tuple[str, ...]:
        """Return the peers with an endpoint, sorted."""
        return tuple(
            sorted(each.id for each in self._trust.nodes() if each.endpoint and each.id != self._node)
        )

    def as_given(self, document: bytes, peer: str) -> bytes:
        """Return an envelope without the parts that the peer may not be given (TF-PART-14, TF-PART-15)."""
        return for_reader(document, peer, self._trust.node)

    async def close(self) -> None:
        """Close all connections."""
        for _, client in self._clients.values():
            await client.close()
