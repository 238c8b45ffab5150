"""Documents of one fresh deal: the standard's own valid vectors under new ids, numbers, times and references."""

import copy
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from threeflow_conformance.errors import SuiteError
from threeflow_conformance.judge.octets import digest, encode
from threeflow_conformance.judge.table import Act, must, part, rows, subject_of
from threeflow_conformance.judge.vectors import base
from threeflow_conformance.speak.forge import dump
from threeflow_conformance.speak.network import FOREIGN, HOME, Member, Network

__all__ = ["Paper", "Papers", "part_of"]

_KEPT = ("parts", "functionCode", "submissionStatus")
_PREFERRED = ("platform", "pay", "carrier", "declarant", "office", "agency", "other")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """A payload with its exact octets; ``right`` are those of the paper from which it was changed."""

    payload: Json
    octets: bytes
    parts: tuple[bytes, ...] = ()
    right: bytes = b""

    @classmethod
    def of(cls, payload: Json, parts: Sequence[bytes] = ()) -> "Paper":
        """A paper of a payload."""
        return cls(payload, dump(payload), tuple(parts))

    @property
    def header(self) -> Json:
        """The header."""
        found: Json = self.payload["header"]
        return found

    @property
    def issuer(self) -> str:
        """Node id of the issuer."""
        return str(self.header["issuer"])

    @property
    def id(self) -> str:
        """Document id."""
        return str(self.header["id"])

    @property
    def type(self) -> str:
        """Document type."""
        return str(self.header["type"])

    @property
    def name(self) -> str:
        """Type and kind, for messages."""
        return f"{self.type}/{self.header.get('kind', '')}"

    @property
    def digest(self) -> str:
        """Digest of the payload."""
        return digest(self.octets)

    @property
    def ref(self) -> dict[str, str]:
        """The reference by which others name it."""
        return {"type": self.type, "issuer": self.issuer, "id": self.id, "digest": self.digest}

    @property
    def short(self) -> dict[str, str]:
        """Issuer, id and digest."""
        return {"issuer": self.issuer, "id": self.id, "digest": self.digest}

    def changed(self, *path: str | int, to: Any) -> "Paper":
        """The paper with one member put, under the same id; None takes the member away."""
        payload = copy.deepcopy(self.payload)
        at: Any = payload
        for step in path[:-1]:
            at = at[step]
        if to is None:
            at.pop(path[-1]) if isinstance(at, dict) else at.__delitem__(path[-1])
        else:
            at[path[-1]] = to
        return Paper(payload, dump(payload), self.parts, self.right or self.octets)

    def under(self, new_id: str) -> "Paper":
        """The paper under another id."""
        return self.changed("header", "id", to=new_id)


def _base(type_: str, kind: str) -> str:
    found = base(type_, kind)
    if not found:
        raise SuiteError(f"the standard has no vector from which {type_}/{kind} could be made")
    return found


def part_of(
    random: Random, name: str, party: Mapping[str, Any], purposes: Sequence[str]
) -> tuple[bytes, Json]:
    """The octets of a part with a fresh salt, and the entry that binds it."""
    octets = dump({"salt": encode(random.randbytes(32)), "party": dict(party)})
    entry = {
        "name": name, "digest": digest(octets), "mediaType": "application/json", "purposes": list(purposes),
    }  # fmt: skip
    return octets, entry


@dataclass(slots=True)
class Papers:
    """Makes the documents of one deal; each is later than the one before in business time."""

    network: Network
    random: Random
    now: datetime
    agreement: Mapping[str, str]
    number: str = ""
    said: dict[str, Paper] = field(default_factory=dict)
    _first: dict[str, Paper] = field(default_factory=dict)
    _minutes: int = 0

    def __post_init__(self) -> None:
        self.number = f"{self.random.getrandbits(40):010x}"

    # ---- names

    @property
    def case_keys(self) -> list[dict[str, str]]:
        """Keys of the deal."""
        platform = self.network.home("platform").id
        return [_key("ucr", platform, f"U{self.number}"), _key("order", platform, f"O{self.number}")]

    @property
    def keys(self) -> list[dict[str, str]]:
        """Keys of the consignment, given out by no node: so that who names another's document joins it."""
        return [
            _key("declaration", "REGISTER", f"D{self.number}"), _key("waybill", "LABELS", f"W{self.number}"),
        ]  # fmt: skip

    def keys_of(self, subject: str) -> list[dict[str, str]]:
        """Keys of the deal's subject of a kind."""
        if subject in {"case", "consignment"}:
            return self.case_keys if subject == "case" else self.keys
        giver = "REGISTER" if subject == "record" else self.network.home("office").id
        return [_key(subject, giver, f"{subject[0].upper()}{self.number}")]

    def at(self) -> str:
        """The next moment of business time."""
        self._minutes += 1
        return (self.now - timedelta(days=1) + timedelta(minutes=self._minutes)).isoformat()

    # ---- documents

    def order(self, **more: Any) -> Paper:
        """An order of the platform at home, for the node under test."""
        return self.say(Act("order", "sale"), **more)

    def say(
        self, act: Act, *, issuer: Member | None = None, receivers: Sequence[str] = (), at: str = "",
        references: Sequence[Mapping[str, str]] | None = None, keys: Sequence[Mapping[str, str]] | None = None,
        header: Mapping[str, Any] | None = None, keep: bool = True, subject: str = "", **content: Any,
    ) -> Paper:  # fmt: skip
        """A document; what its row requires is named from what was said before."""
        payload: Json = json.loads(_base(act.type, act.kind))
        old = payload["header"]
        issuer, at = issuer or self.issuer_of(act), at or self.at()
        kind_of_subject = subject_of(act)
        top: Json = {
            "specVersion": "1.0", "type": act.type, "kind": act.kind,
            "id": str(uuid.UUID(int=self.random.getrandbits(128), version=4)), "issuer": issuer.id,
            "environment": self.network.environment, "issuedAt": at,
            "receivers": list(receivers) or self._receivers(issuer),
        }  # fmt: skip
        if kind_of_subject != "inherited":
            top["subjects"] = [{"keys": list(keys if keys is not None else self.keys_of(kind_of_subject))}]
        named = list(references) if references is not None else self._references(act, subject)
        own_keys = keys is None and kind_of_subject != "inherited"
        first = self._first.get(kind_of_subject) if own_keys and references is None else None
        # Who was not told of a subject has to have been shown a document of it (TF-SUBJ-23).
        if first is not None and first.issuer != issuer.id and first.ref not in named:
            named.append(first.ref)
        if named:
            top["references"] = named
        top |= {name: old[name] for name in _KEPT if name in old}
        crosses = any(each.partition(".")[0] != issuer.jurisdiction for each in top["receivers"])
        if (crosses or "agreement" in part(act, "must", ())) and act.type != "agreement" and self.agreement:
            top |= {"agreement": dict(self.agreement), "purpose": "release-on-documents"}
        payload["header"] = {**top, **(header or {})}
        self._adapt(act, payload, issuer, at)
        payload |= content
        made = Paper.of(payload)
        if keep:
            if own_keys:
                self._first.setdefault(kind_of_subject, made)
            self.said[act.type] = made
            self.said[act.name] = made
        return made

    def issuer_of(self, act: Act) -> Member:
        """Who says such a thing: an office on the side that holds the position, else a member with the role."""
        wanted = set(part(act, "issuers"))
        side = self.network.at(act.position)
        if act.type == "declaration":
            side = self.network.at(act.position if act.position != "transit" else "")
        elif not act.position:
            side = HOME
        if act.type in {"amendment", "cancellation"} and "declaration" in self.said:
            return self.network.members[self.said["declaration"].issuer]
        if wanted & {"customs"} and rows()[act.type]["nature"] == "act":
            return self.network.member(side, "office")
        for name in ("declarant",) if act.type == "declaration" else _PREFERRED:
            member = self.network.member(side, name)
            if wanted & set(member.roles) or "any" in wanted:
                return member
        raise SuiteError(f"nobody in the suite's network may issue {act.name}")

    def _receivers(self, issuer: Member) -> list[str]:
        found = [self.network.node]
        found.append(self.network.home("office").id)
        return [each for each in found if each != issuer.id]

    def _references(self, act: Act, subject: str) -> list[Mapping[str, str]]:
        named = [next((each for each in sorted(group) if each in self.said), "") for group in must(act)]
        if act.type in {"decision", "inspection-order", "information-request"}:
            named.append("declaration")
        return [self.said[each].ref for each in dict.fromkeys(named) if each in self.said]

    def _adapt(self, act: Act, payload: Json, issuer: Member, at: str) -> None:
        row = rows()[act.type]
        if "at" in row and row["at"] != "/header/issuedAt":
            _put(payload, row["at"], at)
        if "act" in payload:
            self._adapt_act(act, payload["act"], issuer, at)
        if act.type == "declaration":
            payload["direction"] = (
                act.position if act.position in {"export", "import"} else payload["direction"]
            )
            if act.kind not in {"transit", "import"}:
                # One consignment is the same goods, whoever declares them.
                goods = json.loads(_base("declaration", "list"))
                payload |= {name: goods[name] for name in ("items", "packages", "totals")}
        if (act.type, act.kind) == ("declaration", "import"):
            self._importer(payload)
        self._adapt_content(act, payload)

    def _adapt_content(self, act: Act, payload: Json) -> None:
        if act.type == "agreement":
            sides = [self.network.jurisdictions[HOME], self.network.jurisdictions[FOREIGN]]
            payload["sides"] = [{"jurisdiction": each, "authority": f"{each}.office"} for each in sides]
            payload["terms"] |= {"exporting": sides, "importing": sides}
            payload["validFrom"] = (self.now - timedelta(days=20)).isoformat()
            payload["validUntil"] = (self.now + timedelta(days=200)).isoformat()
        if act.type == "decision":
            payload["effect"] = act.effect or "none"
            if "declaration" in self.said:
                payload["answers"] = self.said["declaration"].ref
        if act.type == "match-result":
            payload["state"] = act.effect or "matched"
        if act.type == "release":
            payload["validUntil"] = (self.now + timedelta(days=90)).isoformat()
            payload["importingJurisdiction"] = self.network.jurisdictions[self.network.at("import")]

    def _importer(self, payload: Json) -> None:
        """A natural person stands in a part, here a withheld one (PRV-01)."""
        _, entry = part_of(self.random, "importer", {"name": "A. Muster"}, ["import-clearance"])
        payload["header"]["parts"] = [entry]
        payload["parties"]["importer"] = {"part": "importer", "country": "DE", "naturalPerson": True}

    def _adapt_act(self, act: Act, said: Json, issuer: Member, at: str) -> None:
        if "position" in said and act.position:
            said["position"] = act.position
        if issuer.offices:
            wanted = [each for each in issuer.offices if act.position in {"", *each["positions"]}]
            chosen = (wanted or issuer.offices)[0]
            said["office"] = {"list": chosen["list"], "code": chosen["code"]}
        if "declarationDigest" in said and "declaration" in self.said:
            said["declarationDigest"] = self.said["declaration"].digest
        if "deadline" in said:
            said["deadline"]["at"] = (self.now + timedelta(days=3)).isoformat()
        if "scope" in said:
            said["scope"] = {"all": True}


def _key(scheme: str, issuer: str, value: str) -> dict[str, str]:
    return {"scheme": scheme, "issuer": issuer, "value": value}


def _put(payload: Json, pointer: str, value: Any) -> None:
    *path, last = pointer.split("/")[1:]
    at = payload
    for step in path:
        at = at[step]
    at[last] = value
