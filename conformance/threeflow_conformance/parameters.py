"""What the suite needs to know of a node that no standard says: a form, as a file or as environment variables."""

import os
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from threeflow_conformance.errors import UsageError

__all__ = ["Parameters", "load"]

_PREFIX = "THREEFLOW_CONFORMANCE_"


def _asked(help_text: str, default: Any) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The form; every default fits the reference gateway as ``reference_node.py`` starts it."""

    environment: str = _asked("Environment of all documents of the run.", "sandbox")
    request_seconds: float = _asked("How long one answer may take before it counts as none.", 10.0)
    delivery_seconds: float = _asked("Within how many seconds the node delivers, repeats and tells.", 8.0)
    quiet_seconds: float = _asked("How long the suite waits to see that something does not happen.", 0.6)
    checkpoint_seconds: float = _asked("Within how many seconds the node publishes a checkpoint.", 8.0)
    pending_seconds: int = _asked("How long the node lets a document wait (its limit pendingSeconds).", 3)
    ready_seconds: float = _asked("How long the node may take to be ready after a restart.", 30.0)
    at_once: int = _asked("How many cases run at the same time.", 6)
    restart: tuple[str, ...] = _asked(
        "Command that makes the node read its trust files anew, by a restart; 0 when it was told.", ()
    )
    take_list: tuple[str, ...] = _asked(
        "Command that judges a trust file as the node does: {file} is its path; 0 taken, 1 refused.", ()
    )
    grpc: str = _asked("Where the node serves gRPC, as host and port; empty where it does not.", "")
    profile: str = _asked("Profile of the standard by which the node judges; empty where it claims none.", "")
    client: tuple[str, ...] = _asked(
        "For the roles issuer:…: command that does one task of the client, JSON in and JSON out.", ()
    )
    client_seconds: float = _asked("How long the client may take for one task.", 30.0)


def load(path: Path | None, environ: Mapping[str, str] = os.environ) -> Parameters:
    """Read the form; an environment variable wins over the file.

    Raises:
        UsageError: a parameter is unknown or of another type.
    """
    said: dict[str, Any] = {}
    if path is not None and path.exists():
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"{path}: {error}") from error
    known = {each.name: each for each in fields(Parameters)}
    unknown = sorted(set(said) - set(known))
    if unknown:
        raise UsageError(f"{path}: no parameter is called {unknown[0]}")
    values = {name: _typed(name, value, known[name].default) for name, value in said.items()}
    for name, described in known.items():
        text = environ.get(_PREFIX + name.upper())
        if text is not None:
            values[name] = _typed(name, _read(text, described.default), described.default)
    return Parameters(**values)


def _read(text: str, default: Any) -> Any:
    if isinstance(default, tuple):
        return shlex.split(text)
    try:
        return type(default)(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no {type(default).__name__}") from error


def _typed(name: str, value: Any, default: Any) -> Any:
    if (
        isinstance(default, tuple)
        and isinstance(value, list)
        and all(isinstance(each, str) for each in value)
    ):
        return tuple(value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, type(default)) and not isinstance(value, bool):
        return value
    raise UsageError(f"the parameter {name} is of another type")
