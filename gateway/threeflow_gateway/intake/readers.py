"""Who may read a subject: known by rows of its own, not from its documents.

A stranger to a subject is refused like one who asks for a subject that is not there (TF-INTAKE-12). Were its
documents looked through first, the time which that takes would tell that they are there, and how many.
"""

from collections.abc import Collection

from sqlalchemy import Connection

from threeflow.trust import TrustStore
from threeflow_gateway.intake.titles import Claim, by_precedence
from threeflow_gateway.store import claims, readers

__all__ = ["Readers", "named_to"]


class Readers:
    """The readers that a batch adds to its subjects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._added: set[tuple[int, str, bool]] = set()

    def add(self, subject: int, between: Collection[str], brought_by: str) -> None:
        """Let those read a subject whom a document filed under it is between, and who brought it."""
        self._added.update((subject, node, True) for node in between)
        if brought_by not in between:
            self._added.add((subject, brought_by, False))

    def redirect(self, later: int, earlier: int) -> None:
        """What the batch added to a later subject it adds to the earlier one that it is joined to."""
        self._added = {
            (earlier if subject == later else subject, node, party) for subject, node, party in self._added
        }

    def write(self) -> None:
        """Write those that are not there yet; to be called when all else of the batch is written."""
        if not self._added:
            return
        asked = {
            "subjects": sorted({subject for subject, _, _ in self._added}),
            "nodes": sorted({node for _, node, _ in self._added}),
        }
        held = {
            (row.subject, row.node, row.party) for row in self._connection.execute(readers.READERS, asked)
        }
        missing = [
            {"subject": subject, "node": node, "party": party}
            for subject, node, party in sorted(self._added - held)
        ]
        if missing:
            self._connection.execute(readers.INSERT_READER, missing)


def named_to(
    connection: Connection, trust: TrustStore, key: str, caller: str, *, node: str
) -> tuple[int, ...]:
    """Return the subjects that a key means to a caller who may read them, by precedence (TF-SUBJ-26).

    ``node`` is the node itself, which may read all. One question, whatever is held: the answer is empty where
    nothing is, and where all of it is others'.
    """
    if caller == node:
        rows = connection.execute(claims.CLAIMS_BY_KEY, {"keys": [key]})
    else:
        nodes = [caller, *trust.carried_by(caller)]
        rows = connection.execute(readers.READ_BY, {"key": key, "caller": caller, "nodes": nodes})
    return by_precedence((Claim(key, row.claimant, row.subject, bool(row.titled)) for row in rows), caller)
