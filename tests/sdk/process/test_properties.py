"""What holds for every set of documents: order does not matter, goods are never lost, use is never silent."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.filing import JOINED, Story, published
from threeflow.errors import Refused
from threeflow.process import Filed, State, extend, fold, judge
from threeflow.process.portions import held_cells

GOODS = {"P1": {1: 6, 2: 2}, "P2": {2: 5}, "P3": {1: 4, 3: 1}, "": {4: 7}}
PACKAGES = st.lists(st.sampled_from(["P1", "P2", "P3"]), min_size=1, max_size=3, unique=True)
ITEMS = st.lists(
    st.builds(
        lambda sequence, amount: {"sequence": sequence, "quantity": str(amount)},
        st.integers(1, 4),
        st.integers(1, 8),
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda each: each["sequence"],
)
SCOPES = st.one_of(
    st.just({"all": True}),
    PACKAGES.map(lambda ids: {"packages": ids}),
    ITEMS.map(lambda items: {"items": items}),
)
ACTS = [
    ("customs-status/rejected", "export"),
    ("customs-status/in-review", "export"),
    ("customs-status/suspended", "export"),
    ("customs-status/resumed", "export"),
    ("customs-status/exit-confirmed", "export"),
    ("customs-status/lapsed", "import"),
    ("customs-status/closed", "import"),
    ("inspection-order/physical", "export"),
    ("inspection-order/document", "import"),
    ("detention/hold", "export"),
    ("detention/free", "export"),
    ("detention/forfeit", "import"),
    ("decision/refuse", "export"),
    ("decision/reopen", "import"),
    ("release/full", "export"),
    ("release/partial", "import"),
    ("release/full", "transit"),
    ("import-decision/accept", "import"),
    ("import-decision/refer", "import"),
    ("import-decision/do-not-load", "import"),
    ("import-decision/refuse-entry", "transit"),
]
EVENTS = ["loaded", "departed", "arrived", "available", "delivered", "seal-broken", "handover", "lost"]


@st.composite
def consignments(draw: st.DrawFn) -> list[Filed]:
    """A declared consignment with acts, facts and requests about parts of it, sensible and senseless."""
    story = Story()
    declared = story.declare(GOODS, draw(st.integers(5, 20)))
    registered = story.act("customs-status/registered", "export", 30, [declared])
    advance = story.act("customs-status/advance-received", "import", 31, [declared])
    abroad = story.declare(GOODS, draw(st.integers(5, 200)), "import")
    entered = story.act("customs-status/registered", "import", 80, [abroad])
    documents = [declared, registered, advance, abroad, entered]
    release = story.act("release/full", "export", 60, [declared, registered], draw(SCOPES))
    documents.append(release)
    moments = st.integers(0, 240)
    for what, position in draw(st.lists(st.sampled_from(ACTS), max_size=7)):
        names = [declared, registered] if position == "export" else [declared, advance, registered]
        documents.append(
            story.act(
                what, position, draw(moments), names, draw(SCOPES), agreement=what.startswith("import-")
            )
        )
    for kind in draw(st.lists(st.sampled_from(EVENTS), max_size=5)):
        ids = draw(st.one_of(st.just([]), PACKAGES))
        documents.append(story.event(kind, draw(moments), ids, draw(st.sampled_from(["actual", "planned"]))))
    documents.extend(versions(draw, story, declared, release))
    return documents


def versions(draw: st.DrawFn, story: Story, declared: Filed, release: Filed) -> list[Filed]:
    """An amendment with its new version and grant, a revocation, a cancellation: some of them."""
    amendment = story.file("amendment/before-release", "xa.declarant", draw(st.integers(20, 120)), [declared])
    goods = draw(st.sampled_from([{"P1": {1: 6, 2: 2}}, {**GOODS, "P9": {1: 3}}, {"": {1: 10, 2: 9}}]))
    newer = story.declare(goods, draw(st.integers(20, 120)), version=2, replaces=declared)
    grant = story.act(
        "decision/grant", "export", draw(st.integers(20, 160)), [amendment, newer], effect="new-version"
    )
    revoked = story.act(
        "release-revocation/part", "export", draw(st.integers(50, 200)), [release], draw(SCOPES)
    )
    cancelled = story.file("cancellation/part", "xa.declarant", 100, [declared], scope=draw(SCOPES))
    withdrawn = story.act("decision/grant", "export", 110, [cancelled], draw(SCOPES), effect="withdrawn")
    some = [amendment, newer, grant, revoked, cancelled, withdrawn]
    return [each for each in some if draw(st.booleans())]


def folded(documents: list[Filed]) -> State:
    return fold(published(), "consignment", documents, JOINED)


RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.requirement("TF-SUBJ-2", "TF-TABLE-13")
@RELAXED
@given(consignments(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_state(documents: list[Filed], dice: Any) -> None:
    whole = folded(documents)
    shuffled = list(documents)
    dice.shuffle(shuffled)
    assert folded(shuffled) == whole
    state = folded([])
    for document in shuffled:
        state = extend(published(), state, document)
    assert state == whole


@pytest.mark.requirement("TF-SUBJ-8", "TF-SUBJ-10")
@RELAXED
@given(consignments(), st.data())
def test_portions_sum_to_what_is_declared_for_every_subset(
    documents: list[Filed], data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(documents), unique_by=lambda each: each.digest))
    state = folded(some)
    assert held_cells(state.portions) == dict(state.declared)
    declarations = {each.digest: each for each in state.documents if each.declared is not None}
    in_force = state.effective.get("export")
    if in_force is not None:
        assert state.declared == declarations[in_force.digest].declared
    assert len({each.ordinal for each in state.portions}) == len(state.portions)
    assert all(amount > 0 for each in state.portions for amount in each.cells.values())


@pytest.mark.requirement("TF-SUBJ-16", "TF-SUBJ-17")
@RELAXED
@given(consignments())
def test_release_use_is_never_exceeded_silently(documents: list[Filed]) -> None:
    state = folded(documents)
    credit, debit = ("release-use", "credit"), ("release-use", "debit")
    unfounded = [each for each in state.portions if debit in each.posted and credit not in each.posted]
    balance = state.accounts.get("release-use")
    assert bool(unfounded) == (balance is not None and balance.state == "difference")
    if unfounded:
        codes = {each.code for each in state.findings}
        taken_back = any(entry.reverse for entry in state.marks)
        redeclared = state.effective["export"].version > 1 if "export" in state.effective else False
        assert "presented-without-release" in codes or taken_back or redeclared
    if balance is not None:
        assert all(amount > 0 for side in (balance.credit, balance.debit) for amount in side.values())
        assert all(balance.credit[unit] == Decimal(1) for unit in balance.credit if not unit.startswith("#"))


@pytest.mark.requirement("TF-SUBJ-5", "TF-SUBJ-7")
@RELAXED
@given(consignments(), st.randoms(use_true_random=False))
def test_only_requests_are_ever_refused_for_the_state(documents: list[Filed], dice: Any) -> None:
    state = folded([])
    dice.shuffle(documents)
    for document in documents:
        nature = published().rows[document.type].nature
        code, state, outcome = taken(state, document)
        waits = any(each.digest == document.digest for each in state.waiting)
        assert code == "" or (nature == "request" and code in ("wrong-state", "scope-exceeded"))
        assert (outcome == "accepted") <= (not waits)
        assert nature != "fact" or outcome in ("accepted", "flagged")


def taken(state: State, document: Filed) -> tuple[str, State, str]:
    """The refusal code or none, the state after, the outcome or none."""
    try:
        judgement = judge(published(), state, document)
    except Refused as refused:
        return refused.code, state, ""
    return "", judgement.state, judgement.outcome


@pytest.mark.requirement("TF-SUBJ-3")
@RELAXED
@given(consignments())
def test_a_track_is_moved_only_from_a_position_that_writes_it(documents: list[Filed]) -> None:
    state = folded(documents)
    by_digest = {each.digest: each for each in state.documents}
    for step in state.steps:
        track = published().tracks[step.track.split("@")[0]]
        assert not track.writers or by_digest[step.cause].position in track.writers


@pytest.mark.requirement("TF-SUBJ-18")
@RELAXED
@given(consignments())
def test_nothing_is_released_at_import_unpresented_or_unaccepted(documents: list[Filed]) -> None:
    state = folded(documents)
    for portion in state.portions:
        moves = [(each.track, each.to) for each in state.history(portion.ordinal)]
        if ("import", "released") in moves:
            before = moves[: moves.index(("import", "released"))]
            assert ("admission", "accepted") in before
            assert ("release-use", "debit") in portion.posted
