"""The summary account: a line is cleared once and only once, and never changed, whatever comes first."""

import cProfile
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.accounting import SUMMARY, Gathering, folded, line, states
from kit.filing import published
from threeflow.errors import Refused
from threeflow.process import Filed, State, extend, judge

RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.requirement("TF-ACC-3", "TF-ACC-6")
def test_a_line_is_cleared_by_one_summary_and_waits_for_no_second_one() -> None:
    made = Gathering()
    entered = made.entered(1, line("L1"), line("L2"))
    first, second = made.asked(2, entered, line("L1", 1, None)), made.asked(3, entered, line("L1", 1, None))
    result = made.answered(4, "declaration", first, line("L1", 1, None))
    other = made.answered(5, "declaration", second, line("L1", 1, None))
    state = folded([entered, first, second, result, other])
    assert states(state) == {"L1/1": "cleared", "L2/1": "posted"}
    assert state.ledger.entries["summary", "L1/1"].cleared_by == (result.digest,)
    assert {each.digest for each in state.waiting} == {second.digest, other.digest}
    assert state.accounts["summary"].open == {"H87": Decimal(1)}
    assert state.subject_tracks["account"] == "open"


@pytest.mark.requirement("TF-ACC-7", "TF-ACC-3", "TF-TABLE-17")
def test_a_voided_summary_reopens_its_lines_and_the_next_one_takes_them() -> None:
    made = Gathering()
    entered = made.entered(1, line("L1"))
    first = made.asked(2, entered, line("L1", 1, None))
    result = made.answered(4, "declaration", first, line("L1", 1, None))
    request, grant = made.voided(5, entered, first)
    done = folded([entered, first, result, request, grant])
    assert states(done) == {"L1/1": "posted"}
    assert [each.to for each in done.ledger.entries["summary", "L1/1"].moves] == [
        "posted",
        "reserved",
        "cleared",
        "posted",
    ]
    second = made.asked(8, entered, line("L1", 1, None))
    again = made.answered(9, "statistics-only", second)
    state = folded([entered, first, result, request, grant, second, again])
    assert states(state) == {"L1/1": "cleared"}
    assert state.subject_tracks["account"] == "reconciled"


@pytest.mark.requirement("TF-ACC-7", "TF-TABLE-16", "TF-TABLE-17")
def test_voiding_a_rejected_summary_leaves_its_successor_alone() -> None:
    made = Gathering()
    entered = made.entered(1, line("L1"))
    first = made.asked(2, entered, line("L1", 1, None))
    rejected = made.answered(3, "rejected", first)
    second = made.asked(4, entered, line("L1", 1, None))
    request, grant = made.voided(5, entered, first)
    state = folded([entered, first, rejected, second, request, grant])
    assert states(state) == {"L1/1": "reserved"}
    assert state.ledger.entries["summary", "L1/1"].holder == second.digest


@pytest.mark.requirement("TF-ACC-4")
def test_a_request_that_names_a_line_nobody_posted_waits_and_moves_none() -> None:
    made = Gathering()
    entered = made.entered(1, line("L1"))
    asked = made.asked(2, entered, line("L1", 1, None), line("L9", 1, None))
    state = folded([entered])
    judgement = judge(published(), state, asked)
    assert judgement.outcome == "pending"
    assert states(judgement.state) == {"L1/1": "posted"}
    later = judge(published(), judgement.state, made.entered(3, line("L9")))
    assert states(later.state) == {"L1/1": "reserved", "L9/1": "reserved"}


@pytest.mark.requirement("TF-ACC-4")
def test_a_request_on_a_line_that_was_struck_is_refused() -> None:
    made = Gathering()
    entered = made.entered(1, line("L1"))
    struck = made.story.file(
        "customs-status/struck", "xa.customs", 2, account=SUMMARY, entries=[line("L1", 1, None)], act={}
    )
    with pytest.raises(Refused) as caught:
        judge(published(), folded([entered, struck]), made.asked(3, entered, line("L1", 1, None)))
    assert caught.value.code == "wrong-state"


@st.composite
def gatherings(draw: st.DrawFn) -> list[Filed]:
    """Lists entered, gathered, answered and voided, sensible and senseless, at any moments."""
    made = Gathering()
    numbers = [f"L{each}" for each in range(6)]
    moments = st.integers(0, 200)
    entered = [made.entered(draw(moments), line(each), line(each, 2)) for each in numbers]
    some = st.lists(st.sampled_from(numbers), min_size=1, max_size=4, unique=True)
    documents = list(entered)
    for _ in range(draw(st.integers(1, 4))):
        chosen = draw(some)
        asked = made.asked(draw(moments), entered[0], *(line(each, 1, None) for each in chosen))
        documents.append(asked)
        for kind in draw(
            st.lists(st.sampled_from(["declaration", "statistics-only", "rejected"]), max_size=2)
        ):
            part = draw(st.lists(st.sampled_from(chosen), max_size=2, unique=True))
            documents.append(
                made.answered(draw(moments), kind, asked, *(line(each, 1, None) for each in part))
            )
        if draw(st.booleans()):
            documents.extend(made.voided(draw(moments), entered[0], asked))
    return documents


@pytest.mark.requirement("TF-ACC-2", "TF-SUBJ-2", "TF-TABLE-13")
@RELAXED
@given(gatherings(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_account(documents: list[Filed], dice: Any) -> None:
    whole = folded(documents)
    shuffled = list(documents)
    dice.shuffle(shuffled)
    assert folded(shuffled) == whole
    state = folded([])
    for document in shuffled:
        state = extend(published(), state, document)
    assert state == whole
    assert state.accounts == whole.accounts


@pytest.mark.requirement("TF-ACC-6", "TF-ACC-7")
@RELAXED
@given(gatherings())
def test_a_line_is_never_cleared_twice_without_being_reopened_between(documents: list[Filed]) -> None:
    for entry in folded(documents).ledger.entries.values():
        clearings = 0
        for move in entry.moves:
            clearings += (move.cleared > 0) - (move.cleared < 0)
            assert 0 <= clearings <= 1
        assert (entry.state == "cleared") == (clearings == 1)
        assert entry.cleared in (Decimal(0), entry.value)
        assert (entry.holder is None) == (entry.state == "posted")


@pytest.mark.requirement("TF-ACC-5")
@RELAXED
@given(gatherings())
def test_the_balance_is_the_sum_of_the_entries(documents: list[Filed]) -> None:
    state = folded(documents)
    open_ = sum(entry.value for entry in state.ledger.entries.values() if entry.state != "cleared")
    balance = state.accounts["summary"]
    assert sum(balance.open.values()) == open_
    assert balance.credit == {"H87": Decimal(12)}
    assert not balance.difference


def test_a_suspended_account_takes_facts_and_no_requests() -> None:
    made = Gathering()
    entered = made.entered(1, line("L1"))
    suspended = made.story.file("customs-status/account-suspended", "xa.customs", 2, account=SUMMARY, act={})
    asked = made.asked(3, entered, line("L1", 1, None))
    state = folded([entered, suspended, asked])
    assert states(state) == {"L1/1": "posted"}
    assert [each.reason for each in state.waiting] == ["state"]
    resumed = made.story.file("customs-status/account-resumed", "xa.customs", 4, account=SUMMARY, act={})
    assert states(folded([entered, suspended, asked, resumed])) == {"L1/1": "reserved"}


def judged(state: State, documents: Sequence[Filed]) -> State:
    """The state after the documents, judged one by one."""
    for document in documents:
        state = judge(published(), state, document).state
    return state


def counted(work: Callable[[], State]) -> tuple[State, int]:
    """What some work gives, and how many calls it took: a measure that no neighbour disturbs."""
    profile = cProfile.Profile()
    made = profile.runcall(work)
    return made, sum(each.callcount for each in profile.getstats())


def gathering(lists: int, batch: int = 100) -> list[Filed]:
    """So many lists of two lines, entered, then gathered in batches of which every tenth is voided."""
    made = Gathering()
    entered = [made.entered(index % 600, line(f"L{index}"), line(f"L{index}", 2)) for index in range(lists)]
    documents = list(entered)
    for first in range(0, lists, batch):
        lines = [
            line(f"L{index}", number, None) for index in range(first, first + batch) for number in (1, 2)
        ]
        asked = made.asked(700 + first // batch, entered[first], *lines)
        documents.append(asked)
        documents.append(made.answered(800 + first // batch, "declaration", asked, *lines))
        if first % 1000 == 0:
            documents.extend(made.voided(900 + first // batch, entered[first], asked))
    return sorted(documents, key=lambda each: each.key)


@pytest.mark.requirement("TF-ACC-12")
def test_four_thousand_lists_are_gathered_and_the_work_stays_linear() -> None:
    half, documents = gathering(2000), gathering(4000)
    _, half_folded = counted(lambda: folded(half))
    whole, whole_folded = counted(lambda: folded(documents))
    _, half_judged = counted(lambda: judged(folded([]), half))
    state, whole_judged = counted(lambda: judged(folded([]), documents))
    assert Counter(states(whole).values()) == {"cleared": 7200, "posted": 800}
    assert whole.accounts["summary"].open == {"H87": Decimal(800)}
    assert state == whole
    assert whole_folded < 2.5 * half_folded
    assert whole_judged < 2.5 * half_judged
