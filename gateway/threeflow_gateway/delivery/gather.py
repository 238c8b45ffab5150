"""Which documents belong into a dossier: those of the consignment, what they name, and the cases behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from threeflow import envelope, strict
from threeflow.errors import Refused
from threeflow.process import Table
from threeflow.trust import TrustStore
from threeflow_gateway.domain.visibility import may_read
from threeflow_gateway.intake.agencies import Agencies
from threeflow_gateway.intake.readers import named_to
from threeflow_gateway.intake.standing import WITHOUT_EFFECT, Memory, Standing
from threeflow_gateway.intake.subjects import keys_as_json
from threeflow_gateway.intake.workspace import Workspace, key_text
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database

__all__ = ["Gathered", "Gatherer", "Piece"]

_CONSIGNMENT: Final = "consignment"
_CASE: Final = "case"


@dataclass(frozen=True, slots=True)
class Piece:
    """One document of a dossier, as it is held."""

    no: int
    envelope: bytes
    receipt: bytes
    leaf: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """The pieces in the order of acceptance, the keys of the consignment, and who asked for them."""

    documents: tuple[Piece, ...]
    keys: tuple[Mapping[str, str], ...]
    caller: str


class Gatherer:
    """Reads what a dossier needs."""

    def __init__(
        self, database: Database, table: Table, trust: TrustStore, agencies: Agencies, *, node: str
    ) -> None:
        self._database = database
        self._agencies = agencies
        self._table = table
        self._trust = trust
        self._node = node

    def gather(self, caller: str, key: Mapping[str, str], agreement: Mapping[str, str] | None) -> Gathered:
        """Return what is held of the consignment with this key.

        Raises:
            Refused: ``not-found``, also where there is a document of it that the caller may not read
                (TF-DOS-35).
        """
        with self._database.reading() as connection:
            workspace = Workspace(connection, self._table, Memory(0), self._agencies, writing=False)
            # By the key to its readers alone: no time is spent on documents that are not the caller's.
            named = named_to(connection, self._trust, key_text(_CONSIGNMENT, key), caller, node=self._node)
            if not named:
                raise _not_found()
            number = named[0]
            standing = workspace.standing(number)
            numbers = self._numbers(workspace, standing)
            if caller != self._node:
                self._check_readable(caller, _pieces(connection, numbers), agreement)
            if agreement is not None:
                numbers.add(_agreed(workspace, agreement))
            rows = _pieces(connection, numbers)
            keys = connection.execute(statements.KEYS_OF_SUBJECT, {"subject": number}).scalars().all()
        pieces = tuple(Piece(row.no, bytes(row.envelope), bytes(row.receipt), row.leaf) for row in rows)
        return Gathered(pieces, tuple(keys_as_json(sorted(keys), orjson.loads)), caller)

    def _numbers(self, workspace: Workspace, standing: Standing) -> set[int]:
        found = set(_effective(standing))
        for member in standing.members.values():
            for each in member.filed.references:
                held = workspace.held(each.issuer, each.id)
                if held is None or held.digest != each.digest or held.type not in self._table.rows:
                    continue
                found.add(held.no)
                for subject in workspace.subjects_of(held.no):
                    case = workspace.standing(subject)
                    if case.kind == _CASE:
                        found.update(_effective(case))
        return found

    def _check_readable(self, caller: str, rows: Iterable[Any], agreement: Mapping[str, str] | None) -> None:
        """Refuse a caller to whom a document was not told; an agreement is told to all who cross by it."""
        hidden, agreed = set[str](), {agreement["digest"]} if agreement is not None else set[str]()
        for row in rows:
            held = envelope.read(row.envelope)
            header: Any = strict.parse_object(held.payload)["header"]
            if "agreement" in header:
                agreed.add(header["agreement"]["digest"])
            if not may_read(caller, header, row.caller, self._trust.node):
                hidden.add(held.digest)
        if hidden - agreed:
            raise _not_found()


def _pieces(connection: Connection, numbers: Iterable[int]) -> Sequence[Any]:
    return connection.execute(statements.PIECES, {"documents": sorted(numbers)}).all()


def _agreed(workspace: Workspace, agreement: Mapping[str, str]) -> int:
    held = workspace.held(agreement["issuer"], agreement["id"])
    if held is None or held.digest != agreement["digest"]:
        raise Refused("not-found", "TF-INTAKE-15", "the agreement is not held", "/agreement")
    return held.no


def _not_found() -> Refused:
    return Refused("not-found", "TF-INTAKE-12", "no such consignment is held for the caller")


def _effective(standing: Standing) -> Iterable[int]:
    return (each.no for each in standing.members.values() if each.effect not in WITHOUT_EFFECT)
