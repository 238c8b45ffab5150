"""Generate, compile and run clients of other languages against the reference gateway.

    python -m tools.clients [--only go --only java] [--json]
    python -m tools.clients --serve FOLDER

The matrix carries out each README of ``examples/clients`` in an empty folder, command by command.
With ``--serve`` a sandbox node runs until it is interrupted, with customs at work behind it, for trying a
client by hand; FOLDER then holds ``client.json`` and the trust file. Exit codes: 0 every language did the
whole job, 1 one did not, 2 it could not run.
"""

import argparse
import asyncio
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from tools.artefacts.__main__ import artefacts
from tools.clients.matrix import COLUMNS, TOOLS, Row, run
from tools.clients.sandbox import running

# A path of this repository that make cleans.
OUT = Path("out/clients")


def main(arguments: list[str] | None = None) -> int:
    """Run the matrix or the sandbox."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.clients",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", action="append", choices=sorted(TOOLS), help="a language; may be said again"
    )
    parser.add_argument("--out", type=Path, default=OUT, help=f"folder to work in ({OUT}); it is emptied")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.add_argument("--serve", type=Path, metavar="FOLDER", help="run the sandbox alone, in a new folder")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("tools.clients").setLevel(logging.INFO if asked.serve else logging.WARNING)
    work = (
        serve(asked.serve)
        if asked.serve
        else matrix(asked.only or list(TOOLS), asked.out, as_json=asked.json)
    )
    try:
        return asyncio.run(interruptible(work))
    except asyncio.CancelledError:
        return 0 if asked.serve else 2
    except (OSError, RuntimeError) as error:
        sys.stderr.write(f"could not run: {error}\n")
        return 2


async def interruptible(work: Coroutine[Any, Any, int]) -> int:
    """Do the work; a signal to end cancels it, so that the node is stopped whatever happens."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, task.cancel)
    return await task


async def serve(folder: Path) -> int:
    """Run the sandbox until it is interrupted."""
    async with running(folder) as sandbox:
        print(
            f"a sandbox node at {sandbox.endpoint}; clients read {sandbox.client_file}. Ctrl-C ends it.",
            flush=True,
        )
        await asyncio.Event().wait()
    return 0


async def matrix(languages: list[str], out: Path, *, as_json: bool) -> int:
    """Run the matrix and print its table."""
    out = await asyncio.to_thread(emptied, out)
    required = os.environ.get("CI") == "true" or os.environ.get("THREEFLOW_ENGINES") == "required"
    async with running(out / "sandbox") as sandbox:
        rows = await run(
            languages,
            out,
            sandbox,
            required=required,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
    if as_json:
        print(json.dumps([{**asdict(row), "ok": not (row.failed or row.skipped)} for row in rows], indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 140).print(table(rows))
    return 1 if any(row.failed for row in rows) else 0


def emptied(out: Path) -> Path:
    """Return the folder, absolute and with nothing but the artefacts in it."""
    out = out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    for name, octets in artefacts().items():
        path = out / "dist-spec" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
    return out


def table(rows: list[Row]) -> Table:
    """Return the outcome as a table: seconds, or what went wrong."""
    made = Table(title="Generated clients against the reference gateway, seconds a step")
    made.add_column("language")
    for name in COLUMNS:
        made.add_column(name, justify="right")
    made.add_column("outcome")
    for row in rows:
        cells = [row.cells.get(name) for name in COLUMNS]
        said = ["" if each is None else "FAILED" if each.failed else f"{each.seconds:.1f}" for each in cells]
        made.add_row(row.language, *said, outcome(row))
    return made


def outcome(row: Row) -> str:
    """Return what became of a language, in one line."""
    if row.skipped:
        return f"skipped, {row.skipped}"
    return row.failed.splitlines()[0] if row.failed else "ok"


if __name__ == "__main__":
    sys.exit(main())
