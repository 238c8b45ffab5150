"""The exchange table (TF-TABLE): frozen nouns, as `parsing` reads them from `exchange.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from threeflow.process.guard import Compile, Guard

Nature = Literal["fact", "request", "act"]
INHERITED = "inherited"


@dataclass(frozen=True, slots=True)
class Text:
    """Words in English and Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Track:
    """One line of states of one kind of subject; the first state is where every subject begins.

    `writers` are the positions that may move it; none means that facts do. `per_kind` keeps one state for
    each kind of the moving document, `per_entry` one for each entry of an account; a position in `apart`
    keeps a state of its own. In a state of `undone` what was asked for does not stand.
    """

    name: str
    subject: str
    states: tuple[str, ...]
    writers: frozenset[str]
    per_kind: bool
    per_entry: bool
    apart: frozenset[str]
    text: Text
    undone: frozenset[str] = frozenset()

    @property
    def initial(self) -> str:
        return self.states[0]

    def key(self, kind: str, position: str | None) -> str:
        """The name under which a portion keeps this track's state."""
        if self.per_kind:
            return f"{self.name}:{kind}"
        return f"{self.name}@{position}" if position in self.apart else self.name


@dataclass(frozen=True, slots=True)
class Move:
    """From any of these states (None: from any at all) to one (None: the state stays).

    `held_by` names types: the entry must be reserved by a document of one of them that this one names.
    """

    origins: frozenset[str] | None
    to: str | None
    when: Guard | None
    held_by: tuple[str, ...] = ()

    def leaves(self, state: str) -> bool:
        return self.origins is None or state in self.origins


@dataclass(frozen=True, slots=True)
class Step:
    """What a kind does to one track at one position (None: at any); the first move that fits is taken.

    On a track of entries `lines` names the list of lines that it moves, `side` what they open (None: what
    each says); `clears` says that every move clears the line's value, `returns` that it gives it back.
    """

    track: str
    position: str | None
    guard: Guard | None
    moves: tuple[Move, ...]
    lines: str = ""
    side: str | None = None
    clears: bool = False
    returns: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A mark in an account on the goods in scope; `reverse` takes it back."""

    account: str
    side: Literal["credit", "debit"]
    reverse: bool
    position: str | None
    guard: Guard | None


@dataclass(frozen=True, slots=True)
class FindingRule:
    """An irregularity that is recorded, never refused."""

    code: str
    when: Guard
    text: Text


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of a document type and all that it causes.

    `agrees` says whether its issuer's answer is a yes or a no, None where it is no answer; `confirms` that
    the giver of a number confirms with it the claims of the documents that it names. `no_effect` is the
    stated reason where it causes nothing. `purposes` are those of a dossier that encloses it, None for every
    purpose. `needs` are the references that it has to name, each a choice of
    types, and `must` all these types.
    """

    name: str
    text: Text
    subject: str
    position: str | None
    competence: str | None
    issuers: frozenset[str]
    needs: tuple[frozenset[str], ...]
    must: tuple[str, ...]
    steps: tuple[Step, ...]
    posts: tuple[Post, ...]
    agrees: bool | None
    declares: bool
    findings: tuple[FindingRule, ...]
    no_effect: Text | None
    register: str = ""
    confirms: bool = False
    purposes: frozenset[str] | None = None

    def is_for(self, purpose: str) -> bool:
        """Say whether a dossier that is cut for a purpose encloses it (TF-DOS-36)."""
        return self.purposes is None or purpose in self.purposes


def choice(need: frozenset[str]) -> str:
    """One need of a kind as the table writes it: a type, or types of which one is enough, `a|b`."""
    return "|".join(sorted(need))


@dataclass(frozen=True, slots=True)
class Kept:
    """How many days personal data is kept from receipt, where its issuer says nothing, and why."""

    days: int
    ground: Text


@dataclass(frozen=True, slots=True)
class Declares:
    """Where a payload lists its goods: pointers to the lists, and inside each entry."""

    items: str
    sequence: str
    quantity: str
    packages: str
    package: str
    contents: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a payload names something by number, `*` for every element; keys say their scheme themselves."""

    scheme: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Row:
    """One document type: who issues and receives it, what it needs, and its kinds.

    `at`, `position`, `office`, `scope` and the values of `facts` and `names` are JSON Pointers. `position_of`
    names types whose position this one takes where its own payload gives none. `replace` says
    when a new version takes effect (None: at once). `issuer_of` names a type whose issuer alone may issue
    this one. `account` points to the kind of account, one of `accounts`; `entries` are lists of lines by
    name, `entries_of` types whose lines it takes where it has none of its own. `number` is the document's own
    number by its scheme, `mentions` the other numbers under which it is found.
    """

    type: str
    family: str
    subject: str
    nature: Nature
    text: Text
    note: Text | None
    issuers: frozenset[str]
    receivers: frozenset[str]
    must: tuple[str, ...]
    joins: tuple[str, ...]
    at: str
    position: str | None
    position_of: tuple[str, ...]
    office: str | None
    competence: str | None
    scope: str | None
    declares: Declares | None
    replace: Guard | None
    issuer_of: str | None
    facts: Mapping[str, str]
    names: Mapping[str, str]
    kinds: Mapping[str, Kind]
    serves: tuple[int, ...]
    uses: frozenset[str]
    account: str | None = None
    accounts: tuple[str, ...] = ()
    entries: Mapping[str, str] = field(default_factory=dict)
    entries_of: tuple[str, ...] = ()
    number: Mapping[str, str] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    kept: Kept | None = None

    def kind(self, kind: str) -> Kind:
        """The kind of that name; KeyError where the row has none."""
        return self.kinds[kind]


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a fact of guards comes from; `source` is one of `parsing.SOURCES`."""

    name: str
    source: str
    account: str = ""
    side: str = ""
    of: str = ""
    default: Any = None


@dataclass(frozen=True, slots=True)
class Table:
    """The whole table. `findings` holds the words of findings that the fold itself makes.

    `kept` names the accounts that are subjects with entries of their own; the others are marks on portions.
    `givers` says by scheme which roles give out its numbers.
    """

    roles: frozenset[str]
    positions: tuple[str, ...]
    subjects: Mapping[str, Text]
    tracks: Mapping[str, Track]
    accounts: Mapping[str, Text]
    outcomes: Mapping[str, Text]
    facts: Mapping[str, Fact]
    findings: Mapping[str, Text]
    rows: Mapping[str, Row]
    reach: Mapping[str, Mapping[str, frozenset[str]]] = field(repr=False, compare=False)
    kept: frozenset[str] = frozenset()
    givers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    retention: Kept = Kept(0, Text("no ground is stated", "未说明依据"))

    @classmethod
    def parse(cls, mapping: Mapping[str, Any], compile_guard: Compile) -> "Table":
        """Read a table; TableError names the row and the place of what is wrong."""
        from threeflow.process.parsing import parse

        return parse(mapping, compile_guard)

    def row(self, type_: str) -> Row | None:
        return self.rows.get(type_)

    def retention_of(self, type_: str) -> Kept:
        """How long personal data of this type of document is kept."""
        row = self.rows.get(type_)
        return row.kept if row is not None and row.kept is not None else self.retention

    def tracks_of(self, subject: str) -> tuple[Track, ...]:
        """The tracks of one kind of subject, in the table's order."""
        return tuple(track for track in self.tracks.values() if track.subject == subject)

    def reachable(self, track: str, state: str) -> frozenset[str]:
        """Every state that the table lets follow, now or later, the given one, itself included."""
        return self.reach[track][state]
