"""The checks, each tied to the requirements that it judges."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from threeflow_conformance.judge.answers import AMBIENT
from threeflow_conformance.judge.bindings import BINDING

if TYPE_CHECKING:
    from threeflow_conformance.scene import Scene
    from threeflow_conformance.speak.roles import Role

__all__ = ["Case", "Check", "all_checks", "cases_for", "check"]

Body = Callable[..., Awaitable[None]]
MODULES = (
    "opening", "envelopes", "strictness", "callers", "keys", "repeats", "order", "forms", "rights", "references",
    "tracking", "subjects", "walks", "parts", "log", "events", "delivery", "dossiers", "incoming", "unfit", "rest", "rules",
    "restart", "issuers", "grpc",
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
    binding: str = "rest"

    @property
    def id(self) -> str:
        """Id of the case, as waivers name it."""
        found = f"{self.check.id}[{self.name}]" if self.name else self.check.id
        return found if self.binding == "rest" else f"{found}@{self.binding}"

    @property
    def requirements(self) -> tuple[str, ...]:
        """What the case judges: over gRPC also what holds of every call."""
        return self.check.requirements if self.binding == "rest" else (*self.check.requirements, *BINDING)

    async def run(self, scene: "Scene") -> None:
        """Run the check."""
        await (self.check.body(scene, self.value) if self.name else self.check.body(scene))


_EVERYDAY = frozenset(
    {"repeats.three-deliveries", "references.waits", "envelopes.twin", "rules.on-a-request", "log.foreign"}
)
"""Checks whose answers show what every answer has to be."""
_BOTH = ("envelopes", "strictness", "keys", "repeats", "forms", "rights", "references", "parts", "order")
_BOTH_ALONE = frozenset(
    {"callers.token", "callers.skew", "callers.closed", "log.inclusion", "log.consistency"}
)
_REST_ALONE = frozenset({"repeats.batch", "order.size"})
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


def both(check: Check) -> bool:
    """Whether a check runs over gRPC too: it speaks of submissions, tokens, refusals and the log alone."""
    family = check.id.partition(".")[0]
    return (family in _BOTH or check.id in _BOTH_ALONE) and check.id not in _REST_ALONE


def cases_for(role: "Role", only: Iterable[str] = (), *, grpc: bool = False) -> tuple[Case, ...]:
    """The cases that a role is judged by, with ``grpc`` also over that binding; ``only`` keeps those of these
    requirements or checks."""
    wanted = frozenset(only)
    found: list[Case] = []
    for each in all_checks():
        if not each.applies(role) or (each.id.startswith("grpc.") and not grpc):
            continue
        made = _cases(each, role)
        if grpc and both(each) and not role.issues:
            made += [Case(each, case.name, case.value, "grpc") for case in made]
        found.extend(case for case in made if not wanted or _is_wanted(case, wanted))
    return tuple(found)


def _cases(check: Check, role: "Role") -> list[Case]:
    if check.cases is None:
        return [Case(check, "")]
    made = check.cases(role) if check.by_role else check.cases()
    return [Case(check, name, value) for name, value in made.items()]


def _is_wanted(case: Case, wanted: frozenset[str]) -> bool:
    if case.check.id.startswith("opening."):
        return True
    ambient = wanted & set(AMBIENT) and case.check.id in _EVERYDAY
    return bool(ambient or wanted & {case.id, case.check.id, *case.requirements})
