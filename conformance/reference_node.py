"""Start the reference gateway from a folder that ``threeflow-conformance prepare`` wrote.

    python conformance/reference_node.py NETWORK [--gateway COMMAND...]

It runs the gateway as a child, writes its own process id to NETWORK/node/pid, and on SIGHUP ends the child and
starts it anew with the trust files as they are then: the ``restart`` command of the suite's form is
``kill -HUP`` to that process. The form is written to NETWORK/parameters.toml.
"""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

_HERE = Path(__file__).resolve()


def configure(folder: Path) -> Path:
    """Write node.toml and the suite's form; return the path of the first."""
    node = folder / "node"
    said = json.loads((node / "node.json").read_bytes())
    files = sorted(str(path.resolve()) for path in (node / "trust").glob("*.json"))
    sections = {
        "node": {
            "id": said["node"], "environment": said["environment"], "endpoint": said["endpoint"],
            "port": urlsplit(said["endpoint"]).port, "seal_keys": ["keys/seal.json"],
            "token_key": "keys/token.json",
        },
        "trust": {"files": files},
        "limits": {"body_octets": 262_144},
        "process": {"pending_seconds": said["pendingSeconds"], "sweep_seconds": 0.2},
        "delivery": {"first_retry_seconds": 0.1, "longest_retry_seconds": 0.5, "timeout_seconds": 3.0},
        "log": {"checkpoint_seconds": 0.3, "level": "WARNING"},
    }  # fmt: skip
    if said.get("grpc"):
        host, _, port = said["grpc"].rpartition(":")
        sections["grpc"] = {
            "host": host,
            "port": int(port),
            "plaintext": True,
            "endpoint": f"http://{said['grpc']}",
        }
    lines = []
    for section, values in sections.items():
        lines.append(f"[{section}]")
        lines.extend(f"{name} = {json.dumps(value)}" for name, value in values.items())
    path = node / "node.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    restart = ["sh", "-c", f"kill -HUP $(cat {shlex.quote(str((node / 'pid').resolve()))})"]
    take = [sys.executable, str(_HERE), "--take-list", "{file}", "--environment", said["environment"]]
    form = f"restart = {json.dumps(restart)}\ntake_list = {json.dumps(take)}\n"
    if said.get("grpc"):
        form += f"grpc = {json.dumps(said['grpc'])}\n"
    (folder / "parameters.toml").write_text(form, encoding="utf-8")
    return path


def take_list(path: Path, environment: str) -> int:
    """Say by the exit code whether the node would take a trust file: 0 yes, 1 no."""
    from datetime import UTC, datetime

    from threeflow.errors import Refused
    from threeflow.trust import TrustStore

    try:
        TrustStore(environment).add_file(path.read_bytes(), now=datetime.now(UTC))
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


class Child(Protocol):
    """A running gateway, as ``subprocess`` has it."""

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""

    def kill(self) -> None:
        """End it without warning."""

    def wait(self) -> int:
        """Wait for its end; return its exit code."""


def command(words: list[str]) -> Callable[[Path], Child]:
    """Start a gateway as a command that is given its configuration."""
    return lambda config: subprocess.Popen([*words, "--config", str(config)])  # noqa: S603 - the operator's own


class Keeper:
    """Keeps one gateway running until it is told to stop."""

    def __init__(self, folder: Path, start: Callable[[Path], Child]) -> None:
        self._folder = folder
        self._start = start
        self._child: Child | None = None
        # Plain flags: a lock that the interrupted code holds would be waited for for ever in a signal handler.
        self._told = False
        self._ends = False

    def run(self) -> int:
        """Run until SIGTERM or SIGINT."""
        signal.signal(signal.SIGHUP, self._again)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._end)
        (self._folder / "node" / "pid").write_text(str(os.getpid()))
        while not self._ends:
            self._told = False
            config = configure(self._folder)
            self._child = self._start(config)
            while self._child.poll() is None and not (self._told or self._ends):
                time.sleep(0.05)
            if self._child.poll() is None:
                # As a machine that loses its power: nothing is tidied up.
                self._child.kill()
            code = self._child.wait()
            if not (self._told or self._ends):
                return code
        return 0

    def _again(self, _signal: int, _frame: object) -> None:
        self._told = True

    def _end(self, _signal: int, _frame: object) -> None:
        self._ends = True


def main() -> int:
    """Run the helper."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("network", type=Path, nargs="?", help="the prepared folder")
    parser.add_argument("--take-list", type=Path, help="judge one trust file and end")
    parser.add_argument("--environment", default="sandbox", help="environment of the trust file")
    parser.add_argument(
        "--gateway", default=f"{sys.executable} -m threeflow_gateway.app", help="command that runs it"
    )
    asked = parser.parse_args()
    if asked.take_list is not None:
        return take_list(asked.take_list, asked.environment)
    if asked.network is None:
        parser.error("which network?")
    return Keeper(asked.network, command(shlex.split(asked.gateway))).run()


if __name__ == "__main__":
    sys.exit(main())
