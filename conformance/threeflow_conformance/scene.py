"""What a check works with: the network that it speaks as, the node that it asks, and its expectations."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from threeflow.keys import SigningKey
from threeflow_conformance.errors import InapplicableError, UnmetError, UnreadyError
from threeflow_conformance.inbox import Arrival, Inbox
from threeflow_conformance.judge.answers import JOSE, JSON, Answer, Judge
from threeflow_conformance.judge.bindings import check_status
from threeflow_conformance.judge.octets import digest
from threeflow_conformance.parameters import Parameters
from threeflow_conformance.speak.calls import Call, call_for, detail_in
from threeflow_conformance.speak.calls import answer as answer_of
from threeflow_conformance.speak.forge import sealed, token
from threeflow_conformance.speak.network import Member, Network
from threeflow_conformance.speak.papers import Paper, Papers
from threeflow_conformance.world import Exchange, NoAnswerError, World

__all__ = ["Scene", "Shared"]

_POST = "/v1/documents"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(slots=True)
class Shared:
    """What the opening found out and all later cases use."""

    agreement: dict[str, str] = field(default_factory=dict)
    statement: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Scene:
    """One case's view; ``said`` is the paper that was submitted last."""

    network: Network
    parameters: Parameters
    judge: Judge
    world: World
    inbox: Inbox
    shared: Shared
    expected: list[tuple[str, str]] = field(default_factory=list)
    binding: str = "rest"
    said: Paper | None = None
    _papers: Papers | None = None

    # ---- expectations

    def expect(self, requirement: str, holds: object, message: str) -> None:
        """Judge one thing; UnmetError ends the case where it does not hold."""
        self.expected.append((requirement, message))
        if not holds:
            raise UnmetError(requirement, message)

    def ready(self, holds: object, message: str) -> None:
        """What must have come about before anything can be judged; UnreadyError where it did not."""
        if not holds:
            raise UnreadyError(message)

    def stated(self, type_: str) -> None:
        """What the node's own statement does not name among its types is not judged; InapplicableError ends the case."""
        types = self.shared.statement.get("types", ())
        if types and type_ not in types:
            raise InapplicableError(f"the node's statement does not name the type {type_}")

    # ---- speaking

    @property
    def random(self) -> Random:
        """Values that differ from run to run."""
        return self.world.random

    def uuid(self) -> str:
        """A new id."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    @property
    def papers(self) -> Papers:
        """Documents of a fresh deal and consignment."""
        if self._papers is None:
            self._papers = self.new_papers()
        return self._papers

    def new_papers(self) -> Papers:
        """Documents of another fresh deal."""
        return Papers(self.network, self.random, self.world.now(), self.shared.agreement)

    def token(
        self, caller: Member, method: str, target: str, body: bytes | None, *, key: SigningKey | None = None,
        shift: timedelta = timedelta(), life: int = 300, header: Mapping[str, Any] | None = None, **claims: Any,
    ) -> str:  # fmt: skip
        """A caller token; ``claims`` changes claims, None leaves one out."""
        issued = int((self.world.now() + shift).timestamp())
        call = self._call(method, target, body)
        said: dict[str, Any] = {
            "iss": caller.id, "aud": self.network.node, "env": self.network.environment,
            "htm": "POST" if call else method, "htu": call.method if call else self.network.target + target,
            "iat": issued, "exp": issued + life, "jti": f"{self.random.getrandbits(96):024x}",
        }  # fmt: skip
        bound = call.bound if call else body
        if bound is not None:
            said["dig"] = digest(bound)
        return token(key or caller.token, {**said, **claims}, header=header)

    async def request(
        self, method: str, target: str, body: bytes | None = None, *, caller: Member | None = None,
        authorization: str | None = None, media: str = JOSE, accept: str = "", more: Mapping[str, str] | None = None,
        outcome: bool = False,
    ) -> Answer:  # fmt: skip
        """Send any request and judge what every answer must be; no caller, no token."""
        headers = dict(more or {})
        if authorization is None and caller is not None:
            authorization = "Bearer " + self.token(caller, method, target, body)
        call = self._call(method, target, body)
        if call is not None:
            answer = await self._answered(call, authorization)
            self.judge.check(answer, method, target)
            if outcome:
                self.judge.check_outcome(answer)
            return answer
        if authorization:
            headers["authorization"] = authorization
        if body is not None:
            headers.setdefault("content-type", media)
        if accept:
            headers["accept"] = accept
        exchange = Exchange(method, target, headers, body)
        try:
            number = await self.world.send(exchange)
        except NoAnswerError as error:
            raise UnmetError("TF-REST-8", f"{method} {target} was not answered: {error}") from error
        held = self.world.lines.exchanges[number]
        answer = self.judge.open(number, held.status, held.answer_headers, held.answer_body)
        self.judge.check(answer, method, target)
        if outcome:
            self.judge.check_outcome(answer)
        return answer

    def _call(self, method: str, target: str, body: bytes | None) -> Call | None:
        """The call in the place of a request, in a case that runs over gRPC and where there is one."""
        return call_for(method, target, body) if self.binding == "grpc" else None

    async def call(
        self,
        call: Call,
        caller: Member | None,
        *,
        streams: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> tuple[str, bytes]:
        """Make any call; return its status and the octets of its answer or details, judged as far as all are."""
        headers = dict(more or {})
        if caller is not None:
            issued = int(self.world.now().timestamp())
            claims: dict[str, Any] = {
                "iss": caller.id, "aud": self.network.node, "env": self.network.environment, "htm": "POST",
                "htu": call.method, "iat": issued, "exp": issued + 300, "jti": f"{self.random.getrandbits(96):024x}",
            }  # fmt: skip
            if call.bound is not None:
                claims["dig"] = digest(call.bound)
            headers["authorization"] = "Bearer " + token(caller.token, claims)
        _, status, octets = await self._made(call, headers, streams=streams)
        return status, octets

    async def refused_call(self, call: Call, caller: Member | None, code: str, requirement: str) -> None:
        """Judge that a call is refused with a code."""
        status, octets = await self.call(call, caller)
        detail = detail_in(octets) if status != "OK" else None
        said = detail.code if detail else status
        self.expect(requirement, said == code, f"{code} was due, {said} came")

    async def _answered(self, call: Call, authorization: str | None) -> Answer:
        headers = {"authorization": authorization} if authorization else {}
        number, status, octets = await self._made(call, headers)
        http, headers, body = answer_of(call.method, status, octets)
        return self.judge.open(number, http, headers, body)

    async def _made(
        self, call: Call, headers: dict[str, str], *, streams: bool = False
    ) -> tuple[int, str, bytes]:
        exchange = Exchange("GRPC", call.method, headers, call.octets)
        try:
            number = await self.world.call(exchange, streams=streams)
        except NoAnswerError as error:
            raise UnmetError("TF-GRPC-7", f"{call.method} was not answered: {error}") from error
        held = self.world.lines.exchanges[number]
        status = held.answer_headers["grpc-status"]
        detail = detail_in(held.answer_body) if status != "OK" else None
        whole = detail is not None and (detail.HasField("envelope") or detail.HasField("problem"))
        check_status(
            status, held.answer_body, detail.code if detail else None, detail.requirement if detail else "",
            left_out=not whole,
        )  # fmt: skip
        return number, status, held.answer_body

    def seal(self, paper: Paper, *keys: SigningKey) -> bytes:
        """A paper under its issuer's seals, with its parts."""
        issuer = self.network.members[paper.issuer]
        own = issuer.seals if issuer.required else (issuer.seal,)
        return sealed(paper.octets, *(keys or own), parts=paper.parts)

    async def submit(self, paper: Paper | bytes, caller: Member | None = None) -> Answer:
        """Submit a paper, or any octets; the caller is the issuer unless another is named."""
        body = paper if isinstance(paper, bytes) else self.seal(paper)
        if isinstance(paper, Paper):
            self.said = paper
            if paper.right:
                self.twin_of(paper.right)
        who = caller or (
            self.network.members[paper.issuer] if isinstance(paper, Paper) else self.network.home("platform")
        )
        answer = await self.request("POST", _POST, body, caller=who, outcome=True)
        if answer.is_receipt and isinstance(paper, Paper):
            named = answer.value["document"]
            right = {"issuer": paper.issuer, "id": paper.id, "digest": paper.digest, "type": paper.type}
            kids = {key.kid for key in self.network.members[paper.issuer].seals}
            good = {name: named[name] for name in right} == right and set(named["kids"]) <= kids
            self.expect("TF-RCPT-1", good, f"the receipt is about {named}, not {right}")
        return answer

    async def taken(self, paper: Paper, *outcomes: str, caller: Member | None = None) -> Answer:
        """Submit what the case needs first; UnreadyError where it is not taken in (as any of ``outcomes``)."""
        answer = await self.submit(paper, caller)
        wanted = outcomes or ("accepted", "flagged", "pending")
        self.ready(answer.outcome in wanted, f"{paper.name} came to {answer.said}{_detail(answer)}")
        return answer

    def twin_of(self, right: bytes) -> None:
        """Note that what is sent next is one edit away from this body, or this payload."""
        self.world.lines.twin, self.world.lines.right = len(self.world.lines.exchanges), right

    # ---- asking

    async def get(self, target: str, caller: Member | None = None, *, accept: str = "") -> Answer:
        """Read something."""
        return await self.request("GET", target, caller=caller, accept=accept)

    async def fetch(self, paper: Paper, caller: Member, what: str = "", accept: str = "") -> Answer:
        """Fetch a document, or its receipt."""
        return await self.get(f"/v1/documents/{paper.issuer}/{paper.id}{what}", caller, accept=accept)

    async def subject(self, kind: str, key: Mapping[str, str], caller: Member | None = None) -> Answer:
        """Track a subject."""
        return await self.get(f"/v1/subjects/{kind}?{urlencode(key, quote_via=quote)}", caller or self.reader)

    async def tracks(self, kind: str, key: Mapping[str, str], caller: Member | None = None) -> dict[str, Any]:
        """What a reader is told of a subject; UnmetError where it is told nothing."""
        answer = await self.subject(kind, key, caller)
        self.expect("TF-INTAKE-25", answer.code != "not-found", f"of what was taken in, {kind} is not held")
        self.expect(
            "TF-REST-1", answer.status == 200 and isinstance(answer.value, dict), f"tracking: {answer.said}"
        )
        found: dict[str, Any] = answer.value
        return found

    @property
    def reader(self) -> Member:
        """The member that reads most: the office at home, receiver of whatever is said."""
        return self.network.home("office")

    async def events(
        self, caller: Member, after: int = 0, wait: int = 0, limit: int = 1000
    ) -> list[dict[str, Any]]:
        """One page of a feed."""
        answer = await self.get(f"/v1/events?after={after}&limit={limit}&wait={wait}", caller)
        self.expect("TF-REST-1", answer.status == 200, f"the feed: {answer.said}")
        found: list[dict[str, Any]] = answer.value["events"]
        return found

    async def eventually(self, look: Callable[[], Awaitable[bool]], within: float) -> bool:
        """Ask again until it is so or the time is over."""
        pause = 0.05
        for _ in range(max(1, int(within / pause))):
            if await look():
                return True
            await self.world.sleep(pause)
        return False

    async def arrived(
        self, wanted: Callable[[Arrival], bool], *, count: int = 1, within: float | None = None
    ) -> list[Arrival]:
        """What came to the suite's own nodes."""
        return await self.world.arrived(wanted, count, within or self.parameters.delivery_seconds)

    async def refused(
        self, answer: Answer, code: str, *requirements: str, blame: str = "", proven: bool = True
    ) -> None:
        """Judge a refusal: its code, the requirement that it names, its seal."""
        broken = blame or requirements[0]
        self.expect(broken, answer.code == code, f"{code} was due, {answer.said} came{_detail(answer)}")
        named = {*requirements, listed_requirement(code)}
        self.expect(
            broken,
            answer.requirement in named,
            f"{code} names {answer.requirement}, not {' or '.join(sorted(named))}",
        )
        if proven and answer.status != 401:
            sealed_ = (
                answer.sealed
                or answer.left_out
                or code in {"too-large", "not-acceptable", "method-not-allowed"}
            )
            self.expect("TF-INTAKE-28", sealed_, f"{code} is not sealed although the caller is proven")

    async def nothing_bound(self, paper: Paper, requirement: str) -> None:
        """Judge that a refused document left no trace."""
        if not _ID.fullmatch(paper.id):
            return
        answer = await self.fetch(paper, self.network.members[paper.issuer])
        self.expect(
            requirement, answer.code == "not-found", f"a refused document can be fetched: {answer.said}"
        )

    async def alive(self) -> None:
        """Judge that the node still takes in what is right."""
        paper = self.new_papers().order()
        answer = await self.submit(paper)
        self.expect(
            "TF-REST-8", answer.outcome == "accepted", f"afterwards a right document came to {answer.said}"
        )


def listed_requirement(code: str) -> str:
    """The requirement under which ``refusals.yaml`` lists a code."""
    from threeflow_conformance.judge.answers import catalogue

    return str(catalogue()[code]["requirement"])


def _detail(answer: Answer) -> str:
    said = answer.problem.get("detail")
    more = [f"{each['rule']} {each['pointer']}" for each in answer.problem.get("violations", ())][:4]
    if answer.is_receipt:
        more = [each["rule"] for each in answer.value["findings"]]
    return (f": {said}" if said else "") + (f" [{', '.join(more)}]" if more else "")


def short(value: object) -> str:
    """A value for a message, cut to what a person reads."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) < 300 else text[:300] + "…"


__all__ += ["JSON", "listed_requirement", "short"]
