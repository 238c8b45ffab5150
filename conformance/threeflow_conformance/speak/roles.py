"""Which node of the suite's network the node under test is, by the role that it claims."""

from dataclasses import dataclass

from threeflow_conformance.errors import UsageError

__all__ = ["ROLES", "Role", "role_of"]


@dataclass(frozen=True, slots=True)
class Role:
    """A role to be certified: where the node stands, what its list says of it."""

    name: str
    side: str
    node: str
    roles: tuple[str, ...]
    offices: tuple[str, ...] = ()

    @property
    def issues(self) -> bool:
        """Whether it is a client that only sends, to a node which the suite plays."""
        return self.name.startswith("issuer")

    @property
    def cuts_for_release(self) -> bool:
        """Whether the node cuts dossiers for release on documents."""
        return "customs" in self.roles

    @property
    def cuts(self) -> bool:
        """Whether the node cuts dossiers at all (TF-DOS-6)."""
        return bool({"customs", "hub", "agency"} & set(self.roles))


ROLES = {
    each.name: each
    for each in (
        Role("customs:export", "export", "customs", ("customs",), ("export",)),
        Role("customs:import", "import", "customs", ("customs",), ("import",)),
        Role("customs:transit", "export", "customs", ("customs",), ("export", "transit")),
        Role("hub", "export", "hub", ("hub",)),
        Role("sub-platform", "export", "window", ("hub",)),
        Role("overseas-node", "import", "node", ("overseas-node", "hub")),
        Role("issuer:platform", "export", "client", ("platform", "seller")),
        Role("issuer:payment", "export", "client", ("payment-institution",)),
        Role("issuer:carrier", "export", "client", ("carrier",)),
        Role("issuer:declarant", "export", "client", ("declarant",)),
    )
}
"""``side`` is the jurisdiction: that of export or that of import."""


def role_of(name: str) -> Role:
    """Return a role by its name; UsageError for an unknown one."""
    if name not in ROLES:
        raise UsageError(f"no role is called {name}; there are {', '.join(ROLES)}")
    return ROLES[name]
