"""The checks, each tied to the requirements that it judges."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from threeflow_conformance.judge.answers import AMBIENT

if TYPE_CHECKING:
    from threeflow_conformance.scene import Scene
    from threeflow_conformance.speak.roles import Role

__all__ = ["Case", "Check", "all_checks", "cases_for", "check"]

Body = Callable[..., Awaitable[None]]
MODULES = (
    "opening", "envelopes", "strictness", "callers", "keys", "repeats", "order", "forms", "rights", "references",
    "tracking", "subjects", "walks", "parts", "log", "events", "delivery", "dossiers", "incoming", "unfit", "rest", "rules",
    "restart", "issuers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it judges, how its cases come about, and for whom it is."""

    id: str
    requirements: tuple[str, ...]
    title: str
    body: Body
    cases: Callable[..., Mapping[str, Any]] | None
    applies: Callable[["Role"], bool]
    alone: bool
    order: int
    by_role: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a check, with the value that tells it from the others."""

    check: Check
    name: str
    value: Any = None

    @property
    def id(self) -> str:
        """Id of the case, as waivers name it."""
        return f"{self.check.id}[{self.name}]" if self.name else self.check.id

    async def run(self, scene: "Scene") -> None:
        """Run the check."""
        await (self.check.body(scene, self.value) if self.name else self.check.body(scene))


_EVERYDAY = frozenset(
    {"repeats.three-deliveries", "references.waits", "envelopes.twin", "rules.on-a-request", "log.foreign"}
)
"""Checks whose answers show what every answer has to be."""
_CHECKS: dict[str, Check] = {}


def check(
    *requirements: str,
    cases: Callable[..., Mapping[str, Any]] | None = None,
    applies: Callable[["Role"], bool] = lambda role: not role.issues,
    alone: bool = False,
    by_role: bool = False,
) -> Callable[[Body], Body]:
    """Register a check; ``cases`` gives its cases by name (``by_role``: it is asked with the role), ``alone`` keeps
    others from running beside it."""

    def register(body: Body) -> Body:
        family = body.__module__.rsplit(".", 1)[1]
        name = f"{family}.{body.__name__.replace('_', '-')}"
        title = (body.__doc__ or "").strip().split("\n")[0]
        _CHECKS[name] = Check(name, requirements, title, body, cases, applies, alone, len(_CHECKS), by_role)
        return body

    return register


@cache
def all_checks() -> tuple[Check, ...]:
    """All checks in the order in which they are written."""
    for name in MODULES:
        import_module(f"threeflow_conformance.checks.{name}")
    return tuple(_CHECKS.values())


def cases_for(role: "Role", only: Iterable[str] = ()) -> tuple[Case, ...]:
    """The cases that a role is judged by; ``only`` keeps those of these requirements or checks."""
    wanted = frozenset(only)
    found: list[Case] = []
    for each in all_checks():
        if not each.applies(role):
            continue
        ambient = wanted & set(AMBIENT) and each.id in _EVERYDAY
        if (
            wanted
            and not ambient
            and not wanted & {each.id, *each.requirements}
            and not each.id.startswith("opening.")
        ):
            continue
        if each.cases is None:
            found.append(Case(each, ""))
        else:
            made = each.cases(role) if each.by_role else each.cases()
            found.extend(Case(each, name, value) for name, value in made.items())
    return tuple(found)
