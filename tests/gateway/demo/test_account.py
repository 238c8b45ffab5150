"""One outcome a consignment, the worst of several, and nothing without an outcome."""

from datetime import UTC, datetime

import pytest

from threeflow_gateway.demo import account
from threeflow_gateway.demo.account import Reason, Seen
from threeflow_gateway.demo.view import Portion, Step, View

AT = datetime(2026, 1, 1, tzinfo=UTC)


def view(*states: dict[str, str], steps: tuple[Step, ...] = (), findings: tuple[str, ...] = ()) -> View:
    portions = tuple(Portion(number, f"P{number}", tracks) for number, tracks in enumerate(states, start=1))
    return View(portions, steps, findings)


INSPECTED = Step("export", "inspected", AT, 1)
OUT = {"export": "exit-confirmed"}
IN = {"admission": "accepted", "import": "released"}


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (Seen("L", view(OUT), view(IN)), "released"),
        (Seen("L", view(OUT, steps=(INSPECTED,)), view(IN)), "released-after-inspection"),
        (Seen("L", view(OUT, {"export": "detained"}), view(IN, {})), "released-in-part"),
        (Seen("L", view(OUT), view({"admission": "referred"})), "referred"),
        (Seen("L", view({"export": "suspended"})), "referred"),
        (Seen("L", view(OUT), view({"admission": "refused"})), "entry-refused"),
        (Seen("L", view({"export": "withdrawn"})), "cancelled"),
        (Seen("L", view({"export": "rejected"}), match_state="mismatched"), "mismatched"),
        (Seen("L", refusal=(Reason("VAL-07", "net", "净重", "/totals"),)), "not-taken-in"),
    ],
)
def test_the_tracks_decide_the_outcome(seen: Seen, outcome: str) -> None:
    assert account.outcome_of(seen) == outcome


@pytest.mark.parametrize(
    "seen", [Seen("L"), Seen("L", view({"export": "registered"})), Seen("L", view(OUT), view({}))]
)
def test_a_consignment_that_ended_nowhere_is_never_given_an_outcome(seen: Seen) -> None:
    with pytest.raises(account.UnaccountedError):
        account.outcome_of(seen)


def test_the_worst_outcome_is_the_first_by_precedence() -> None:
    assert account.worst(["released", "referred", "released-in-part"]) == "referred"
    assert [account.worst([each, "released"]) for each in account.PRECEDENCE] == list(account.PRECEDENCE)


def test_kinds_are_read_off_the_nodes_answers() -> None:
    early = view(
        OUT,
        steps=(Step("admission", "accepted", AT, 1), Step("transport", "departed", AT.replace(hour=5), 1)),
    )
    assert account.kinds_of([Seen("L", early, view(IN))], 1, 3, 100) == ("answer-before-departure",)
    both = [Seen("L", view(OUT), view(IN)), Seen("M", view(OUT), view(IN))]
    assert account.kinds_of(both, 1, 3, 100) == ("order-in-two-parcels",)
    assert account.kinds_of(both, 1, 120, 100) == ()
    detained = Seen("L", view(OUT, {"export": "detained"}, steps=(INSPECTED,)), view(IN, {}))
    assert account.kinds_of([detained], 1, 3, 100) == ("line-detained",)
    flagged = Seen("L", view(OUT, findings=("departed-without-release",)), view({"admission": "referred"}))
    assert account.kinds_of([flagged], 2, 3, 100) == ("departed-unreleased", "two-orders-one-parcel")


def test_an_unaccounted_invoice_is_in_no_count() -> None:
    counts = account.counts([account.Account("1", "released"), account.Account("2", account.UNACCOUNTED)])
    assert sum(counts.values()) == 1
