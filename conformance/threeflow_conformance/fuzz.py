"""Fuzzing over the OpenAPI by ``schemathesis``, every request rightly signed; findings are verdicts."""

import copy
import json
import math
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from threeflow_conformance.engine import Outcome
from threeflow_conformance.errors import SuiteError
from threeflow_conformance.judge import schemas
from threeflow_conformance.judge.answers import JOSE
from threeflow_conformance.judge.octets import digest
from threeflow_conformance.judge.table import Act, acts
from threeflow_conformance.judge.vectors import base
from threeflow_conformance.parameters import Parameters
from threeflow_conformance.registry import Case, Check
from threeflow_conformance.speak.forge import dump, sealed, token
from threeflow_conformance.speak.network import Network
from threeflow_conformance.speak.papers import Paper, Papers

__all__ = ["MODES", "Round", "fuzz", "run"]

MODES = ("positive", "negative", "stateful")
_SPOILED = 0.5
_PATIENCE = 30.0
_ANSWER_SECONDS = 60
_WAIT_SECONDS = 1
_SUBMIT = "submitDocument"
_OPERATIONS = 2

_RULES = {"not_a_server_error": "TF-REST-8", "status_code_conformance": "TF-REST-1",
          "content_type_conformance": "TF-REST-1", "response_schema_conformance": "TF-REST-1"}  # fmt: skip


@dataclass(slots=True)
class Round:
    """What one round came to: findings by requirement, scenarios, answers by status, and what got no answer."""

    failures: dict[str, list[str]] = field(default_factory=dict)
    scenarios: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    unanswered: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return self.answers.total() + len(self.unanswered)


class _Signed(AuthBase):
    """A caller token for whatever is sent, as it is sent; counts the answers."""

    def __init__(self, network: Network, counted: Round) -> None:
        self._network = network
        self._counted = counted

    def _answered(self, answer: requests.Response, *_: object, **__: object) -> None:
        self._counted.answers[answer.status_code] += 1

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.register_hook("response", self._answered)
        member = self._network.home("platform")
        parts = urlsplit(request.url or "")
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        issued = int(time.time())
        body = request.body.encode() if isinstance(request.body, str) else request.body
        claims: dict[str, Any] = {
            "iss": member.id, "aud": self._network.node, "env": self._network.environment, "htm": request.method,
            "htu": self._network.target + target, "iat": issued, "exp": issued + 300,
            "jti": f"fuzz-{uuid.uuid4().hex}",
        }  # fmt: skip
        if body or request.method == "POST":
            claims["dig"] = digest(body if isinstance(body, bytes) else b"")
        request.headers["authorization"] = "Bearer " + token(member.token, claims)
        return request


def run(
    network: Network, parameters: Parameters, seconds: float, agreement: Mapping[str, str]
) -> list[Outcome]:
    """Fuzz for about so long: with what the description allows, with what it does not, and from answer to answer.

    One outcome for each of these modes and each requirement.
    """
    found = []
    for mode in MODES:
        found_here = fuzz(network, mode, agreement, seconds=seconds / len(MODES))
        found += [
            _outcome(mode, rule, found_here.failures.get(rule, []), found_here.scenarios)
            for rule in sorted(set(_RULES.values()))
        ]
    return found


def fuzz(
    network: Network,
    mode: str,
    agreement: Mapping[str, str],
    *,
    seconds: float = math.inf,
    requests: float = math.inf,
    seed: int | None = None,
) -> Round:
    """Fuzz in one mode until the time is over, so many requests are sent, or the modes' cases are all tried."""
    from schemathesis.engine import events, from_schema

    made = Round()
    deadline = time.monotonic() + seconds
    for event in from_schema(_schema(network, mode, agreement, made, seed)).execute():
        if isinstance(event, events.ScenarioFinished):
            made.scenarios += 1
            made.unanswered += _unanswered(event.recorder)
            for rule, words in _findings(event.recorder):
                made.failures.setdefault(rule, []).append(words)
        if made.sent >= requests:
            break
        # Where the time is short, or the machine slow, the first scenario is waited for: none would be no verdict.
        if time.monotonic() > deadline and (made.scenarios or time.monotonic() > deadline + _PATIENCE):
            break
    return made


def _unanswered(recorder: Any) -> Iterator[str]:
    for each in recorder.interactions.values():
        if each.response is None:
            yield f"{each.request.method} {each.request.uri}"


def _findings(recorder: Any) -> Iterator[tuple[str, str]]:
    for label, checks in recorder.checks.items():
        for each in checks:
            rule = _RULES.get(each.name)
            if rule and each.failure_info is not None:
                node = recorder.cases.get(label)
                case = node.value if node else None
                where = f"{case.method} {case.formatted_path} {case.query}" if case else label
                yield rule, f"{where}: {each.failure_info.failure}"


def _schema(
    network: Network, mode: str, agreement: Mapping[str, str], counted: Round, seed: int | None
) -> Any:
    import schemathesis
    from schemathesis import GenerationMode

    schemathesis.openapi.media_type(JOSE, _envelopes(network, agreement))
    described = _linked(_impatient(_closed(schemas.openapi())))
    schema: Any = schemathesis.openapi.from_dict(described, config=schemathesis.Config(seed=seed))
    schema.config.update(base_url=network.target, request_timeout=_ANSWER_SECONDS)
    schema.auth.set_from_requests(_Signed(network, counted))
    stateful = mode == "stateful"
    if seed is not None and not stateful:
        # A short round would get no further than the first operations: it takes a few others each time.
        names = sorted(_operations(described) - {_SUBMIT})
        chosen = Random(seed).sample(names, k=_OPERATIONS)  # noqa: S311 - no secret
        schema = schema.include(operation_id=[_SUBMIT, *chosen])
    modes = {"positive": [GenerationMode.POSITIVE], "negative": [GenerationMode.NEGATIVE]}.get(mode)
    phases = schema.config.phases
    for name in ("examples", "coverage", "fuzzing", "stateful"):
        phase = phases.get_by_name(name=name)
        phase.enabled = (name == "stateful") is stateful
        if modes:
            phase.generation.modes = modes
    return schema


def _envelopes(network: Network, agreement: Mapping[str, str]) -> Any:
    """Sealed documents of any type, as their schemas have them or with one member spoiled."""
    from hypothesis import strategies

    kinds = [each for each in acts() if base(each.type, each.kind)]
    return strategies.builds(
        lambda at, seed: _envelope(network, kinds[at % len(kinds)], Random(seed), agreement),  # noqa: S311
        strategies.integers(0, len(kinds) - 1), strategies.integers(0, 2**63),
    )  # fmt: skip


def _envelope(network: Network, act: Act, random: Random, agreement: Mapping[str, str]) -> bytes:
    papers = Papers(network, random, datetime.now(UTC), agreement)
    try:
        paper = papers.say(act)
    except SuiteError:
        paper = papers.order()
    if random.random() < _SPOILED:
        paper = _spoiled(paper, random)
    issuer = network.members[paper.issuer] if paper.issuer in network.members else network.home("platform")
    return sealed(paper.octets, *(issuer.seals if issuer.required else (issuer.seal,)))


def _spoiled(paper: Paper, random: Random) -> Paper:
    value: Any = json.loads(paper.octets)
    places = [
        (holder, name)
        for holder in _holders(value)
        for name in (holder if isinstance(holder, dict) else range(len(holder)))
    ]
    holder, name = random.choice(places)
    holder[name] = random.choice(
        [None, True, -1, 2**53 - 1, "", "\u0627" * 300, [], {}, [[]], "2026-02-30", {"value": "1"}]
    )
    return Paper(paper.payload, dump(value))


def _holders(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return ([value] if value and isinstance(value, dict | list) else []) + [
        each for one in inner for each in _holders(one)
    ]


def _outcome(mode: str, rule: str, said: list[str], scenarios: int) -> Outcome:
    title = f"Signed fuzzing over the OpenAPI, {mode}"
    check = Check(f"fuzz.{rule.lower()}", (rule,), title, _not_alone, None, lambda _r: True, False, 9999)
    verdict = "fail" if said else "pass" if scenarios else "could-not-run"
    message = f"{len(said)} findings, as {said[0][:400]}" if said else ""
    if not scenarios:
        message = "no request was made in the time given"
    return Outcome(Case(check, mode), verdict, rule if said else "", message)


async def _not_alone(*_any: object) -> None:
    raise SuiteError(
        "a verdict of the fuzzer is found by all its requests together, not as a case of its own"
    )


def _closed(described: Any) -> Any:
    """The description with the one reference outside it replaced by what it is: any object."""
    made = copy.deepcopy(described)
    made["components"]["schemas"]["Document"]["properties"]["header"] = {"type": "object"}
    return made


def _operations(described: Any) -> set[str]:
    return {
        each["operationId"]
        for item in described["paths"].values()
        for each in item.values()
        if "operationId" in each
    }


def _impatient(described: Any) -> Any:
    """The description with a short wait for events: else a fuzzer does little but wait for what does not come."""
    for each in described["paths"]["/v1/events"]["get"]["parameters"]:
        if each.get("name") == "wait":
            each["schema"]["maximum"] = _WAIT_SECONDS
    return described


def _linked(described: Any) -> Any:
    """The description with what an answer leads to: the documents of a feed, one rule of many, the next page."""
    event = "$response.body#/events/0/document"
    document = {"issuer": f"{event}/issuer", "id": f"{event}/id"}
    links = {
        "/v1/events": {
            "document": {"operationId": "fetchDocument", "parameters": document},
            "receipt": {"operationId": "fetchReceipt", "parameters": document},
            "next": {"operationId": "listEvents", "parameters": {"after": "$response.body#/events/0/sequence"}},
        },
        "/v1/rules": {"rule": {"operationId": "fetchRule", "parameters": {"rule": "$response.body#/rules/0/id"}}},
        "/v1/codelists": {"list": {"operationId": "fetchCodeList", "parameters": {"list": "$response.body#/codelists/0/id"}}},
    }  # fmt: skip
    for path, named in links.items():
        known = _operations(described)
        if path in described["paths"]:
            fitting = {name: link for name, link in named.items() if link["operationId"] in known}
            described["paths"][path]["get"]["responses"]["200"]["links"] = fitting
    return described
