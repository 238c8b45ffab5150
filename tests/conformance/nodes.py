"""Reference gateways for the suite's own tests, right or with a fault, each in a process and a network of its own.

A process that has called ``warm`` and started no thread since makes its nodes by forking: they need not load the
gateway's libraries once more, which costs more than most faults do to be told.
"""

import http.client
import importlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from reference_node import Child, Keeper
from threeflow_conformance import parameters, prepare
from threeflow_conformance.speak.network import Network, free_port

__all__ = ["Node", "NotUpError", "patience", "warm"]

_ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).resolve().parent
_READY_SECONDS = 90.0
_MOST_PATIENCE = 6.0


_OWN = ("threeflow", "threeflow_gateway")
_warm = False


def warm() -> None:
    """Load what a gateway loads, once for all nodes that are forked from here."""
    global _warm  # noqa: PLW0603 - a property of this process
    importlib.import_module("threeflow_gateway.app")
    _warm = True


class _Forked:
    """A child of this process that does one thing and ends; to be used as what ``subprocess`` makes."""

    def __init__(self, does: Callable[[], int]) -> None:
        self._code: int | None = None
        self._pid = os.fork()
        if self._pid == 0:
            code = 1
            try:
                code = does()
            except BaseException:  # noqa: BLE001 - nothing may go on in a copy of its parent
                traceback.print_exc()
            finally:
                os._exit(code)

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def wait(self, _seconds: float = 0) -> int:
        """Wait for its end."""
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._code

    def terminate(self) -> None:
        """Ask it to end."""
        os.kill(self._pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it without warning."""
        os.kill(self._pid, signal.SIGKILL)


def _gateway(config: Path, fault: str) -> int:
    """Be a gateway, in a copy of a process that has its libraries: its own modules are read anew for the fault."""
    for each in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_DFL)
    for name in [each for each in sys.modules if each.partition(".")[0] in _OWN]:
        del sys.modules[name]
    from faults import CRASHES, FAULTS

    if fault:
        {**FAULTS, **CRASHES}[fault].plant()
    from threeflow_gateway.app import serve

    return int(serve(config))


class NotUpError(Exception):
    """The node did not come up; the message is what it wrote."""


def patience() -> float:
    """By how much a machine that others load is slower: its load a core, 1 where it is idle, at most 6."""
    return min(_MOST_PATIENCE, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


def _ready(target: str) -> bool:
    """Whether a node answers that it is ready; a whole HTTP client would cost more than the node's start."""
    asked = http.client.HTTPConnection(urlsplit(target).netloc, timeout=5)
    try:
        asked.request("GET", "/ready")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


class Node:
    """A reference gateway, kept by ``reference_node.py``."""

    def __init__(
        self, folder: Path, role: str = "customs:export", fault: str = "", *, grpc: bool = False
    ) -> None:
        self.target = f"http://127.0.0.1:{free_port()}"
        served = f"127.0.0.1:{free_port()}" if grpc else ""
        self.network: Network = prepare.prepare(
            folder, role, self.target, parameters.Parameters(), grpc=served
        )
        self._folder = folder
        self._fault = fault
        self._child: subprocess.Popen[bytes] | _Forked | None = None

    def start(self) -> "Node":
        """Start it and wait until it is ready; NotUpError where it is not in time. A client is started by its tasks."""
        if self.network.role.issues:
            return self
        self._child = _Forked(self._keep) if _warm else self._spawned()
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self._child.poll() is None:
            if _ready(self.target):
                return self
            time.sleep(0.05)
        self.stop()
        raise NotUpError((self._folder / "log.txt").read_text(errors="replace")[-2000:])

    def _spawned(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, str(_ROOT / "conformance" / "reference_node.py"), str(self._folder)]
        if self._fault:
            command += ["--gateway", f"{sys.executable} {_HERE / 'faulty_node.py'} --fault {self._fault}"]
        with (self._folder / "log.txt").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def _keep(self) -> int:
        log = os.open(self._folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for each in (1, 2):
            os.dup2(log, each)

        def start(config: Path) -> Child:
            return _Forked(lambda: _gateway(config, self._fault))

        return Keeper(self._folder, start).run()

    @property
    def form(self) -> parameters.Parameters:
        """The suite's form for this node.

        Waiting costs nothing where a node is quick; a faulty one is waited for as long as its machine is slow.
        """
        said = parameters.load(self._folder / "parameters.toml")
        if self.network.role.issues:
            right = str(_ROOT / "examples" / "issuer" / "client.py")
            faulty = (str(_HERE / "faulty_client.py"), "--fault", self._fault)
            command = (sys.executable, *(faulty if self._fault else (right,)))
            return replace(said, client=command, client_seconds=60.0 * patience())
        if not self._fault:
            return replace(
                said, request_seconds=30.0, delivery_seconds=30.0, checkpoint_seconds=30.0, at_once=4
            )
        times = patience()
        faulty = (sys.executable, str(_HERE / "faulty_node.py"), "--fault", self._fault)
        return replace(
            said, take_list=(*faulty, "--take-list", "{file}", "--environment", said.environment),
            request_seconds=8.0 * times, delivery_seconds=5.0 * times, checkpoint_seconds=5.0 * times,
            ready_seconds=20.0 * times, at_once=4,
        )  # fmt: skip

    def stop(self) -> None:
        """End it."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait(60)
