"""What the gRPC binding has beside what both bindings share: statement, streams, equal outcomes, odd octets."""

from threeflow_conformance.checks.dossiers import cut_one
from threeflow_conformance.judge.answers import JOSE
from threeflow_conformance.judge.seals import SealError, open_envelope
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.calls import (
    BATCH,
    SUBMIT,
    Call,
    batch_line,
    batch_outcome,
    call_for,
    detail_in,
    dossier_call,
    event_in,
    events_call,
    frames,
    piece_in,
    unframed,
)
from threeflow_conformance.speak.calls import answer as answer_of
from threeflow_conformance.speak.forge import edited, flipped
from threeflow_conformance.speak.papers import Paper

_MOST_TRIED = 32 * 1024 * 1024
_FIELD_99 = b"\x9a\x06\x01x"
"""A field of length 1 with the number 99, as a later edition may have one."""


def _submit(scene: Scene, paper: Paper | bytes) -> Call:
    body = paper if isinstance(paper, bytes) else scene.seal(paper)
    found = call_for("POST", "/v1/documents", body)
    assert found is not None
    return found


@check("TF-GRPC-1")
async def stated(scene: Scene) -> None:
    """The sealed statement names the address that was called."""
    bindings = {each["binding"]: each["endpoint"] for each in scene.shared.statement.get("bindings", ())}
    said = bindings.get("grpc", "")
    address = said.partition("://")[2]
    scene.expect(
        "TF-GRPC-1", address == scene.parameters.grpc, f"the statement names {said or 'no gRPC address'}"
    )
    scene.expect("TF-GRPC-1", said.startswith(("http://", "https://")), f"the address is {said}")


@check("TF-GRPC-2", "TF-INTAKE-5")
async def same_outcome(scene: Scene) -> None:
    """What one binding took in earns the first receipt over the other, and what one refuses the other refuses alike."""
    office = scene.network.home("platform")
    paper = scene.papers.order()
    first = await scene.submit(paper)
    scene.ready(first.outcome == "accepted", f"over REST it came to {first.said}")
    status, octets = await scene.call(_submit(scene, paper), office)
    http, _, body = answer_of(SUBMIT, status, octets)
    scene.expect("TF-GRPC-2", (http, body) == (200, first.body), f"over gRPC its repeat came to {status}")
    other = scene.new_papers().order()
    status, octets = await scene.call(_submit(scene, other), office)
    scene.expect("TF-GRPC-2", status == "OK", f"over gRPC a right document came to {status}")
    again = await scene.submit(other)
    same = (again.status, again.body) == (200, answer_of(SUBMIT, status, octets)[2])
    scene.expect("TF-GRPC-2", same, f"over REST the repeat of what gRPC took in came to {again.said}")
    bad = scene.new_papers().order().changed("orderedAt", to="yesterday")
    refused = await scene.submit(bad)
    status, octets = await scene.call(_submit(scene, bad), office)
    detail = detail_in(octets)
    told = (detail.code, detail.requirement) if detail else ("", "")
    scene.expect(
        "TF-GRPC-2",
        told == (refused.code, refused.requirement),
        f"{refused.said} over REST, {told} over gRPC",
    )


@check("TF-GRPC-5")
async def open_to_all(scene: Scene) -> None:
    """The services of the node itself need no token, all others do."""
    status, _ = await scene.call(Call("/threeflow.v1.NodeService/FetchStatement", b""), None)
    scene.expect("TF-GRPC-5", status == "OK", f"the statement without a token came to {status}")
    for call in (_submit(scene, scene.papers.order()), events_call(0), dossier_call("sha-256:" + "0" * 64)):
        status, octets = await scene.call(call, None, streams=call.method != SUBMIT)
        detail = detail_in(octets)
        scene.expect(
            "TF-GRPC-5", status == "UNAUTHENTICATED", f"{call.method} without a token came to {status}"
        )
        scene.expect(
            "TF-GRPC-9",
            detail is not None and detail.HasField("problem"),
            "the problem is not in the details",
        )


@check("TF-GRPC-6", "TF-GRPC-7")
async def odd_octets(scene: Scene) -> None:
    """Octets that are no message are refused, and a field of a later edition is passed over."""
    office = scene.network.home("platform")
    for octets in (b"\xff", b"\x0a\xff\xff\xff\xff\x7f", b"\x08"):
        status, details = await scene.call(Call(SUBMIT, octets, b""), office)
        detail = detail_in(details)
        code = detail.code if detail else ""
        scene.expect("TF-GRPC-6", code == "bad-request", f"{octets!r} came to {status} {code}")
    call = _submit(scene, scene.papers.order())
    status, _ = await scene.call(Call(SUBMIT, call.octets + _FIELD_99, call.bound), office)
    scene.expect("TF-GRPC-6", status == "OK", f"with a field of a later edition it came to {status}")


@check("TF-GRPC-10", "TF-REST-4")
async def batch(scene: Scene) -> None:
    """Every document of a stream has one outcome with its mark, in the order sent; a bad one touches no other."""
    papers = [scene.new_papers().order() for _ in range(5)]
    lines = [scene.seal(each) for each in papers]

    def spoil(value: dict[str, list[dict[str, str]]]) -> None:
        value["signatures"][0]["signature"] = flipped(value["signatures"][0]["signature"], 3)

    lines[1] = edited(lines[1], spoil)
    lines[3] = b"{}"
    marks = [scene.random.getrandbits(40) for _ in lines]
    sent = frames(*(batch_line(mark, line) for mark, line in zip(marks, lines, strict=True)))
    status, octets = await scene.call(Call(BATCH, sent), scene.network.home("platform"), streams=True)
    scene.expect("TF-GRPC-10", status == "OK", f"the stream came to {status}")
    outcomes = [batch_outcome(each) for each in unframed(octets)]
    scene.expect(
        "TF-GRPC-10",
        [each[0] for each in outcomes] == marks,
        f"the marks are {[each[0] for each in outcomes]}",
    )
    kinds = [each[1] for each in outcomes]
    due = ["receipt", "refusal", "receipt", "refusal", "receipt"]
    scene.expect("TF-GRPC-10", kinds == due, f"the outcomes are {kinds}, not {due}")
    for paper, (_, kind, raw) in zip(papers, outcomes, strict=True):
        try:
            value = open_envelope(raw, scene.judge.keys).value
        except SealError as error:
            scene.expect(
                "TF-RCPT-2" if kind == "receipt" else "TF-RCPT-7", holds=False, message=f"an outcome: {error}"
            )
            return
        if kind == "receipt":
            scene.expect(
                "TF-GRPC-10", value["document"]["id"] == paper.id, "the receipt is of another document"
            )


@check("TF-GRPC-11", "TF-INTAKE-29")
async def events(scene: Scene) -> None:
    """The stream of events is the feed: by number without a gap, as far as asked for."""
    platform = scene.network.home("bystander")
    papers = [scene.new_papers().order(header={"subscribers": [platform.id]}) for _ in range(3)]
    for paper in papers:
        await scene.taken(paper, "accepted")
    status, octets = await scene.call(events_call(0), platform, streams=True)
    scene.expect("TF-GRPC-11", status == "OK", f"the stream came to {status}")
    found = [event_in(each) for each in unframed(octets)]
    numbers = [number for number, _ in found]
    scene.expect("TF-GRPC-11", numbers == list(range(1, len(numbers) + 1)), f"the numbers are {numbers[:20]}")
    named = {document for _, document in found}
    scene.expect("TF-GRPC-11", {each.id for each in papers} <= named, "an event is missing")
    status, octets = await scene.call(events_call(1, 2), platform, streams=True)
    limited = [event_in(each) for each in unframed(octets)]
    scene.expect("TF-GRPC-11", limited == found[1:3], f"two events behind the first are {limited}")


@check("TF-GRPC-12", applies=lambda role: role.cuts and not role.issues)
async def dossier(scene: Scene) -> None:
    """The pieces of a bundle are the bundle."""
    head, bundle = await cut_one(scene)
    gate = scene.network.foreign("gate")
    status, octets = await scene.call(
        dossier_call(head.opened.digest if head.opened else ""), gate, streams=True
    )
    scene.expect("TF-GRPC-12", status == "OK", f"the stream came to {status}")
    pieces = b"".join(piece_in(each) for each in unframed(octets))
    scene.expect("TF-GRPC-12", pieces == bundle.body, "the pieces are not the bundle")


@check("TF-GRPC-4", "TF-TOKEN-7")
async def bound(scene: Scene) -> None:
    """The token of a submission is bound to the envelope, that of a read to nothing."""
    paper = scene.papers.order()
    call = _submit(scene, paper)
    platform = scene.network.home("platform")
    await scene.refused_call(Call(call.method, call.octets, b"other"), platform, "token-binding", "TF-GRPC-4")
    await scene.refused_call(Call(call.method, call.octets, None), platform, "token-binding", "TF-GRPC-4")
    status, _ = await scene.call(call, platform)
    scene.expect("TF-GRPC-4", status == "OK", f"under a right token it came to {status}")
    read = call_for("GET", f"/v1/documents/{paper.issuer}/{paper.id}", None)
    assert read is not None
    await scene.refused_call(
        Call(read.method, read.octets, read.octets), platform, "token-binding", "TF-GRPC-4"
    )
    held = await scene.fetch(paper, platform, accept=JOSE)
    scene.expect("TF-GRPC-4", held.status == 200, f"it is held as {held.said}")


@check("TF-GRPC-17", "TF-INTAKE-2")
async def too_large(scene: Scene) -> None:
    """An envelope larger than the statement allows is refused as such, beside one that is taken in."""
    most = int(scene.shared.statement.get("limits", {}).get("maxBodyOctets", 0))
    scene.ready(0 < most <= _MOST_TRIED, f"the statement allows {most} octets, which is too much to try")
    platform = scene.network.home("platform")
    large = _submit(scene, b" " * (most + 1))
    await scene.refused_call(large, platform, "too-large", "TF-GRPC-17")
    status, _ = await scene.call(_submit(scene, scene.papers.order()), platform)
    scene.expect("TF-GRPC-17", status == "OK", f"afterwards a right document came to {status}")


@check("TF-GRPC-18")
async def much_metadata(scene: Scene) -> None:
    """Metadata of 8,192 octets are taken, the token among them."""
    # What the library itself and the token add stays below a kilobyte and a half.
    more = {"x-padding": "x" * 6600}
    status, _ = await scene.call(
        _submit(scene, scene.papers.order()), scene.network.home("platform"), more=more
    )
    scene.expect("TF-GRPC-18", status == "OK", f"with much metadata a right document came to {status}")


@check("TF-GRPC-20")
async def health(scene: Scene) -> None:
    """The standard health service answers for the node and for each of its services, without a token."""
    for name in ("", "threeflow.v1.DocumentService", "threeflow.v1.LogService", "threeflow.v1.NodeService"):
        asked = b"\x0a" + bytes([len(name)]) + name.encode() if name else b""
        status, octets = await scene.call(Call("/grpc.health.v1.Health/Check", asked), None)
        serving = (status, octets) == ("OK", b"\x08\x01")
        scene.expect("TF-GRPC-20", serving, f"the health of {name or 'the node'} came to {status} {octets!r}")
