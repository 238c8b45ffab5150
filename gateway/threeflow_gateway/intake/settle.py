"""What a change of a subject means for the documents that were waiting in it (TF-INTAKE-22)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from threeflow import envelope, names, strict
from threeflow.process import State, Table
from threeflow.process.positions import standing_of
from threeflow_gateway.domain.visibility import parties
from threeflow_gateway.intake.standing import Member, Standing, stand
from threeflow_gateway.intake.workspace import Workspace

__all__ = ["Settler", "facts_of", "steps_between"]

ENTRY: Final = "entry"


def facts_of(standing: Standing) -> Iterable[Mapping[str, Any]]:
    """Return what the table's facts read in the subject's documents, newest first."""
    members = sorted(standing.members.values(), key=lambda each: each.no, reverse=True)
    return (each.filed.facts for each in members if each.effect != "ran-out")


def steps_between(before: State, after: State) -> list[dict[str, Any]]:
    """Return the steps that one state has beyond another, as events tell them."""
    return [*_track_steps(before, after), *_entry_steps(before, after)]


def _track_steps(before: State, after: State) -> list[dict[str, Any]]:
    if after.steps == before.steps:
        return []
    known = set(before.steps)
    return [
        {
            "track": each.track,
            "from": each.origin,
            "to": each.to,
            "portion": each.portion,
            "cause": each.cause,
        }
        for each in after.steps
        if each not in known
    ]


def _entry_steps(before: State, after: State) -> Iterator[dict[str, Any]]:
    for name, entry in after.ledger.entries.items():
        earlier = before.ledger.entries.get(name)
        # A fold that only appends shares the entries that it did not touch.
        if entry is earlier:
            continue
        known = () if earlier is None else earlier.moves
        origin = "none"
        for move in entry.moves:
            if move not in known and (move.to != origin or move.cleared):
                yield {
                    "track": ENTRY,
                    "from": origin,
                    "to": move.to,
                    "entry": entry.key,
                    "cause": move.cause,
                }
            origin = move.to


class Settler:
    """Brings the documents of a changed subject to what they amount to now, and tells their parties."""

    def __init__(self, table: Table, jurisdiction_of: Callable[[str], str | None]) -> None:
        self._table = table
        self._jurisdiction_of = jurisdiction_of

    def settle(
        self, workspace: Workspace, before: State, standing: Standing, at: str, skip: str = ""
    ) -> None:
        """Follow a change from ``before``; ``skip`` is the digest of the document that caused it."""
        standing = self._admit(workspace, standing, at)
        after = standing.state
        changed = (_waiting(before) ^ _waiting(after)) | (after.replaced ^ before.replaced)
        changed.update(each.filed.digest for each in standing.members.values() if _overdue(each, after))
        changed.discard(skip)
        for digest in sorted(changed & standing.members.keys()):
            member = standing.members[digest]
            if member.effect == "ran-out":
                # That is for good: the state no longer waits for it because it is no part of it.
                continue
            effect = self._effect(workspace, member, standing)
            if effect != member.effect:
                standing = self.become(workspace, standing, member, effect, at)

    def become(
        self,
        workspace: Workspace,
        standing: Standing,
        member: Member,
        effect: str,
        at: str,
        *,
        outcome: str = "",
    ) -> Standing:
        """Let a document amount to something else in its subject, and tell its parties."""
        members = {**standing.members, member.filed.digest: replace(member, effect=effect)}
        standing = replace(standing, members=members)
        workspace.put(standing)
        held = workspace.held(member.filed.issuer, member.filed.id)
        if held is not None and held.effect != effect:
            workspace.set_effect(held, effect)
            if effect == "pending":
                # It was pending for the parties before: only why it waits is another.
                return standing
            workspace.wait_no_more(held.no)
            payload = strict.parse_object(envelope.read(workspace.whole(held.no).envelope).payload)
            header: Any = payload["header"]
            event = {
                "at": at,
                "name": "effect",
                "document": held.no,
                "outcome": outcome or effect,
                "subject": standing.no,
                "steps": "[]",
            }
            workspace.tell(parties(header), event)
        return standing

    def run_out(self, workspace: Workspace, document: int, at: str) -> None:
        """End the waiting of a pending document: it stays without effect."""
        workspace.wait_no_more(document)
        row = workspace.whole(document)
        numbers = workspace.subjects_of(document)
        if row.effect not in {"pending", "held-back"}:
            return
        if not numbers:
            self._end_alone(workspace, row, at)
        for number in numbers:
            standing = workspace.standing(number)
            before = standing.state
            standing = self.become(
                workspace, standing, standing.members[row.digest], "ran-out", at, outcome="no-effect"
            )
            self.settle(workspace, before, self.stand_again(workspace, standing), at)

    def stand_again(self, workspace: Workspace, standing: Standing) -> Standing:
        """Return a subject with its state computed anew, from its neighbours as they are now; it is put."""
        made = stand(
            self._table,
            standing.no,
            standing.kind,
            standing.version,
            standing.members,
            joined=workspace.joined(standing.members),
        )
        workspace.put(made)
        return made

    def _end_alone(self, workspace: Workspace, row: Any, at: str) -> None:
        held = workspace.held(row.issuer, row.id)
        if held is None:
            return
        workspace.set_effect(held, "ran-out")
        header: Any = strict.parse_object(envelope.read(row.envelope).payload)["header"]
        event = {
            "at": at,
            "name": "effect",
            "document": held.no,
            "outcome": "no-effect",
            "subject": None,
            "steps": "[]",
        }
        workspace.tell(parties(header), event)

    def _admit(self, workspace: Workspace, standing: Standing, at: str) -> Standing:
        """Judge again the acts whose right was not clear, now that the consignment may say its countries."""
        held_back = [each for each in standing.members.values() if each.effect == "held-back"]
        for member in held_back:
            right = standing_of(
                member.filed.position,
                names.jurisdiction_of(member.filed.issuer),
                facts_of(standing),
                self._jurisdiction_of,
            )
            if right == "held":
                standing = self.stand_again(
                    workspace, self.become(workspace, standing, member, "pending", at)
                )
            elif right == "not-held":
                standing = self.become(workspace, standing, member, "ran-out", at, outcome="no-effect")
        return standing

    def _effect(self, workspace: Workspace, member: Member, standing: Standing) -> str:
        digest = member.filed.digest
        elsewhere = [
            workspace.standing(no).state for no in workspace.subjects_of(member.no) if no != standing.no
        ]
        states = [standing.state, *(each for each in elsewhere if digest in each.digests)]
        if any(digest in each.replaced for each in states):
            return "no-effect"
        if any(digest in _waiting(each) for each in states):
            return "pending" if member.effect == "pending" else "flagged"
        irregular = member.effect == "flagged" or any(
            f.digest == digest for each in states for f in each.findings
        )
        return "flagged" if irregular else "accepted"


def _waiting(state: State) -> set[str]:
    return {each.digest for each in state.waiting}


def _overdue(member: Member, after: State) -> bool:
    """Whether a document counts as pending although the state holds it as applied."""
    return member.effect == "pending" and member.filed.digest in after.applied
