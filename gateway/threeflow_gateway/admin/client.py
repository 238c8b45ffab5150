"""Asking a running node's admin surface."""

import json
import socket
from pathlib import Path
from typing import Any

from threeflow.errors import Unavailable

__all__ = ["AdminError", "ask"]


class AdminError(Exception):
    """The node was asked and said no; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def ask(path: Path, do: str, *, timeout_seconds: float = 60.0, **arguments: Any) -> Any:
    """Ask a node to do one named thing and return its result.

    Raises:
        Unavailable: nobody answers at the socket, or not in time.
        AdminError: the node says no.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(timeout_seconds)
            line.connect(str(path))
            line.sendall(json.dumps({"do": do, **arguments}).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer = json.loads(answers.readline())
    except (OSError, ValueError) as problem:
        raise Unavailable(f"no node answers at the admin socket {path}: {problem}") from problem
    if "error" in answer:
        raise AdminError(answer["error"]["code"], answer["error"]["message"])
    return answer["result"]
