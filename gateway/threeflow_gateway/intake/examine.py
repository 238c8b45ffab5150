"""What can be judged of a document alone, before any state is looked at.

A refusal up to the seal's signature is final. One that comes after the repeat lookup in the order of checks
is kept in the unit and spoken only when the committer knows that the document is no repeat (TF-INTAKE-1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from threeflow import envelope, parts, strict
from threeflow.documents import header_of
from threeflow.envelope import Envelope
from threeflow.errors import Refused
from threeflow.process import Kind, Row
from threeflow.standard import Standard
from threeflow.trust import TrustedNode, TrustStore, check_fresh, check_key
from threeflow_gateway import clock
from threeflow_gateway.domain import rights

_MARKS_OF_PARTS: Final = (b'"part"', b'"parts"', b"\\")

__all__ = ["ARTEFACTS", "Examiner", "Shown", "Unit"]

Shown = Callable[[Mapping[str, Any]], None]
"""Raises ``Refused`` where a payload is not what was shown of it."""

ARTEFACTS: Final = frozenset({"checkpoint", "dossier-head"})
"""Protocol artefacts that are submitted like documents; they have no row and no kind."""


@dataclass(slots=True)
class Unit:
    """One document on its way in."""

    envelope: Envelope
    payload: dict[str, Any]
    header: Mapping[str, Any]
    digest: str
    caller: str
    received_at: datetime
    row: Row | None = None
    kind: Kind | None = None
    failure: Refused | None = None
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    enclosed: bool = False
    trace: str | None = None
    looked: int = 0
    """Of a checkpoint: up to which document its continuation was judged."""
    _at: str = ""

    @property
    def at(self) -> str:
        """When it came, as the store keeps times."""
        if not self._at:
            self._at = clock.text(self.received_at)
        return self._at

    @property
    def type(self) -> str:
        """Document type."""
        return str(self.header["type"])

    @property
    def issuer(self) -> str:
        """Node id of the issuer."""
        return str(self.header["issuer"])

    @property
    def id(self) -> str:
        """Document id."""
        return str(self.header["id"])

    @property
    def receivers(self) -> tuple[str, ...]:
        """Node ids of the receivers."""
        return tuple(self.header.get("receivers", ()))


class Examiner:
    """The checks that need the standard and the trust lists, and nothing that was taken in before."""

    def __init__(self, standard: Standard, trust: TrustStore, *, node: str, environment: str) -> None:
        self._standard = standard
        self._trust = trust
        self._node = node
        self._environment = environment

    def examine(
        self, raw: bytes, caller: str, now: datetime, *, enclosed: bool = False, shown: Shown | None = None
    ) -> Unit:
        """Read a document and verify its seals; later failures are kept in the unit.

        Of a document ``enclosed`` in a dossier, keys and rights were judged with the dossier, at its moment.
        ``shown`` holds what was sent beside the envelope against the payload, before its seals are judged.

        Raises:
            Refused: envelope, JSON, header or seal is wrong.
        """
        env = envelope.read(raw)
        payload = strict.parse_object(env.payload)
        if shown is not None:
            shown(payload)
        header = header_of(payload)
        envelope.check_issuer(env, header["issuer"])
        envelope.check_seals(env, self._trust.verifying_key)
        unit = Unit(env, payload, header, env.digest, caller, now, enclosed=enclosed)
        for check in (self._form,) if enclosed else (self._keys, self._form, self._rights):
            unit.failure = _failure(check, unit)
            if unit.failure is not None:
                break
        return unit

    def _keys(self, unit: Unit) -> None:
        newest = self._trust.list_of(unit.issuer)
        issuer = self._trust.node(unit.issuer)
        if newest is None or issuer is None:
            raise Refused(
                "unknown-signer", "TF-SEAL-10", f"no list names the node {unit.issuer}", "/header/issuer"
            )
        check_fresh(newest, unit.received_at)
        for kid in unit.envelope.kids:
            listed = self._trust.key(kid)
            if listed is None:
                raise Refused("unknown-signer", "TF-SEAL-10", f"no list names the key {kid}")
            check_key(listed, newest, at=unit.received_at, witnessed_at=None)
        envelope.check_required(unit.envelope, issuer.required_algorithms(unit.received_at))

    def _form(self, unit: Unit) -> None:
        violations = self._standard.schemas.validate(unit.type, unit.payload)
        if violations:
            detail = f"{len(violations)} violations of the schema of {unit.type}"
            raise Refused("schema-violated", "TF-DOC-3", detail, violations[0].pointer, violations)
        if unit.header["environment"] != self._environment:
            detail = f"the document is of {unit.header['environment']}, this node of {self._environment}"
            raise Refused("wrong-environment", "TF-INTAKE-3", detail, "/header/environment")
        unit.parts = bound_parts(unit)
        unit.row = self._standard.table.row(unit.type)
        if unit.row is None:
            if unit.type not in ARTEFACTS:
                raise Refused("unknown-type", "TF-DOC-1", f"{unit.type} is not submitted", "/header/type")
            return
        kind = str(unit.header.get("kind", ""))
        if kind not in unit.row.kinds:
            raise Refused("unknown-type", "TF-DOC-1", f"{unit.type} has no kind {kind!r}", "/header/kind")
        unit.kind = unit.row.kind(kind)

    def _rights(self, unit: Unit) -> None:
        issuer, caller, here = self._listed(unit.issuer), self._listed(unit.caller), self._listed(self._node)
        if unit.row is not None and unit.kind is not None:
            rights.check_role(issuer, unit.kind.issuers, unit.type)
            office, position = office_of(unit), position_of(unit)
            competence = unit.kind.competence or unit.row.competence
            rights.check_office(issuer, office, position, competence, unit.row.office or "")
        rights.check_caller(caller, issuer, unit.receivers)
        ways = {node.via for node in map(self._trust.node, unit.receivers) if node is not None}
        rights.check_carrier(here, issuer, unit.receivers, ways | {issuer.via})

    def _listed(self, node_id: str) -> TrustedNode:
        node = self._trust.node(node_id)
        if node is None:
            raise Refused("not-entitled", "TF-INTAKE-9", f"no list names the node {node_id}")
        return node


def _failure(check: Callable[[Unit], None], unit: Unit) -> Refused | None:
    try:
        check(unit)
    except Refused as refused:
        return refused
    return None


def office_of(unit: Unit) -> tuple[str, str] | None:
    """Return list and code of the office that an act names, where the table says it stands."""
    office = _at(unit.payload, unit.row.office if unit.row else None)
    return (str(office["list"]), str(office["code"])) if isinstance(office, dict) else None


def position_of(unit: Unit) -> str | None:
    """Return the position of the document: the kind's own, or where the table says it stands."""
    if unit.kind is not None and unit.kind.position is not None:
        return unit.kind.position
    position = _at(unit.payload, unit.row.position if unit.row else None)
    return position if isinstance(position, str) else None


def _at(value: Any, pointer: str | None) -> Any:
    for step in (pointer or "").split("/")[1:]:
        value = value.get(step) if isinstance(value, dict) else None
    return value if pointer else None


def bound_parts(unit: Unit) -> dict[str, Mapping[str, Any]]:
    """Return the parts that came along, by name; each is bound by its digest in the header.

    Raises:
        Refused: ``part-unbound`` (TF-INTAKE-23, TF-PART-3 to TF-PART-6), ``json-malformed``,
            ``schema-violated``.
    """
    octets = unit.envelope.payload
    # Most documents have none, and the octets say so at once where nothing in them is escaped.
    if not unit.envelope.parts and not any(mark in octets for mark in _MARKS_OF_PARTS):
        return {}
    return dict(parts.read(unit.payload, unit.envelope.parts))
