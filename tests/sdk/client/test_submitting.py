"""The client believes only what the node sealed, repeats what is safe, and proves itself anew each time."""

import asyncio

import httpx
import pytest

from kit.crossing import Crossing
from kit.scripted import CALLER, ENDPOINT, NODE, NOW, Node, run
from threeflow import envelope
from threeflow.client import Client, Patience
from threeflow.errors import Refused, Unavailable
from threeflow.keys import SigningKey


def test_a_payload_is_sealed_submitted_and_answered_by_a_receipt(
    node: Node, client: Client, crossing: Crossing
) -> None:
    node.script = [node.receipt]
    outcome = run(client.submit(crossing.pieces["declaration"].payload))
    assert (outcome.taken_in, outcome.state, outcome.sealed, outcome.status) == (True, "accepted", True, 201)
    (request,) = node.requests
    assert request.headers["content-type"] == "application/jose+json"
    assert envelope.read(request.content).signer == CALLER
    assert node.callers[0].node_id == CALLER


def test_an_envelope_is_sent_as_it_is(node: Node, client: Client, declaration: bytes) -> None:
    node.script = [node.receipt]
    assert run(client.submit(declaration)).taken_in
    assert node.requests[0].content == declaration


def test_a_client_without_a_seal_key_seals_nothing(node: Node, crossing: Crossing) -> None:
    client = Client(ENDPOINT, CALLER, crossing.tokens[CALLER], audience=NODE, trust=node.trust)
    with pytest.raises(ValueError, match="seal key"):
        client.seal(crossing.pieces["declaration"].payload)


@pytest.mark.parametrize("fault", [503, 429, 502, 504, "lost"])
def test_no_answer_is_followed_by_the_same_envelope_under_a_fresh_token(
    fault: int | str, node: Node, client: Client, declaration: bytes
) -> None:
    first = httpx.ReadError("gone") if fault == "lost" else node.raw(b"", int(fault))
    node.script = [first, node.receipt]
    assert run(client.submit(declaration)).taken_in
    assert [request.content for request in node.requests] == [declaration, declaration]
    assert len({caller.jti for caller in node.callers}) == 2


def test_it_gives_up_after_its_attempts(node: Node, client: Client, declaration: bytes) -> None:
    node.script = [httpx.ConnectError("no route")] * 3
    with pytest.raises(Unavailable, match="no route"):
        run(client.submit(declaration))
    assert len(node.requests) == 3


def test_a_refusal_that_may_pass_later_is_tried_again(node: Node, client: Client, declaration: bytes) -> None:
    node.script = [node.refusal("in-progress", 409), node.receipt]
    assert run(client.submit(declaration)).taken_in
    node.script = [node.refusal("in-progress", 409)] * 3
    outcome = run(client.submit(declaration))
    assert (outcome.state, outcome.code, outcome.retryable) == ("refused", "in-progress", True)


def test_no_pause_is_longer_than_the_longest(
    node: Node, crossing: Crossing, declaration: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    patience = Patience(attempts=40, pause=0.1, longest_pause=1.0)
    keys = crossing.tokens[CALLER], crossing.keys[CALLER]
    http = httpx.MockTransport(node)
    patient = Client(
        ENDPOINT,
        CALLER,
        *keys,
        audience=NODE,
        trust=node.trust,
        patience=patience,
        now=lambda: NOW,
        http=http,
    )
    monkeypatch.setattr(asyncio, "sleep", sleep)
    node.script = [node.refusal("in-progress", 409)] * 30 + [node.receipt]
    assert run(patient.submit(declaration)).taken_in
    assert (len(pauses), max(pauses)) == (30, 1.0)


def test_a_refusal_is_an_outcome_and_is_not_repeated(node: Node, client: Client, declaration: bytes) -> None:
    node.script = [node.refusal("rule-violated", 422)]
    outcome = run(client.submit(declaration))
    assert (outcome.taken_in, outcome.code, outcome.sealed) == (False, "rule-violated", True)
    assert outcome.refusal is not None
    assert outcome.refusal["requirement"]


def test_a_plain_problem_is_a_refusal_without_a_seal(node: Node, client: Client, declaration: bytes) -> None:
    node.script = [node.plain("token-binding", 401)]
    outcome = run(client.submit(declaration))
    assert (outcome.code, outcome.sealed) == ("token-binding", False)


@pytest.mark.requirement("TF-REST-2")
def test_the_sealed_outcome_decides_not_the_status(node: Node, client: Client, declaration: bytes) -> None:
    node.script = [lambda request: httpx.Response(400, content=node.receipt_octets(request.content))]
    assert run(client.submit(declaration)).taken_in
    node.script = [node.refusal("rule-violated", 201)]
    assert not run(client.submit(declaration)).taken_in


def test_a_receipt_that_does_not_hold_says_nothing(
    node: Node, client: Client, crossing: Crossing, declaration: bytes
) -> None:
    thief = SigningKey.generate("ES256", "xa.customs#seal-9", "seal")
    good = node.receipt_octets(declaration)
    forged = [
        lambda request: node.receipt(request, by="xa.hub"),
        lambda request: node.receipt(request, digest="sha-256:" + "0" * 64),
        node.raw(envelope.seal(envelope.read(good).payload, thief), 201),
        node.raw(good.replace(b'"signature":"', b'"signature":"A', 1), 201),
        node.raw(crossing.checkpoint(NOW), 201),
        node.raw(declaration, 201),
        node.raw(b"<html>", 201),
        node.raw(b'{"status":"ok"}', 201),
        node.raw(b"", 201),
    ]
    for each in forged:
        node.script = [each]
        with pytest.raises(Unavailable):
            run(client.submit(declaration))


def test_a_receipt_under_a_stolen_key_says_nothing(
    node: Node, client: Client, crossing: Crossing, declaration: bytes
) -> None:
    stolen = {"compromised": {"xa.customs#seal-1": NOW}, "issued_at": NOW}
    client._trust = crossing.store(("xa", stolen))
    node.script = [node.receipt]
    with pytest.raises(Unavailable, match="compromised"):
        run(client.submit(declaration))


def test_redirects_are_not_followed(node: Node, client: Client, declaration: bytes) -> None:
    node.script = [lambda request: httpx.Response(302, headers={"location": "https://elsewhere.example/"})]
    with pytest.raises(Unavailable):
        run(client.submit(declaration))
    assert len(node.requests) == 1


# -- batches


def test_a_batch_has_an_outcome_a_line_in_order(node: Node, client: Client, crossing: Crossing) -> None:
    pieces = [crossing.pieces[name].raw for name in ("order", "waybill", "declaration")]

    def answer(request: httpx.Request) -> httpx.Response:
        lines = request.content.splitlines()
        answers = [node.receipt_octets(lines[0]), node.refusal_octets("rule-violated")]
        return httpx.Response(200, content=b"\n".join([*answers, node.receipt_octets(lines[2])]) + b"\n")

    node.script = [answer]
    outcomes = run(client.submit_batch(pieces))
    assert [each.state for each in outcomes] == ["accepted", "refused", "accepted"]
    assert node.requests[0].headers["content-type"] == "application/x-ndjson"


def test_a_batch_whose_answers_are_swapped_says_nothing(
    node: Node, client: Client, crossing: Crossing
) -> None:
    pieces = [crossing.pieces[name].raw for name in ("order", "waybill")]
    swapped = b"\n".join(node.receipt_octets(each) for each in reversed(pieces))
    for octets in (swapped, node.receipt_octets(pieces[0]), b""):
        node.script = [node.raw(octets)]
        with pytest.raises(Unavailable):
            run(client.submit_batch(pieces))


def test_a_batch_may_be_refused_whole(node: Node, client: Client, declaration: bytes) -> None:
    node.script = [node.plain("too-large", 413)]
    with pytest.raises(Refused) as refused:
        run(client.submit_batch([declaration]))
    assert refused.value.code == "too-large"


# -- reading
