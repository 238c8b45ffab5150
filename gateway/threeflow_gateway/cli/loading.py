"""What commands read from files: trust stores, the standard with overlays, envelopes."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threeflow import envelope, strict
from threeflow.errors import Refused
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_gateway.cli.output import CannotRunError, read

if TYPE_CHECKING:
    from threeflow_gateway.store.database import Database


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def database_of(config: Path) -> "Database":
    """Return the database that a node's configuration names.

    Raises:
        CannotRunError: the configuration cannot be used.
    """
    from threeflow_gateway.config import MisconfiguredError, load
    from threeflow_gateway.store.database import Database

    try:
        settings = load(config).storage
    except MisconfiguredError as error:
        raise CannotRunError(str(error)) from None
    return Database.of(settings)


def trust_store(paths: Sequence[str]) -> TrustStore:
    """Return a store of all trust files, in the environment of the first.

    Raises:
        CannotRunError: a file cannot be read, or is no trust file.
    """
    store: TrustStore | None = None
    for path in paths:
        octets = read(path)
        try:
            store = store or TrustStore(_environment(octets))
            store.add_file(octets, now=now())
        except Refused as refused:
            raise CannotRunError(f"{path}: no trust: {refused}") from None
    if store is None:
        raise CannotRunError("no trust file is given")
    return store


def standard(overlays: Sequence[Path]) -> Standard:
    """Return the standard with overlay folders.

    Raises:
        CannotRunError: a folder is missing, replaces a piece of the standard, or holds a faulty rule pack,
            profile or code list: which file, and which line.
    """
    try:
        found = Standard.load(*overlays)
        if overlays:
            found.read_all()
    except (OSError, ValueError) as error:
        raise CannotRunError(f"overlay: {error}") from None
    return found


def add_overlay(parser: argparse.ArgumentParser) -> None:
    """Add the option that names overlay folders."""
    parser.add_argument(
        "--overlay",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder laid out as the standard that adds documents, rows and rules (may be repeated)",
    )


def payload_of(octets: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return payload and parts of a file that is an envelope or a bare payload; no seal is checked."""
    value = strict.parse_object(octets)
    if "signatures" not in value:
        return octets, ()
    env = envelope.read(octets)
    return env.payload, env.parts


def type_of(payload: Mapping[str, Any]) -> str:
    """Return the document type that a payload says it is.

    Raises:
        Refused: ``header-malformed``, it says none.
    """
    header = payload.get("header")
    found = header.get("type") if isinstance(header, dict) else None
    if not isinstance(found, str):
        raise Refused("header-malformed", "TF-DOC-2", "header.type is no string", "/header/type")
    return found


def _environment(octets: bytes) -> str:
    file = strict.parse_object(octets)
    lists = file.get("lists")
    if not isinstance(lists, list) or not lists:
        raise Refused("trust-list-invalid", "TF-TRUST-8", "a trust file has exactly anchor and lists")
    header = strict.parse_object(envelope.read(strict.dump(lists[0])).payload).get("header")
    return str(header.get("environment")) if isinstance(header, dict) else ""
