"""The rows that a batch writes, gathered while it is decided and written in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from threeflow_gateway.store import claims, mentions, personal, readers, statements, tokens

__all__ = ["Changes"]

Row = Mapping[str, Any]

# Foreign keys are checked row by row: parents first.
_ORDER: Final = (
    ("subjects", statements.INSERT_SUBJECT),
    ("documents", statements.INSERT_DOCUMENT),
    ("redirects", statements.REDIRECT_SUBJECT),
    ("copied", statements.COPY_DOCUMENTS),
    ("copied", readers.COPY_READERS),
    ("forgotten", statements.FORGET_DOCUMENTS),
    ("forgotten", readers.FORGET_READERS),
    ("moved_keys", statements.MOVE_KEYS),
    ("keys", claims.INSERT_CLAIM),
    ("titles", claims.GIVE_TITLE),
    ("about", statements.INSERT_SUBJECT_DOCUMENT),
    ("mentions", mentions.INSERT_MENTION),
    ("versions", statements.SET_SUBJECT),
    ("effects", statements.SET_EFFECT),
    ("served", statements.DELETE_WAITING),
    ("waiting", statements.INSERT_WAITING),
    ("new_parties", statements.INSERT_PARTY),
    ("parties", statements.SET_PARTY),
    ("events", statements.INSERT_EVENT),
    ("outbox", statements.INSERT_OUTBOX),
    ("parts", personal.INSERT_PART),
    ("audited", personal.INSERT_AUDIT),
    ("checkpoints", statements.INSERT_CHECKPOINT),
    ("dossiers", statements.INSERT_DOSSIER),
    ("bundles", statements.SET_BUNDLE),
    ("settled", statements.SETTLE),
    ("spent", tokens.SPEND),
)


@dataclass(slots=True)
class Changes:
    """Parameter sets by statement, in the order in which they arose."""

    subjects: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    redirects: list[Row] = field(default_factory=list)
    copied: list[Row] = field(default_factory=list)
    forgotten: list[Row] = field(default_factory=list)
    moved_keys: list[Row] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)
    titles: list[Row] = field(default_factory=list)
    about: list[Row] = field(default_factory=list)
    mentions: list[Row] = field(default_factory=list)
    versions: list[Row] = field(default_factory=list)
    effects: list[Row] = field(default_factory=list)
    served: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    new_parties: list[Row] = field(default_factory=list)
    parties: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    parts: list[Row] = field(default_factory=list)
    audited: list[Row] = field(default_factory=list)
    checkpoints: list[Row] = field(default_factory=list)
    dossiers: list[Row] = field(default_factory=list)
    bundles: list[Row] = field(default_factory=list)
    settled: list[Row] = field(default_factory=list)
    spent: list[Row] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        """Write all rows; raises what the database raises."""
        for name, statement in _ORDER:
            rows: Sequence[Row] = getattr(self, name)
            if rows:
                connection.execute(statement, rows)
