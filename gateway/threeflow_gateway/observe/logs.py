"""The program's log: a line an event, as text for people or as JSON for programs, with a correlation id.

No line holds what a document says: what is logged are node ids, document numbers, codes and kinds of errors.
Libraries are heard from WARNING on, since what they tell in detail holds requests and answers.
"""

import contextvars
import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

__all__ = ["FORMATS", "configure", "correlated", "correlation"]

FORMATS: Final = ("text", "json")

correlation: Final[contextvars.ContextVar[str]] = contextvars.ContextVar("correlation", default="")
"""The id of the request or delivery that is under way: the trace id of its traceparent, else a number."""

_OURS: Final = ("threeflow", "threeflow_gateway")


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(correlation)s%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        said = correlation.get()
        record.correlation = f"[{said}] " if said else ""
        return super().format(record)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if said := correlation.get():
            line["correlation"] = said
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(level: str, form: str) -> None:
    """Send the program's log to standard error.

    Raises:
        ValueError: there is no such level or form.
    """
    if form not in FORMATS:
        raise ValueError(f"log.format is one of {', '.join(FORMATS)}, not {form}")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    for old in tuple(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


def correlated(traceparent: str, otherwise: str) -> str:
    """Return the correlation id of a traceparent: its trace id, or another where there is none."""
    return traceparent[3:35] if traceparent else otherwise
