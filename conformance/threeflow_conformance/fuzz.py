"""Fuzzing over the OpenAPI by ``schemathesis``, every request rightly signed; findings are verdicts."""

import time
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from threeflow_conformance.engine import Outcome
from threeflow_conformance.errors import SuiteError
from threeflow_conformance.judge import schemas
from threeflow_conformance.judge.octets import digest
from threeflow_conformance.parameters import Parameters
from threeflow_conformance.registry import Case, Check
from threeflow_conformance.speak.forge import token
from threeflow_conformance.speak.network import Network

__all__ = ["run"]

_RULES = {"not_a_server_error": "TF-REST-8", "status_code_conformance": "TF-REST-1",
          "content_type_conformance": "TF-REST-1", "response_schema_conformance": "TF-REST-1"}  # fmt: skip


class _Signed(AuthBase):
    """A caller token for whatever is sent, as it is sent."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._number = 0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        self._number += 1
        member = self._network.home("platform")
        parts = urlsplit(request.url or "")
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        issued = int(time.time())
        body = request.body.encode() if isinstance(request.body, str) else request.body
        claims: dict[str, Any] = {
            "iss": member.id, "aud": self._network.node, "env": self._network.environment, "htm": request.method,
            "htu": self._network.target + target, "iat": issued, "exp": issued + 300,
            "jti": f"fuzz-{self._network.seed[:8]}-{self._number}",
        }  # fmt: skip
        if body or request.method == "POST":
            claims["dig"] = digest(body if isinstance(body, bytes) else b"")
        request.headers["authorization"] = "Bearer " + token(member.token, claims)
        return request


def run(network: Network, parameters: Parameters, seconds: float) -> list[Outcome]:
    """Fuzz for about so long; one outcome a requirement."""
    import schemathesis
    from schemathesis.engine import events, from_schema

    described = schemas.openapi()
    schema = schemathesis.openapi.from_dict(_closed(described))
    schema.config.update(base_url=network.target)
    schema.auth.set_from_requests(_Signed(network))
    failures: dict[str, list[str]] = {}
    deadline = time.monotonic() + seconds
    count = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            count += 1
            for label, checks in event.recorder.checks.items():
                for each in checks:
                    rule = _RULES.get(each.name)
                    if rule and each.failure_info is not None:
                        node = event.recorder.cases.get(label)
                        where = (
                            f"{node.value.method} {node.value.formatted_path} {node.value.query}"
                            if node
                            else label
                        )
                        failures.setdefault(rule, []).append(f"{where}: {each.failure_info.failure}")
        if time.monotonic() > deadline:
            break
    found = []
    for rule in sorted(set(_RULES.values())):
        check = Check(
            f"fuzz.{rule.lower()}",
            (rule,),
            "Signed fuzzing over the OpenAPI",
            _not_alone,
            None,
            lambda _r: True,
            False,
            9999,
        )
        said = failures.get(rule, [])
        verdict = "fail" if said else "pass" if count else "could-not-run"
        message = f"{len(said)} findings, as {said[0][:400]}" if said else ""
        found.append(Outcome(Case(check, ""), verdict, rule if said else "", message))
    return found


async def _not_alone(*_any: object) -> None:
    raise SuiteError(
        "a verdict of the fuzzer is found by all its requests together, not as a case of its own"
    )


def _closed(described: Any) -> Any:
    """The description with the one reference outside it replaced by what it is: any object."""
    import copy

    made = copy.deepcopy(described)
    made["components"]["schemas"]["Document"]["properties"]["header"] = {"type": "object"}
    return made
