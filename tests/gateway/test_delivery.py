"""Delivery: order within a subject, independence of everything else, dead letters, peers that are gone."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.asynchronous import synchronous
from kit.owing import BEGIN, PEER, Debtor, refused, taken
from threeflow.client import Outcome
from threeflow.errors import Unavailable
from threeflow_gateway.delivery import dead_letters
from threeflow_gateway.delivery.circuit import Circuit
from threeflow_gateway.delivery.retry import next_attempt

A, B, C = 1, 2, 3
Owing = Callable[..., Debtor]


async def _until(told: Callable[[], bool]) -> None:
    while not told():  # noqa: ASYNC110 - a peer that is played rings no bell
        await asyncio.sleep(0.01)


def once(failing: dict[int, Outcome]) -> Callable[[int], Outcome]:
    """Answer each of these documents so at its first offer, and take in all else."""
    left = dict(failing)
    return lambda number: left.pop(number, None) or taken()


@pytest.mark.requirement("TF-DELIV-1")
@synchronous
async def test_what_a_peer_refuses_for_good_is_a_dead_letter_with_its_answer(owing: Owing) -> None:
    debtor = owing()
    debtor.owe([A, B])
    debtor.far.answer = once({1: refused("rule-violated")})
    await debtor.carry(debtor.courier(), 5)
    assert debtor.states() == {1: "dead", 2: "done"}
    (letter,) = dead_letters.find(debtor.database)
    assert (letter.id, letter.peer, letter.reason) == ("id-1", PEER, "rule-violated: as the test says")
    assert debtor.row(1).answer == b"refusal rule-violated"


@pytest.mark.parametrize(("code", "logged"), [("rule-violated", "rule-violated"), ("Li Ming", "a code that")])
@synchronous
async def test_the_log_says_the_code_of_a_dead_letter_and_nothing_that_the_peer_wrote(
    owing: Owing, caplog: pytest.LogCaptureFixture, code: str, logged: str
) -> None:
    debtor = owing()
    debtor.owe([A])
    debtor.far.answer = once({1: refused(code)})
    await debtor.carry(debtor.courier(), 5)
    assert debtor.states() == {1: "dead"}
    (said,) = [each.getMessage() for each in caplog.records if "dead letter" in each.getMessage()]
    assert logged in said
    assert "as the test says" not in caplog.text
    assert "Li Ming" not in caplog.text


@synchronous
async def test_the_log_says_that_a_circuit_is_open_and_nothing_that_the_peer_wrote(
    owing: Owing, caplog: pytest.LogCaptureFixture
) -> None:
    debtor = owing(circuit_failures=2)
    debtor.owe([A])
    debtor.far.answer = lambda _: refused("unavailable", sealed=False)
    await debtor.carry(debtor.courier(), 30)
    (said,) = [each.getMessage() for each in caplog.records if "circuit" in each.getMessage()]
    assert said == f"the circuit to {PEER} is open: unavailable"
    assert "as the test says" not in caplog.text


@pytest.mark.requirement("TF-DELIV-1")
@synchronous
async def test_what_is_owed_for_too_long_is_a_dead_letter_and_not_before(owing: Owing) -> None:
    debtor = owing(give_up_seconds=3600)
    debtor.far.down = True
    debtor.owe([A] * 3)
    outbox, courier = debtor.outbox(), debtor.courier()
    await debtor.carry(courier, 3500)
    assert set(debtor.states().values()) == {"due"}
    assert await outbox.give_up() == 0
    debtor.now.go(200)
    debtor.owe([B])
    assert await outbox.give_up() == 3
    assert debtor.states() == {1: "dead", 2: "dead", 3: "dead", 4: "due"}
    assert all(each.reason for each in dead_letters.find(debtor.database))


@pytest.mark.requirement("TF-DELIV-2", "TF-DELIV-3")
@synchronous
async def test_a_dead_letter_holds_nothing_back_and_goes_first_when_it_is_retried(
    owing: Owing, storage_url: str
) -> None:
    debtor = owing(url=storage_url)
    debtor.owe([A, A, A])
    debtor.far.answer = once({2: refused("reference-mismatch")})
    courier = debtor.courier()
    await debtor.carry(courier, 5)
    assert debtor.far.received == [1, 3]
    debtor.owe([A, B])
    letters = dead_letters.find(debtor.database, ids=["id-2"])
    assert dead_letters.retry(debtor.database, letters, now=debtor.now()) == 1
    assert dead_letters.retry(debtor.database, letters, now=debtor.now()) == 0
    await debtor.carry(courier, 5)
    assert debtor.far.received == [1, 3, 2, 4, 5]
    assert not dead_letters.find(debtor.database)


@pytest.mark.requirement("TF-DELIV-1")
@synchronous
async def test_an_old_dead_letter_that_is_retried_gets_its_whole_time_again(owing: Owing) -> None:
    debtor = owing(give_up_seconds=3600)
    debtor.owe([A])
    debtor.far.answer = once({1: refused("not-entitled")})
    courier = debtor.courier()
    await debtor.carry(courier, 5)
    debtor.now.go(86_400)
    dead_letters.retry(debtor.database, dead_letters.find(debtor.database), now=debtor.now())
    debtor.far.down = True
    await debtor.carry(courier, 600)
    assert debtor.states() == {1: "due"}
    debtor.far.down = False
    await debtor.carry(courier, 600)
    assert debtor.states() == {1: "done"}


@synchronous
async def test_what_is_dropped_is_never_offered_again_and_stays_readable(owing: Owing) -> None:
    debtor = owing()
    debtor.owe([A, A])
    debtor.far.answer = once({1: refused("rule-violated")})
    courier = debtor.courier()
    await debtor.carry(courier, 5)
    assert dead_letters.drop(debtor.database, dead_letters.find(debtor.database), now=debtor.now()) == 1
    await debtor.carry(courier, 600)
    assert debtor.states() == {1: "dropped", 2: "done"}
    assert debtor.row(1).reason.startswith("rule-violated")


@pytest.mark.requirement("TF-DELIV-4", "TF-INTAKE-32")
@given(
    subjects=st.lists(st.sampled_from((None, A, B, C)), min_size=1, max_size=25),
    faults=st.lists(st.sampled_from(("cut", "later", "dead", "good", "good")), max_size=40),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_document_overtakes_an_earlier_one_of_its_subject(
    owing: Owing, subjects: list[int | None], faults: list[str]
) -> None:
    async def run() -> None:
        debtor = owing(documents_per_request=4, circuit_failures=3)
        drawn = list(faults)
        debtor.owe(subjects)
        about = dict(enumerate(subjects, 1))
        ended: set[int] = set()

        def answer(number: int) -> Outcome:
            fault = drawn.pop() if drawn else "good"
            if fault == "later":
                return refused("in-progress", retryable=True)
            ended.add(number)
            return refused("rule-violated") if fault == "dead" else taken()

        class Wire(type(debtor.far)):  # type: ignore[misc]
            async def submit_batch(self, envelopes: list[bytes], **more: Any) -> list[Outcome]:
                numbers = [int(each) for each in envelopes]
                assert numbers == sorted(numbers)
                for number in numbers:
                    earlier = {no for no in about if no < number and about[no] == about[number]}
                    assert earlier <= ended | set(numbers), f"{number} overtakes {earlier - ended}"
                self.down = bool(drawn) and drawn[-1] == "cut" and drawn.pop() == "cut"
                found: list[Outcome] = await super().submit_batch(envelopes, **more)
                return found

        debtor.peers[PEER] = wire = Wire(answer)
        await debtor.carry(debtor.courier(), 3600, until_done=True)
        assert set(debtor.states().values()) <= {"done", "dead"}
        assert sorted(set(wire.received)) == sorted(
            no for no, state in debtor.states().items() if state == "done"
        )

    asyncio.run(run())


@pytest.mark.requirement("TF-DELIV-5")
@synchronous
async def test_a_document_that_is_not_taken_delays_only_its_own_subject(owing: Owing) -> None:
    debtor = owing(documents_per_request=2)
    debtor.owe([A, A, B, C, None])
    debtor.far.answer = lambda no: refused("in-progress", retryable=True) if no == 1 else taken()
    await debtor.carry(debtor.courier(), 600)
    assert sorted(set(debtor.far.received) - {2}) == [3, 4, 5]
    assert debtor.states()[1] == "due"


@pytest.mark.requirement("TF-DELIV-5")
@synchronous
async def test_a_document_that_breaks_every_request_is_found_and_left_behind(owing: Owing) -> None:
    debtor = owing(documents_per_request=8)
    debtor.owe(range(1, 41))

    def bursts(number: int) -> Outcome:
        if number == 5:
            raise Unavailable("it hung up")
        return taken()

    debtor.far.answer = bursts
    courier = debtor.courier()
    await debtor.carry(courier, 3600)
    assert set(debtor.far.received) == set(range(1, 41)) - {5}
    assert debtor.states()[5] == "due"


@pytest.mark.requirement("TF-DELIV-5")
@synchronous
async def test_a_peer_that_hangs_delays_no_other(owing: Owing) -> None:
    debtor = owing("xb.customs", "xc.customs")
    hangs = asyncio.Event()

    async def never(_: bytes, **_more: Any) -> Outcome:
        await hangs.wait()
        raise AssertionError

    debtor.peers["xb.customs"].submit = never  # type: ignore[method-assign]
    debtor.owe([A], "xb.customs")
    debtor.owe([A, B], "xc.customs")
    outbox = debtor.outbox()
    outbox.start()
    try:
        async with asyncio.timeout(30):
            await _until(lambda: debtor.peers["xc.customs"].received == [2, 3])
    finally:
        await outbox.close()
    assert debtor.states() == {1: "due", 2: "done", 3: "done"}


@pytest.mark.requirement("TF-DELIV-6")
@synchronous
async def test_a_peer_down_is_tried_seldom_and_with_one_document(owing: Owing) -> None:
    debtor = owing()
    debtor.owe(range(1, 1001))
    debtor.far.down = True
    courier = debtor.courier()
    await debtor.carry(courier, 86_400)
    asked = debtor.far.requests
    assert [len(each) for each in asked[5:]] == [1] * (len(asked) - 5)
    # Pauses end at 300 s and are shortened by at most a half: a day holds between 288 and 576 of them.
    assert 288 <= len(asked) <= 600
    assert courier.circuit.state(debtor.now()) in {"open", "half-open"}
    debtor.far.down = False
    await debtor.carry(courier, 900)
    assert set(debtor.states().values()) == {"done"}
    assert courier.circuit.state(debtor.now()) == "closed"


def test_a_circuit_opens_probes_and_closes() -> None:
    circuit = Circuit(threshold=2, first=1.0, longest=60.0, largest=32)
    now = BEGIN
    assert (circuit.state(now), circuit.most(now)) == ("closed", 32)
    circuit.failed(now, "gone", jitter=0)
    assert (circuit.state(now), circuit.most(now), circuit.pause(now)) == ("closed", 0, 1.0)
    now += timedelta(seconds=1)
    assert circuit.most(now) == 16
    circuit.failed(now, "gone", jitter=0)
    assert (circuit.state(now), circuit.pause(now)) == ("open", 2.0)
    now += timedelta(seconds=2)
    assert (circuit.state(now), circuit.most(now)) == ("half-open", 1)
    circuit.failed(now, "gone", jitter=0)
    assert (circuit.state(now), circuit.pause(now)) == ("open", 4.0)
    assert circuit.answered()
    assert (circuit.state(now), circuit.reason) == ("closed", "")


@given(attempts=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_pauses_double_up_to_the_longest_and_are_halved_at_most(attempts: int, jitter: float) -> None:
    pause = (next_attempt(BEGIN, attempts, first=0.5, longest=300.0, jitter=jitter) - BEGIN).total_seconds()
    whole = min(300.0, 0.5 * 2 ** min(attempts - 1, 30))
    assert whole / 2 - 1e-5 <= pause <= whole + 1e-5


@pytest.mark.requirement("TF-DELIV-7")
@synchronous
async def test_a_peer_that_was_gone_for_a_day_is_caught_up_and_new_documents_do_not_wait(
    owing: Owing,
) -> None:
    debtor = owing(catch_up_per_second=50.0)
    courier = debtor.courier()
    debtor.far.down = True
    for hour in range(24):
        debtor.owe(hour * 10 + subject for subject in range(10) for _ in range(20))
        await debtor.carry(courier, 3600)
    assert debtor.far.received == []
    debtor.far.down = False
    back, owed = debtor.now(), set(debtor.states())
    while not debtor.far.received:
        await debtor.carry(courier, 1)
    waits: list[float] = []
    while not owed <= set(debtor.far.received):
        (live,) = debtor.owe([10_000 + len(waits)])
        began = debtor.now()
        while live not in debtor.far.received:
            await debtor.carry(courier, 0.5)
        waits.append((debtor.now() - began).total_seconds())
        await debtor.carry(courier, 1)
    took = (debtor.now() - back).total_seconds()
    assert len(owed) == 4800
    # 4,800 documents at 50 a second are 96 s; a probe may be 300 s away, and what it carried as far again.
    assert 96 <= took <= 1000
    assert len(waits) > 30
    assert max(waits) <= 2
    first = {}
    for place, number in enumerate(debtor.far.received):
        first.setdefault(number, place)
    by_subject = [sorted(range(start, start + 20), key=first.__getitem__) for start in range(1, 4801, 20)]
    assert all(each == sorted(each) for each in by_subject)


@pytest.mark.requirement("TF-DELIV-8")
@synchronous
async def test_a_peer_that_leaves_the_lists_is_not_called_and_gets_all_when_it_is_back(
    owing: Owing,
) -> None:
    debtor = owing("xb.customs", "xc.customs")
    outbox = debtor.outbox()
    outbox.start()
    far = debtor.peers.pop("xb.customs")
    outbox.start()
    assert outbox.peers() == ("xc.customs",)
    debtor.owe([A, A], "xb.customs")
    outbox.wake(["xb.customs"])
    await asyncio.sleep(0.1)
    assert (far.requests, outbox.reachable("xb.customs")) == ([], False)
    debtor.peers["xb.customs"] = far
    outbox.start()
    try:
        async with asyncio.timeout(30):
            await _until(lambda: far.received == [1, 2])
    finally:
        await outbox.close()


@pytest.mark.parametrize("hours", [1, -1])
@synchronous
async def test_a_clock_that_jumps_an_hour_stops_no_delivery(owing: Owing, hours: int) -> None:
    debtor = owing()
    courier = debtor.courier()
    debtor.owe([A, A, B])
    debtor.far.down = True
    await debtor.carry(courier, 120)
    debtor.now.go(3600 * hours)
    debtor.far.down = False
    debtor.owe([C])
    await debtor.carry(courier, 601)
    assert set(debtor.states().values()) == {"done"}


@pytest.mark.requirement("TF-DELIV-4")
@synchronous
async def test_what_overtakes_a_document_that_has_to_wait_is_the_rest_of_one_request(owing: Owing) -> None:
    debtor = owing(documents_per_request=3)
    debtor.owe([A, A, A, A, A, B])
    debtor.far.answer = lambda no: refused("too-many-requests", retryable=True) if no == 1 else taken()
    await debtor.carry(debtor.courier(), 600)
    # Two stood in the request that the first did not pass; then nothing of its subject is offered but it.
    assert debtor.far.received == [2, 3, 6]
    assert {number for each in debtor.far.requests[1:] for number in each} == {1, 6}
    debtor.far.answer = lambda _: taken()
    await debtor.carry(debtor.courier(), 600)
    assert debtor.far.received == [2, 3, 6, 1, 4, 5]
