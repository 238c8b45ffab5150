"""What a submission earned: a receipt or a refusal, believed only once its seal holds (TF-REST-2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from threeflow import envelope, strict
from threeflow.envelope import Envelope
from threeflow.errors import Refused, Unavailable
from threeflow.trust import TrustStore, check_key


@dataclass(frozen=True)
class Outcome:
    """One outcome; exactly one of ``receipt`` and ``refusal`` is there.

    ``receipt`` is the receipt's payload, ``refusal`` the problem. ``raw`` are the octets as the node sent
    them; ``status`` is that of HTTP or gRPC and decides nothing. A refusal before the caller was proven is a
    plain problem: ``sealed`` is then False.
    """

    receipt: Mapping[str, object] | None
    refusal: Mapping[str, object] | None
    status: int
    raw: bytes
    sealed: bool

    @property
    def taken_in(self) -> bool:
        """Whether the node holds the document now."""
        return self.receipt is not None

    @property
    def state(self) -> str:
        """``accepted``, ``pending``, ``no-effect`` or ``flagged``; ``refused`` where it was not taken in."""
        return "refused" if self.receipt is None else str(self.receipt["outcome"])

    @property
    def code(self) -> str:
        """The refusal's stable code; empty where the document was taken in."""
        return "" if self.refusal is None else str(self.refusal["code"])

    @property
    def retryable(self) -> bool:
        """Whether the same octets may be taken in later."""
        return self.refusal is not None and self.refusal.get("retryable") is True


def read(raw: bytes, status: int, *, submitted: Envelope, node_id: str, trust: TrustStore) -> Outcome:
    """Read what a node answered to one envelope.

    Raises:
        Unavailable: the answer is neither, does not verify, or is about another document: it says nothing.
    """
    try:
        value = strict.parse_object(raw)
    except Refused as refused:
        raise Unavailable(f"{node_id} answered {status} without JSON: {refused.detail}") from refused
    if "signatures" not in value:
        return Outcome(None, _problem(value, status, node_id), status, raw, sealed=False)
    payload = opened(raw, node_id=node_id, trust=trust)
    if _type(payload) == "receipt":
        _check_about(payload, submitted, node_id)
        return Outcome(payload, None, status, raw, sealed=True)
    return Outcome(None, _refusal(payload, status, node_id), status, raw, sealed=True)


def refusal_in(raw: bytes, status: int, *, node_id: str, trust: TrustStore) -> Mapping[str, object]:
    """Return the problem in an answer that is no success, sealed or plain.

    Raises:
        Unavailable: the answer holds none, or its seal does not hold.
    """
    try:
        value = strict.parse_object(raw)
    except Refused as refused:
        raise Unavailable(f"{node_id} answered {status} without JSON: {refused.detail}") from refused
    if "signatures" not in value:
        return _problem(value, status, node_id)
    return _refusal(opened(raw, node_id=node_id, trust=trust), status, node_id)


def opened(raw: bytes, *, node_id: str, trust: TrustStore) -> dict[str, object]:
    """Return the payload of an envelope that the named node sealed with a key that held when it was issued.

    Raises:
        Unavailable: it is none.
    """
    try:
        env = envelope.read(raw)
        envelope.check_issuer(env, node_id)
        envelope.check_seals(env, trust.verifying_key)
        payload = strict.parse_object(env.payload)
        header = payload.get("header")
        issued = datetime.fromisoformat(str(header["issuedAt"])) if isinstance(header, dict) else None
        if issued is None or issued.tzinfo is None:
            raise Unavailable(f"the answer of {node_id} does not say when it was issued")
        _check_keys(env, issued, trust)
    except (Refused, KeyError, ValueError) as error:
        raise Unavailable(f"the answer of {node_id} does not hold: {error}") from error
    return payload


def _check_keys(env: Envelope, issued: datetime, trust: TrustStore) -> None:
    for kid in env.kids:
        listed, current = trust.key(kid), trust.list_of(kid)
        if listed is None or current is None:
            raise Refused("unknown-signer", "TF-SEAL-10", f"no list gives the key {kid} to a node")
        check_key(listed, current, at=issued, witnessed_at=None)


def _check_about(receipt: Mapping[str, object], submitted: Envelope, node_id: str) -> None:
    document = receipt.get("document")
    if not isinstance(document, dict) or document.get("digest") != submitted.digest:
        raise Unavailable(f"the receipt of {node_id} is for another document")
    if "outcome" not in receipt:
        raise Unavailable(f"the receipt of {node_id} names no outcome")


def _type(payload: Mapping[str, object]) -> object:
    return cast(Mapping[str, object], payload["header"]).get("type")


def _refusal(payload: Mapping[str, object], status: int, node_id: str) -> Mapping[str, object]:
    if _type(payload) != "refusal":
        raise Unavailable(f"{node_id} answered {status} with a document of type {_type(payload)}")
    problem = payload.get("problem", payload)
    return _problem(problem if isinstance(problem, dict) else {}, status, node_id)


def _problem(value: Mapping[str, object], status: int, node_id: str) -> Mapping[str, object]:
    if not isinstance(value.get("code"), str):
        raise Unavailable(f"{node_id} answered {status} with neither a receipt nor a refusal")
    return value
