"""What a node answered, opened and judged: every answer, whatever the check is about (pages rest and refusals)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

import threeflow_spec
from threeflow_conformance.errors import UnmetError
from threeflow_conformance.judge import schemas
from threeflow_conformance.judge.octets import decode, parse
from threeflow_conformance.judge.seals import ListedKey, Opened, SealError, open_envelope

__all__ = ["AMBIENT", "JOSE", "JSON", "NDJSON", "PROBLEM", "Answer", "Judge", "catalogue"]

JOSE = "application/jose+json"
JSON = "application/json"
NDJSON = "application/x-ndjson"
PROBLEM = "application/problem+json"
AMBIENT = (
    "TF-REST-1", "TF-REST-3", "TF-REST-8", "TF-RCPT-1", "TF-RCPT-2", "TF-RCPT-3", "TF-RCPT-4", "TF-RCPT-5",
    "TF-RCPT-6", "TF-RCPT-7", "TF-RCPT-8", "TF-RCPT-9", "TF-RCPT-10", "TF-RCPT-11", "TF-INTAKE-28", "TF-SUBJ-22",
)  # fmt: skip
"""Requirements that are judged on every answer of every case."""

_TOKEN_CODES = ("caller-unknown", "token-", "key-use")
_REQUIREMENT = re.compile(r"TF-[A-Z]+-[0-9]+")


@dataclass(slots=True)
class Answer:
    """One answer: as it came, and what it says where it could be opened."""

    number: int
    status: int
    headers: Mapping[str, str]
    body: bytes
    opened: Opened | None = None
    value: Any = None
    flaw: str = ""
    problem: Mapping[str, Any] = field(default_factory=dict)

    @property
    def media(self) -> str:
        """Media type, without its parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def sealed(self) -> bool:
        """Whether the answer is an envelope whose seals hold."""
        return self.opened is not None

    @property
    def left_out(self) -> bool:
        """Whether gRPC's metadata had no room for the refusal (TF-GRPC-9)."""
        return "left-out" in self.headers

    @property
    def code(self) -> str:
        """Code of the refusal; empty where it is none."""
        return str(self.problem.get("code", ""))

    @property
    def requirement(self) -> str:
        """Requirement that the refusal names."""
        return str(self.problem.get("requirement", ""))

    @property
    def outcome(self) -> str:
        """Outcome of the receipt; empty where it is none."""
        return str(self.value.get("outcome", "")) if self.is_receipt else ""

    @property
    def is_receipt(self) -> bool:
        """Whether this is a sealed receipt."""
        return self.opened is not None and self.value["header"].get("type") == "receipt"

    @property
    def said(self) -> str:
        """What came, in a few words."""
        if self.is_receipt:
            return f"{self.status}, a receipt: {self.outcome}"
        if self.code:
            return f"{self.status} {self.code} ({self.requirement}){'' if self.sealed else ', not sealed'}"
        return f"{self.status} {self.media or 'without a type'}" + (f": {self.flaw}" if self.flaw else "")


class Judge:
    """Opens and judges the answers of one node."""

    def __init__(
        self, node: str, environment: str, keys: Mapping[str, ListedKey], lists: Sequence[str]
    ) -> None:
        self.node = node
        self.environment = environment
        self.keys = dict(keys)
        self.lists = frozenset(lists)

    def open(self, number: int, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer, opened as far as it can be."""
        answer = Answer(number, status, headers, body)
        try:
            if answer.media == JOSE:
                answer.opened = open_envelope(body, self.keys)
                answer.value = answer.opened.value
                self._own(answer)
            elif answer.media in {JSON, PROBLEM} and body:
                answer.value = parse(body)
        except (SealError, ValueError) as error:
            answer.flaw = str(error)
        if isinstance(answer.value, dict):
            problem = answer.value if answer.media == PROBLEM else answer.value.get("problem")
            answer.problem = problem if isinstance(problem, dict) else {}
        return answer

    def _own(self, answer: Answer) -> None:
        header = answer.value["header"]
        # A document that is fetched is its issuer's; what the node says itself is the node's.
        own = header.get("type") in {"receipt", "refusal", "checkpoint", "node-statement", "dossier-head"}
        if own and (header.get("issuer"), header.get("environment")) != (self.node, self.environment):
            answer.opened = None
            raise ValueError(f"{header.get('type')} of {header.get('issuer')}, {header.get('environment')}")

    def check(self, answer: Answer, method: str, path: str) -> None:
        """Judge what every answer must be.

        Raises:
            UnmetError: the answer breaks one of ``AMBIENT``.
        """
        if answer.status >= 500 and (answer.status, answer.code) not in {
            (503, "unavailable"), (503, "trust-list-stale"),
        }:  # fmt: skip
            raise UnmetError("TF-REST-8", f"the node answered {answer.said}")
        self._described(answer, method, path)
        if answer.flaw and answer.media in {JOSE, JSON, PROBLEM}:
            raise UnmetError("TF-REST-1", f"the answer cannot be opened: {answer.flaw}")
        if answer.status >= 400:
            self._refusal(answer)
        elif answer.is_receipt:
            self._receipt(answer)

    def check_outcome(self, answer: Answer) -> None:
        """Judge that a submission ended in a receipt or a refusal, with the status that belongs to it."""
        if answer.is_receipt:
            wanted = {202} if answer.outcome == "pending" else {201}
            if answer.status not in {200, *wanted}:
                raise UnmetError(
                    "TF-REST-3", f"a receipt that says {answer.outcome} came with {answer.status}"
                )
        elif not answer.code:
            raise UnmetError("TF-REST-3", f"neither a receipt nor a refusal came: {answer.said}")

    def _described(self, answer: Answer, method: str, path: str) -> None:
        operation = _operation(method, path)
        if operation is None:
            if answer.status not in {401, 404, 405, 413}:
                raise UnmetError(
                    "TF-REST-1", f"{method} {path} is not described and was answered {answer.said}"
                )
            return
        said = operation["responses"].get(str(answer.status))
        strange = answer.status not in {401, 404, 405} or (answer.status != 401 and method in {"GET", "POST"})
        if said is None and strange:
            raise UnmetError("TF-REST-1", f"{method} {path} may not be answered {answer.status}")
        if said is not None and answer.media not in _resolved(said).get("content", {}):
            raise UnmetError("TF-REST-1", f"{answer.status} came as {answer.media or 'no media type'}")

    def _refusal(self, answer: Answer) -> None:
        if answer.left_out:
            self._as_listed(answer, catalogue()[answer.code])
            return
        if answer.opened is not None:
            broken = schemas.violations("protocol/refusal", answer.value)
        else:
            broken = (
                ()
                if {"type", "title", "status", "code", "requirement"} <= set(answer.problem)
                else ("members",)
            )
        if broken:
            raise UnmetError("TF-RCPT-7", f"a refusal without its form: {broken[0]}")
        listed = catalogue().get(answer.code)
        if listed is None:
            raise UnmetError("TF-RCPT-11", f"no refusal has the code {answer.code}")
        if not _REQUIREMENT.fullmatch(answer.requirement):
            raise UnmetError("TF-RCPT-7", f"{answer.requirement!r} is no requirement")
        problem = answer.problem
        words = [
            problem.get("titles"),
            problem.get("remedy"),
            *(each.get("message") for each in _listed(problem)),
        ]
        if not all(isinstance(each, dict) and each.get("en") and each.get("zh") for each in words):
            raise UnmetError("TF-RCPT-8", "a refusal without its words in English and Chinese")
        order = [(each["rule"], each["pointer"]) for each in _listed(problem)]
        if answer.code in {"schema-violated", "rule-violated"} and (not order or not _in_order(order)):
            raise UnmetError("TF-RCPT-9", f"the violations are not all named and sorted: {order[:6]}")
        self._as_listed(answer, listed)

    def _as_listed(self, answer: Answer, listed: Mapping[str, Any]) -> None:
        if bool(answer.problem.get("retryable", False)) != listed["retryable"]:
            raise UnmetError("TF-RCPT-10", f"{answer.code} says retryable: {answer.problem.get('retryable')}")
        # 415 is what the binding says of a media type, whatever the code.
        if answer.status not in {listed["http"], 415}:
            raise UnmetError("TF-REST-3", f"{answer.code} came with {answer.status}, not {listed['http']}")
        if answer.status == 401 and answer.sealed:
            raise UnmetError("TF-INTAKE-28", f"{answer.code} is sealed although the caller is not proven")

    def _receipt(self, answer: Answer) -> None:
        value = answer.value
        broken = schemas.violations("protocol/receipt", value)
        if broken:
            raise UnmetError(_receipt_rule(broken[0]), f"the receipt breaks its schema: {broken[0]}")
        artefact = value["document"]["type"] == "checkpoint"
        if ("log" in value) == artefact:
            raise UnmetError(
                "TF-RCPT-4", "the receipt names no leaf" if not artefact else "a witness has a leaf"
            )
        if len(decode(value["salt"])) != 16:
            raise UnmetError("TF-RCPT-5", "the salt has not 16 octets")
        if self.lists and frozenset(value["trustLists"]) != self.lists:
            raise UnmetError("TF-RCPT-6", f"the receipt names the lists {value['trustLists']}")
        if value["outcome"] == "pending" and "waitsUntil" not in value:
            raise UnmetError("TF-SUBJ-22", "a pending receipt does not say until when the node waits")


def _receipt_rule(broken: str) -> str:
    return next(
        (rule for word, rule in (("salt", "TF-RCPT-5"), ("outcome", "TF-RCPT-3"), ("/document", "TF-RCPT-1"),
                                 ("trustLists", "TF-RCPT-6")) if word in broken),
        "TF-RCPT-2",
    )  # fmt: skip


def _listed(problem: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = problem.get("violations", ())
    return found if isinstance(found, list) else ()


def _in_order(order: list[tuple[str, str]]) -> bool:
    # Schema violations are sorted by place and keyword (TF-DOC-5), those of rules by rule and pointer.
    return order == sorted(order) or order == sorted(order, key=lambda each: (each[1], each[0]))


@cache
def catalogue() -> Mapping[str, Any]:
    """Refusals of the standard by their code."""
    return {
        each["code"]: each for each in yaml.safe_load(threeflow_spec.read("v1/refusals.yaml"))["refusals"]
    }


@cache
def _operation(method: str, path: str) -> Any:
    plain = path.partition("?")[0]
    found = None
    for template, item in schemas.openapi()["paths"].items():
        if template == plain or (
            found is None and re.fullmatch(re.sub(r"\\\{[a-zA-Z]+\\\}", "[^/]+", re.escape(template)), plain)
        ):
            found = item if template == plain or found is None else found
            if template == plain:
                break
    if found is None:
        return None
    return found.get(method.lower()) or next(found[each] for each in ("get", "post") if each in found)


def _resolved(response: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in response:
        return response
    found: Mapping[str, Any] = schemas.openapi()["components"]["responses"][
        response["$ref"].rsplit("/", 1)[1]
    ]
    return found
