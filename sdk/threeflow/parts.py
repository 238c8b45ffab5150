"""Personal data parts: octets of their own, bound to a payload by digest (spec page ``parts``)."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from threeflow import artefacts, base64url, digest, strict
from threeflow.errors import Refused, Violation

MEDIA_TYPE: Final = "application/json"
SALT_OCTETS: Final = 32


def make(party: Mapping[str, object]) -> bytes:
    """Return the octets of a part with the personal members of one party and a new salt."""
    salt = base64url.encode(secrets.token_bytes(SALT_OCTETS))
    return strict.dump({"salt": salt, "party": dict(party)})


def bind(
    name: str, octets: bytes, purposes: Sequence[str], retain_until: str | None = None
) -> dict[str, object]:
    """Return the entry of ``header.parts`` that binds a part; ``retain_until`` is an RFC 3339 time."""
    entry: dict[str, object] = {
        "name": name,
        "digest": digest.of(octets),
        "mediaType": MEDIA_TYPE,
        "purposes": list(purposes),
    }
    if retain_until is not None:
        entry["retainUntil"] = retain_until
    return entry


def read(payload: Mapping[str, Any], parts: Sequence[bytes]) -> dict[str, dict[str, object]]:
    """Return the parties of the parts that came along, by name; a missing one was withheld.

    ``payload`` is valid against its schema.

    Raises:
        Refused: ``part-unbound``, where a part is bound by no entry or twice, or a party points to no entry;
            ``json-malformed`` or ``schema-violated``, where a part's octets are no part.
    """
    bindings: Sequence[Mapping[str, str]] = payload["header"].get("parts", ())
    names = {each["digest"]: each["name"] for each in bindings}
    if len(set(names.values())) != len(bindings):
        raise Refused("part-unbound", "TF-PART-3", "two entries have one name or digest", "/header/parts")
    _check_pointers(payload, set(names.values()), "")
    opened: dict[str, dict[str, object]] = {}
    for index, octets in enumerate(parts):
        name = names.get(digest.of(octets))
        if name is None or name in opened:
            raise Refused("part-unbound", "TF-PART-4", f"part {index} is bound by no entry, or came twice")
        opened[name] = _party(octets, name)
    return opened


def withheld(payload: Mapping[str, Any], opened: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of the parts that are bound but did not come along, in the header's order."""
    return tuple(each["name"] for each in payload["header"].get("parts", ()) if each["name"] not in opened)


def _party(octets: bytes, name: str) -> dict[str, object]:
    value = strict.parse_object(octets)
    problem = artefacts.problem("part", value, "common")
    if problem is not None:
        detail = f"the part {name}: {problem}"
        broken = Violation("schema-part", "/parts", detail, f"分件 {name} 不符合结构规范：{problem}")
        raise Refused("schema-violated", "TF-PART-1", detail, "/parts", (broken,))
    party = value["party"]
    assert isinstance(party, dict)
    return party


def _check_pointers(value: object, names: set[str], pointer: str) -> None:
    """Walk the payload: a string member ``part`` outside the header names an entry of ``header.parts``."""
    if isinstance(value, dict):
        name = value.get("part")
        if isinstance(name, str) and name not in names:
            detail = f"the part {name!r} is not among header.parts"
            raise Refused("part-unbound", "TF-PART-6", detail, f"{pointer}/part")
        for member, inner in value.items():
            _check_pointers(inner, names, f"{pointer}/{member}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_pointers(inner, names, f"{pointer}/{index}")
