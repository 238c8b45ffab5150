"""The audit trail: what was refused and who read personal data (TF-AUDIT).

What was accepted stands in the documents themselves and is not written twice. Refusals are gathered here and
written by the committer beside its other work, never while a caller waits. A sender that is refused often
gets so many rows a minute and a count of the rest; strangers, who proved nothing, get counts by code alone,
so that they cannot fill the disk. A read of personal data is written before the data is given out.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from threeflow.errors import Refused
from threeflow_gateway import clock

__all__ = ["Audit", "Noted"]

_SINGLES: Final = 20
"""Refusals of one caller by one code that get a row of their own in a minute."""
_MOST_ROWS: Final = 5000
_WINDOW_SECONDS: Final = 60.0

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Noted:
    """Rows for the committer, and until when older ones are kept; empty for all."""

    rows: tuple[Row, ...]
    forget_before: str = ""


class Audit:
    """Gathers refusals of this process until they are written."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._since: datetime | None = None

    def refused(
        self, refused: Refused, now: datetime, *, caller: str = "", issuer: str = "", document: str = "",
        digest: str = "",
    ) -> None:  # fmt: skip
        """Gather one refusal; without a caller it is a stranger's."""
        if self._since is None:
            self._since = now
        counted = (caller, refused.code, refused.requirement)
        self._counts[counted] += 1
        if not caller or self._counts[counted] > _SINGLES or len(self._rows) >= _MOST_ROWS:
            return
        made = row(
            "refused", now, caller=caller, code=refused.code, requirement=refused.requirement,
            issuer=issuer, document=document, digest=digest,
        )  # fmt: skip
        self._rows.append(made)

    def drain(self, now: datetime, *, last: bool = False) -> tuple[Row, ...]:
        """Return what is to be written: rows at once, counts of what got none when their minute is over."""
        rows, self._rows = self._rows, []
        over = self._since is not None and (now - self._since).total_seconds() >= _WINDOW_SECONDS
        if over or last:
            for (caller, code, requirement), times in sorted(self._counts.items()):
                beyond = times - (_SINGLES if caller else 0)
                if beyond > 0:
                    rows.append(
                        row("refused", now, caller=caller, code=code, requirement=requirement, times=beyond)
                    )
            self._counts.clear()
            self._since = None
        return tuple(rows)


def row(
    what: str, now: datetime, *, caller: str, code: str = "", requirement: str = "", issuer: str = "",
    document: str = "", digest: str = "", detail: str = "", times: int = 1,
) -> Row:  # fmt: skip
    """Return one row of the trail; ``detail`` holds names of parts and purposes, never what a part says."""
    return {
        "at": clock.text(now), "what": what, "caller": caller, "code": code, "requirement": requirement,
        "issuer": issuer, "id": document, "digest": digest, "detail": detail, "times": times,
    }  # fmt: skip
