"""Clients that only send: here the suite is the node, and judges what comes and how its answers are taken."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from threeflow_conformance.checks.delivery import check_token
from threeflow_conformance.inbox import Arrival
from threeflow_conformance.judge import schemas
from threeflow_conformance.judge.octets import decode, digest, parse
from threeflow_conformance.judge.seals import Opened, SealError, open_envelope
from threeflow_conformance.judge.table import Act, part, rows, subject_of
from threeflow_conformance.judge.vectors import base
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.papers import Paper, part_of
from threeflow_conformance.speak.roles import Role
from threeflow_conformance.speak.tasks import task

_TAKEN = {"accepted", "pending", "flagged", "no-effect"}
_OUTCOMES = {*_TAKEN, "refused", "unavailable"}
_LONG = 40
_SEALS = tuple(f"TF-SEAL-{each}" for each in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13))
_TOKENS = tuple(f"TF-TOKEN-{each}" for each in (1, 2, 3, 4, 5, 6, 7, 9, 13))


def issues(role: Role) -> bool:
    """Whether a role only sends."""
    return role.issues


def acts_of(role: Role) -> dict[str, Act]:
    """One document of each type that a role may issue."""
    found: dict[str, Act] = {}
    for type_, row in rows().items():
        for kind in row["kinds"]:
            act = Act(type_, kind, "export" if type_ == "declaration" else "")
            if type_ not in found and base(type_, kind) and set(part(act, "issuers", ())) & set(role.roles):
                found[type_] = act
    return found


@cache
def _first(role: Role) -> Act:
    wanted = {"issuer:platform": "order", "issuer:payment": "payment", "issuer:carrier": "waybill"}
    return acts_of(role)[wanted.get(role.name, "declaration")]


def _paper(scene: Scene, act: Act | None = None, buyer: str = "Erika Mustermann") -> Paper:
    """What the client is to say; every party that the document keeps in a part is called ``buyer``."""
    network = scene.network
    papers = scene.new_papers()
    act = act or _first(network.role)
    named = [
        papers.say(_any_kind(group.split("|")[0])).ref
        for group in part(act, "must", ())
        if "agreement" not in group
    ]
    if subject_of(act) == "inherited" and not named:
        named = [papers.say(_any_kind("declaration")).ref]
    more: dict[str, Any] = {"references": named} if named else {}
    paper = papers.say(act, issuer=network.members[network.node], receivers=[network.home("hub").id], **more)
    made = [
        part_of(scene.random, each["name"], {"name": buyer}, each["purposes"])
        for each in paper.header.get("parts", ())
    ]
    if not made:
        return paper
    return Paper(paper.changed("header", "parts", to=[entry for _, entry in made]).payload, paper.octets,
                 tuple(octets for octets, _ in made))  # fmt: skip


def _any_kind(type_: str) -> Act:
    kind = next(each for each in rows()[type_]["kinds"] if base(type_, each))
    return Act(type_, kind, rows()[type_]["kinds"][kind].get("position", "export"))


async def _do(scene: Scene, id_: str, paper: Paper) -> tuple[str, str]:
    """Have the client do one task; return the outcome that it reports, and the code."""
    words = scene.parameters.client
    scene.ready(words, "the parameter `client` names no command")
    code, text = await scene.world.task(
        words, task(scene.network, id_, paper), scene.parameters.client_seconds
    )
    scene.ready(code == 0, f"the client's command ended with {code}: {text.strip()[-300:]}")
    try:
        said: Any = json.loads(text.strip().splitlines()[-1])
        outcome, reported = said["outcome"], said.get("code", "")
    except (ValueError, LookupError, TypeError):
        outcome, reported = "", text[-200:]
    scene.ready(outcome in _OUTCOMES, f"the client printed no outcome but {reported!r}")
    return outcome, reported


def _about(line: bytes, paper: Paper) -> bool:
    """Whether an envelope says what a task asked for: the keys or the content of a fresh paper are in no other."""
    try:
        payload: Any = parse(decode(json.loads(line)["payload"]))
    except (ValueError, KeyError, TypeError):
        return False
    asked = paper.header
    return bool(
        isinstance(payload, dict)
        and payload.get("header", {}).get("type") == asked["type"]
        and payload["header"].get("subjects") == asked.get("subjects")
        and payload["header"].get("references") == asked.get("references")
    )


async def _came(scene: Scene, paper: Paper) -> list[Arrival]:
    """All that came for a task whose command has ended."""
    return await scene.arrived(lambda each: _about(each.line, paper), within=0.01)


def _opened(scene: Scene, arrival: Arrival) -> Opened:
    try:
        return open_envelope(arrival.line, scene.judge.keys)
    except SealError as error:
        scene.expect(error.requirement, holds=False, message=f"what the client sealed: {error}")
        raise


def _script(scene: Scene, paper: Paper, said: list[str]) -> None:
    """How the suite's node answers the next documents of this type: a task's own id is the client's to make."""
    scene.inbox.plans[scene.world.lines.case] = (lambda line: _about(line, paper), said)


@check(*_SEALS, *_TOKENS, "TF-DOC-3", "TF-DOC-6", "TF-VER-2", "TF-REST-10", "TF-CONV-8", applies=issues, by_role=True,
       cases=acts_of)  # fmt: skip
async def says(scene: Scene, act: Act) -> None:
    """A document of each type that it may issue comes sealed, under a token for this request, as it was asked for."""
    paper = _paper(scene, act)
    outcome, reported = await _do(scene, scene.uuid(), paper)
    came = await _came(scene, paper)
    scene.expect("TF-SEND-1", came, f"nothing came; the client reports {outcome} {reported}")
    first = came[0]
    media = first.headers.get("content-type", "").partition(";")[0]
    scene.expect("TF-REST-10", media == "application/jose+json", f"it came as {media or 'no media type'}")
    check_token(scene, scene.network.home("hub"), first)
    value = _opened(scene, first).value
    broken = schemas.violations(act.type, value)
    scene.expect("TF-DOC-3", not broken, f"it breaks its schema: {broken[:2]}")
    _judge_header(scene, paper, value["header"])
    content = {name: each for name, each in value.items() if name != "header"}
    asked = {name: each for name, each in paper.payload.items() if name != "header"}
    scene.expect("TF-DOC-3", content == asked, "it says something else than was asked for")
    scene.expect(
        "TF-SEND-3", outcome == "accepted", f"with a receipt in hand it reports {outcome} {reported}"
    )


def _judge_header(scene: Scene, paper: Paper, header: Mapping[str, Any]) -> None:
    network = scene.network
    scene.expect("TF-VER-2", header["specVersion"] == "1.0", f"specVersion is {header['specVersion']}")
    scene.expect(
        "TF-INTAKE-3", header["environment"] == network.environment, f"environment is {header['environment']}"
    )
    for name in ("type", "kind", "receivers", "subjects", "references"):
        due = paper.header.get(name)
        scene.expect("TF-DOC-6", header.get(name) == due, f"{name} is {header.get(name)}, not {due}")


@check(
    "TF-PART-1", "TF-PART-2", "TF-PART-3", "TF-PART-6", applies=lambda role: role.name == "issuer:platform"
)
async def parts(scene: Scene) -> None:
    """Personal data travels in parts with salts of their own, bound by digest; no two share a salt."""
    salts: list[str] = []
    for _ in range(2):
        paper = _paper(scene)
        await _do(scene, scene.uuid(), paper)
        came = await _came(scene, paper)
        scene.expect("TF-SEND-1", came, "nothing came")
        opened = _opened(scene, came[0])
        bound = [each["digest"] for each in opened.value["header"].get("parts", [])]
        due = [digest(each) for each in opened.parts]
        scene.expect(
            "TF-PART-3", bound == due and len(due) == len(paper.parts), f"bound are {bound}, there are {due}"
        )
        for octets in opened.parts:
            value = parse(octets)
            broken = schemas.violations("common/part", value)
            scene.expect("TF-PART-1", not broken, f"the part breaks its schema: {broken[:1]}")
            named = value["party"].get("name")
            scene.expect("TF-PART-1", named == "Erika Mustermann", "the part names somebody else")
            scene.expect("TF-PART-2", len(decode(value["salt"])) == 32, "the salt has not 32 octets")
            salts.append(value["salt"])
    scene.expect("TF-PART-2", salts and len(set(salts)) == len(salts), "two parts have one salt")


_OUTAGES: Mapping[str, list[str]] = {
    "busy": ["503", "503"], "broken": ["500"], "gone": ["drop"], "in-progress": ["in-progress"],
    "a-status-alone": ["unsealed"], "a-receipt-that-does-not-verify": ["forged"],
}  # fmt: skip


@check("TF-SEND-1", "TF-TOKEN-12", "TF-REST-2", applies=issues, cases=lambda: _OUTAGES)
async def outage(scene: Scene, script: list[str]) -> None:
    """What was not answered under seal is offered again, the same octets under a new token."""
    paper, id_ = _paper(scene), scene.uuid()
    _script(scene, paper, list(script))
    outcome, reported = await _do(scene, id_, paper)
    if outcome == "unavailable":
        # A client may give up for now; then the same task is given to it once more.
        outcome, reported = await _do(scene, id_, paper)
    came = await _came(scene, paper)
    scene.expect("TF-SEND-1", len(came) > len(script), f"it was offered {len(came)} times, answered {script}")
    scene.expect(
        "TF-SEND-1", len({each.line for each in came}) == 1, "it came as other octets the second time"
    )
    tokens = {each.headers.get("authorization") for each in came}
    scene.expect("TF-TOKEN-12", len(tokens) == len(came), "one token was used for two requests")
    scene.expect("TF-SEND-1", outcome == "accepted", f"in the end it reports {outcome} {reported}")


_LIES = ("forged", "other-document", "other-node", "token-key", "unsealed")


@check("TF-SEND-3", "TF-REST-2", applies=issues, cases=lambda: {each: each for each in _LIES})
async def lie(scene: Scene, said: str) -> None:
    """A receipt that is not this node's, not for this document, or not sealed is no receipt, however often it comes."""
    paper, id_ = _paper(scene), scene.uuid()
    _script(scene, paper, [said] * _LONG)
    outcome, reported = await _do(scene, id_, paper)
    rule = "TF-REST-2" if said == "unsealed" else "TF-SEND-3"
    scene.expect(
        rule, outcome == "unavailable", f"on a receipt that is {said} it reports {outcome} {reported}"
    )
    scene.inbox.plans.pop(scene.world.lines.case)
    outcome, reported = await _do(scene, id_, paper)
    scene.expect("TF-SEND-3", outcome == "accepted", f"on a right receipt it reports {outcome} {reported}")


@check(
    "TF-SEND-4",
    "TF-REST-2",
    applies=issues,
    cases=lambda: {each: each for each in ("not-entitled", "rule-violated")},
)
async def refused(scene: Scene, code: str) -> None:
    """A sealed refusal that is not retryable ends it, and its code is reported."""
    paper = _paper(scene)
    _script(scene, paper, [code])
    outcome, reported = await _do(scene, scene.uuid(), paper)
    came = await _came(scene, paper)
    scene.expect("TF-SEND-4", len(came) == 1, f"after a final refusal it was offered {len(came)} times")
    told = (outcome, reported) == ("refused", code)
    scene.expect("TF-REST-2", told, f"refused as {code} it reports {outcome} {reported}")


@check("TF-SEND-2", applies=issues)
async def remembered(scene: Scene) -> None:
    """What nobody answered is kept: the next run of the client offers the same octets."""
    paper, id_ = _paper(scene), scene.uuid()
    _script(scene, paper, ["drop"] * _LONG)
    outcome, reported = await _do(scene, id_, paper)
    scene.expect("TF-SEND-3", outcome == "unavailable", f"without an answer it reports {outcome} {reported}")
    scene.inbox.plans.pop(scene.world.lines.case)
    outcome, reported = await _do(scene, id_, paper)
    scene.expect("TF-SEND-2", outcome == "accepted", f"afterwards it reports {outcome} {reported}")
    came = await _came(scene, paper)
    scene.expect(
        "TF-SEND-2", len({each.line for each in came}) == 1, "another document of the same event was sealed"
    )


@check("TF-SEND-2", "TF-SEND-1", applies=issues)
async def told_twice(scene: Scene) -> None:
    """A task that is done and given again makes no second document, and two tasks make two."""
    paper, other = _paper(scene), _paper(scene)
    id_ = scene.uuid()
    ids = set()
    for asked, name in ((paper, id_), (paper, id_), (other, scene.uuid())):
        outcome, reported = await _do(scene, name, asked)
        scene.expect("TF-SEND-1", outcome == "accepted", f"it reports {outcome} {reported}")
        came = await _came(scene, asked)
        scene.expect("TF-SEND-2", len({each.line for each in came}) == 1, "the same event was sealed twice")
        ids.add(_opened(scene, came[0]).value["header"]["id"])
    scene.expect("TF-INTAKE-6", len(ids) == 2, "two documents have one id")


@check(
    "TF-RCPT-3", "TF-SEND-3", applies=issues, cases=lambda: {each: each for each in ("pending", "flagged")}
)
async def outcome_told(scene: Scene, said: str) -> None:
    """The outcome that the receipt says is the one that is reported."""
    paper = _paper(scene)
    _script(scene, paper, [said])
    outcome, reported = await _do(scene, scene.uuid(), paper)
    scene.expect(
        "TF-RCPT-3", outcome == said, f"on a receipt that says {said} it reports {outcome} {reported}"
    )


@check("TF-SEND-5", applies=issues)
async def no_redirect(scene: Scene) -> None:
    """A redirect is not followed."""
    paper, id_ = _paper(scene), scene.uuid()
    _script(scene, paper, ["redirect"] * _LONG)
    outcome, reported = await _do(scene, id_, paper)
    scene.expect("TF-SEND-3", outcome not in _TAKEN, f"on a redirect it reports {outcome} {reported}")
    strayed = await scene.arrived(lambda each: each.target.startswith("/elsewhere"), within=0.01)
    scene.expect("TF-SEND-5", not strayed, "the client followed a redirect")
