"""A signer as a process of its own, and nodes that are given public halves only."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kit.members import Society
from threeflow.keys import SigningKey
from threeflow_gateway.signing.keyfiles import public_json


class SignerProcess:
    """`threeflow signer` over the keys of one node; its folder is short, as names of sockets have to be."""

    def __init__(self, society: Society, node: str, *more: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tf")
        self.folder = Path(self._folder.name)
        self.socket = self.folder / "s"
        self.keys = [society.keys[node].seal, society.keys[node].token]
        self.more = more
        self._child: subprocess.Popen[str] | None = None

    def settings(self, folder: Path, *, timeout_seconds: float = 1.0) -> dict[str, dict[str, Any]]:
        """What a node is told: the public halves, and where the signer is."""
        folder.mkdir(parents=True, exist_ok=True)
        names = [folder / f"public-{key.use}.json" for key in self.keys]
        for path, key in zip(names, self.keys, strict=True):
            path.write_bytes(public_json(key.public))
        return {
            "node": {"seal_keys": [str(names[0])], "token_key": str(names[1])},
            "signer": {"socket": str(self.socket), "timeout_seconds": timeout_seconds},
        }

    def start(self, keys: Sequence[SigningKey] | None = None) -> None:
        """Start it, and wait until it signs."""
        words = []
        for number, key in enumerate(keys or self.keys):
            path = self.folder / f"{number}.json"
            path.unlink(missing_ok=True)
            key.save(path)
            words += ["--key", str(path)]
        program = str(Path(sys.executable).with_name("threeflow"))
        self._child = subprocess.Popen(
            [program, "signer", "--socket", str(self.socket), *words, *self.more],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._child.stdout is not None
        assert "signing at" in self._child.stdout.readline()

    def hang(self) -> None:
        """Let it stand still."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once."""
        self._send(signal.SIGKILL)
        self._wait()

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self._send(signal.SIGTERM)
        return self._wait()

    def close(self) -> None:
        """End it if it runs, and remove its folder."""
        if self._child is not None:
            self.kill()
        self._folder.cleanup()

    def _send(self, with_signal: signal.Signals) -> None:
        assert self._child is not None
        self._child.send_signal(with_signal)

    def _wait(self) -> int:
        assert self._child is not None
        code = self._child.wait(30)
        assert self._child.stdout is not None
        self._child.stdout.close()
        self._child = None
        return code


def merged(*settings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Sections of several settings together."""
    found: dict[str, dict[str, Any]] = {}
    for each in settings:
        for section, values in each.items():
            found.setdefault(section, {}).update(values)
    return found
