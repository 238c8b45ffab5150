"""What becomes of one document, decided inside the committing transaction: from the repeat to the state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from threeflow import envelope, names, strict
from threeflow.errors import Refused
from threeflow.log import leaf_hash
from threeflow.process import Filed, State, check_references, file, judge
from threeflow.process.judge import combine
from threeflow.process.positions import standing_of
from threeflow.receipts import Acknowledged, Outcome
from threeflow.rules import Finding, blocking, evaluate, open_parts
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_gateway import clock
from threeflow_gateway.domain import findings as said
from threeflow_gateway.domain.routing import destinations
from threeflow_gateway.domain.visibility import may_read, parties
from threeflow_gateway.intake.agreements import check_agreement
from threeflow_gateway.intake.committer import Result
from threeflow_gateway.intake.examine import Unit
from threeflow_gateway.intake.facts import Asked, Facts
from threeflow_gateway.intake.facts.asked import mentions_of, name_of
from threeflow_gateway.intake.retention import Retention
from threeflow_gateway.intake.sealing import Sealer
from threeflow_gateway.intake.settle import Settler, facts_of, steps_between
from threeflow_gateway.intake.standing import Member, Standing, stand
from threeflow_gateway.intake.subjects import Plan, plans, realise
from threeflow_gateway.intake.titles import Titles
from threeflow_gateway.intake.workspace import Workspace

__all__ = ["Decider", "Record"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a document does to one of its subjects, before it is done."""

    plan: Plan
    before: State
    standing: Standing
    state: State


@dataclass(frozen=True, slots=True)
class Record:
    """What a receipt says beside the document itself."""

    outcome: Outcome
    effect: str
    subject: Mapping[str, str] | None = None
    findings: tuple[Mapping[str, object], ...] = ()
    leaf: bool = True


class Decider:
    """Decides documents of the exchange table one at a time, over a workspace."""

    def __init__(
        self,
        standard: Standard,
        trust: TrustStore,
        sealer: Sealer,
        facts: Facts,
        *,
        profile: str,
        pending: timedelta,
    ) -> None:
        self._standard = standard
        self._facts = facts
        self._table = standard.table
        self._trust = trust
        self._sealer = sealer
        self._profile = profile
        self._pending = pending
        self._titles = Titles(self._table, trust)
        self._retention = Retention(self._table)
        self.settler = Settler(self._table, trust.jurisdiction_of_territory)

    @property
    def node(self) -> str:
        """The node that decides."""
        return self._sealer.node

    def repeat(self, workspace: Workspace, unit: Unit) -> Result | None:
        """Return the first receipt where the same octets were taken in before, None where the id is free.

        Raises:
            Refused: ``document-conflict`` (TF-INTAKE-6).
        """
        earlier = workspace.held(unit.issuer, unit.id)
        if earlier is None:
            return None
        if earlier.digest != unit.digest:
            raise Refused(
                "document-conflict", "TF-INTAKE-6", f"{unit.id} is bound to other octets", "/header/id"
            )
        return Result(workspace.receipt(earlier.no), earlier.outcome, repeated=True)

    def decide(self, workspace: Workspace, unit: Unit) -> Result:
        """Take a document in, or refuse it; a refusal leaves the workspace as it was.

        Raises:
            Refused: as the order of checks says, from rights to state.
        """
        row, kind = unit.row, unit.kind
        if row is None or kind is None:
            raise Refused("unknown-type", "TF-DOC-1", f"{unit.type} has no row", "/header/type")
        check_agreement(workspace, unit)
        filed = file(row, unit.payload, unit.digest)
        chosen = plans(workspace, self._titles, unit, filed)
        befores = [plan.before(workspace, self._table) for plan in chosen]
        held_back = self._held_back(unit, filed, befores)
        check_references(row, filed)
        awaited = self._awaited(workspace, unit, filed)
        found = self._rules(self._asked(workspace, unit, filed, befores), unit, row.nature)
        profile = str(unit.header.get("profile", ""))
        changes, outcome, noted = self._judge(
            workspace, filed, chosen, befores, profile=profile, held_back=held_back
        )
        if outcome == "accepted" and any(
            each.severity == "error" and each.verdict == "fail" for each in found
        ):
            outcome = "flagged"
        if held_back:
            words = self._table.findings["position-unknown"]
            noted.append(said.of_unknown_position(words, row.position or ""))
        findings = (*said.of_rules(found), *noted)
        effect = "held-back" if held_back else outcome
        subjects = [realise(workspace, change.plan, unit.issuer) for change in changes]
        subject = {"kind": changes[0].standing.kind, "id": str(subjects[0])} if changes else None
        result, number = self.record(workspace, unit, Record(outcome, effect, subject, findings))
        workspace.mention(number, (name_of(*each) for each in mentions_of(row, unit.payload)))
        for change, no in zip(changes, subjects, strict=True):
            workspace.file_under(number, no)
            before = change.standing
            member = Member(number, effect, filed, profile, parties(unit.header))
            workspace.readers.add(no, member.parties, unit.caller)
            members = {**before.members, unit.digest: member}
            workspace.put(Standing(no, before.kind, before.version, members, change.state))
        if outcome == "pending":
            workspace.wait(number, awaited, clock.text(unit.received_at + self._pending))
        steps = [step for change in changes for step in steps_between(change.before, change.state)]
        about = subjects[0] if subjects else None
        self.tell(workspace, unit, number, outcome=outcome, subject=about, steps=steps)
        for change, no in zip(changes, subjects, strict=True):
            self.settler.settle(workspace, change.before, workspace.standing(no), unit.at, skip=unit.digest)
        self._wake(workspace, unit, unit.at)
        return result

    def record(self, workspace: Workspace, unit: Unit, record: Record) -> tuple[Result, int]:
        """Give a document its receipt, leaf, row and deliveries; return the result and its number."""
        leaf = workspace.next_leaf() if record.leaf else None
        document = Acknowledged(unit.issuer, unit.id, unit.digest, unit.type, unit.envelope.kids)
        waits = unit.received_at + self._pending if record.outcome == "pending" else None
        payload, receipt = self._sealer.receipt(
            document,
            record.outcome,
            receiver=unit.caller,
            at=unit.received_at,
            index=leaf,
            subject=record.subject,
            findings=record.findings,
            waits_until=waits,
        )
        number = workspace.take_in(
            {
                "issuer": unit.issuer,
                "id": unit.id,
                "digest": unit.digest,
                "type": unit.type,
                "kind": unit.header.get("kind", ""),
                "caller": unit.caller,
                "received_at": unit.at,
                "outcome": record.outcome,
                "effect": record.effect,
                "envelope": unit.envelope.raw,
                "receipt": receipt,
                "leaf": leaf,
                "leaf_hash": None if leaf is None else leaf_hash(payload),
            }
        )
        workspace.changes.parts.extend(self._retention.rows(unit, number))
        subject = int(record.subject["id"]) if record.subject else None
        for peer in self._peers(unit):
            workspace.changes.outbox.append(
                {
                    "peer": peer,
                    "document": number,
                    "subject": subject,
                    "state": "due",
                    "since": unit.at,
                    "trace": unit.trace,
                    "attempts": 0,
                    "next_at": unit.at,
                    "answer": None,
                    "reason": "",
                }
            )
        return Result(receipt, record.outcome), number

    def tell(
        self,
        workspace: Workspace,
        unit: Unit,
        number: int,
        *,
        outcome: str,
        subject: int | None,
        steps: list[dict[str, Any]],
    ) -> None:
        """Put the document into the feeds of its parties."""
        event = {
            "at": unit.at,
            "name": "taken-in",
            "document": number,
            "outcome": outcome,
            "subject": subject,
            "steps": orjson.dumps(steps).decode() if steps else "[]",
        }
        workspace.tell(parties(unit.header), event)

    def _peers(self, unit: Unit) -> tuple[str, ...]:
        here = self._sealer.node
        if unit.enclosed:
            return ()
        caller = self._trust.node(unit.caller)
        # A gateway that brings a document delivers it itself to everyone whom it is for.
        if unit.caller != here and caller is not None and caller.endpoint:
            return ()
        came_from = {unit.issuer, unit.caller}
        wanted = (*unit.receivers, *unit.header.get("subscribers", ()))
        return destinations(wanted, here=here, came_from=came_from, listed=self._trust.node)

    def _held_back(self, unit: Unit, filed: Filed, befores: list[Standing]) -> bool:
        if unit.row is None or unit.row.nature != "act":
            return False
        own = names.jurisdiction_of(unit.issuer)
        rights = {
            standing_of(filed.position, own, facts_of(each), self._trust.jurisdiction_of_territory)
            for each in befores
        }
        if "not-held" in rights:
            detail = f"{own} does not hold the position {filed.position} for this consignment"
            raise Refused("not-entitled", "TF-INTAKE-11", detail, unit.row.position or "")
        return "unknown" in rights

    def _asked(
        self, workspace: Workspace, unit: Unit, filed: Filed, befores: list[Standing]
    ) -> Asked:  # fmt: skip
        payload = open_parts(unit.payload, unit.parts) if unit.parts else unit.payload
        return Asked(
            payload, filed, tuple(befores), workspace, self._table, self.node, self._facts.keeps
        )  # fmt: skip

    def _rules(self, asked: Asked, unit: Unit, nature: str) -> tuple[Finding, ...]:
        profile = self._standard.profiles.get(unit.header.get("profile", self._profile))
        facts = self._facts.supply(asked, profile)
        found = evaluate(self._standard, profile, unit.payload, facts, asked.filed.at, unit.parts)
        broken = blocking(found, nature)
        if broken:
            violations = tuple(each.violation() for each in broken)
            detail = f"{len(broken)} rules are broken"
            raise Refused("rule-violated", "TF-INTAKE-19", detail, broken[0].pointer, violations)
        return found

    def _judge(
        self,
        workspace: Workspace,
        filed: Filed,
        chosen: tuple[Plan, ...],
        befores: list[Standing],
        *,
        profile: str,
        held_back: bool,
    ) -> tuple[list[Change], Outcome, list[dict[str, object]]]:
        changes: list[Change] = []
        outcomes: list[Outcome] = []
        noted: list[dict[str, object]] = []
        for plan, before in zip(chosen, befores, strict=True):
            state = self._with_surroundings(workspace, before, Member(0, "", filed, profile))
            if held_back:
                changes.append(Change(plan, before.state, before, state))
                outcomes.append("pending")
                continue
            judgement = judge(self._table, state, filed)
            changes.append(Change(plan, before.state, before, judgement.state))
            outcomes.append(judgement.outcome)
            noted.extend(said.of_process(judgement.findings))
        return changes, combine(tuple(outcomes)) if outcomes else "pending", noted

    def _with_surroundings(self, workspace: Workspace, before: Standing, member: Member) -> State:
        state, filed = before.state, member.filed
        agencies = workspace.agencies_with(before, member)
        if agencies != tuple(state.joined.get("agencies", ())):
            joined = {**state.joined, "agencies": list(agencies)}
            state = stand(
                self._table, before.no, before.kind, before.version, before.members, joined=joined
            ).state
        known = state.digests
        if all(each.digest in known for each in filed.references):
            return state
        held = workspace.held_elsewhere({filed.digest: member})
        outside = {digest: each for digest, each in held.items() if digest not in known}
        if not outside:
            return state
        joined = {**state.joined, "held": {**state.joined.get("held", {}), **outside}}
        return replace(state, joined=joined)

    def _wake(self, workspace: Workspace, unit: Unit, at: str) -> None:
        """Judge again what waited for this document."""
        for number in workspace.waiters(unit.id):
            row = workspace.whole(number)
            table_row = self._table.row(row.type)
            if table_row is None:
                continue
            waiter = waiting_unit(row, table_row)
            filed = file(table_row, waiter.payload, row.digest)
            try:
                missing = self._awaited(workspace, waiter, filed)
            except Refused:
                # What came under the awaited name are other octets: nothing can make the reference right.
                self.settler.run_out(workspace, number, at)
                continue
            if not workspace.subjects_of(number):
                self._file_late(workspace, waiter, filed, number)
            until = workspace.waits_until(number)
            if not missing:
                workspace.wait_no_more(number)
                workspace.wait(number, (), until)
            for subject in workspace.subjects_of(number):
                standing = workspace.standing(subject)
                before = standing.state
                self.settler.settle(workspace, before, self.settler.stand_again(workspace, standing), at)

    def _awaited(self, workspace: Workspace, unit: Unit, filed: Filed) -> set[str]:
        """Return the ids of required references that are not held yet.

        Raises:
            Refused: ``reference-mismatch`` (TF-INTAKE-17).
        """
        must = unit.kind.must if unit.kind else ()
        missing: set[str] = set()
        for each in filed.references:
            if each.type not in must:
                continue
            held = workspace.held(each.issuer, each.id)
            if held is None:
                missing.add(each.id)
            elif (held.digest, held.type) != (each.digest, each.type):
                if not self._may_know(workspace, unit, held.no):
                    missing.add(each.id)
                    continue
                detail = f"{each.id} is held under another digest or type"
                raise Refused("reference-mismatch", "TF-INTAKE-17", detail, "/header/references")
        return missing

    def _may_know(self, workspace: Workspace, unit: Unit, document: int) -> bool:
        """Whether issuer or caller may read a held document: nobody else is told that it is there."""
        row = workspace.whole(document)
        header: Any = strict.parse_object(envelope.read(row.envelope).payload)["header"]
        readers = (unit.issuer, unit.caller)
        return any(may_read(each, header, row.caller, self._trust.node) for each in readers)

    def _file_late(self, workspace: Workspace, waiter: Unit, filed: Filed, number: int) -> None:
        for plan in plans(workspace, self._titles, waiter, filed):
            before = plan.before(workspace, self._table)
            right = standing_of(
                filed.position,
                names.jurisdiction_of(waiter.issuer),
                facts_of(before),
                self._trust.jurisdiction_of_territory,
            )
            effect = "pending" if right == "held" else "held-back"
            no = realise(workspace, plan, waiter.issuer)
            workspace.file_under(number, no)
            profile = str(waiter.header.get("profile", ""))
            member = Member(number, effect, filed, profile, parties(waiter.header))
            workspace.readers.add(no, member.parties, waiter.caller)
            members = {**before.members, filed.digest: member}
            workspace.put(Standing(no, before.kind, before.version, members, before.state))


def waiting_unit(row: Any, table_row: Any) -> Unit:
    """Return a held document as the unit that it was when it came."""
    env = envelope.read(row.envelope)
    payload = strict.parse_object(env.payload)
    header: Any = payload["header"]
    kind = table_row.kinds.get(row.kind)
    received = row.received_at if isinstance(row.received_at, datetime) else clock.parse(row.received_at)
    return Unit(env, payload, header, row.digest, row.caller, received, table_row, kind)
