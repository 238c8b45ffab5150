"""The client believes only what the node sealed, repeats what is safe, and proves itself anew each time."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from kit.crossing import CUT_AT, WAYBILL, Crossing
from threeflow import documents, dossier, envelope, log, messages, strict, token
from threeflow.client import Client, Patience
from threeflow.errors import Refused, Unavailable
from threeflow.keys import SigningKey
from threeflow.standard import Standard
from threeflow.trust import TrustStore

ENDPOINT = "https://customs.xa.example/node"
NODE = "xa.customs"
CALLER = "xa.declarant"
NOW = CUT_AT
Handler = Callable[[httpx.Request], httpx.Response]


class Node:
    """A node behind a transport of the test: it checks every caller token and answers from a script."""

    def __init__(self, crossing: Crossing, trust: TrustStore) -> None:
        self.crossing, self.trust = crossing, trust
        self.script: list[Handler | Exception] = []
        self.requests: list[httpx.Request] = []
        self.callers: list[token.Caller] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        bearer = request.headers.get("authorization", "")
        if bearer:
            self.callers.append(self.check(bearer.removeprefix("Bearer "), request))
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step(request)

    def check(self, raw: str, request: httpx.Request) -> token.Caller:
        body = request.content
        sent = f"{request.url.scheme}://{request.url.host}{request.url.raw_path.decode()}"
        return token.check(
            raw,
            resolver=self.trust.verifying_key,
            aud=NODE,
            method=request.method,
            uri=sent,
            body_digest=f"sha-256:{_sha(body)}" if body else None,
            now=NOW,
            environment="demo",
        )

    # -- answers

    def receipt(self, request: httpx.Request, *, by: str = NODE, digest: str = "") -> httpx.Response:
        return httpx.Response(201, content=self.receipt_octets(request.content, by=by, digest=digest))

    def receipt_octets(self, raw: bytes, *, by: str = NODE, digest: str = "") -> bytes:
        env = envelope.read(raw)
        payload = strict.parse_object(env.payload)
        return self.crossing.receipt_for(payload, digest or env.digest, by, NOW, index=1)

    def refusal(self, code: str, status: int, *, key: SigningKey | None = None) -> Handler:
        return lambda request: httpx.Response(status, content=self.refusal_octets(code, key))

    def refusal_octets(self, code: str, key: SigningKey | None = None) -> bytes:
        payload = messages.payload(
            messages.refused(code, "because"),
            id="00000000-0000-4000-8000-000000000001",
            issuer=NODE,
            environment="demo",
            issued_at=documents.timestamp(NOW),
            receiver=CALLER,
        )
        return envelope.seal(strict.dump(payload), key or self.crossing.keys[NODE])

    @staticmethod
    def plain(code: str, status: int) -> Handler:
        refused = messages.refused(code, "because")
        return lambda request: httpx.Response(status, content=strict.dump(messages.problem(refused)))

    @staticmethod
    def json(value: object, status: int = 200) -> Handler:
        return lambda request: httpx.Response(status, content=orjson.dumps(value))

    @staticmethod
    def raw(octets: bytes, status: int = 200) -> Handler:
        return lambda request: httpx.Response(status, content=octets)


def _sha(octets: bytes) -> str:
    from hashlib import sha256

    return sha256(octets).hexdigest()


@pytest.fixture(scope="module")
def crossing() -> Crossing:
    return Crossing().until_release()


@pytest.fixture
def node(crossing: Crossing) -> Node:
    return Node(crossing, crossing.store())


@pytest.fixture
def client(node: Node) -> Client:
    return Client(
        ENDPOINT,
        CALLER,
        node.crossing.tokens[CALLER],
        node.crossing.keys[CALLER],
        audience=NODE,
        trust=node.trust,
        patience=Patience(attempts=3, pause=0.001, longest_pause=0.01),
        now=lambda: NOW,
        http=httpx.MockTransport(node),
    )


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


@pytest.fixture
def declaration(crossing: Crossing) -> bytes:
    return crossing.pieces["declaration"].raw


# -- submitting


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


def test_documents_receipts_and_statements_are_read(
    node: Node, client: Client, crossing: Crossing, declaration: bytes
) -> None:
    piece = crossing.pieces["declaration"]
    statement = documents.build(
        "node-statement", None, issuer=NODE, environment="demo", issued_at=NOW, receivers=[CALLER]
    )
    node.script = [
        node.raw(declaration),
        node.raw(piece.receipt),
        node.raw(envelope.seal(strict.dump(statement), crossing.keys[NODE])),
        node.json({"lists": [orjson.loads(each.raw) for each in crossing.store().lists("xa")]}),
    ]
    assert run(client.fetch(CALLER, piece.id)).raw == declaration
    receipt: Any = run(client.receipt(CALLER, piece.id))
    assert receipt["document"]["digest"] == piece.digest
    assert run(client.statement())["header"] == statement["header"]
    (held,) = run(client.trust_lists())
    assert envelope.read(held).signer == "xa.trust"
    assert [bool(each.headers.get("authorization")) for each in node.requests] == [True, True, False, False]


def test_what_is_not_shown_is_refused_with_its_code(node: Node, client: Client) -> None:
    node.script = [node.refusal("not-found", 404)]
    with pytest.raises(Refused) as refused:
        run(client.fetch(CALLER, "00000000-0000-4000-8000-000000000009"))
    assert refused.value.code == "not-found"


def test_a_key_is_sent_as_the_token_says(node: Node, client: Client) -> None:
    key = documents.key("order", "xa.platform", "A&B /ü~+1")
    node.script = [node.json({"kind": "case"})]
    assert run(client.subject("case", key)) == {"kind": "case"}
    assert dict(node.requests[0].url.params) == key
    assert node.callers


def pages(*found: list[int]) -> list[Handler]:
    return [
        Node.json({"events": [{"sequence": each} for each in page], "next": page[-1] if page else 0})
        for page in found
    ]


async def sequences(client: Client, **more: int) -> list[object]:
    return [each["sequence"] async for each in client.events(**more)]


def test_events_come_each_once_and_resume(node: Node, client: Client) -> None:
    node.script = [*pages([1, 2], [3], [])]
    assert run(sequences(client, limit=2)) == [1, 2, 3]
    assert [each.url.params["after"] for each in node.requests] == ["0", "2", "3"]
    node.script = [*pages([8], [])]
    assert run(sequences(client, after=7)) == [8]


@pytest.mark.parametrize("page", [[2], [1, 3], [1, 1], [0]])
def test_a_gap_in_the_events_is_not_passed_over(page: list[int], node: Node, client: Client) -> None:
    node.script = [*pages(page)]
    with pytest.raises(Unavailable, match="event"):
        run(sequences(client))


# -- dossiers


def test_a_dossier_is_cut_and_fetched_by_its_digest(node: Node, client: Client, crossing: Crossing) -> None:
    octets = crossing.dossier(Standard.load())
    head = dossier.read(octets).head.envelope.compact
    node.script = [node.raw(head, 201), node.raw(octets)]
    cut = run(client.cut_dossier(WAYBILL, receivers=["xb.customs"], purpose="release-on-documents"))
    assert run(client.dossier(cut.digest)).octets == octets
    asked = orjson.loads(node.requests[0].content)
    assert asked == {"subject": WAYBILL, "receivers": ["xb.customs"], "purpose": "release-on-documents"}


def test_another_dossier_than_asked_for_is_not_taken(node: Node, client: Client, crossing: Crossing) -> None:
    node.script = [node.raw(crossing.dossier(Standard.load()))]
    with pytest.raises(Unavailable, match="asked for"):
        run(client.dossier("sha-256:" + "0" * 64))


# -- the log


def proof(crossing: Crossing, index: int) -> dict[str, object]:
    size = crossing.tree.size
    path = list(crossing.path(index))
    return {"index": index, "size": size, "leaf": path[0], "path": path}


def test_a_receipt_is_proven_to_stand_in_the_log(node: Node, client: Client, crossing: Crossing) -> None:
    payload = envelope.read(crossing.pieces["declaration"].receipt).payload
    node.script = [node.raw(crossing.checkpoint(NOW)), node.json(proof(crossing, 5))]
    checkpoint = run(client.checkpoint())
    assert run(client.prove_inclusion(payload, 5, checkpoint)).index == 5
    node.script = [node.json(proof(crossing, 6))]
    with pytest.raises(Unavailable, match="leaf 5"):
        run(client.prove_inclusion(payload, 5, checkpoint))


def test_a_log_is_proven_to_have_only_grown(node: Node, client: Client, crossing: Crossing) -> None:
    first, second = ({"size": n, "root": f"sha-256:{crossing.tree.root(n).hex()}"} for n in (7, 20))
    path = [f"sha-256:{each.hex()}" for each in crossing.tree.consistency_proof(7, 20)]
    node.script = [node.json({"first": 7, "second": 20, "path": path})]
    run(client.prove_consistency(first, second))
    other = log.MerkleTree([log.leaf_hash(bytes([n])) for n in range(20)])
    rewritten = {"size": 20, "root": f"sha-256:{other.root().hex()}"}
    node.script = [node.json({"first": 7, "second": 20, "path": path})]
    with pytest.raises(Unavailable, match="only grew"):
        run(client.prove_consistency(first, rewritten))
    node.script = [node.json({"first": 7, "second": 20, "path": ["x"]})]
    with pytest.raises(Unavailable, match="digest"):
        run(client.prove_consistency(first, second))


def test_tokens_are_made_at_the_clients_own_time(node: Node, client: Client, declaration: bytes) -> None:
    later: datetime = NOW + timedelta(minutes=10)
    client._transport._now = lambda: later
    node.script = [node.receipt]
    with pytest.raises(Refused, match="token"):
        run(client.submit(declaration))


def test_it_closes_with_its_context(client: Client) -> None:
    async def use() -> None:
        async with client as same:
            assert same is client

    run(use())
    assert client._transport._http.is_closed
