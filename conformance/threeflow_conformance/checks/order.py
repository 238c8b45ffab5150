"""Which code wins when several things are wrong: the first in the fixed order of checks (TF-INTAKE-1)."""

from collections.abc import Awaitable, Callable, Mapping

from threeflow_conformance.judge.answers import Answer
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene
from threeflow_conformance.speak.forge import dump, edited, flipped, members, sealed
from threeflow_conformance.speak.papers import Paper, part_of

Pair = tuple[str, Callable[[Scene], Awaitable[Answer]]]
_POST = "/v1/documents"


def _spoilt(raw: bytes) -> bytes:
    def spoil(value: dict[str, list[dict[str, str]]]) -> None:
        value["signatures"][0]["signature"] = flipped(value["signatures"][0]["signature"])

    return edited(raw, spoil)


def _order(scene: Scene, octets: bytes | None = None) -> bytes:
    paper = scene.papers.order()
    return dump(members(octets or paper.octets, scene.network.home("platform").seal))


async def _size_token(scene: Scene) -> Answer:
    limit = scene.shared.statement["limits"]["maxBodyOctets"]
    return await scene.request("POST", _POST, b"x" * (limit + 1), authorization="Bearer hello")


async def _token_envelope(scene: Scene) -> Answer:
    body = b"hello"
    text = scene.token(scene.network.home("platform"), "POST", _POST, body, aud="qx.other")
    return await scene.request("POST", _POST, body, authorization="Bearer " + text)


async def _envelope_json(scene: Scene) -> Answer:
    return await scene.submit(edited(_order(scene, b"{"), lambda value: value.update(more=1)))


async def _json_seal(scene: Scene) -> Answer:
    return await scene.submit(_spoilt(_order(scene, b'{"header":{},"header":{}}')))


async def _seal_conflict(scene: Scene) -> Answer:
    paper = scene.papers.order()
    await scene.taken(paper, "accepted")
    return await scene.submit(_spoilt(_order(scene, paper.changed("orderNumber", to="x").octets)))


async def _repeat_key(scene: Scene) -> Answer:
    # Other octets under a bound id can only come from a key that is good now; that key's twin is not.
    rotated = scene.network.home("twofold")
    paper = scene.papers.order(issuer=rotated)
    await scene.taken(paper, "accepted")
    changed = paper.changed("orderNumber", to="x")
    return await scene.submit(sealed(changed.octets, rotated.seals[0]), rotated)


async def _key_schema(scene: Scene) -> Answer:
    member = scene.network.home("retired")
    paper = scene.papers.order(issuer=member).changed("orderedAt", to="yesterday")
    return await scene.submit(paper, scene.network.home("hubbub"))


async def _version_schema(scene: Scene) -> Answer:
    paper = scene.papers.order().changed("orderedAt", to="yesterday")
    return await scene.submit(paper.changed("header", "specVersion", to="9.9"))


async def _type_schema(scene: Scene) -> Answer:
    return await scene.submit(
        scene.papers.order().changed("header", "type", to="wish").changed("orderedAt", to=7)
    )


async def _schema_rights(scene: Scene) -> Answer:
    paper = scene.papers.order(issuer=scene.network.home("carrier"))
    return await scene.submit(paper.changed("orderedAt", to="yesterday"))


async def _rights_references(scene: Scene) -> Answer:
    declared = scene.papers.say(Act("declaration", "list", "export"))
    paper = scene.papers.say(Act("release", "full", "export"), references=[declared.ref])
    return await scene.submit(paper.changed("act", "office", "code", to="NOWHERE"))


async def _references_state(scene: Scene) -> Answer:
    return await scene.submit(
        scene.papers.say(Act("amendment", "after-exit"), references=[scene.papers.order().ref])
    )


async def _environment_schema(scene: Scene) -> Answer:
    paper = scene.papers.order().changed("header", "environment", to="production")
    return await scene.submit(paper.changed("orderedAt", to="yesterday"))


def _loose(scene: Scene, paper: Paper) -> bytes:
    """The paper with a part that it does not bind, under its issuer's seal."""
    octets, _ = part_of(scene.random, "buyer", {"name": "Erika Mustermann"}, ["clearance"])
    return sealed(paper.octets, scene.network.members[paper.issuer].seal, parts=(octets,))


async def _environment_parts(scene: Scene) -> Answer:
    paper = scene.papers.order().changed("header", "environment", to="production")
    return await scene.submit(_loose(scene, paper))


async def _environment_rights(scene: Scene) -> Answer:
    carrier = scene.network.home("carrier")
    paper = scene.papers.order(issuer=carrier).changed("header", "environment", to="production")
    return await scene.submit(scene.seal(paper), carrier)


async def _schema_parts(scene: Scene) -> Answer:
    return await scene.submit(_loose(scene, scene.papers.order().changed("orderedAt", to="yesterday")))


async def _parts_rights(scene: Scene) -> Answer:
    carrier = scene.network.home("carrier")
    return await scene.submit(_loose(scene, scene.papers.order(issuer=carrier)), carrier)


PAIRS: Mapping[str, Pair] = {
    "size-before-token": ("too-large", _size_token),
    "token-before-envelope": ("token-audience", _token_envelope),
    "envelope-before-json": ("envelope-malformed", _envelope_json),
    "json-before-seal": ("json-malformed", _json_seal),
    "seal-before-repeat": ("seal-invalid", _seal_conflict),
    "repeat-before-key": ("document-conflict", _repeat_key),
    "key-before-schema": ("key-retired", _key_schema),
    "version-before-schema": ("unknown-version", _version_schema),
    "type-before-schema": ("unknown-type", _type_schema),
    "schema-before-rights": ("schema-violated", _schema_rights),
    "schema-before-environment": ("schema-violated", _environment_schema),
    "environment-before-parts": ("wrong-environment", _environment_parts),
    "environment-before-rights": ("wrong-environment", _environment_rights),
    "schema-before-parts": ("schema-violated", _schema_parts),
    "parts-before-rights": ("part-unbound", _parts_rights),
    "rights-before-references": ("not-entitled", _rights_references),
    "references-before-state": ("reference-missing", _references_state),
}


@check("TF-INTAKE-1", cases=lambda: PAIRS)
async def first_failure(scene: Scene, pair: Pair) -> None:
    """Of two faults the one that is looked for first is answered."""
    code, make = pair
    answer = await make(scene)
    scene.expect("TF-INTAKE-1", answer.code == code, f"{code} was due, {answer.said} came")
    await scene.alive()


@check("TF-INTAKE-2")
async def size(scene: Scene) -> None:
    """A body larger than the statement allows is refused; one of that size is read."""
    limit = scene.shared.statement["limits"]["maxBodyOctets"]
    platform = scene.network.home("platform")
    answer = await scene.request("POST", _POST, b" " * (limit + 1), caller=platform)
    await scene.refused(answer, "too-large", "TF-INTAKE-2")
    body = scene.seal(scene.papers.order())
    whole = await scene.submit(body + b" " * (limit - len(body)))
    scene.expect(
        "TF-INTAKE-2", whole.outcome == "accepted", f"a body of just {limit} octets came to {whole.said}"
    )


@check("TF-INTAKE-3")
async def environment(scene: Scene) -> None:
    """A document of another environment is refused, however right it is."""
    paper = scene.papers.order().changed("header", "environment", to="production")
    await scene.refused(await scene.submit(paper), "wrong-environment", "TF-INTAKE-3")
    await scene.alive()


@check("TF-DOC-2", cases=lambda: {each: each for each in ("type", "id", "issuer", "issuedAt", "header")})
async def header(scene: Scene, name: str) -> None:
    """A payload without what every header must say is refused before its schema is looked for."""
    payload = scene.papers.order().payload
    changed = (
        {**payload, "header": {**payload["header"], name: 7}}
        if name != "header"
        else {**payload, "header": []}
    )
    body = dump(members(dump(changed), scene.network.home("platform").seal))
    await scene.refused(await scene.submit(body), "header-malformed", "TF-DOC-2")
    await scene.alive()
