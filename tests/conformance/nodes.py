"""Reference gateways for the suite's own tests, right or with a fault, each in a process and a network of its own."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import httpx

from threeflow_conformance import parameters, prepare
from threeflow_conformance.speak.network import Network, free_port

__all__ = ["Node", "NotUpError", "patience"]

_ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).resolve().parent
_READY_SECONDS = 90.0
_MOST_PATIENCE = 6.0


class NotUpError(Exception):
    """The node did not come up; the message is what it wrote."""


def patience() -> float:
    """By how much a machine that others load is slower: its load a core, 1 where it is idle, at most 6."""
    return min(_MOST_PATIENCE, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


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
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> "Node":
        """Start it and wait until it is ready; NotUpError where it is not in time. A client is started by its tasks."""
        if self.network.role.issues:
            return self
        command = [sys.executable, str(_ROOT / "conformance" / "reference_node.py"), str(self._folder)]
        if self._fault:
            command += ["--gateway", f"{sys.executable} {_HERE / 'faulty_node.py'} --fault {self._fault}"]
        with (self._folder / "log.txt").open("ab") as log:
            self._child = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self._child.poll() is None:
            try:
                if httpx.get(self.target + "/ready", timeout=5, trust_env=False).status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        self.stop()
        raise NotUpError((self._folder / "log.txt").read_text(errors="replace")[-2000:])

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
