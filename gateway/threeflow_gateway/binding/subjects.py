"""A subject as people and programs read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from threeflow.process import Balance, Entry, Portion, State
from threeflow_gateway.intake.standing import Standing
from threeflow_gateway.intake.subjects import keys_as_json

__all__ = ["MOST_ENTRIES", "Page", "subject_view"]

MOST_ENTRIES = 100
"""The most entries of an account in one answer, unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which entries of an account are told: at most `limit`, after the one with this key."""

    after: str
    limit: int


def subject_view(
    standing: Standing, keys: Iterable[str], documents: Sequence[dict[str, Any]], page: Page
) -> dict[str, Any]:
    """Return a subject with the documents that its reader may see; an account with a page of its entries."""
    state = standing.state
    view = {
        "kind": standing.kind,
        "id": str(standing.no),
        "keys": keys_as_json(sorted(keys), orjson.loads),
        "documents": list(documents),
        "portions": [_portion(state, each) for each in state.portions],
        "tracks": dict(state.subject_tracks),
        "steps": [
            {"track": each.track, "from": each.origin, "to": each.to, "cause": each.cause,
             "at": each.at.isoformat(), "portion": each.portion}
            for each in state.steps
        ],
        "findings": [
            {"code": each.code, "document": each.digest, "message": {"en": each.text.en, "zh": each.text.zh},
             "portions": list(each.portions)}
            for each in state.findings
        ],
        "waiting": [{"document": each.digest, "reason": each.reason} for each in state.waiting],
        "accounts": [_account(name, each) for name, each in sorted(state.accounts.items())],
    }  # fmt: skip
    return view if standing.kind != "account" else {**view, **_entries(state, page)}


def _entries(state: State, page: Page) -> dict[str, Any]:
    later = sorted(
        (each for each in state.ledger.entries.values() if each.key > page.after), key=lambda each: each.key
    )
    told = later[: page.limit]
    # An account is about one kind, so that the key alone tells its entries apart.
    following = {"entriesNext": told[-1].key} if len(later) > len(told) else {}
    return {"entries": [_entry(each) for each in told], **following}


def _entry(entry: Entry) -> dict[str, Any]:
    held = {} if entry.holder is None else {"holder": entry.holder}
    return {
        "entry": entry.key,
        "side": entry.side,
        "unit": entry.unit,
        "value": str(entry.value),
        "state": entry.state,
        "cleared": str(entry.cleared),
        **held,
        "moves": [
            {"to": each.to, "cause": each.cause, "at": each.at.isoformat(), "cleared": str(each.cleared)}
            for each in entry.moves
        ],
    }


def _portion(state: State, portion: Portion) -> dict[str, Any]:
    cells = [
        {"sequence": sequence, "package": package, "quantity": str(amount)}
        for (sequence, package), amount in sorted(portion.cells.items())
    ]
    return {
        "ordinal": portion.ordinal,
        "packages": list(portion.packages),
        "cells": cells,
        "tracks": dict(sorted(state.states_of(portion).items())),
    }


def _account(name: str, balance: Balance) -> dict[str, Any]:
    sides = {side: getattr(balance, side) for side in ("credit", "debit", "open", "difference")}
    said = {side: {unit: str(amount) for unit, amount in units.items()} for side, units in sides.items()}
    return {"account": name, "state": balance.state, **said}
