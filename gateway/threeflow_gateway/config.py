"""The configuration of one node: ``node.toml``. Every setting has a sentence here; an unknown one is refused.

What a node may do is not configured: its roles, offices and keys are those that the trust lists name.
"""

import tomllib
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_args, get_origin

__all__ = [
    "Admin",
    "Audit",
    "Config",
    "Delivery",
    "Grpc",
    "Limits",
    "Log",
    "Metrics",
    "MisconfiguredError",
    "Node",
    "Process",
    "Signer",
    "Storage",
    "Traces",
    "Trust",
    "load",
]


class MisconfiguredError(Exception):
    """The configuration cannot be used; the message says which setting and why."""


def _setting(help_text: str, default: Any = MISSING) -> Any:
    metadata = {"help": help_text}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Who the node is and where it listens."""

    id: str = _setting("Node id as the trust list names it, jurisdiction first.")
    environment: str = _setting("Environment of every document that the node takes in.")
    endpoint: str = _setting(
        "Address under which the trust list publishes the node, without a slash at the end."
    )
    host: str = _setting("Address to listen on.", "127.0.0.1")
    port: int = _setting("TCP port to listen on.")
    seal_keys: tuple[Path, ...] = _setting(
        "Private key files whose seals the node sets, one per algorithm, readable by their owner alone; with"
        " signer.socket their public halves."
    )
    token_key: Path = _setting(  # noqa: RUF009 - a field
        "Private key file that proves the node to peers, readable by its owner alone; with signer.socket its"
        " public half."
    )
    profile: str = _setting("Profile whose rules apply to what arrives; empty for the core alone.", "")
    overlays: tuple[Path, ...] = _setting("Folders that add documents, rows and rules to the standard.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who keeps the private keys where the node itself does not. Off where no socket is named."""

    socket: Path | None = _setting(  # noqa: RUF009 - a field
        "Unix socket of the signer that keeps the private halves of the node's keys (threeflow signer).", None
    )
    timeout_seconds: float = _setting(
        "How long a signature may take before callers are told to come again.", 2.0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom the node trusts."""

    files: tuple[Path, ...] = _setting(
        "Trust files: an anchor's fingerprint and the lists under it, oldest first."
    )
    reload_seconds: float = _setting(
        "How often the node looks whether a trust file changed; 0 for never. SIGHUP makes it look at once.",
        10.0,
    )
    compare_seconds: float = _setting(
        "How often the node asks its peers which lists they hold, to find two of one sequence; 0 for never.",
        3600.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Where the node keeps what it took in."""

    url: str = _setting("Database address; a relative SQLite path starts at the configuration's folder.",
                        "sqlite:///node.sqlite3")  # fmt: skip
    busy_seconds: float = _setting("How long a transaction waits for another before it gives up.", 30.0)
    free_octets: int = _setting(
        "Free space, in octets, below which a node on an embedded database says that it is not ready.",
        67_108_864,
    )
    archives: Path | None = _setting(  # noqa: RUF009 - a field
        "Folder of the archives to which old documents were moved (threeflow archive move); all processes of"
        " a node read the same files.",
        None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the node bears."""

    body_octets: int = _setting("Largest body of one request, in octets.", 1_048_576)
    batch_octets: int = _setting("Largest body of one batch, in octets.", 16_777_216)
    batch_units: int = _setting("Most documents in one transaction.", 64)
    linger_seconds: float = _setting(
        "How long a transaction waits for company while documents arrive together; up to twelve times as"
        " long, as long as more keep coming.",
        0.004,
    )
    waiting_units: int = _setting(
        "Most documents that may wait for the committer before callers are sent away.", 4096
    )
    answer_seconds: float = _setting(
        "How long a caller waits for its outcome before it is told in-progress.", 30.0
    )
    subjects_in_memory: int = _setting("Subjects whose state is kept in memory.", 20_000)
    calls_per_second: float = _setting(
        "Requests, and lines of batches, that one caller may send a second for long; 0 for no bound.", 1000.0
    )
    calls_at_once: int = _setting("Requests that one caller may send at once beyond that.", 20_000)
    documents_per_second: float = _setting(
        "Documents of one issuer that are taken in a second for long; 0 for no bound.", 500.0
    )
    documents_at_once: int = _setting("Documents of one issuer taken in at once beyond that.", 20_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """How the node treats what it waits for."""

    pending_seconds: int = _setting("How long a pending document waits for what it lacks.", 604_800)
    sweep_seconds: float = _setting("How often the node looks for pending documents that ran out.", 5.0)
    facts: tuple[Path, ...] = _setting(
        "JSON files of facts by name, for rules that ask for what the node itself does not hold.", ()
    )
    registers: tuple[str, ...] = _setting(
        "Facts whose whole register this node keeps: what it does not hold of them is not so.", ()
    )
    reload_seconds: float = _setting(
        "How often the node looks whether rule packs, profiles, code lists of its overlays or files of facts "
        "changed; 0 for never. SIGHUP makes it look at once.",
        10.0,
    )
    dossier_seconds: int = _setting("How long a dossier made here is valid for release.", 2_592_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the node carries documents to its peers."""

    enabled: bool = _setting("Whether the node delivers at all.", True)
    first_retry_seconds: float = _setting("Pause after the first failed attempt; it doubles from there.", 0.5)
    longest_retry_seconds: float = _setting("Longest pause between two attempts.", 300.0)
    give_up_seconds: int = _setting(
        "Age at which an undeliverable document becomes a dead letter.", 1_209_600
    )
    documents_per_request: int = _setting("Most documents in one request to a peer.", 32)
    timeout_seconds: float = _setting("How long one request may take.", 30.0)
    circuit_failures: int = _setting(
        "Requests without an answer, in a row, after which a peer is only tried with one document at a time.",
        5,
    )
    catch_up_per_second: float = _setting(
        "Most documents a second of what a peer has been owed for over a minute; newer ones go beside them. "
        "0 for no bound.",
        200.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The log of receipts, and the log of the program."""

    checkpoint_seconds: float = _setting(
        "Least time between two checkpoints, besides those that a dossier needs.", 60.0
    )
    level: str = _setting("Least level of messages on standard error: DEBUG, INFO, WARNING or ERROR.", "INFO")
    format: str = _setting("How a message is written: text, or json with one object a line.", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the node remembers of what it decided, and when it erases personal data."""

    keep_days: int = _setting("How long refusals, reads and erasures stay in the audit trail.", 400)
    flush_seconds: float = _setting(
        "How often gathered refusals are written; so many seconds of them may be lost where power is.", 1.0
    )
    erase_seconds: float = _setting(
        "How often the node looks for personal data whose retention is over; 0 for never.",
        3600.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """What those who run the node may ask of it while it runs. Off where no socket is named."""

    socket: Path | None = _setting(  # noqa: RUF009 - a field
        "Unix socket of the admin surface, which the node's own user alone may open; none keeps it off."
        " Its folder is one where nobody else may write.",
        None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grpc:
    """How the node answers over gRPC. A node without this section answers over REST alone."""

    port: int = _setting("TCP port to listen on.")
    endpoint: str = _setting(
        "Address under which the node's statement publishes this binding: https, or http where it is"
        " plaintext, with host and port and nothing else."
    )
    host: str = _setting("Address to listen on.", "127.0.0.1")
    plaintext: bool = _setting("Whether to serve without TLS, as behind a proxy that ends it.", False)
    certificate: Path | None = _setting(  # noqa: RUF009 - a field
        "PEM file of the server's certificate, P-256, then its chain.", None
    )
    private_key: Path | None = _setting(  # noqa: RUF009 - a field
        "PEM file of the certificate's private key.", None
    )
    client_authorities: Path | None = _setting(  # noqa: RUF009 - a field
        "PEM file of the authorities by which callers' certificates are judged; where it is named, a caller"
        " without one is not served (mutual TLS). It proves no caller token.",
        None,
    )
    own_process: bool = _setting(
        "Whether the port is a process of its own beside the node's: gRPC's library then works on another"
        " core, and what ends it does not end the node. For machines with a core to spare.",
        False,
    )
    reflection: bool = _setting("Whether anyone may ask which services and messages there are.", True)
    compression: bool = _setting("Whether answers are compressed with gzip.", False)
    streams_per_connection: int = _setting("Most calls under way on one connection.", 1000)
    keepalive_seconds: float = _setting(
        "After so long a silence a connection is asked for a sign of life.", 60.0
    )
    keepalive_timeout_seconds: float = _setting(
        "How long that sign of life may take before the connection is closed.", 20.0
    )
    stalled_seconds: float = _setting(
        "How long a stream waits for a caller that takes no answers before it is ended.", 300.0
    )
    grace_seconds: float = _setting("How long calls under way may take to end when the node stops.", 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Where OpenTelemetry's spans go, with the extra ``threeflow[tracing]``. Off without an address."""

    endpoint: str = _setting("OTLP/HTTP address of a collector, such as http://127.0.0.1:4318/v1/traces.", "")
    ratio: float = _setting("Share of the traces that begin here and are kept; a caller's choice stays.",
                            1.0)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """The port on which Prometheus reads the node's metrics. Off where no port is named."""

    host: str = _setting("Address to listen on; the metrics tell volumes of trade, so not one of the world.",
                         "127.0.0.1")  # fmt: skip
    port: int = _setting("TCP port of the metrics; 0 keeps it off.", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings, one section each."""

    node: Node
    trust: Trust
    signer: Signer = field(default_factory=Signer)
    storage: Storage = field(default_factory=Storage)
    limits: Limits = field(default_factory=Limits)
    process: Process = field(default_factory=Process)
    delivery: Delivery = field(default_factory=Delivery)
    log: Log = field(default_factory=Log)
    metrics: Metrics = field(default_factory=Metrics)
    traces: Traces = field(default_factory=Traces)
    admin: Admin = field(default_factory=Admin)
    audit: Audit = field(default_factory=Audit)
    grpc: Grpc | None = None


_SECTIONS: Final[dict[str, type[Any]]] = {
    "node": Node, "signer": Signer, "trust": Trust, "storage": Storage, "limits": Limits, "process": Process,
    "delivery": Delivery, "log": Log, "metrics": Metrics, "traces": Traces, "admin": Admin, "audit": Audit,
    "grpc": Grpc,
}  # fmt: skip
_MAY_BE_ABSENT: Final = {"grpc"}


def load(path: Path) -> Config:
    """Read ``node.toml``; relative paths start at its folder.

    Raises:
        MisconfiguredError: the file cannot be read, or a setting is missing, unknown or of another type.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MisconfiguredError(f"{path}: {error}") from error
    unknown = sorted(set(said) - set(_SECTIONS))
    if unknown:
        raise MisconfiguredError(f"unknown section [{unknown[0]}]")
    folder = path.resolve().parent
    sections = {
        name: _section(name, kind, said.get(name, {}), folder)
        for name, kind in _SECTIONS.items()
        if name in said or name not in _MAY_BE_ABSENT
    }
    return Config(**sections)


def _section(name: str, kind: type[Any], said: Any, folder: Path) -> Any:
    if not isinstance(said, dict):
        raise MisconfiguredError(f"[{name}] is no table")
    known = {each.name: each for each in fields(kind)}
    for setting in said:
        if setting not in known:
            raise MisconfiguredError(f"unknown setting {name}.{setting}")
    for setting, described in known.items():
        if setting not in said and described.default is MISSING:
            raise MisconfiguredError(f"setting {name}.{setting} is missing")
    values = {
        setting: _value(f"{name}.{setting}", known[setting], value, folder) for setting, value in said.items()
    }
    if kind is Storage:
        # Its default is a path too, and starts at the same folder.
        values["url"] = _database(values.get("url", known["url"].default), folder)
    return kind(**values)


def _value(name: str, described: Field[Any], value: Any, folder: Path) -> Any:
    wanted: Any = described.type
    if get_origin(wanted) is UnionType:
        # A setting that may be left out is none; one that is said is what it is.
        wanted = get_args(wanted)[0]
    if get_origin(wanted) is tuple:
        if not isinstance(value, list):
            raise MisconfiguredError(f"setting {name} is no list")
        return tuple(_scalar(name, get_args(wanted)[0], each, folder) for each in value)
    return _scalar(name, wanted, value, folder)


def _scalar(name: str, wanted: type[Any], value: Any, folder: Path) -> Any:
    if wanted is Path and isinstance(value, str):
        return folder / value
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise MisconfiguredError(f"setting {name} is no {wanted.__name__}")
    return value


def _database(url: str, folder: Path) -> str:
    start = "sqlite:///"
    if url.startswith(start) and not url.startswith(start + "/"):
        return start + str(folder / url.removeprefix(start))
    return url
