"""Personal data in their own parts: salted bytes beside the payload, bound to it by digest."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from threeflow import base64url, digest, strict
from threeflow_gateway.demo.derive import Person
from threeflow_gateway.demo.names import MATCH_PURPOSE, PURPOSE

SALT_OCTETS = 32


@dataclass(frozen=True)
class Part:
    """One part: its name in the payload, its exact octets, and the header's binding."""

    name: str
    octets: bytes

    @property
    def binding(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "digest": digest.of(self.octets),
            "mediaType": "application/json",
            "purposes": [MATCH_PURPOSE, PURPOSE],
        }


def part(name: str, person: Person) -> Part:
    """The part that holds who a person is; the salt is fresh, so equal persons give unequal digests."""
    body = {"salt": base64url.encode(secrets.token_bytes(SALT_OCTETS)), "party": _person(person)}
    return Part(name, strict.dump(body))


def party(name: str, person: Person) -> dict[str, Any]:
    """The party object beside a part: what is no personal data, and a digest by which two parties compare."""
    pseudonym = digest.of(f"threeflow-demo:{person.id}".encode())
    found: dict[str, Any] = {"part": name, "naturalPerson": True, "identityDigest": pseudonym}
    if person.country:
        found["country"] = person.country
    return found


def _person(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = {"name": person.name}
    if person.country:
        found["address"] = {
            "lines": [person.street],
            "city": person.city,
            "postcode": person.postcode,
            "country": person.country,
        }
    return found
