"""What the documents say together: one consignment, in the states of the head, fit to release on."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from threeflow.dossier import states
from threeflow.dossier.belonging import Document, tied
from threeflow.dossier.entries import Case
from threeflow.dossier.messages import problem
from threeflow.dossier.verdict import Problem
from threeflow.errors import Refused
from threeflow.process import Portion, State

TRACK: Final = "export"
RELEASED: Final = "released"
ON_THE_WAY: Final = frozenset({RELEASED, "exit-confirmed"})
ACCOUNT: Final = "release-use"


def state_problems(case: Case) -> Iterator[Problem]:
    """Replay the documents, each of which passed its own checks."""
    documents = [case.file(entry) for entry in case.dossier.entries]
    header = case.head["header"]
    keys = header["subjects"][0]["keys"]
    try:
        view = states.View(header.get("profile"), case.seals.trust, datetime.fromisoformat(case.head["asOf"]))
        state, own = states.replay(case.standard, documents, keys, view)
    except Refused as refused:
        yield problem("head", "replay", detail=refused.detail)
        return
    agreement = header.get("agreement")
    belonging = tied(documents, own, [agreement["digest"]] if agreement else [])
    for document in documents:
        if document.filed.digest not in belonging:
            yield problem(document.filed.id, "foreign", type=document.filed.type)
    found = states.as_json(state)
    for member in states.MEMBERS:
        if found[member] != case.head[member]:
            yield problem("head", "states", member=member)
    if header["purpose"] == "release-on-documents":
        yield from _release(case, state, documents)


def _release(case: Case, state: State, documents: list[Document]) -> Iterator[Problem]:
    released = [each for each in state.portions if state.states_of(each).get(TRACK) in ON_THE_WAY]
    if not released:
        yield problem("head", "not-released")
        return
    by_digest = {each.filed.digest: each for each in documents}
    for digest in sorted({_cause(state, each) for each in released}):
        if not _covers(state, by_digest[digest], by_digest):
            named, in_force = by_digest[digest].filed, state.effective.get(TRACK)
            yield problem(named.id, "other-version", named=in_force.version if in_force else "–")
    balance = state.accounts.get(ACCOUNT)
    if balance is None or not balance.open:
        yield problem("head", "used-up", balance=states.as_json(state)["accounts"])


def _cause(state: State, portion: Portion) -> str:
    steps = [each for each in state.history(portion.ordinal) if (each.track, each.to) == (TRACK, RELEASED)]
    return steps[-1].cause


def _covers(state: State, release: Document, documents: Mapping[str, Document]) -> bool:
    """Whether a release names the version in force, or one that a decision lets it cover."""
    effective = state.effective.get(TRACK)
    if effective is None:
        return False
    found = {(each.code, each.digest) for each in state.findings}
    if found & {
        ("release-of-other-version", release.filed.digest),
        ("version-after-release", effective.digest),
    }:
        return False
    named = {each.digest for each in release.filed.references}
    version: str | None = effective.digest
    while version is not None and version not in named:
        version = documents[version].filed.replaces if version in documents else None
    return version is not None
