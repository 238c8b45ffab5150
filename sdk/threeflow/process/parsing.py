"""Reads a table and holds it to its own language (TF-TABLE): every fault names the row and the place."""

from collections.abc import Mapping
from typing import Any

from threeflow.process.guard import Compile, Guard
from threeflow.process.node import Node, TableError
from threeflow.process.table import (
    INHERITED,
    Declares,
    Fact,
    FindingRule,
    Kept,
    Kind,
    Mention,
    Move,
    Post,
    Row,
    Step,
    Table,
    Text,
    Track,
)

DOCUMENT_FACTS = frozenset(["kind", "issuer", "position", "version", "replaces", "refs", "namedBy"])
SOURCES = frozenset(["states", "posted", "agreed", "seen", "declared", "ledger", "joined"])
LEDGER = ("overdrawn", "settled", "counted")
NATURES = ("fact", "request", "act")
ANY_ROLE = "any"
_KIND = {
    *("title", "subject", "position", "competence", "issuers", "must", "steps", "post", "agrees", "declares"),
    *("findings", "no-effect", "register", "confirms", "purposes"),
}
_ROW = {
    *("type", "family", "subject", "nature", "title", "note", "issuers", "receivers", "must", "joins", "at"),
    *("position", "position-of", "office", "competence", "scope", "declares", "replace", "issuer-of"),
    *("facts", "names", "steps", "post", "findings", "kinds", "serves", "no-effect", "confirms"),
    *("account", "accounts", "entries", "entries-of", "number", "mentions", "register", "retention"),
    "purposes",
}
_HEAD = {
    *("roles", "positions", "families", "subjects", "tracks", "accounts", "outcomes", "facts", "findings"),
    *("names", "documents", "keys", "retention"),
}


def parse(mapping: Mapping[str, Any], compile_guard: Compile) -> Table:
    """Read a table; see Table.parse."""
    head = Node(mapping, "table")
    head.only(_HEAD)
    reader = _Reader(head, compile_guard)
    rows: dict[str, Row] = {}
    for index, value in enumerate(head.need("documents")):
        name = value.get("type") if isinstance(value, Mapping) else None
        row = reader.row(Node(value, str(name or f"documents/{index}")))
        if row.type in rows:
            raise TableError(row.type, "the type has two rows")
        rows[row.type] = row
    _references(rows)
    return reader.table(rows)


def _needs(node: Node) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each.split("|")) for each in node.strings("must"))


def _flat(needs: tuple[frozenset[str], ...]) -> tuple[str, ...]:
    return tuple(type_ for each in needs for type_ in sorted(each))


def _kept(node: Node) -> Kept:
    said = node.child("retention")
    said.only(("days", "ground"))
    days = said.need("days")
    if not isinstance(days, int) or days < 0:
        raise said.fail("'days' is a whole number")
    return Kept(days, said.text("ground"))


def _words(node: Node) -> Text:
    return Text(str(node.need("en")), str(node.need("zh")))


def _references(rows: Mapping[str, Row]) -> None:
    for row in rows.values():
        named = {*row.must, *row.position_of, *([row.issuer_of] if row.issuer_of else [])}
        named.update(row.entries_of, (type_ for kind in row.kinds.values() for type_ in kind.must))
        named.update(_holders(row))
        for missing in sorted(named - rows.keys()):
            raise TableError(row.type, f"it needs {missing!r}, which has no row")


def _holders(row: Row) -> set[str]:
    steps = [step for kind in row.kinds.values() for step in kind.steps]
    return {type_ for step in steps for move in step.moves for type_ in move.held_by}


class _Reader:
    """The head of the table, read once, and what the rows are checked against."""

    def __init__(self, head: Node, compile_guard: Compile) -> None:
        self.head, self._compile = head, compile_guard
        self.roles = frozenset(head.strings("roles"))
        self.positions = head.strings("positions")
        self.families = head.strings("families")
        self.subjects = head.mapped("subjects", _words)
        self.accounts = head.mapped("accounts", _words)
        said = head.child("accounts").value
        self.kept = frozenset(name for name in self.accounts if said[name].get("kept", False))
        self.tracks = head.mapped("tracks", self._track)
        self.facts = head.mapped("facts", self._fact)
        self.names = dict(head.get("names", {}))
        self.givers = head.mapped("keys", self._givers) if "keys" in head.value else {}

    def table(self, rows: Mapping[str, Row]) -> Table:
        return Table(
            roles=self.roles,
            positions=self.positions,
            subjects=self.subjects,
            tracks=self.tracks,
            accounts=self.accounts,
            outcomes=self.head.mapped("outcomes", _words),
            facts=self.facts,
            findings=self.head.mapped("findings", _words),
            rows=rows,
            reach={track.name: _closure(track, rows) for track in self.tracks.values()},
            kept=self.kept,
            givers=self.givers,
            **({"retention": _kept(self.head)} if "retention" in self.head.value else {}),
        )

    def _givers(self, node: Node) -> frozenset[str]:
        node.only(("given-by",))
        return frozenset(node.strings("given-by", self.roles | {ANY_ROLE}))

    def _track(self, node: Node) -> Track:
        states = node.strings("states")
        if not states or len(set(states)) != len(states):
            raise node.fail("states are one or more different names")
        return Track(
            name=node.place.rsplit("/", 1)[1],
            states=states,
            text=_words(node),
            subject=node.known("subject", node.need("subject"), self.subjects),
            writers=frozenset(node.strings("writers", self.positions)),
            per_kind=bool(node.get("per-kind", False)),
            per_entry=bool(node.get("per-entry", False)),
            apart=frozenset(node.strings("apart", self.positions)),
            undone=frozenset(node.strings("undone", states)),
        )

    def _fact(self, node: Node) -> Fact:
        name, source = node.place.rsplit("/", 1)[1], node.known("source", node.need("source"), SOURCES)
        if source == "posted":
            return Fact(
                name,
                source,
                node.known("account", node.need("account"), self.accounts),
                node.known("side", node.need("side"), ("credit", "debit")),
            )
        if source == "ledger":
            return Fact(name, source, of=node.known("of", node.need("of"), LEDGER))
        return Fact(name, source, default=node.get("default"))

    def row(self, node: Node) -> Row:
        node.only(_ROW)
        subject = node.known("subject", node.need("subject"), {*self.subjects, INHERITED})
        facts, replace = dict(node.get("facts", {})), None
        if "replace" in node.value:
            replace = self._guard(node, "replace", facts)
        kinds = {
            name: self._kind(Node(value or {}, f"{node.place}/kinds/{name}"), name, node, subject)
            for name, value in node.child("kinds").value.items()
        }
        if not kinds:
            raise node.fail("a row has at least one kind")
        return Row(
            type=node.need("type"),
            family=node.known("family", node.need("family"), self.families),
            subject=subject,
            nature=node.known("nature", node.need("nature"), NATURES),  # type: ignore[arg-type]
            text=node.text("title"),
            note=node.text("note") if "note" in node.value else None,
            issuers=self._roles(node, "issuers"),
            receivers=self._roles(node, "receivers"),
            must=_flat(_needs(node)),
            joins=node.strings("joins"),
            at=node.get("at", "/header/issuedAt"),
            position=node.get("position"),
            position_of=node.strings("position-of"),
            office=node.get("office"),
            competence=node.get("competence"),
            scope=node.get("scope"),
            declares=_declares(node),
            replace=replace,
            issuer_of=node.get("issuer-of"),
            facts=facts,
            names={**self.names, **node.get("names", {})},
            kinds=kinds,
            serves=tuple(node.get("serves", [])),
            uses=_uses(replace, kinds),
            account=node.get("account"),
            accounts=node.strings("accounts", self.kept),
            entries=dict(node.get("entries", {})),
            entries_of=node.strings("entries-of"),
            number=dict(node.get("number", {})),
            mentions=_mentions(node),
            kept=_kept(node) if "retention" in node.value else None,
        )

    def _roles(self, node: Node, name: str) -> frozenset[str]:
        found = frozenset(node.strings(name, self.roles | {ANY_ROLE}))
        if not found:
            raise node.fail(f"{name!r} names at least one role")
        return found

    def _kind(self, node: Node, name: str, row: Node, row_subject: str) -> Kind:
        node.only(_KIND)
        facts = row.get("facts", {})
        # What a kind says itself wins over what its row says for all kinds.
        said = {
            member: row.value[member]
            for member in (
                *("steps", "post", "findings", "no-effect", "must", "competence", "register", "confirms"),
                "purposes",
            )
            if member in row.value
        }
        whole = Node({**said, **node.value}, node.place)
        position = self._position(node, "position")
        steps = tuple(
            step
            for step in (self._step(each, row, facts) for each in whole.each("steps"))
            if position is None or step.position in (None, position)
        )
        for seen, step in enumerate(steps):
            if any(_overlap(step, other) for other in steps[:seen]):
                raise node.fail(f"two steps on track {step.track!r} at one position")
        kind = Kind(
            name=name,
            text=whole.text("title"),
            subject=node.known("subject", node.get("subject", row_subject), {*self.subjects, INHERITED}),
            position=position,
            competence=whole.get("competence"),
            issuers=self._roles(node if "issuers" in node.value else row, "issuers"),
            needs=_needs(whole),
            must=_flat(_needs(whole)),
            steps=steps,
            posts=tuple(self._post(each, facts) for each in whole.each("post")),
            agrees=whole.get("agrees"),
            declares=bool(whole.get("declares", False)),
            findings=tuple(self._finding(each, facts) for each in whole.each("findings")),
            no_effect=whole.text("no-effect") if "no-effect" in whole.value else None,
            register=str(whole.get("register", "")),
            confirms=bool(whole.get("confirms", False)),
            purposes=frozenset(whole.strings("purposes")) if "purposes" in whole.value else None,
        )
        _effect(node, kind)
        return kind

    def _position(self, node: Node, name: str) -> str | None:
        return None if name not in node.value else node.known(name, node.value[name], self.positions)

    def _step(self, node: Node, row: Node, facts: Mapping[str, str]) -> Step:
        track = self.tracks[node.known("track", node.need("track"), self.tracks)]
        position = self._position(node, "position")
        if track.writers and position not in track.writers:
            raise node.fail(f"track {track.name!r} is not written at position {position!r}")
        if track.writers and row.get("nature") == "fact":
            raise node.fail(f"a fact cannot move track {track.name!r}")
        guard = self._guard(node, "guard", facts) if "guard" in node.value else None
        moves = node.each("moves") if "moves" in node.value else [node]
        if not moves:
            raise node.fail("a step has at least one move")
        taken = tuple(self._move(each, track, facts) for each in moves)
        if not track.per_entry:
            return Step(track.name, position, guard, taken)
        lists = dict(row.get("entries", {})) or {"entries": ""}
        if not (row.get("entries") or row.get("entries-of")):
            raise node.fail("the row names no entries")
        return Step(
            track.name,
            position,
            guard,
            taken,
            lines=node.known("lines", node.get("lines", next(iter(lists))), lists),
            side=node.known("side", node.need("side"), ("credit", "debit")) if "side" in node.value else None,
            clears=bool(node.get("clears", False)),
            returns=bool(node.get("returns", False)),
        )

    def _move(self, node: Node, track: Track, facts: Mapping[str, str]) -> Move:
        to = node.need("to")
        if to != "unchanged":
            node.known("to", to, track.states)
        origins = None if node.need("from") == "any" else frozenset(node.strings("from", track.states))
        when = self._guard(node, "when", facts) if "when" in node.value else None
        return Move(origins, None if to == "unchanged" else to, when, node.strings("held-by"))

    def _post(self, node: Node, facts: Mapping[str, str]) -> Post:
        return Post(
            node.known("account", node.need("account"), self.accounts),
            node.known("side", node.need("side"), ("credit", "debit")),  # type: ignore[arg-type]
            bool(node.get("reverse", False)),
            self._position(node, "position"),
            self._guard(node, "guard", facts) if "guard" in node.value else None,
        )

    def _finding(self, node: Node, facts: Mapping[str, str]) -> FindingRule:
        return FindingRule(node.need("code"), self._guard(node, "when", facts), _words(node))

    def _guard(self, node: Node, name: str, facts: Mapping[str, str]) -> Guard:
        try:
            guard = Guard.compile(str(node.need(name)), self._compile)
        except (ValueError, RuntimeError) as fault:
            raise TableError(f"{node.place}/{name}", f"the guard does not compile: {fault}") from fault
        for fact in sorted(guard.facts - self.facts.keys() - {"doc"}):
            raise TableError(f"{node.place}/{name}", f"fact {fact!r} is not declared")
        for root, member in sorted(guard.members):
            if root == "doc" and member not in DOCUMENT_FACTS and member not in facts:
                raise TableError(f"{node.place}/{name}", f"fact 'doc.{member}' is not declared")
            if root == "states" and (member not in self.tracks or self.tracks[member].per_kind):
                raise TableError(f"{node.place}/{name}", f"there is no track {member!r} of one state")
        return guard


def _declares(node: Node) -> Declares | None:
    if "declares" not in node.value:
        return None
    where = node.child("declares")
    names = ("items", "sequence", "quantity", "packages", "package", "contents")
    where.only(frozenset(names))
    return Declares(*(str(where.need(name)) for name in names))


def _mentions(node: Node) -> tuple[Mention, ...]:
    found = []
    for each in node.get("mentions", ()):
        scheme, pointer = next(iter(each.items())) if isinstance(each, Mapping) else ("", each)
        if not str(pointer).startswith("/"):
            raise node.fail(f"{pointer!r} is no JSON Pointer")
        found.append(Mention(str(scheme), str(pointer)))
    return tuple(found)


def _overlap(one: Step, other: Step) -> bool:
    return (one.track, one.lines) == (other.track, other.lines) and (
        one.position == other.position or None in (one.position, other.position)
    )


def _effect(node: Node, kind: Kind) -> None:
    effect = bool(kind.steps or kind.posts or kind.declares or kind.agrees is not None or kind.findings)
    moves = bool(kind.steps or kind.posts or kind.declares or kind.agrees is not None)
    if kind.no_effect is not None and moves:
        raise node.fail("it has an effect and a reason for none")
    if kind.no_effect is None and not effect:
        raise node.fail("it has neither an effect nor a reason for none")


def _guards(kind: Kind) -> list[Guard | None]:
    found = [*(rule.when for rule in kind.findings), *(post.guard for post in kind.posts)]
    return [
        *found,
        *(guard for step in kind.steps for guard in (step.guard, *(move.when for move in step.moves))),
    ]


def _uses(replace: Guard | None, kinds: Mapping[str, Kind]) -> frozenset[str]:
    guards = [replace, *(guard for kind in kinds.values() for guard in _guards(kind))]
    return frozenset(
        member for guard in guards if guard is not None for root, member in guard.members if root == "doc"
    )


def _closure(track: Track, rows: Mapping[str, Row]) -> dict[str, frozenset[str]]:
    moves = [
        move
        for row in rows.values()
        for kind in row.kinds.values()
        for step in kind.steps
        if step.track == track.name
        for move in step.moves
        if move.to is not None
    ]
    after = {state: {move.to for move in moves if move.to and move.leaves(state)} for state in track.states}
    found: dict[str, frozenset[str]] = {}
    for state in track.states:
        seen, edge = {state}, [state]
        while edge:
            edge = [to for origin in edge for to in after[origin] if to not in seen]
            seen.update(edge)
        found[state] = frozenset(seen)
    return found
