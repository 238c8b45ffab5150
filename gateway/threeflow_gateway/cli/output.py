"""What every command shares: exit codes, and printing for people or, with ``--json``, for programs."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, track
from rich.table import Table

GOOD: Final = 0
ANSWER_IS_NO: Final = 1
COULD_NOT_RUN: Final = 2
SHOWS_PROGRESS: Final = 5

Thing = TypeVar("Thing")


class CannotRunError(Exception):
    """The command cannot even ask its question: exit code 2, with this message."""


class Printer:
    """Prints results to standard output and remarks to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    def result(self, value: object, lines: Iterable[str] = ()) -> None:
        """Print the result: ``value`` as JSON, or the lines for people (rich markup)."""
        if self.as_json:
            json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
            sys.stdout.write("\n")
            return
        for line in lines:
            self._out.print(line)

    def remark(self, *lines: str) -> None:
        """Print lines for people that the JSON result already says."""
        if not self.as_json:
            self.result(None, lines)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table for people; with ``--json`` the result already says it all."""
        if self.as_json:
            return
        table = Table(title=title, title_justify="left", title_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(escape(str(cell)) for cell in row))
        Console(highlight=False).print(table)

    def track(self, things: Sequence[Thing], what: str) -> Iterable[Thing]:
        """Go through many things with a progress bar, where somebody watches."""
        if self.as_json or len(things) < SHOWS_PROGRESS or not self._err.is_terminal:
            return things
        return track(things, description=what, console=self._err, transient=True)

    @contextmanager
    def progress(self, total: int, what: str) -> Iterator[Callable[[int], None]]:
        """Give a function that is told how many more are done, with a bar where somebody watches."""
        if self.as_json or total < SHOWS_PROGRESS or not self._err.is_terminal:
            yield lambda _: None
            return
        with Progress(console=self._err, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)

    def error(self, code: str, message: str) -> None:
        """Say why there is no result."""
        if self.as_json:
            json.dump({"error": {"code": code, "message": message}}, sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
            return
        self._err.print(f"[bold red]{escape(code)}[/]: {escape(message)}")


def read(path: str) -> bytes:
    """Return a file's octets; ``-`` is standard input.

    Raises:
        CannotRunError: the file cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise CannotRunError(f"{path}: {error.strerror or error}") from None


def write(path: str | None, octets: bytes) -> None:
    """Write octets to a new or existing file, or to standard output where no path is given.

    Raises:
        CannotRunError: the file cannot be written.
    """
    if path is None or path == "-":
        sys.stdout.buffer.write(octets if octets.endswith(b"\n") else octets + b"\n")
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    partial = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(octets)
        os.replace(partial, target)  # noqa: PTH105
    except OSError as error:
        raise CannotRunError(f"{path}: {error.strerror or error}") from None
