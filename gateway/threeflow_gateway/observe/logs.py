"""The program's log: a line an event, as text for people or as JSON for programs, with a correlation id.

No line holds what a document says: what is logged are node ids, document numbers, codes and kinds of errors.
An exception is told without its message, which a database or a parser writes and which quotes what it met.
Libraries are heard from WARNING on, since what they tell in detail holds requests and answers.
"""

import contextvars
import errno
import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

from threeflow.errors import Refused

__all__ = ["FORMATS", "configure", "correlated", "correlation"]

FORMATS: Final = ("text", "json")

correlation: Final[contextvars.ContextVar[str]] = contextvars.ContextVar("correlation", default="")
"""The id of the request or delivery that is under way: the trace id of its traceparent, else a number."""

_OURS: Final = ("threeflow", "threeflow_gateway")


Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Formatter(logging.Formatter):
    """Writes where an exception came from and of which kind it is."""

    def formatException(self, ei: Failure) -> str:  # noqa: N802 - the name of the base
        return "" if ei[1] is None else "\n".join(_chain(ei[1]))


class _Heard(logging.Filter):
    """Cuts what libraries say of an exception to its first line: asyncio's next one quotes the exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and not record.name.startswith(_OURS):
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        return True


class _Text(_Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(correlation)s%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        said = correlation.get()
        record.correlation = f"[{said}] " if said else ""
        return super().format(record)


class _Json(_Formatter):
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


def _chain(error: BaseException) -> list[str]:
    """Return an exception with what caused it, the first cause first; a group with what it holds."""
    lines: list[str] = []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        lines += [*_chain(before), "then:"]
    lines += [each.rstrip() for each in traceback.format_tb(error.__traceback__)]
    lines.append(f"{type(error).__module__}.{type(error).__qualname__}{_code(error)}")
    for each in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        lines += ["of which:", *_chain(each)]
    return lines


def _code(error: BaseException) -> str:
    """Return the code of an error, where it has one: of a refusal, the system, SQLite, or PostgreSQL."""
    if isinstance(error, Refused):
        return f" {error.code} ({error.requirement})"
    if isinstance(error, OSError) and error.errno is not None:
        return f" {errno.errorcode.get(error.errno, error.errno)}"
    found = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    return f" {found}" if found else ""


def configure(level: str, form: str) -> None:
    """Send the program's log to standard error.

    Raises:
        ValueError: there is no such level or form.
    """
    if form not in FORMATS:
        raise ValueError(f"log.format is one of {', '.join(FORMATS)}, not {form}")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    handler.addFilter(_Heard())
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
