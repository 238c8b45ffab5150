"""Reading one trust list: its form, its own seal, and what it may say (spec page ``trust-lists``)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NoReturn, cast

from threeflow import artefacts, envelope, names, strict
from threeflow.errors import Refused
from threeflow.keys import VerifyingKey, jwk_of
from threeflow.trust.model import ListedKey, Office, Requirement, TrustedNode, TrustList

MAX_OCTETS: Final = 8 * 1024 * 1024


def read(raw: bytes) -> TrustList:
    """Read a sealed trust list and check all that can be checked without another list or a fingerprint.

    Raises:
        Refused: as ``envelope.read``; ``json-malformed``; ``trust-list-invalid``.
    """
    if len(raw) > MAX_OCTETS:
        raise Refused("too-large", "TF-TRUST-1", f"a trust list has at most {MAX_OCTETS} octets")
    env = envelope.read(raw)
    value = strict.parse_object(env.payload)
    problem = artefacts.problem("trust-list", value)
    if problem is not None:
        invalid("TF-TRUST-1", problem)
    made = _list(cast(dict[str, Any], value), env)
    _check_names(made)
    _check_keys(made)
    _check_times(made)
    _check_routes(made)
    _check_seal(made, env)
    return made


def invalid(requirement: str, detail: str, pointer: str = "") -> NoReturn:
    """Refuse a list whole."""
    raise Refused("trust-list-invalid", requirement, detail, pointer)


def _list(value: Mapping[str, Any], env: envelope.Envelope) -> TrustList:
    header = value["header"]
    next_anchor = value.get("nextAnchor")
    return TrustList(
        issuer=header["issuer"],
        environment=header["environment"],
        jurisdiction=value["jurisdiction"],
        territories=tuple(value["territories"]),
        sequence=value["sequence"],
        previous=value["previous"],
        issued_at=datetime.fromisoformat(value["issuedAt"]),
        expires_at=datetime.fromisoformat(value["expiresAt"]),
        anchor=_anchor(value["anchor"]),
        next_anchor=None if next_anchor is None else _anchor(next_anchor),
        nodes=tuple(_node(each) for each in value["nodes"]),
        digest=env.digest,
        kids=env.kids,
        raw=env.raw,
    )


def _anchor(value: Mapping[str, Any]) -> VerifyingKey:
    return VerifyingKey(value["kid"], value["alg"], "seal", jwk_of(value["jwk"], value["alg"]))


def _node(value: Mapping[str, Any]) -> TrustedNode:
    return TrustedNode(
        id=value["id"],
        name=value["name"],
        roles=tuple(value["roles"]),
        offices=tuple(
            Office(each["list"], each["code"], tuple(each["positions"]), tuple(each["competences"]))
            for each in value["offices"]
        ),
        endpoint=value.get("endpoint"),
        via=value.get("via"),
        keys=tuple(_key(each, value["id"]) for each in value["keys"]),
        requirements=tuple(
            Requirement(datetime.fromisoformat(each["from"]), tuple(each["algorithms"]))
            for each in value["requiredAlgorithms"]
        ),
        spec_versions=tuple(value["specVersions"]),
        profiles=tuple(value["profiles"]),
    )


def _key(value: Mapping[str, Any], node_id: str) -> ListedKey:
    return ListedKey(
        key=VerifyingKey(value["kid"], value["alg"], value["use"], jwk_of(value["jwk"], value["alg"])),
        node_id=node_id,
        not_before=datetime.fromisoformat(value["notBefore"]),
        not_after=datetime.fromisoformat(value["notAfter"]),
        retired_at=_moment(value.get("retiredAt")),
        compromised_since=_moment(value.get("compromisedSince")),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _check_names(made: TrustList) -> None:
    for name in (made.issuer, *(node.id for node in made.nodes)):
        if names.jurisdiction_of(name) != made.jurisdiction:
            invalid("TF-TRUST-3", f"the list of {made.jurisdiction} names {name}")
    for anchor in (made.anchor, made.next_anchor):
        if anchor is not None and names.node_of(anchor.kid) != made.issuer:
            invalid("TF-TRUST-3", f"the anchor {anchor.kid} is no key of {made.issuer}")
    for listed in made.listed_keys():
        if names.node_of(listed.kid) != listed.node_id:
            invalid("TF-TRUST-3", f"the key {listed.kid} stands under {listed.node_id}")
    _check_once("the node", [node.id for node in made.nodes])


def _check_keys(made: TrustList) -> None:
    anchors = [each for each in (made.anchor, made.next_anchor) if each is not None]
    keys = [*anchors, *(each.key for each in made.listed_keys())]
    _check_once("the kid", [key.kid for key in keys])
    _check_once("the key with thumbprint", [key.thumbprint for key in keys])


def _check_once(what: str, entries: Sequence[str]) -> None:
    seen: set[str] = set()
    for each in entries:
        if each in seen:
            invalid("TF-TRUST-4", f"{what} {each} stands twice in one list")
        seen.add(each)


def _check_times(made: TrustList) -> None:
    if made.issued_at >= made.expires_at:
        invalid("TF-TRUST-5", "the list expires before it is issued")
    for listed in made.listed_keys():
        if listed.not_before >= listed.not_after:
            invalid("TF-TRUST-5", f"the key {listed.kid} ends before it begins")


def _check_routes(made: TrustList) -> None:
    listed = {node.id: node for node in made.nodes}
    for node in made.nodes:
        if node.via is None:
            continue
        carrier = listed.get(node.via)
        if node.endpoint is not None or carrier is None or carrier.endpoint is None:
            detail = f"{node.id} is reached via {node.via}, which is no listed node with an endpoint"
            invalid("TF-TRUST-6", detail)


def _check_seal(made: TrustList, env: envelope.Envelope) -> None:
    envelope.check_issuer(env, made.issuer)
    if made.anchor.kid not in env.kids:
        invalid("TF-TRUST-7", f"the list is not sealed by its anchor {made.anchor.kid}")
    own = next(index for index, kid in enumerate(env.kids) if kid == made.anchor.kid)
    seal = env.signatures[own]
    signed = f"{seal.protected}.{env.payload_text}".encode("ascii")
    if seal.alg != made.anchor.alg or not made.anchor.verify(seal.signature, signed):
        invalid("TF-TRUST-7", f"the seal of the anchor {made.anchor.kid} does not verify")
