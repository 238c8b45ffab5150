"""Faults of decisions inside the commit."""

from collections.abc import Callable
from typing import Any

from faults.plant import fault, forgive, put, register_all, wrap

_D = "threeflow_gateway.intake.decide"


@fault("TF-INTAKE-15")
def an_agreement_is_not_asked() -> None:
    put(_D, "check_agreement", lambda *_: None)


def _terms_say(edit: Callable[[dict[str, Any], Any], Any]) -> Callable[[], None]:
    """Read the terms of an agreement as if they said something else (given what the document says)."""

    def plant() -> None:
        def make(real: Any) -> Any:
            def objection(terms: Any, purpose: Any, office: Any, at: Any) -> Any:
                said = dict(terms)
                edit(said, purpose)
                return real(said, purpose, office, at)

            return objection

        wrap("threeflow_gateway.intake.agreements", "objection_of", make)

    return plant


register_all({
    "an-agreement-serves-any-purpose": (("TF-INTAKE-15",), _terms_say(
        lambda terms, purpose: terms.update(purposes=[purpose]))),
    "an-agreement-serves-any-office": (("TF-INTAKE-15",), _terms_say(lambda terms, _: terms.pop("offices", None))),
    "an-agreement-never-ends": (("TF-INTAKE-15",), _terms_say(lambda terms, _: terms.pop("validUntil", None))),
})  # fmt: skip


@fault("TF-INTAKE-16", "TF-TABLE-5")
def required_references_are_not_asked() -> None:
    forgive(_D, "check_references", ("TF-TABLE-5",), lambda *_: None)


@fault("TF-TABLE-6")
def anybody_may_ask_for_an_amendment() -> None:
    forgive(_D, "check_references", ("TF-TABLE-6",), lambda *_: None)


@fault("TF-INTAKE-17")
def a_reference_may_name_other_octets() -> None:
    forgive(_D + ":Decider", "_awaited", ("TF-INTAKE-17",), lambda *_: set())


@fault("TF-INTAKE-11")
def positions_are_held_by_anybody() -> None:
    put(_D + ":Decider", "_held_back", lambda *_: False)


@fault("TF-INTAKE-19")
def rules_are_skipped() -> None:
    put(_D + ":Decider", "_rules", lambda *_: ())


@fault("TF-INTAKE-19")
def one_rule_is_skipped() -> None:
    wrap(
        _D,
        "evaluate",
        lambda real: lambda *args: tuple(each for each in real(*args) if each.rule != "PRV-01"),
    )


@fault("TF-INTAKE-19")
def broken_rules_refuse_facts() -> None:
    wrap(_D, "blocking", lambda real: lambda found, nature: real(found, "request"))


@fault("TF-INTAKE-6")
def a_conflict_earns_the_first_receipt() -> None:
    def repeat(self: Any, workspace: Any, unit: Any) -> Any:
        from threeflow_gateway.intake.committer import Result

        earlier = workspace.held(unit.issuer, unit.id)
        return (
            None if earlier is None else Result(workspace.receipt(earlier.no), earlier.outcome, repeated=True)
        )

    put(_D + ":Decider", "repeat", repeat)


@fault("TF-INTAKE-5")
def a_repeat_earns_a_new_receipt() -> None:
    def make(real: Any) -> Any:
        def repeat(self: Any, workspace: Any, unit: Any) -> Any:
            found = real(self, workspace, unit)
            return None if found is None else _resealed(self, found)

        return repeat

    wrap(_D + ":Decider", "repeat", make)


def _resealed(decider: Any, found: Any) -> Any:
    from dataclasses import replace
    from datetime import UTC, datetime

    from threeflow import envelope, strict

    payload: Any = strict.parse_object(envelope.read(found.receipt).payload)
    payload["header"]["issuedAt"] = datetime.now(UTC).isoformat()
    return replace(found, receipt=decider._sealer.seal(payload))


def _refuses(nature: str, code: str) -> Callable[[], None]:
    def plant() -> None:
        from threeflow.errors import Refused

        def make(real: Any) -> Any:
            def judge(table: Any, before: Any, document: Any) -> Any:
                found = real(table, before, document)
                if table.rows[document.type].nature == nature and found.outcome != "accepted":
                    raise Refused(code, "TF-SUBJ-6", "out of its state")
                return found

            return judge

        wrap(_D, "judge", make)

    return plant


register_all({
    "acts-are-refused-for-their-state": (("TF-SUBJ-7",), _refuses("act", "wrong-state")),
    "facts-are-refused-for-their-state": (("TF-SUBJ-5", "TF-SUBJ-17"), _refuses("fact", "wrong-state")),
})  # fmt: skip


@fault("TF-SUBJ-6", "TF-SUBJ-9", "TF-INTAKE-20")
def requests_are_never_refused_for_their_state() -> None:
    from threeflow.errors import Refused
    from threeflow.process.judge import Judgement

    def make(real: Any) -> Any:
        def judge(table: Any, before: Any, document: Any) -> Any:
            try:
                return real(table, before, document)
            except Refused:
                return Judgement("accepted", before, ())

        return judge

    wrap(_D, "judge", make)


@fault("TF-INTAKE-24")
def keys_join_nothing() -> None:
    def make(real: Any) -> Any:
        def planned(*args: Any) -> Any:
            from dataclasses import replace

            return tuple(replace(each, numbers=each.numbers[-1:]) for each in real(*args))

        return planned

    wrap(_D, "plans", make)


@fault("TF-INTAKE-22", "TF-INTAKE-21")
def what_waits_is_never_woken() -> None:
    put(_D + ":Decider", "_wake", lambda *_: None)


@fault("TF-INTAKE-22")
def nothing_ever_runs_out() -> None:
    put("threeflow_gateway.intake.settle:Settler", "run_out", lambda *_: None)


@fault("TF-INTAKE-26")
def a_leaf_is_skipped_now_and_then() -> None:
    def make(real: Any) -> Any:
        def index(self: Any) -> Any:
            found = real(self)
            return found if found % 5 else real(self)

        return index

    wrap("threeflow_gateway.intake.workspace:Workspace", "next_leaf", make)


@fault("TF-INTAKE-29")
def the_feed_has_gaps() -> None:
    def make(real: Any) -> Any:
        def tell(self: Any, parties: Any, row: Any) -> Any:
            for party in set(parties):
                if party not in self._feeds:
                    self._read_feeds([party])
                if self._feeds[party] % 7 == 3:
                    self._feeds[party] += 1
            return real(self, parties, row)

        return tell

    wrap("threeflow_gateway.intake.workspace:Workspace", "tell", make)


@fault("TF-INTAKE-29")
def subscribers_are_forgotten() -> None:
    put(_D, "parties", lambda header: frozenset((header["issuer"], *header.get("receivers", ()))))


@fault("TF-INTAKE-29")
def events_tell_no_steps() -> None:
    put(_D, "steps_between", lambda *_: [])
