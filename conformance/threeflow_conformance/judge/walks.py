"""Walks through the table: the shortest way to each state, every legal step and its nearest illegal twin."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from threeflow_conformance.judge.table import Act, World, acts, apply, must, part, rows, subject_of, table
from threeflow_conformance.judge.vectors import base

__all__ = ["Walk", "doc_facts", "illegal", "legal", "walks_of"]

_APART = frozenset({"agreement", "return-request"})
"""Types that open goods of their own, or that need two sides: checks of their own and vectors show them."""
_MOST_STEPS = 9
_MOST_WORLDS = 400
_MOST_ORIGINS = 4


@dataclass(frozen=True, slots=True)
class Walk:
    """A way to a state, and the document that is said there; ``to`` is what its track must be then."""

    subject: str
    path: tuple[Act, ...]
    act: Act
    track: str
    origin: str
    to: str

    @property
    def name(self) -> str:
        """Short name for reports."""
        return f"{self.track}:{self.origin}>{self.to if self.to != self.origin else '='} {self.act.name}"


def doc_facts(act: Act) -> Mapping[str, Any]:
    """The facts that the suite's own document of this kind has."""
    facts: dict[str, Any] = {"classifier": "actual", "declarationVersion": 1, "effect": act.effect or "none"}
    if act.type == "match-result":
        facts["result"] = act.effect or "matched"
    if act.type == "manifest":
        facts |= {"function": "", "consignments": [{"difference": "short"}] if act.kind == "tally" else ""}
    if act.type == "customs-status":
        facts["reasons"] = ""
    found = {name: value for name, value in facts.items() if name in rows()[act.type].get("facts", ())}
    if act.type == "import-decision":
        found["refs"] = [{"type": "agreement", "states": {}}]
    return found


@cache
def candidates(subject: str) -> tuple[Act, ...]:
    """The documents of a kind of subject: its own, and those that inherit it from what they must name."""
    found = []
    for act in acts():
        if act.type in _APART or not base(act.type, act.kind):
            continue
        if subject_of(act) == subject or (subject_of(act) == "inherited" and _inherits(act, subject)):
            found.extend(_variants(act))
    return tuple(found)


def _variants(act: Act) -> list[Act]:
    if act.type == "match-result":
        return [Act(act.type, act.kind, act.position, each) for each in ("matched", "partly", "mismatched")]
    if act.type == "decision" and act.kind == "grant":
        return [act, Act(act.type, act.kind, act.position, "withdrawn")]
    if act.type == "decision" and act.kind == "refuse":
        return [Act(act.type, act.kind, act.position, "refused")]
    return [act]


def _inherits(act: Act, subject: str) -> bool:
    named = [need for group in must(act) for need in group] + list(part(act, "joins", ()))
    bearers = [each for each in named if each in rows() and rows()[each]["subject"] == subject]
    steps = [
        each for each in part(act, "steps", ()) if table()["tracks"][each["track"]]["subject"] == subject
    ]
    return bool(bearers and steps)


def possible(act: Act, world: World, subject: str) -> bool:
    """Whether what the document must name has been said (agreements stand from the beginning)."""
    groups = list(must(act))
    row = rows()[act.type]
    if row["nature"] == "act" and (act.position in {"export", "import"} or row["subject"] == "inherited"):
        # Only a declaration says the countries, and with them who holds the position (TF-INTAKE-11).
        groups.append(frozenset({"declaration"}))
    return all(each & world.seen for each in groups)


@cache
def ways(track: str) -> Mapping[World, tuple[Act, ...]]:
    """The shortest way to each world that matters to a track, breadth first: worlds alike for it count once."""
    name = track.partition("@")[0]
    subject = str(table()["tracks"][name]["subject"])
    helpers = [each for each in candidates(subject) if _moves(each, {name}) or _helps(each, name)]
    musts = {need for each in helpers for group in must(each) for need in group} | {"declaration"}
    found: dict[World, tuple[Act, ...]] = {World(): ()}
    known = {_alike(World(), name, musts)}
    waiting = deque([World()])
    while waiting and len(found) < _MOST_WORLDS:
        world = waiting.popleft()
        if len(found[world]) >= _MOST_STEPS:
            continue
        for act in helpers:
            if not possible(act, world, subject):
                continue
            result = apply(act, world, subject, doc_facts(act))
            alike = _alike(result.world, name, musts)
            if (result.steps or _plain(act)) and alike not in known:
                known.add(alike)
                found[result.world] = (*found[world], act)
                waiting.append(result.world)
    return found


def _moves(act: Act, tracks: set[str]) -> bool:
    return any(step["track"] in tracks for step in part(act, "steps", ()))


def _helps(act: Act, track: str) -> bool:
    if act.type == "declaration":
        return act.kind in {"list", "import"}
    if track == "admission":
        return (act.type, act.kind) in {("logistics-event", "available"), ("logistics-event", "loaded")}
    if track == "import":
        return (act.type, act.kind) in {
            ("logistics-event", "available"), ("customs-status", "advance-received"), ("import-decision", "accept"),
        } and act.position in {"", "import"}  # fmt: skip
    return False


def _plain(act: Act) -> bool:
    return not part(act, "steps", ())


def _alike(world: World, track: str, musts: set[str]) -> tuple[Any, ...]:
    mattering = [track, f"{track}@transit"] + (["admission"] if track == "import" else [])
    states = tuple(
        (name, state) for name, state in world.states if name in mattering or name.startswith(track + ":")
    )
    marks = world.marks if track in {"import", "admission"} else frozenset()
    return states, marks, world.seen & musts


@cache
def walks_of(track: str) -> tuple[tuple[Walk, ...], tuple[Walk, ...]]:
    """Legal walks of a track, one for each document, position and origin (of many origins the nearest three);
    and one walk for each document in the nearest state from which it has no step."""
    name = track.partition("@")[0]
    subject = str(table()["tracks"][name]["subject"])
    good: dict[tuple[str, Act, str], Walk] = {}
    bad: dict[Act, Walk] = {}
    for act in candidates(subject):
        if not _moves(act, {name}):
            continue
        for world, path in ways(name).items():
            if not possible(act, world, subject):
                continue
            result = apply(act, world, subject, doc_facts(act))
            for key, origin, to in result.moves:
                nearest = sum(each[:2] == (key, act) for each in good)
                own = key.partition("@")[0].partition(":")[0] == name
                if own and nearest < (1 if to == origin else _MOST_ORIGINS):
                    good.setdefault((key, act, origin), Walk(subject, path, act, key, origin, to))
            stays = _track_of(act, subject)
            if not result.steps and act not in bad and path and stays:
                bad[act] = Walk(subject, path, act, stays, world.state(stays), world.state(stays))
    return tuple(good.values()), tuple(bad.values())


def _track_of(act: Act, subject: str) -> str | None:
    for step in part(act, "steps", ()):
        track = table()["tracks"][step["track"]]
        if track["subject"] == subject and step.get("position", act.position) == act.position:
            apart = act.position in track.get("apart", ())
            return f"{step['track']}@{act.position}" if apart else str(step["track"])
    return None


def legal(track: str) -> tuple[Walk, ...]:
    """Walks whose last document takes effect."""
    return walks_of(track)[0]


def illegal(track: str) -> tuple[Walk, ...]:
    """Walks whose last document comes in a state from which it has no step."""
    return walks_of(track)[1]
