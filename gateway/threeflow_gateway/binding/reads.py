"""What a caller may read: documents, receipts, subjects, events; the rest is not there (TF-INTAKE-12)."""

from collections.abc import Mapping
from typing import Any, NoReturn
from uuid import NAMESPACE_URL, uuid5

import orjson

from threeflow import envelope, strict
from threeflow.errors import Refused
from threeflow.process import Table
from threeflow.trust import TrustStore
from threeflow_gateway.binding.subjects import Page, subject_view
from threeflow_gateway.domain.visibility import for_reader, may_read
from threeflow_gateway.intake.agencies import Agencies
from threeflow_gateway.intake.readers import named_to
from threeflow_gateway.intake.standing import Memory, Standing
from threeflow_gateway.intake.workspace import Workspace, key_text
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.told import told_of_document
from threeflow_gateway.store.volumes import AwayError

__all__ = ["Reads"]


class Reads:
    """Answers reads from the database; every method runs on a thread of its own."""

    def __init__(
        self,
        database: Database,
        table: Table,
        trust: TrustStore,
        agencies: Agencies,
        *,
        node: str,
        environment: str,
    ) -> None:
        self._database = database
        self._agencies = agencies
        self._table = table
        self._trust = trust
        self._node = node
        self._environment = environment

    def document(self, caller: str, issuer: str, document_id: str) -> bytes:
        """Return an envelope as it was received, but for the parts that the caller may not be given.

        Raises:
            Refused: ``not-found``.
        """
        held = bytes(self._find(caller, issuer, document_id).envelope)
        return held if caller == self._node else for_reader(held, caller, self._trust.node)

    def receipt(self, caller: str, issuer: str, document_id: str) -> bytes:
        """Return the receipt that a document earned.

        Raises:
            Refused: ``not-found``.
        """
        return bytes(self._find(caller, issuer, document_id).receipt)

    def subject(self, caller: str, kind: str, key: Mapping[str, str], page: Page) -> dict[str, Any]:
        """Return a subject as its documents make it, with those documents that the caller may read.

        Of an account's entries one page is told.

        Raises:
            Refused: ``not-found``, also where the caller may read none.
        """
        with self._database.reading() as connection:
            workspace = Workspace(connection, self._table, Memory(0), self._agencies, writing=False)
            named = named_to(connection, self._trust, key_text(kind, key), caller, node=self._node)
            for number in named:
                standing = workspace.standing(number)
                readable = self._readable(workspace, standing, caller)
                if readable:
                    break
            else:
                _not_found()
            keys = connection.execute(statements.KEYS_OF_SUBJECT, {"subject": number}).scalars().all()
        return subject_view(standing, keys, readable, page)

    def events(self, caller: str, after: int, limit: int) -> dict[str, Any]:
        """Return the caller's next events."""
        with self._database.reading() as connection:
            asked = {"party": caller, "after": after, "limit": limit}
            rows = connection.execute(statements.EVENTS_AFTER, asked).all()
        events = [self._event(caller, row) for row in rows]
        return {"events": events, "next": events[-1]["sequence"] if events else after}

    def _event(self, party: str, row: Any) -> dict[str, Any]:
        name = uuid5(NAMESPACE_URL, f"threeflow:{self._node}/events/{party}/{row.seq}")
        header = {
            "specVersion": "1.0",
            "type": "event",
            "id": str(name),
            "issuer": self._node,
            "environment": self._environment,
            "issuedAt": row.at,
            "receivers": [party],
        }
        document = {"type": row.type, "issuer": row.issuer, "id": row.id, "digest": row.digest}
        event: dict[str, Any] = {
            "header": header,
            "sequence": row.seq,
            "occurredAt": row.at,
            "document": document,
        }
        if row.kind:
            event["kind"] = row.kind
        event["outcome"] = row.outcome
        event["steps"] = [
            {name: step[name] for name in ("track", "from", "to", "entry") if name in step}
            for step in orjson.loads(row.steps)
        ]
        return event

    def _find(self, caller: str, issuer: str, document_id: str) -> Any:
        with self._database.reading() as connection:
            try:
                found = connection.execute(
                    statements.FIND_DOCUMENT, {"id": document_id, "issuer": issuer}
                ).first()
            except AwayError:
                # Whose it is not is told what it would be told if nothing were held.
                parties = (caller, *self._trust.carried_by(caller))
                theirs = told_of_document(connection, issuer, document_id, caller, parties)
                if theirs or caller == self._node:
                    raise
                _not_found()
        if found is None:
            _not_found()
        header: Any = strict.parse_object(envelope.read(found.envelope).payload)["header"]
        if caller != self._node and not may_read(caller, header, found.caller, self._trust.node):
            _not_found()
        return found

    def _readable(self, workspace: Workspace, standing: Standing, caller: str) -> list[dict[str, Any]]:
        readable: list[dict[str, Any]] = []
        for member in sorted(standing.members.values(), key=lambda each: each.no):
            row = workspace.whole(member.no)
            header: Any = strict.parse_object(envelope.read(row.envelope).payload)["header"]
            if caller == self._node or may_read(caller, header, row.caller, self._trust.node):
                effect = {"held-back": "pending", "ran-out": "no-effect"}.get(member.effect, member.effect)
                readable.append(
                    {
                        "type": row.type,
                        "kind": row.kind,
                        "issuer": row.issuer,
                        "id": row.id,
                        "digest": row.digest,
                        "outcome": effect,
                        "receivedAt": row.received_at,
                        "at": member.filed.at.isoformat(),
                    }
                )
        return readable


def _not_found() -> NoReturn:
    raise Refused("not-found", "TF-INTAKE-12", "nothing is held under this name for the caller")
