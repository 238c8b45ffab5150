"""Proofs of the node's log, as the binding answers them."""

from typing import Any

from threeflow.errors import Refused
from threeflow_gateway.domain.trees import digest_text
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.ledger import Ledger

__all__ = ["LogProofs"]


class LogProofs:
    """Reads the log's tree."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    def checkpoint(self) -> bytes:
        """Return the newest checkpoint's envelope.

        Raises:
            Refused: ``not-found``, where none was made yet.
        """
        with self._database.reading() as connection:
            newest = connection.execute(statements.NEWEST_CHECKPOINT).first()
        if newest is None:
            raise Refused("not-found", "TF-INTAKE-33", "no checkpoint was made yet")
        return bytes(newest.envelope)

    def inclusion(self, index: int, size: int) -> dict[str, Any]:
        """Return the proof that a leaf is in the tree of a size.

        Raises:
            Refused: ``bad-request`` or ``not-found``.
        """
        if index >= size:
            raise Refused("bad-request", "TF-REST-1", f"a tree of {size} leaves has no leaf {index}")
        self._check_size(size)
        path = [digest_text(node) for node in self._ledger.inclusion(index, size)]
        return {"index": index, "size": size, "leaf": digest_text(self._ledger.leaf(index)), "path": path}

    def consistency(self, first: int, second: int) -> dict[str, Any]:
        """Return the proof that the tree of one size is the beginning of that of another.

        Raises:
            Refused: ``bad-request`` or ``not-found``.
        """
        if first > second:
            raise Refused("bad-request", "TF-REST-1", "the first size is larger than the second")
        self._check_size(second)
        path = [digest_text(node) for node in self._ledger.consistency(first, second)]
        return {"first": first, "second": second, "path": path}

    def _check_size(self, size: int) -> None:
        if size > self._ledger.size and size > self._ledger.catch_up():
            raise Refused("not-found", "TF-REST-1", f"the log has less than {size} leaves")
