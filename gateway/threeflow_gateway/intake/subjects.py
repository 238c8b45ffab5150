"""Which subjects a document is about: those of its claims to keys, or those of the documents it answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from threeflow.errors import Refused
from threeflow.process import Filed, Table
from threeflow_gateway.domain.visibility import parties
from threeflow_gateway.intake.examine import Unit
from threeflow_gateway.intake.standing import Member, Standing, stand
from threeflow_gateway.intake.titles import Titles
from threeflow_gateway.intake.workspace import Workspace, key_text

__all__ = ["Plan", "keys_of", "plans", "realise"]

_INHERITED = "inherited"


@dataclass(frozen=True, slots=True)
class Plan:
    """One subject of a document before anything is changed: what exists of it, the keys that name it, and the
    claims that have title to one once it is filed.
    """

    kind: str
    numbers: tuple[int, ...]
    keys: frozenset[str]
    titled: frozenset[tuple[str, str]] = frozenset()

    def before(self, workspace: Workspace, table: Table) -> Standing:
        """Return how the subject stands: new, as it is, or as the join of those that the keys name."""
        if not self.numbers:
            return workspace.unheard_of(self.kind)
        if len(self.numbers) == 1:
            return workspace.standing(self.numbers[0])
        joined = [workspace.standing(no) for no in self.numbers]
        members: dict[str, Member] = {}
        for each in joined:
            members.update(each.members)
        version = max(each.version for each in joined)
        outside = workspace.joined(members)
        return stand(table, self.numbers[0], self.kind, version, members, joined=outside)


def keys_of(unit: Unit) -> Iterable[str]:
    """Return the stored texts of all subject keys that a document names."""
    if unit.kind is None or unit.kind.subject == _INHERITED:
        return ()
    return (
        key_text(unit.kind.subject, key)
        for each in unit.header.get("subjects", ())
        for key in each.get("keys", ())
    )


def plans(workspace: Workspace, titles: Titles, unit: Unit, filed: Filed) -> tuple[Plan, ...]:
    """Return the subjects of a document; none yet where it inherits them from a document that is not held.

    Raises:
        Refused: ``subject-missing``.
    """
    newcomer = Member(0, "", filed, parties=parties(unit.header))
    if unit.kind is None or unit.kind.subject == _INHERITED:
        return _merged(
            Plan(each.kind, *_joined(workspace, titles, frozenset(), each.numbers, newcomer))
            for each in _inherited(workspace, unit, filed)
        )
    subjects = unit.header.get("subjects", ())
    if not subjects:
        raise Refused(
            "subject-missing", "TF-DOC-6", f"a {unit.type} names its {unit.kind.subject}", "/header/subjects"
        )
    kind = unit.kind.subject
    named = (frozenset(key_text(kind, key) for key in each["keys"]) for each in subjects)
    return _merged(Plan(kind, *_joined(workspace, titles, keys, (), newcomer)) for keys in named)


def _joined(
    workspace: Workspace, titles: Titles, keys: frozenset[str], numbers: tuple[int, ...], newcomer: Member
) -> tuple[tuple[int, ...], frozenset[str], frozenset[tuple[str, str]]]:
    together, titled = titles.joined(workspace, keys, numbers, newcomer)
    return together, keys, titled


def _merged(found: Iterable[Plan]) -> tuple[Plan, ...]:
    made: list[Plan] = []
    for each in found:
        made = _with(made, each)
    return tuple(made)


def _with(found: list[Plan], plan: Plan) -> list[Plan]:
    """Add a plan, merged with those that it shares a key or a subject with."""
    apart: list[Plan] = []
    for each in found:
        if each.keys & plan.keys or set(each.numbers) & set(plan.numbers):
            numbers = tuple(sorted({*each.numbers, *plan.numbers}))
            titled = each.titled | plan.titled
            plan = replace(plan, numbers=numbers, keys=each.keys | plan.keys, titled=titled)
        else:
            apart.append(each)
    return [*apart, plan]


def _inherited(workspace: Workspace, unit: Unit, filed: Filed) -> tuple[Plan, ...]:
    if not filed.references:
        raise Refused(
            "subject-missing", "TF-DOC-6", f"a {unit.type} names what it answers", "/header/references"
        )
    must = unit.kind.must if unit.kind else ()
    named = [each for each in filed.references if each.type in must] or list(filed.references)
    for each in named:
        held = workspace.held(each.issuer, each.id)
        if held is not None and held.digest == each.digest:
            numbers = workspace.subjects_of(held.no)
            return tuple(Plan(workspace.standing(no).kind, (no,), frozenset()) for no in numbers)
    return ()


def realise(workspace: Workspace, plan: Plan, claimant: str) -> int:
    """Open or join the subject as planned, write down the claims to its keys, and return its number."""
    if not plan.numbers:
        number = workspace.open_subject(plan.kind)
    else:
        number, *later = plan.numbers
        for each in later:
            workspace.redirect(each, number)
    for key in sorted(plan.keys):
        workspace.book.claim(key, claimant, number)
    for key, titled in sorted(plan.titled):
        workspace.book.give_title(key, titled)
    return number


def keys_as_json(texts: Iterable[str], read: Any) -> list[Mapping[str, str]]:
    """Return stored key texts as the keys that documents carry."""
    return [dict(zip(("scheme", "issuer", "value"), read(text)[1:], strict=True)) for text in texts]
