"""The answer to a dossier: valid as of a moment, or what is wrong with which piece (TF-DOS-31)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """One requirement that one piece fails.

    ``where`` is the id of a document, or ``wrapper``, ``head``, ``checkpoint`` or ``witness N`` (N from 1).
    """

    where: str
    requirement: str
    message_en: str
    message_zh: str

    @property
    def message(self) -> str:
        """The message in English."""
        return self.message_en

    def as_json(self) -> dict[str, object]:
        """Return the problem as the command line and the gateway show it."""
        message = {"en": self.message_en, "zh": self.message_zh}
        return {"where": self.where, "requirement": self.requirement, "message": message}


@dataclass(frozen=True)
class Verdict:
    """What a verifier answers; of an unreadable dossier only ``moment`` and ``problems`` say something.

    ``digest`` is that of the head's payload; ``as_of`` and ``valid_until`` are the head's own texts;
    ``head`` is its payload.
    """

    valid: bool
    moment: datetime
    problems: tuple[Problem, ...]
    digest: str = ""
    as_of: str = ""
    valid_until: str = ""
    head: Mapping[str, object] | None = None

    def as_json(self) -> dict[str, object]:
        """Return the verdict as the command line shows it."""
        return {
            "valid": self.valid,
            "moment": self.moment.isoformat(),
            "digest": self.digest,
            "asOf": self.as_of,
            "validUntil": self.valid_until,
            "problems": [each.as_json() for each in self.problems],
        }
