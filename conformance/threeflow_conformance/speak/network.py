"""The suite's network: fresh jurisdictions, their nodes and keys, on disk between ``prepare`` and ``run``."""

import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from threeflow.keys import SigningKey
from threeflow_conformance.errors import UsageError
from threeflow_conformance.judge.seals import ListedKey
from threeflow_conformance.judge.table import competences, roles
from threeflow_conformance.speak.roles import Role, role_of

__all__ = ["FOREIGN", "HOME", "Member", "Network", "create", "free_port", "open_network"]

HOME, FOREIGN = "home", "foreign"
_TAKEN = frozenset({"platform", "seller", "payment-institution", "carrier", "declarant", "hub", "agency",
                    "customs", "tax", "fx", "governance"})  # fmt: skip
_LETTERS = "abcdefghijkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Member:
    """A node that the suite plays, or the node under test: what its trust list says, and its keys if held."""

    id: str
    roles: tuple[str, ...]
    offices: tuple[Mapping[str, Any], ...] = ()
    endpoint: str | None = None
    via: str | None = None
    seals: tuple[SigningKey, ...] = ()
    tokens: tuple[SigningKey, ...] = ()
    required: tuple[str, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)

    @property
    def seal(self) -> SigningKey:
        """The key that seals."""
        return self.seals[-1]

    @property
    def token(self) -> SigningKey:
        """The key that proves the caller."""
        return self.tokens[-1]

    @property
    def jurisdiction(self) -> str:
        """The jurisdiction that lists the node."""
        return self.id.partition(".")[0]


@dataclass(slots=True)
class Network:
    """Everything that one run knows; ``folder`` holds it, with private keys: of the suite, good for one run."""

    folder: Path
    role: Role
    target: str
    environment: str
    jurisdictions: dict[str, str]
    node: str
    node_keys: dict[str, ListedKey]
    members: dict[str, Member]
    anchors: dict[str, SigningKey]
    certifier: SigningKey
    seed: str

    def member(self, side: str, name: str) -> Member:
        """A member by its side (home or foreign) and name."""
        return self.members[f"{self.jurisdictions[side]}.{name}"]

    def home(self, name: str) -> Member:
        """A member of the node's own jurisdiction."""
        return self.member(HOME, name)

    def foreign(self, name: str) -> Member:
        """A member of the other jurisdiction."""
        return self.member(FOREIGN, name)

    def at(self, position: str) -> str:
        """The side (home or foreign) that holds a position: export or import; transit is held at home."""
        if position not in {"export", "import"}:
            return HOME
        return HOME if position == self.role.side else FOREIGN

    @property
    def own_list(self) -> str:
        """The jurisdiction of the node under test."""
        return self.jurisdictions[HOME]

    def known_keys(self) -> dict[str, ListedKey]:
        """All public keys of the network by kid."""
        found = dict(self.node_keys)
        for each in self.members.values():
            for key in (*each.seals, *each.tokens):
                found[key.kid] = ListedKey(key.kid, key.alg, key.use, dict(key.public.jwk))
        return found

    def save(self) -> None:
        """Write ``network.json``, readable by its owner only."""
        said = {
            "role": self.role.name, "target": self.target, "environment": self.environment,
            "jurisdictions": self.jurisdictions, "node": self.node, "seed": self.seed,
            "nodeKeys": [
                {"kid": key.kid, "alg": key.alg, "use": key.use, "jwk": dict(key.jwk)}
                for key in self.node_keys.values()
            ],
            "members": [_written(each) for each in self.members.values()],
            "anchors": {name: json.loads(key.to_json()) for name, key in self.anchors.items()},
            "certifier": json.loads(self.certifier.to_json()),
        }  # fmt: skip
        path = self.folder / "network.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(said, indent=1), encoding="utf-8")


def _written(member: Member) -> dict[str, Any]:
    return {
        "id": member.id, "roles": list(member.roles), "offices": [dict(each) for each in member.offices],
        "endpoint": member.endpoint, "via": member.via, "required": list(member.required),
        "states": dict(member.states),
        "seals": [json.loads(key.to_json()) for key in member.seals],
        "tokens": [json.loads(key.to_json()) for key in member.tokens],
    }  # fmt: skip


def open_network(folder: Path) -> Network:
    """Read a network that ``prepare`` wrote.

    Raises:
        UsageError: the folder holds none.
    """
    try:
        said = json.loads((folder / "network.json").read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder} holds no prepared network: {error}") from error
    members = {
        each["id"]: Member(
            each["id"], tuple(each["roles"]), tuple(each["offices"]), each["endpoint"], each["via"],
            tuple(_key(key) for key in each["seals"]), tuple(_key(key) for key in each["tokens"]),
            tuple(each["required"]), each["states"],
        )
        for each in said["members"]
    }  # fmt: skip
    return Network(
        folder, role_of(said["role"]), said["target"], said["environment"], said["jurisdictions"], said["node"],
        {each["kid"]: ListedKey(**each) for each in said["nodeKeys"]}, members,
        {name: _key(key) for name, key in said["anchors"].items()}, _key(said["certifier"]), said["seed"],
    )  # fmt: skip


def _key(said: Mapping[str, Any]) -> SigningKey:
    return SigningKey.from_json(json.dumps(said).encode())


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def create(folder: Path, role: Role, target: str, environment: str) -> tuple[Network, tuple[SigningKey, ...]]:
    """Make a fresh network around a node; return it with the keys made for the node under test."""
    names = {side: "q" + "".join(secrets.choice(_LETTERS) for _ in range(5)) for side in (HOME, FOREIGN)}
    names |= {"old": "q" + secrets.token_hex(3), "late": "q" + secrets.token_hex(3)}
    node = f"{names[HOME]}.{role.node}"
    keys = (
        SigningKey.generate("Ed25519", f"{node}#seal-1", "seal"),
        SigningKey.generate("ES256", f"{node}#token-1", "token"),
    )
    listed = {key.kid: ListedKey(key.kid, key.alg, key.use, dict(key.public.jwk)) for key in keys}
    members: dict[str, Member] = {}
    for side in (HOME, FOREIGN):
        for member in _side(side, names, role):
            members[member.id] = member
    members[node] = Member(
        node, role.roles, tuple(_office(names[HOME], position) for position in role.offices), target
    )
    if role.issues:
        # Here the suite plays the node: the client under test has no address, and is reached by nobody.
        hub = f"{names[HOME]}.hub"
        members[node] = Member(node, role.roles, via=hub)
        members[hub] = _member(hub, ("hub",), endpoint=target)
    for name in ("old", "late"):
        members[f"{names[name]}.platform"] = _member(f"{names[name]}.platform", ("platform",))
    anchors = {
        side: SigningKey.generate("ES256", f"{each}.trust#anchor-1", "seal") for side, each in names.items()
    }
    certifier = SigningKey.generate("Ed25519", "suite.certifier#seal-1", "seal")
    network = Network(
        folder, role, target.rstrip("/"), environment, names, node, listed, members, anchors, certifier,
        secrets.token_hex(16),
    )  # fmt: skip
    return network, keys


def _office(jurisdiction: str, position: str, code: str = "100") -> dict[str, Any]:
    return {
        "list": f"{jurisdiction}-office", "code": f"{jurisdiction.upper()}{code}", "positions": [position],
        "competences": list(competences()),
    }  # fmt: skip


def _member(
    node: str, roles: tuple[str, ...], via: str | None = None, *, alg: str = "Ed25519", **more: Any
) -> Member:
    seals = more.pop("seals", None) or (SigningKey.generate(_alg(alg), f"{node}#seal-1", "seal"),)
    tokens = (SigningKey.generate("ES256", f"{node}#token-1", "token"),)
    return Member(node, roles, via=via, seals=seals, tokens=tokens, **more)


def _alg(name: str) -> Any:
    return name


def _side(side: str, names: Mapping[str, str], role: Role) -> list[Member]:
    own = names[side]
    position = role.side if side == HOME else {"export": "import", "import": "export"}[role.side]
    gate = f"{own}.gate" if side == FOREIGN else f"{own}.hub" if role.issues else f"{own}.{role.node}"
    found = [
        _member(f"{own}.platform", ("platform", "seller"), gate),
        _member(f"{own}.pay", ("payment-institution",), gate, alg="ES256"),
        _member(f"{own}.carrier", ("carrier",), gate),
        _member(f"{own}.declarant", ("declarant",), gate),
        _member(f"{own}.hubbub", ("hub",), gate),
        _member(f"{own}.other", tuple(each for each in roles() if each not in _TAKEN), gate),
        _member(f"{own}.bystander", ("platform", "warehouse", "statistics"), gate),
        _member(f"{own}.agency", ("agency",), gate, offices=(_office(own, position, "300"),)),
        _member(
            f"{own}.office", ("customs", "tax", "fx", "governance"), gate, alg="ES256",
            offices=(
                _office(own, position), _office(own, "transit", "700"),
                _office(own, position, "200") | {"competences": ["transit"]},
            ),
        ),
    ]  # fmt: skip
    if side == FOREIGN:
        found.append(_member(gate, ("customs",), endpoint=f"http://127.0.0.1:{free_port()}"))
        return found
    found.append(_member(f"{own}.peer", ("customs", "declarant"), endpoint=f"http://127.0.0.1:{free_port()}"))
    found.extend(_troubled(own, gate))
    return found


def _troubled(own: str, gate: str) -> list[Member]:
    """Platforms whose keys are not, or no longer, what they should be; ``states`` says what the lists say."""

    def two(node: str) -> tuple[SigningKey, ...]:
        return (
            SigningKey.generate("Ed25519", f"{node}#seal-1", "seal"),
            SigningKey.generate("ES256", f"{node}#seal-2", "seal"),
        )

    twofold, rotated = f"{own}.twofold", f"{own}.rotated"
    return [
        _member(twofold, ("platform",), gate, seals=two(twofold), required=("Ed25519", "ES256")),
        _member(f"{own}.early", ("platform",), gate, states={"seal-1": "early"}),
        _member(f"{own}.expired", ("platform",), gate, states={"seal-1": "expired"}),
        _member(f"{own}.retired", ("platform",), gate, states={"seal-1": "retired"}),
        _member(f"{own}.stolen", ("platform",), gate, states={"seal-1": "stolen"}),
        _member(f"{own}.healed", ("platform",), gate, states={"seal-1": "healed"}),
        _member(f"{own}.dropped", ("platform",), gate, states={"seal-1": "dropped"}),
        _member(f"{own}.mute", ("platform",), gate, states={"token-1": "retired"}),
        _member(rotated, ("platform",), gate, seals=two(rotated)),
    ]
