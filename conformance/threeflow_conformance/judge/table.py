"""The exchange table as the suite reads it, and what it says of a whole, undivided subject."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

import threeflow_spec
from threeflow_conformance.judge.guards import holds

__all__ = ["Act", "World", "acts", "apply", "competences", "must", "roles", "rows", "table", "walked"]


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """One document that could be said: its type, kind and the position at which it is said."""

    type: str
    kind: str
    position: str = ""
    effect: str = ""

    @property
    def name(self) -> str:
        """Short name for reports."""
        said = f"{self.type}/{self.kind}" + (f"@{self.position}" if self.position else "")
        return said + (f"+{self.effect}" if self.effect else "")


@dataclass(frozen=True, slots=True)
class World:
    """What is known of one subject: the state of each track, marks in accounts, types that were said."""

    states: tuple[tuple[str, str], ...] = ()
    marks: frozenset[tuple[str, str]] = frozenset()
    seen: frozenset[str] = frozenset()

    def state(self, track: str) -> str:
        """State of a track, by the name under which it is kept."""
        name = track.partition("@")[0].partition(":")[0]
        return dict(self.states).get(track, str(table()["tracks"][name]["states"][0]))

    def moved(self, track: str, to: str) -> "World":
        """The world after one track moved."""
        return World(tuple(sorted({**dict(self.states), track: to}.items())), self.marks, self.seen)


@dataclass(frozen=True, slots=True)
class Result:
    """What a document does: the world after it, the tracks that took it, whether a step fitted."""

    world: World
    moves: tuple[tuple[str, str, str], ...] = ()
    steps: int = 0
    findings: tuple[str, ...] = field(default=())


@cache
def table() -> Any:
    """The table as published."""
    return yaml.safe_load(threeflow_spec.read("v1/exchange.yaml"))


@cache
def rows() -> Mapping[str, Any]:
    """Rows by type."""
    return {each["type"]: each for each in table()["documents"]}


def roles() -> tuple[str, ...]:
    """All roles that the table knows."""
    return tuple(table()["roles"])


def competences() -> tuple[str, ...]:
    """All competences that a row or a kind asks for."""
    found = {row.get("competence") for row in rows().values()}
    found |= {kind.get("competence") for row in rows().values() for kind in row["kinds"].values()}
    return tuple(sorted(each for each in found if each))


def part(act: Act, name: str, default: Any = None) -> Any:
    """What a kind says, else its row."""
    row = rows()[act.type]
    return row["kinds"][act.kind].get(name, row.get(name, default))


def must(act: Act) -> tuple[frozenset[str], ...]:
    """What a document has to name: of each group one; agreements, which stand from the beginning, left out."""
    groups = (frozenset(each.split("|")) for each in part(act, "must", ()))
    return tuple(each for each in groups if "agreement" not in each)


def walked(track: str) -> bool:
    """Whether a track is of a whole subject: entries of accounts are shown by vectors."""
    said = table()["tracks"][track]
    return not said.get("per-entry") and said["subject"] != "account"


def subject_of(act: Act) -> str:
    """Kind of subject that a document is about; ``inherited`` where it is that of what it answers."""
    return str(part(act, "subject"))


def acts() -> Iterator[Act]:
    """Every document that the table lets be said, one for each position at which it has steps or marks."""
    for name, row in rows().items():
        for kind, said in row["kinds"].items():
            fixed = said.get("position")
            if fixed or "position" not in row:
                yield Act(name, kind, fixed or "")
                continue
            steps = [*said.get("steps", row.get("steps", ())), *said.get("post", row.get("post", ()))]
            positions = sorted({each["position"] for each in steps if "position" in each})
            fallback = "transit" if said.get("competence", row.get("competence")) == "transit" else "export"
            for position in positions or [fallback]:
                yield Act(name, kind, position)


def apply(act: Act, world: World, subject: str, doc: Mapping[str, Any]) -> Result:
    """What a document about the whole does to a subject; ``doc`` are its own facts."""
    facts = _facts(act, world, subject, doc) if _guarded(act) else {}
    moved, moves, steps = world, [], 0
    for step in part(act, "steps", ()):
        track = table()["tracks"][step["track"]]
        if track["subject"] != subject or step.get("position", act.position) != act.position:
            continue
        if step.get("guard") and not holds(step["guard"], facts):
            continue
        key = _key(step["track"], track, act)
        to = _target(step, world.state(key), facts)
        if to is None:
            continue
        steps += 1
        after = world.state(key) if to == "unchanged" else to
        moves.append((key, world.state(key), after))
        moved = moved.moved(key, after)
    if not steps and part(act, "steps", ()):
        return Result(World(world.states, world.marks, world.seen | {act.type}))
    marks = set(moved.marks)
    for post in part(act, "post", ()):
        if post.get("position", act.position) != act.position or (
            post.get("guard") and not holds(post["guard"], facts)
        ):
            continue
        mark = (post["account"], post["side"])
        marks = marks - {mark} if post.get("reverse") else marks | {mark}
    found = tuple(each["code"] for each in part(act, "findings", ()) if holds(each["when"], facts))
    after_all = World(moved.states, frozenset(marks), moved.seen | {act.type, f"{act.type}/{act.kind}"})
    return Result(after_all, tuple(moves), steps, found)


@cache
def _guarded(act: Act) -> bool:
    said = [*part(act, "steps", ()), *part(act, "post", ()), *part(act, "findings", ())]
    moves = [move for each in said for move in each.get("moves", ())]
    return any("guard" in each or "when" in each for each in (*said, *moves))


def _key(name: str, track: Mapping[str, Any], act: Act) -> str:
    if track.get("per-kind"):
        return f"{name}:{act.kind}"
    return f"{name}@{act.position}" if act.position in track.get("apart", ()) else name


def _target(step: Mapping[str, Any], state: str, facts: Mapping[str, Any]) -> str | None:
    for move in step.get("moves", (step,)):
        fits = move["from"] == "any" or state in move["from"]
        if fits and ("when" not in move or holds(move["when"], facts)):
            return str(move["to"])
    return None


def _facts(act: Act, world: World, subject: str, doc: Mapping[str, Any]) -> dict[str, Any]:
    states = {}
    for name, track in table()["tracks"].items():
        if track["subject"] == subject and not track.get("per-kind"):
            for key in (name, *(f"{name}@{each}" for each in track.get("apart", ()))):
                states[key] = world.state(key)
    return {
        "states": states,
        "presented": ("release-use", "debit") in world.marks,
        "agreed": [], "agencies": [], "seen": sorted(world.seen),
        "declared": {"version": 1 if "declaration" in world.seen else 0, "digest": ""},
        "doc": {
            "kind": act.kind, "position": act.position, "issuer": "", "version": 1, "replaces": False, "refs": [],
            "namedBy": [], **dict.fromkeys(rows()[act.type].get("facts", ()), ""), **doc,
        },
    }  # fmt: skip
