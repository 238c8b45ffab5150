"""Twins: the same octets over REST and over gRPC, one outcome, one code, one requirement, one receipt."""

import base64
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import orjson
import pytest

import threeflow_spec
from gateway import test_refusals
from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel, paper
from kit.raw import bearer, post, seal_raw
from kit.remote import Remote, both, ended
from kit.stations import Station
from threeflow import base64url, messages, strict
from threeflow.standard import Standard
from threeflow.v1 import document_service_pb2 as documents

NODE = "xa.customs"
SUBMIT = "DocumentService/SubmitDocument"
PATH = f"/threeflow.v1.{SUBMIT}"
VECTORS = "v1/vectors/"


@pytest.fixture(autouse=True, params=[False, True], ids=["in-the-node", "own-process"])
def _port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.remote.OWN_PROCESS", request.param)


@dataclass(frozen=True)
class Told:
    """What a node told of one submission; ``receipt`` are the octets as they came."""

    receipt: bytes = b""
    code: str = ""
    requirement: str = ""
    retryable: bool = False
    violations: int = 0
    sealed: bool = True
    problem: str = ""

    @property
    def judgement(self) -> tuple[Any, ...]:
        """What has to be one whichever binding it came over."""
        return (bool(self.receipt), self.code, self.requirement, self.retryable, self.violations, self.sealed)


def of_problem(octets: bytes, *, sealed: bool) -> Told:
    value: Any = strict.parse(octets)
    problem = strict.parse_object(base64url.decode(value["payload"]))["problem"] if sealed else value
    assert isinstance(problem, dict)
    count = len(problem.get("violations", ()))
    # Before the caller is proven the words name the binding's own things: a body here, a token's path there.
    kept = problem if sealed else {name: each for name, each in problem.items() if name != "detail"}
    shown = json.dumps(kept, sort_keys=True)
    return Told(b"", problem["code"], problem["requirement"], problem["retryable"], count, sealed, shown)


async def over_rest(station: Station, octets: bytes, caller: str, authorization: str | None = None) -> Told:
    answer = await post(station, octets, caller=caller, authorization=authorization)
    assert answer.status_code < 500
    if answer.is_success:
        return Told(answer.content)
    told = of_problem(answer.content, sealed=answer.headers["content-type"] == "application/jose+json")
    assert answer.status_code == messages.catalogue()[told.code].http
    return told


async def over_grpc(remote: Remote, octets: bytes, caller: str, authorization: str | None = None) -> Told:
    said = documents.SubmitDocumentRequest(envelope=octets)
    fresh = remote.token(SUBMIT, octets, caller=caller) if authorization is None else authorization
    metadata = (("authorization", fresh),) if fresh else ()
    try:
        answer = await remote.unary(SUBMIT, said, documents.SubmitDocumentResponse, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        found = ended(error)
        assert found.detail is not None, found
        detail = found.detail
        assert found.status == grpc.StatusCode[messages.catalogue()[detail.code].grpc]
        told = Told(b"", detail.code, detail.requirement, detail.retryable, detail.violations)
        if not detail.envelope and not detail.problem:
            return told
        whole = of_problem(detail.envelope or detail.problem, sealed=bool(detail.envelope))
        assert whole.judgement[:5] == told.judgement[:5]
        return whole
    return Told(answer.receipt)


async def twins(station: Station, remote: Remote, octets: bytes, caller: str, *, rest_first: bool) -> str:
    """Send octets over both; return how they differ, empty where they do not."""
    first, second = (
        (await over_rest(station, octets, caller), await over_grpc(remote, octets, caller))
        if rest_first
        else (await over_grpc(remote, octets, caller), await over_rest(station, octets, caller))
    )
    if first.judgement != second.judgement:
        return f"{first.judgement} is not {second.judgement}"
    if first.problem and second.problem and first.problem != second.problem:
        return f"{first.problem} is not {second.problem}"
    return "" if first.receipt == second.receipt else "another receipt"


def cases_of(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(threeflow_spec.read(f"{VECTORS}{name}/cases.json"))["cases"]
    return found


def payloads(society: Society) -> Iterator[tuple[str, bytes, str]]:
    """Every document vector as a member would issue it that may, sealed."""
    table = Standard.load().table
    for name in threeflow_spec.names(VECTORS + "documents/"):
        if not name.endswith(".json") or name.endswith("twins.json"):
            continue
        short = name.removeprefix(VECTORS + "documents/").removesuffix(".json")
        header = json.loads(threeflow_spec.read(name))["header"]
        row = table.row(header["type"])
        roles = set(row.kind(header["kind"]).issuers) if row is not None else set()
        able = [each.id for each in society.members if each.id.startswith("xa.") and roles & set(each.roles)]
        issuer = (able or ["xa.platform"])[0]
        key = {"scheme": "ucr", "issuer": "xa.platform", "value": f"T{secrets.token_hex(8)}"}
        payload = paper(short, issuer, [NODE], keys=[key])
        yield f"documents/{short}", seal(society, payload, issuer), issuer


def seal(society: Society, payload: Mapping[str, Any], issuer: str) -> bytes:
    return orjson.dumps(seal_raw(strict.dump(dict(payload)), society.keys[issuer].seal))


def everything(station: Station) -> Iterator[tuple[str, bytes, str]]:
    """Every vector and every bad document, by name, with who brings it."""
    society = station.society
    yield from payloads(society)
    for case in cases_of("seal"):
        yield f"seal/{case['name']}", str(case["envelope"]).encode(), NODE
    key = society.keys["xa.platform"].seal
    for case in cases_of("strict"):
        octets = base64.b64decode(case["octets"])
        yield f"strict/{case['name']}, as a payload", orjson.dumps(seal_raw(octets, key)), "xa.platform"
        yield f"strict/{case['name']}, as an envelope", octets, "xa.platform"
    for name, (make, _) in test_refusals.BAD.items():
        yield f"bad/{name}", make(station), "xa.platform"
    yield "bad/too large", b"x" * 1_048_577, "xa.platform"
    order = Parcel().order
    yield "a document", seal(society, order, "xa.platform"), "xa.platform"
    yield (
        "its number with other octets",
        seal(society, {**order, "currency": "EUR"}, "xa.platform"),
        "xa.platform",
    )
    yield "a stranger to it", seal(society, Parcel().order, "xa.platform"), "xb.declarant"


@pytest.mark.slow
@pytest.mark.requirement("TF-GRPC-2", "TF-GRPC-8", "TF-GRPC-9", "TF-INTAKE-5")
@synchronous
async def test_every_vector_and_every_bad_document_has_its_twin(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, _):
        differ: dict[str, str] = {}
        taken = 0
        cases = list(everything(station))
        for number, (name, octets, caller) in enumerate(cases):
            found = await twins(station, remote, octets, caller, rest_first=number % 2 == 0)
            if found:
                differ[name] = found
            taken += bool((await over_grpc(remote, octets, caller)).receipt)
        assert not differ
        assert len(cases) > 250
        assert taken > 30


@pytest.mark.requirement("TF-GRPC-2", "TF-GRPC-3", "TF-GRPC-5")
@synchronous
async def test_every_bad_caller_has_its_twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def for_grpc(*args: Any, **how: Any) -> str:
        claims = {"htu": PATH, **(how.pop("claims", None) or {})}
        return bearer(*args, **how, claims=claims)

    async with both(tmp_path, Society()) as (station, remote, _):
        octets = seal(station.society, Parcel().order, "xa.platform")
        tokens = {name: make for name, (make, _) in test_refusals.BAD_CALLERS.items()}
        rest = {
            name: await over_rest(station, octets, "", make(station, octets)) for name, make in tokens.items()
        }
        monkeypatch.setattr(test_refusals, "bearer", for_grpc)
        other = {
            name: await over_grpc(remote, octets, "", make(station, octets)) for name, make in tokens.items()
        }
        assert {name: each.judgement for name, each in rest.items()} == {
            name: each.judgement for name, each in other.items()
        }
        assert not any(each.receipt or each.sealed for each in other.values())
        for case in cases_of("token"):
            authorization = f"Bearer {case['token']}"
            if not authorization.isascii() or not authorization.isprintable():
                continue
            one = await over_rest(station, octets, "", authorization)
            assert one.judgement == (await over_grpc(remote, octets, "", authorization)).judgement, case[
                "name"
            ]
