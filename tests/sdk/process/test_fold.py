"""The rules of the fold, one by one."""

from decimal import Decimal
from typing import Any

import pytest

from kit.filing import JOINED, Story, at, published
from threeflow.errors import Refused
from threeflow.process import Filed, State, check_references, extend, file, fold, judge

GOODS = {"P1": {1: 6}, "P2": {2: 5}}


@pytest.fixture
def story() -> Story:
    return Story()


def state_of(*documents: Filed, subject: str = "consignment") -> State:
    return fold(published(), subject, documents, JOINED)


def export_states(state: State) -> list[str]:
    return [each.states.get("export", "none") for each in state.portions]


@pytest.mark.requirement("TF-TABLE-2")
def test_an_unknown_kind_is_refused() -> None:
    row = published().rows["release"]
    header = {"type": "release", "kind": "joyful", "id": "1", "issuer": "xa.customs", "issuedAt": at(1)}
    with pytest.raises(Refused) as caught:
        file(row, {"header": header}, "d")
    assert (caught.value.code, caught.value.requirement) == ("schema-violated", "TF-TABLE-2")


@pytest.mark.requirement("TF-TABLE-3")
def test_times_are_compared_as_instants(story: Story) -> None:
    east = story.file("order/sale", "xa.platform", 0, orderedAt="2026-03-01T09:30:00+08:00")
    assert east.at == story.file("order/sale", "xa.platform", 0, orderedAt="2026-03-01T01:30:00Z").at
    with pytest.raises(Refused, match="TF-TABLE-3"):
        story.file("order/sale", "xa.platform", 0, orderedAt="2026-03-01T09:30:00")


@pytest.mark.requirement("TF-TABLE-5")
def test_a_required_reference_is_named_or_refused_and_held_or_awaited(story: Story) -> None:
    row = published().rows["release"]
    declared = story.declare(GOODS, 10)
    registered = story.act("customs-status/registered", "export", 20, [declared])
    with pytest.raises(Refused) as caught:
        check_references(row, story.act("release/full", "export", 30, [declared]))
    assert (caught.value.code, caught.value.requirement) == ("reference-missing", "TF-TABLE-5")
    release = story.act("release/full", "export", 30, [declared, registered])
    check_references(row, release)
    judgement = judge(published(), state_of(declared), release)
    assert judgement.outcome == "pending"
    assert [each.reason for each in judgement.state.waiting] == ["reference"]
    assert export_states(extend(published(), judgement.state, registered)) == ["released"]


@pytest.mark.requirement("TF-TABLE-6")
def test_only_the_declarant_of_a_declaration_amends_it(story: Story) -> None:
    declared = story.declare(GOODS, 10)
    amendment = story.file("amendment/before-release", "xa.other", 20, [declared])
    with pytest.raises(Refused) as caught:
        check_references(published().rows["amendment"], amendment)
    assert (caught.value.code, caught.value.requirement) == ("not-entitled", "TF-TABLE-6")


@pytest.mark.requirement("TF-TABLE-7")
def test_joined_documents_are_never_awaited(story: Story) -> None:
    order = story.file("order/sale", "xa.platform", 1)
    waybill = story.file("waybill/house", "xa.carrier", 2, [order])
    check_references(published().rows["waybill"], waybill)
    assert state_of(waybill).subject_tracks["transport"] == "expected"


@pytest.mark.requirement("TF-TABLE-8", "TF-TABLE-11")
def test_the_first_move_that_fits_is_taken(story: Story) -> None:
    found = {"consignments": [{"consignment": {}, "difference": "short"}]}
    common = {"eventTime": at(5), "classifier": "actual"}
    short = story.file("manifest/tally", "xa.carrier", 5, **common, **found)
    clean = story.file("manifest/tally", "xa.carrier", 5, **common)
    planned = story.file("manifest/tally", "xa.carrier", 5, eventTime=at(5), classifier="planned")
    assert state_of(short, subject="movement").subject_tracks["movement"] == "discharged-with-difference"
    assert state_of(clean, subject="movement").subject_tracks["movement"] == "discharged"
    assert state_of(planned, subject="movement").subject_tracks["movement"] == "none"


@pytest.mark.requirement("TF-TABLE-9")
def test_steps_of_other_subjects_are_left_out(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    closed = story.act("customs-status/closed", "import", 9, [declared])
    opened = story.file("order/sale", "xa.platform", 2)
    held = {"held": {declared.digest: {"kind": "list", "states": {}}}}
    state = fold(published(), "case", [opened, closed], held)
    assert [(each.track, each.to) for each in state.steps] == [("life", "open"), ("life", "closed")]


@pytest.mark.requirement("TF-TABLE-10")
def test_a_position_kept_apart_has_a_state_of_its_own(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    here = story.act("customs-status/advance-received", "import", 2, [declared])
    between = story.act("customs-status/advance-received", "transit", 3, [declared])
    refused = story.act("import-decision/refuse-entry", "transit", 4, [between], agreement=True)
    tracks = state_of(declared, here, between, refused).subject_tracks
    assert (tracks["admission"], tracks["admission@transit"]) == ("advance-received", "refused")


@pytest.mark.requirement("TF-TABLE-12")
def test_findings_are_judged_before_the_own_steps(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    registered = story.act("customs-status/registered", "export", 2, [declared])
    release = story.act("release/full", "export", 3, [declared, registered])
    gone = story.event("departed", 4)
    early = story.act("customs-status/exit-confirmed", "export", 3, [declared])
    state = state_of(declared, registered, release, early, gone)
    assert [each.code for each in state.findings if each.digest == early.digest] == ["exit-without-departure"]


@pytest.mark.requirement("TF-TABLE-14", "TF-SUBJ-4")
def test_a_fact_never_overwrites_a_later_one_even_when_it_is_folded_after_it(story: Story) -> None:
    arrived = story.event("arrived", 50)
    manifest = story.file("waybill/house", "xa.carrier", 90)
    names_a_later_one = story.file(
        "logistics-event/departed", "xa.carrier", 40, [manifest], eventTime=at(40), classifier="actual"
    )
    assert state_of(arrived, manifest, names_a_later_one).subject_tracks["transport"] == "arrived"


@pytest.mark.requirement("TF-SUBJ-11")
def test_an_act_on_named_goods_takes_all_of_them_or_none(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    registered = story.act("customs-status/registered", "export", 2, [declared])
    held = story.act("detention/hold", "export", 3, [declared], {"packages": ["P1"]})
    both = story.act("release/partial", "export", 4, [declared, registered], {"packages": ["P1", "P2"]})
    whole = story.act("release/full", "export", 4, [declared, registered])
    assert export_states(state_of(declared, registered, held, both)) == ["registered", "detained"]
    assert export_states(state_of(declared, registered, held, whole)) == ["released", "detained"]


@pytest.mark.requirement("TF-SUBJ-12")
def test_before_any_declaration_there_is_one_undivided_portion(story: Story) -> None:
    waybill = story.file("waybill/house", "xa.carrier", 1)
    state = state_of(waybill, story.event("at-control-place", 2, ["P1"]))
    assert [dict(each.states) for each in state.portions] == [{"transport": "at-control-place"}]
    declared = extend(published(), state, story.declare(GOODS, 5))
    assert [each.states["transport"] for each in declared.portions] == ["expected", "at-control-place"]


@pytest.mark.requirement("TF-SUBJ-14")
def test_a_version_before_registration_takes_effect_at_once(story: Story) -> None:
    first = story.declare(GOODS, 1)
    second = story.declare({"P1": {1: 4}}, 2, version=2, replaces=first)
    state = state_of(first, second)
    assert (state.effective["export"].version, state.declared) == (2, {(1, "P1"): Decimal(4)})
    assert judge(published(), state_of(second), first).state == state


@pytest.mark.requirement("TF-SUBJ-15")
def test_a_version_after_release_is_flagged_unless_the_decision_covers_it(story: Story) -> None:
    first = story.declare(GOODS, 1)
    registered = story.act("customs-status/registered", "export", 2, [first])
    release = story.act("release/full", "export", 3, [first, registered])
    second = story.declare(GOODS, 5, version=2, replaces=first)
    for covers, codes in ((True, []), (False, ["version-after-release"])):
        grant = story.act("decision/grant", "export", 6, [second], effect="new-version", releaseCovers=covers)
        state = state_of(first, registered, release, second, grant)
        assert [each.code for each in state.findings] == codes
        assert state.effective["export"].version == 2


@pytest.mark.requirement("TF-SUBJ-13")
def test_only_the_own_issuer_replaces(story: Story) -> None:
    first = story.file("order/sale", "xa.platform", 1)
    other = story.file("order/sale", "xa.stranger", 2, version=2, replaces=first)
    assert state_of(first, other, subject="case").replaced == frozenset()


@pytest.mark.requirement("TF-SUBJ-16")
def test_presented_twice_counts_once(story: Story) -> None:
    declared = story.declare({"": {1: 6}}, 1)
    registered = story.act("customs-status/registered", "export", 2, [declared])
    release = story.act("release/full", "export", 3, [declared, registered])
    state = state_of(declared, registered, release, story.event("available", 8), story.event("available", 9))
    assert state.accounts["release-use"].debit == {"#1": Decimal(6)}
    assert [each.side for each in state.marks] == ["credit", "debit"]


def test_a_declaration_abroad_speaks_of_the_same_goods(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    part = story.declare({"P2": {2: 5}}, 5, "import")
    more = story.declare({"P2": {2: 6}}, 5, "import")
    state = state_of(declared, part)
    assert [(each.packages, each.states.get("import")) for each in state.portions] == [
        (("P1",), None),
        (("P2",), "lodged"),
    ]
    with pytest.raises(Refused) as caught:
        judge(published(), state_of(declared), more)
    assert caught.value.code == "scope-exceeded"


def test_history_follows_the_goods_through_their_splits(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    registered = story.act("customs-status/registered", "export", 2, [declared])
    held = story.act("detention/hold", "export", 3, [declared], {"packages": ["P1"]})
    release = story.act("release/full", "export", 4, [declared, registered])
    state = state_of(declared, registered, held, release)
    assert [each.to for each in state.history(1)] == ["lodged", "registered", "released"]
    assert [each.to for each in state.history(2)] == ["lodged", "registered", "detained"]
    assert state.summary("export") == {"released": 1, "detained": 1}


def test_a_request_that_can_still_become_right_is_pending(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    early = story.file("amendment/before-release", "xa.declarant", 2, [declared])
    assert judge(published(), state_of(declared), early).outcome == "pending"


@pytest.mark.requirement("TF-SUBJ-7")
def test_an_act_that_can_no_longer_take_effect_is_flagged(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    rejected = story.act("customs-status/rejected", "export", 2, [declared])
    resumed = story.act("customs-status/resumed", "export", 3, [declared])
    assert judge(published(), state_of(declared, rejected), resumed).outcome == "pending"
    forfeited = [
        story.act("detention/hold", "export", 4, [declared]),
        story.act("detention/forfeit", "export", 5, [declared]),
    ]
    late = story.act("customs-status/registered", "export", 6, [declared])
    judgement = judge(published(), state_of(declared, *forfeited), late)
    assert judgement.outcome == "flagged"
    assert [each.code for each in judgement.findings] == ["not-in-state"]


@pytest.mark.requirement("TF-TABLE-13")
def test_what_is_named_is_folded_before_what_names_it_whatever_the_clocks_say(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    registered = story.act("customs-status/registered", "export", 2, [declared])
    order = story.act("inspection-order/image", "export", 3, [declared], {"packages": ["P1"]})
    result = story.act("inspection-result/conform", "export", 6, [order], {"packages": ["P1"]})
    release = story.act("release/full", "export", 5, [declared, registered, result])
    assert export_states(state_of(declared, registered, order, result, release)) == ["released", "released"]


@pytest.mark.requirement("TF-SUBJ-6")
def test_a_request_is_refused_when_some_of_its_goods_can_no_longer_follow(story: Story) -> None:
    declared = story.declare(GOODS, 1)
    registered = story.act("customs-status/registered", "export", 2, [declared])
    held = story.act("detention/hold", "export", 3, [declared], {"packages": ["P1"]})
    forfeited = story.act("detention/forfeit", "export", 4, [declared], {"packages": ["P1"]})
    before = state_of(declared, registered, held, forfeited)
    scope = {"packages": ["P1", "P2"]}
    both = story.file("cancellation/part", "xa.declarant", 9, [declared], scope=scope)
    with pytest.raises(Refused) as caught:
        judge(published(), before, both)
    assert (caught.value.code, caught.value.requirement) == ("wrong-state", "TF-SUBJ-6")
    one = story.file("cancellation/part", "xa.declarant", 9, [declared], scope={"packages": ["P2"]})
    assert judge(published(), before, one).outcome == "accepted"


@pytest.mark.requirement("TF-LIMIT-9")
def test_acceptance_after_a_seal_was_broken_on_inspected_goods_is_flagged(story: Story) -> None:
    declared = story.declare({"P1": {1: 6}, "P2": {1: 4}}, 1)
    registered = story.act("customs-status/registered", "export", 2, [declared])
    advance = story.act("customs-status/advance-received", "import", 3, [declared])
    order = story.act("inspection-order/physical", "export", 4, [declared])
    result = story.act("inspection-result/conform", "export", 5, [order])
    broken = story.event("seal-broken", 8, ["P1"])
    accept = story.act("import-decision/accept", "import", 9, [advance], agreement=True)
    state = state_of(declared, registered, advance, order, result, broken, accept)
    (found,) = (each for each in state.findings if each.code == "inspection-not-recognised")
    opened = next(each for each in state.portions if "P1" in each.packages)
    assert (found.digest, found.portions) == (accept.digest, (opened.ordinal,))


@pytest.mark.requirement("TF-LIMIT-11")
@pytest.mark.parametrize(("guarantees", "codes"), [(None, ["transit-unsecured"]), ([{"number": "G1"}], [])])
def test_a_transit_without_a_guarantee_is_flagged(story: Story, guarantees: Any, codes: list[str]) -> None:
    said = {} if guarantees is None else {"guarantees": guarantees}
    transit = story.file("declaration/transit", "xa.declarant", 1, direction="transit", **said)
    started = story.act("customs-status/transit-started", "transit", 2, [transit])
    ended = story.act("customs-status/transit-ended", "transit", 9, [transit])
    state = fold(published(), "movement", [transit, started, ended])
    assert [each.code for each in state.findings] == codes
    assert state.subject_tracks["movement"] == "discharged"
