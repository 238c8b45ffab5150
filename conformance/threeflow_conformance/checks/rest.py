"""The REST binding: media types, methods, and answers as the OpenAPI description says them."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

import threeflow_spec
from threeflow_conformance.judge import schemas
from threeflow_conformance.judge.answers import JOSE, JSON
from threeflow_conformance.judge.octets import decode, digest
from threeflow_conformance.judge.profiles import profiles
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene

_POST = "/v1/documents"


@check("TF-REST-10")
async def media(scene: Scene) -> None:
    """Another media type is 415, another method 405, an Accept that nothing satisfies 406."""
    platform = scene.network.home("platform")
    paper = scene.papers.order()
    body = scene.seal(paper)
    wrong = await scene.request("POST", _POST, body, caller=platform, media="application/json")
    scene.expect("TF-REST-10", wrong.status == 415, f"another media type came to {wrong.said}")
    none = await scene.request("POST", _POST, body, caller=platform, accept="text/html")
    scene.expect("TF-REST-10", none.status == 406, f"an Accept of text/html came to {none.said}")
    await scene.nothing_bound(paper, "TF-REST-10")
    for method, target in (("PUT", _POST), ("DELETE", "/v1/events"), ("PATCH", "/health")):
        answer = await scene.request(method, target, caller=platform)
        scene.expect("TF-REST-10", answer.status == 405, f"{method} {target} came to {answer.said}")
        scene.expect("TF-REST-10", answer.code == "method-not-allowed", f"it is called {answer.code}")
    good = await scene.submit(paper)
    scene.expect("TF-REST-10", good.outcome == "accepted", f"afterwards the right one came to {good.said}")


_FORMS: Mapping[str, tuple[str, str, bytes | None, str, str, int]] = {
    "no-such-method": ("PUT", _POST, b"{}", JOSE, "", 405),
    "nothing-acceptable": ("POST", _POST, b"{}", JOSE, "text/html", 406),
    "another-media-type": ("POST", _POST, b"{}", JSON, "", 415),
}  # fmt: skip


@check("TF-REST-12", "TF-INTAKE-28", cases=lambda: _FORMS)
async def form_of_the_request(scene: Scene, said: tuple[str, str, bytes | None, str, str, int]) -> None:
    """What is wrong with the form of a request is refused without a seal, whoever calls."""
    method, target, body, media, accept, status = said
    stranger = await scene.request(method, target, body, media=media, accept=accept)
    # A node may look at the form before the caller or after.
    scene.expect(
        "TF-REST-12", stranger.status in {401, status}, f"without a token it came to {stranger.said}"
    )
    platform = scene.network.home("platform")
    answer = await scene.request(method, target, body, media=media, accept=accept, caller=platform)
    scene.expect("TF-REST-12", answer.status == status, f"it came to {answer.said}")
    scene.expect("TF-REST-12", not answer.sealed, f"its refusal bears a seal: {answer.said}")


_BAD: Mapping[str, tuple[str, int]] = {
    "no-such-address": ("/v1/nowhere", 404),
    "text-for-a-number": ("/v1/events?after=x", 400),
    "negative": ("/v1/events?after=-1", 400),
    "limit-too-high": ("/v1/events?after=0&limit=100000", 400),
    "no-key": ("/v1/subjects/case", 400),
    "no-such-kind": ("/v1/subjects/wish?scheme=a&issuer=b&value=c", 400),
    "id-of-another-form": ("/v1/documents/qx.a/1", 400),
    "digest-of-another-form": ("/v1/dossiers/abc", 400),
    "leaf-beyond-the-tree": ("/v1/log/inclusion?index=5&size=5", 400),
    "first-beyond-second": ("/v1/log/consistency?first=2&second=1", 400),
    "size-that-is-not-yet": ("/v1/log/inclusion?index=0&size=9007199254740991", 404),
    "index-beyond-64-bits": ("/v1/log/inclusion?index=99999999999999999999&size=999999999999999999999", 404),
    "event-beyond-64-bits": ("/v1/events?after=99999999999999999999999", 400),
    "rule-of-another-form": ("/v1/rules/prv-01", 400),
    "no-day": ("/v1/codelists/iso-3166-1?on=2026-02-30", 400),
    "too-many-codes": ("/v1/codelists/iso-3166-1?limit=10001", 400),
    "nul-in-a-key": ("/v1/subjects/case?scheme=a&issuer=b&value=%00", 404),
    "lone-surrogate-in-a-key": ("/v1/subjects/case?scheme=a&issuer=b&value=%ED%A0%80", 404),
}


@check("TF-REST-8", "TF-REST-1", cases=lambda: _BAD)
async def bad_request(scene: Scene, said: tuple[str, int]) -> None:
    """A request that makes no sense is refused with its code, and never with a 5xx."""
    target, status = said
    answer = await scene.get(target, scene.network.home("platform"))
    allowed = {status, 400} if status == 404 else {status}
    scene.expect("TF-REST-1", answer.status in allowed, f"{target} came to {answer.said}")
    await scene.alive()


_BODIES = {"not-utf-8": b"\x828", "no-json": b"{", "an-array": b"[]", "nothing": b""}


@check("TF-REST-8", "TF-REST-1", cases=lambda: _BODIES)
async def bad_body(scene: Scene, body: bytes) -> None:
    """A request for a dossier whose body is no such request is refused as malformed."""
    answer = await scene.request("POST", "/v1/dossiers", body, caller=scene.reader, media=JSON)
    scene.expect("TF-REST-1", answer.status == 400, f"it came to {answer.said}")
    await scene.alive()


@check("TF-REST-8", "TF-INTAKE-28", cases=lambda: {
    "empty": b"", "nul": b"\0" * 64, "deep": b"[" * 100_000, "null": b"null", "not-utf-8": b"\xff\xfe\xfd",
    "huge-number": b'{"payload":' + b"9" * 5000 + b"}", "many-members": b"{" + b'"a":1,' * 5000 + b'"b":2}',
})  # fmt: skip
async def garbage(scene: Scene, body: bytes) -> None:
    """Octets that are no envelope at all are refused under seal, and the node goes on."""
    answer = await scene.submit(body)
    await scene.refused(
        answer, "envelope-malformed", "TF-SEAL-1", "TF-CONV-1", "TF-CONV-2", "TF-CONV-5", "TF-CONV-6"
    )
    await scene.alive()


@check("TF-REST-1")
async def standard(scene: Scene) -> None:
    """The node publishes the files of the standard, octet for octet."""
    for name in ("exchange.yaml", "refusals.yaml", "rules~common.yaml", "schemas~trade~order.schema.json"):
        answer = await scene.get(f"/v1/standard/{name}")
        due = threeflow_spec.read("v1/" + name.replace("~", "/"))
        scene.expect(
            "TF-REST-1", (answer.status, answer.body) == (200, due), f"{name} is another file: {answer.said}"
        )
    for name in ("..~..~pyproject.toml", "nothing.yaml"):
        answer = await scene.get(f"/v1/standard/{name}")
        scene.expect("TF-REST-8", answer.status in {400, 404}, f"{name} came to {answer.said}")


def _counts(rule: Mapping[str, Any], pack: Mapping[str, Any], profile: Mapping[str, Any]) -> bool:
    """Whether a rule binds what goes by a profile: its pack does, and it names no other profiles."""
    packed = pack["applies"] == "always" or pack["pack"] in profile["rulePacks"]
    return packed and profile["profile"] in rule.get("profiles", [profile["profile"]])


@check("TF-REST-11")
async def judged_by(scene: Scene) -> None:
    """The node names the rules and the code lists by which it judges; those of the standard are among them."""
    answer = await scene.get("/v1/rules")
    named = {each["id"] for each in answer.value["rules"]}
    read = [
        yaml.safe_load(threeflow_spec.read(name))
        for name in threeflow_spec.names("v1/rules/")
        if name.endswith(".yaml")
    ]
    due = {each["id"]: each for pack in read for each in pack["rules"]}
    packs = {each["id"]: pack for pack in read for each in pack["rules"]}
    scene.expect("TF-REST-11", due.keys() <= named, f"rules are missing: {sorted(due.keys() - named)}")
    for rule in scene.random.sample(sorted(due), 5):
        said = (await scene.get(f"/v1/rules/{rule}")).value["rule"]
        scene.expect(
            "TF-REST-11", said["expression"] == due[rule]["expression"], f"{rule} has another expression"
        )
    profile = scene.parameters.profile or scene.random.choice(sorted(profiles()))
    answer = await scene.get(f"/v1/rules?profile={profile}")
    told = {each["id"] for each in answer.value["rules"]} & due.keys() if answer.status == 200 else set()
    counts = {name for name, rule in due.items() if _counts(rule, packs[name], profiles()[profile])}
    scene.expect(
        "TF-REST-11", told == counts,
        f"of the profile {profile} it names {len(told)} rules, not these {len(counts)}: {sorted(told ^ counts)[:5]}",
    )  # fmt: skip
    lists = {name.rpartition("/")[2].removesuffix(".json") for name in threeflow_spec.names("v1/codelists/")}
    answer = await scene.get("/v1/codelists")
    said = {each["id"] for each in answer.value["codelists"]}
    scene.expect("TF-REST-11", lists <= said, f"code lists are missing: {sorted(lists - said)}")
    held = json.loads(threeflow_spec.read("v1/codelists/incoterms-2020.json"))
    answer = await scene.get("/v1/codelists/incoterms-2020?limit=3")
    codes = sorted(each["code"] for each in held["codes"])
    found = [each["code"] for each in answer.value["codes"]]
    scene.expect("TF-REST-11", found == codes[:3], f"the first codes are {found}, not {codes[:3]}")
    rest = await scene.get(f"/v1/codelists/incoterms-2020?after={answer.value.get('next', '')}")
    found = [each["code"] for each in rest.value["codes"]]
    scene.expect("TF-REST-11", found == codes[3:], f"the next codes are {found}, not {codes[3:]}")
    for target in ("/v1/rules/ZZZ-99", "/v1/codelists/nothing", "/v1/rules?profile=nothing"):
        none = await scene.get(target)
        scene.expect("TF-REST-11", none.status == 404, f"{target} came to {none.said}")


@check("TF-TRUST-9", "TF-REST-1")
async def trust_lists(scene: Scene) -> None:
    """The node holds, and gives out, exactly the lists that the operator was handed."""
    answer = await scene.get("/v1/trust-lists")
    held = {digest(decode(each["payload"])) for each in answer.value["lists"]}
    scene.expect("TF-TRUST-9", scene.judge.lists <= held, "a newest list is missing")


@check("TF-REST-1")
async def statement(scene: Scene) -> None:
    """The statement says limits, algorithms and types as the schema wants them."""
    said = scene.shared.statement
    scene.expect(
        "TF-REST-1",
        not schemas.violations("protocol/node-statement", said),
        "the statement breaks its schema",
    )
    scene.expect(
        "TF-REST-1", {"ES256", "Ed25519"} <= set(said.get("algorithms", ())), "an algorithm is missing"
    )
    scene.expect("TF-REST-1", said["header"]["issuer"] == scene.network.node, "another node states this")
    again = await scene.get("/.well-known/threeflow", accept=JOSE)
    scene.expect("TF-REST-1", again.status == 200, f"it came to {again.said}")
