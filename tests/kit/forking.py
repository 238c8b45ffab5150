"""Gateways forked from a process that has the standard loaded, so that one that was killed is back soon.

Run as a script it reads a configuration's path a line and answers the number of the process that serves it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx


class Nursery:
    """The process that gateways are forked from."""

    def __init__(self, log: Path) -> None:
        self.log = log
        # Victims of several tasks come back at once: each reads the answer to its own line.
        self._asking = threading.Lock()
        with log.open("ab") as said:
            self._parent = subprocess.Popen(
                [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
            )

    def serve(self, config: Path) -> int:
        """Fork a gateway; return its process number."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        with self._asking:
            self._parent.stdin.write(f"{config}\n".encode())
            self._parent.stdin.flush()
            return int(self._parent.stdout.readline())

    def close(self) -> None:
        """End the parent; its children were ended by who started them."""
        self._parent.kill()
        self._parent.communicate()


class Forked:
    """One gateway; ``address`` is where it listens."""

    def __init__(self, nursery: Nursery, config: Path, address: str) -> None:
        self._nursery = nursery
        self._config = config
        self._address = address
        self._pid: int | None = None

    def start(self) -> None:
        """Start it, and wait until it is ready; one that ends on its way is started again."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self._pid is None or not _lives(self._pid):
                self._pid = self._nursery.serve(self._config)
            try:
                if httpx.get(self._address + "/ready", timeout=10).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise TimeoutError(self._nursery.log.read_text()[-5000:])

    def kill(self) -> None:
        """End it at once, without a chance to tidy up; it must have lived until now."""
        if self._pid is None or not _lives(self._pid):
            raise RuntimeError(f"it ended by itself: {self._nursery.log.read_text()[-5000:]}")
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self._end(signal.SIGTERM)

    def _end(self, with_signal: signal.Signals) -> None:
        if self._pid is None or not _lives(self._pid):
            return
        os.kill(self._pid, with_signal)
        deadline = time.monotonic() + 60
        while _lives(self._pid):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._pid} does not end")
            time.sleep(0.01)
        self._pid = None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _serve_for_ever() -> None:
    from threeflow.standard import Standard
    from threeflow_gateway.app import Gateway, serve
    from threeflow_gateway.config import load

    loaded = Standard.load()
    Standard.load = classmethod(lambda _cls, *_overlays: loaded)  # type: ignore[method-assign, assignment]
    warm = False
    # Children that end leave nothing behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line := sys.stdin.readline():
        if not warm:
            # What is read of the standard is read when it is asked for: a gateway asks for it.
            Gateway(load(Path(line.strip()))).node.database.close()
            warm = True
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            os._exit(serve(Path(line.strip())))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve_for_ever()
