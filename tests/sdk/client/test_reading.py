"""The client reads what the node holds, and proves what it is told."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from kit.crossing import WAYBILL, Crossing
from kit.scripted import CALLER, NODE, NOW, Handler, Node, run
from threeflow import documents, dossier, envelope, log, strict
from threeflow.client import Client
from threeflow.errors import Refused, Unavailable
from threeflow.standard import Standard


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


def test_a_node_that_cannot_answer_refused_nothing(node: Node, client: Client) -> None:
    node.script = [node.plain("unavailable", 503)] * 3
    with pytest.raises(Unavailable):
        run(client.fetch(CALLER, "x"))


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
