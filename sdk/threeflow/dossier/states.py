"""The state of a consignment from its dossier's documents alone, and how a head writes it (TF-DOS-26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

from threeflow.agencies import POSITION, agreeing
from threeflow.documents import timestamp
from threeflow.dossier.belonging import Document, Key, Subject, subject_with, subjects_of
from threeflow.errors import Refused
from threeflow.process import Balance, Portion, State, Table, file, fold
from threeflow.process.scope import LOOSE, PACKAGE_ALONE
from threeflow.standard import Standard
from threeflow.trust import TrustStore


@dataclass(frozen=True)
class View:
    """With what a consignment is folded: the profile of documents that name none, and who is listed when.

    Without ``trust`` agencies stay the roles that the profile names.
    """

    profile: str | None
    trust: TrustStore | None = None
    as_of: datetime | None = None


CONSIGNMENT: Final = "consignment"
MEMBERS: Final = ("effective", "portions", "accounts", "steps")


def filed(table: Table, payload: Mapping[str, Any], digest: str) -> Document:
    """File a schema-valid payload by its row.

    Raises:
        Refused: ``unknown-type``, where the table has no row of its type; ``schema-violated``.
    """
    header = payload["header"]
    row = table.row(header["type"])
    if row is None:
        raise Refused("unknown-type", "TF-DOC-1", f"the table has no row {header['type']!r}", "/header/type")
    made = file(row, payload, digest)
    subjects = tuple(tuple(each["keys"]) for each in header.get("subjects", ()))
    return Document(made, row.kind(made.kind), subjects, str(header.get("profile", "")))


def replay(
    standard: Standard, documents: Sequence[Document], keys: Sequence[Key], view: View
) -> tuple[State, Subject]:
    """Fold the documents of the consignment with these keys; the others count as held.

    Raises:
        Refused: ``subject-missing``, where no document is of that consignment.
    """
    subjects = subjects_of(documents)
    own = subject_with(subjects, CONSIGNMENT, keys)
    if own is None:
        raise Refused("subject-missing", "TF-DOS-16", "no document is of the head's consignment")
    table = standard.table
    held = _held(table, documents, [each for each in subjects if each is not own])
    joined = {"held": held, "agencies": _agencies(standard, own, view)}
    state = fold(table, CONSIGNMENT, [each.filed for each in own.documents], joined)
    return state, own


def as_json(state: State) -> dict[str, object]:
    """Return the members ``effective``, ``portions``, ``accounts`` and ``steps`` of a head."""
    return {
        "effective": [
            {"position": position, "type": each.type, "version": each.version, "document": each.digest}
            for position, each in sorted(state.effective.items())
        ],
        "portions": [_portion(state, each) for each in state.portions],
        "accounts": [_account(name, each) for name, each in sorted(state.accounts.items())],
        "steps": [
            {
                "track": each.track,
                "from": each.origin,
                "to": each.to,
                "portion": each.portion,
                "at": timestamp(each.at),
                "document": each.cause,
            }
            for each in state.steps
        ],
    }


def _agencies(standard: Standard, own: Subject, view: View) -> list[str]:
    """Who must agree at import: the roles of the documents' profiles, as nodes where lists are held."""
    profiles = {each.profile or view.profile or "" for each in own.documents}
    known = [standard.profiles[name] for name in profiles if name in standard.profiles]
    roles = {role for profile in known for role in profile.agencies.get(POSITION, ())}
    if view.trust is None:
        return sorted(roles)
    facts = [each.filed.facts for each in reversed(own.documents)]
    return list(agreeing(roles, facts, view.trust, at=view.as_of))


def _held(
    table: Table, documents: Sequence[Document], others: Sequence[Subject]
) -> dict[str, dict[str, object]]:
    held: dict[str, dict[str, object]] = {
        each.filed.digest: {"kind": each.filed.kind, "states": {}} for each in documents
    }
    for subject in others:
        state = fold(table, subject.kind, [each.filed for each in subject.documents], {"held": dict(held)})
        for each in subject.documents:
            cast(dict[str, str], held[each.filed.digest]["states"]).update(state.subject_tracks)
    return held


def _portion(state: State, portion: Portion) -> dict[str, object]:
    return {
        "ordinal": portion.ordinal,
        "cells": [_cell(cell, amount) for cell, amount in sorted(portion.cells.items())],
        "tracks": dict(sorted(state.states_of(portion).items())),
    }


def _cell(cell: tuple[int, str], amount: Decimal) -> dict[str, object]:
    sequence, package = cell
    made: dict[str, object] = {}
    if sequence != PACKAGE_ALONE:
        made["sequence"] = sequence
    if package != LOOSE:
        made["package"] = package
    made["quantity"] = _decimal(amount)
    return made


def _account(name: str, balance: Balance) -> dict[str, object]:
    sides = {
        "credit": balance.credit,
        "debit": balance.debit,
        "open": balance.open,
        "difference": balance.difference,
    }
    return {"account": name} | {
        side: {unit: _decimal(amount) for unit, amount in sorted(units.items())}
        for side, units in sides.items()
    }


def _decimal(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
