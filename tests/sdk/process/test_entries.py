"""Entries of stock, tax and guarantee: drawn on, counted, paid in parts, reversed and paid back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.accounting import GUARANTEE, STOCK, TAX, folded, goods, money, states
from kit.filing import Story, at, published
from threeflow.errors import Refused
from threeflow.process import Filed, judge

RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def stock(events: Sequence[tuple[int, str, int]]) -> list[Filed]:
    story = Story()
    kinds = {"in": ("stock-report/inbound", "xb.warehouse"), "out": ("sale-report/sold", "xa.seller")}
    return [
        story.file(
            kinds[way][0],
            kinds[way][1],
            minute,
            reportedAt=at(minute),
            account=STOCK,
            entries=[goods(f"R{index}", "HAT", pieces)],
        )
        for index, (minute, way, pieces) in enumerate(events)
    ]


@pytest.mark.requirement("TF-ACC-5", "TF-ACC-8")
@RELAXED
@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.sampled_from(["in", "out"]), st.integers(1, 9)),
        min_size=1,
        max_size=9,
    ),
    st.randoms(use_true_random=False),
)
def test_stock_is_what_came_in_less_what_left_and_below_nothing_is_a_difference(
    events: list[tuple[int, str, int]], dice: Any
) -> None:
    documents = stock(events)
    dice.shuffle(documents)
    state = folded([])
    for document in documents:
        judgement = judge(published(), state, document)
        assert judgement.outcome in ("accepted", "flagged")
        state = judgement.state
    assert state == folded(documents)
    left = sum(pieces if way == "in" else -pieces for _, way, pieces in events)
    assert state.ledger.left("overseas-stock", "HAT H87") == left
    assert (state.accounts["overseas-stock"].state == "difference") == (left < 0)
    if left < 0:
        assert state.subject_tracks["account"] == "difference"
        assert "stock-below-nothing" in {each.code for each in state.findings}


@pytest.mark.requirement("TF-ACC-9")
def test_a_count_reconciles_or_shows_the_difference() -> None:
    story = Story()
    inbound, sold = stock([(1, "in", 200), (2, "out", 139)])

    def counted(minute: int, pieces: int) -> Filed:
        return story.file(
            "stock-report/snapshot",
            "xb.warehouse",
            minute,
            reportedAt=at(minute),
            account=STOCK,
            entries=[goods(f"C{minute}", "HAT", pieces)],
        )

    good, bad = counted(10, 61), counted(20, 60)
    assert folded([inbound, sold, good]).subject_tracks["account"] == "reconciled"
    state = folded([inbound, sold, good, bad])
    assert state.subject_tracks["account"] == "difference"
    assert [each.code for each in state.findings] == ["count-differs"]


def bills(story: Story, minute: int, kind: str, names: Sequence[Filed], **lists: Any) -> Filed:
    return story.file(f"tax-bill/{kind}", "xb.customs", minute, names, account=TAX, act={}, **lists)


@pytest.mark.requirement("TF-ACC-10")
def test_a_tax_bill_is_paid_reassessed_and_paid_back() -> None:
    story = Story()
    first = bills(story, 1, "assessed", [], entries=[money("B1", "9.10")])
    paid = story.file(
        "tax-payment/consolidated",
        "xb.bank",
        5,
        [first],
        paidAt=at(5),
        account=TAX,
        entries=[money("B1", "9.10")],
    )
    assert folded([first, paid]).subject_tracks["account"] == "reconciled"
    second = bills(
        story, 7, "reassessed", [first], reversed=[{"number": "B1"}], entries=[money("B2", "4.00")]
    )
    state = folded([first, paid, second])
    assert state.accounts["tax"].difference == {"CNY": Decimal("9.10") - Decimal(4) + Decimal(4)}
    assert state.subject_tracks["account"] == "difference"
    back = story.file(
        "tax-payment/refunded",
        "xb.bank",
        9,
        [first],
        paidAt=at(9),
        account=TAX,
        entries=[money("B1", "9.10")],
    )
    rest = story.file(
        "tax-payment/single",
        "xb.bank",
        10,
        [second],
        paidAt=at(10),
        account=TAX,
        entries=[money("B2", "4.00")],
    )
    assert folded([rest, back, second, paid, first]).subject_tracks["account"] == "reconciled"


@pytest.mark.requirement("TF-ACC-10")
def test_a_bill_is_paid_in_parts() -> None:
    story = Story()
    bill = bills(story, 1, "assessed", [], entries=[money("B1", "10.00")])
    parts = [
        story.file(
            "tax-payment/single",
            "xb.bank",
            minute,
            [bill],
            paidAt=at(minute),
            account=TAX,
            entries=[money("B1", value)],
        )
        for minute, value in ((2, "4.00"), (3, "6.00"))
    ]
    assert states(folded([bill, parts[0]]), "tax") == {"B1": "posted"}
    assert folded([bill, parts[0]]).accounts["tax"].open == {"CNY": Decimal("6.00")}
    assert states(folded([bill, *parts]), "tax") == {"B1": "cleared"}


@pytest.mark.requirement("TF-ACC-11")
def test_a_guarantee_is_reserved_freed_and_called_in_its_territory() -> None:
    story = Story()

    def use(kind: str, minute: int, names: Sequence[Filed], entry: dict[str, Any], **account: str) -> Filed:
        return story.file(
            f"guarantee/{kind}", "xb.bank", minute, names, account={**GUARANTEE, **account}, entries=[entry]
        )

    issued = use("issue", 1, [], money("limit", "100.00"))
    reserved = use("reserve", 2, [issued], money("D1", "60.00"))
    more = use("reserve", 3, [issued], money("D2", "50.00"))
    freed = use("free", 4, [issued], {"number": "D1"})
    abroad = use("reserve", 5, [issued], money("D3", "1.00"), territory="DE")
    called = use("call", 6, [issued], money("D2", "50.00"))
    state = folded([issued, reserved, more])
    assert state.accounts["guarantee"].difference == {"CNY": Decimal(10)}
    assert [each.code for each in state.findings] == ["guarantee-exceeded"]
    state = folded([issued, reserved, more, freed, abroad, called])
    assert state.accounts["guarantee"].open == {"CNY": Decimal(49)}
    assert "guarantee-of-another-territory" in {each.code for each in state.findings}
    assert states(state, "guarantee") == {
        "limit": "posted",
        "D1": "reversed",
        "D2": "posted",
        "D3": "reserved",
    }


@pytest.mark.requirement("TF-ACC-1")
def test_a_document_names_a_kind_of_account_that_its_row_admits() -> None:
    with pytest.raises(Refused) as caught:
        Story().file(
            "tax-payment/single", "xb.bank", 1, paidAt=at(1), account=STOCK, entries=[money("B1", "1.00")]
        )
    assert (caught.value.code, caught.value.pointer) == ("schema-violated", "/account/kind")
