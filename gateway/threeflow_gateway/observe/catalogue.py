"""Every metric of a node, declared once; the page ``docs/reference/metrics.md`` is printed from here.

No label holds what a caller chose: its values come from the standard, the program, or the trust lists.
"""

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["CIRCUIT_STATES", "LABELS", "METRICS", "Declared", "Kind"]

CIRCUIT_STATES: Final = ("closed", "half-open", "open")

Kind = Literal["counter", "gauge", "histogram"]

LABELS: Final = {
    "outcome": "`accepted`, `pending`, `no-effect`, `flagged`, `repeated`, `refused` or `failed`",
    "code": "a refusal code of the standard; empty where nothing was refused",
    "operation": "an operation of the OpenAPI description, or `other`",
    "status": "`2xx`, `3xx`, `4xx`, `5xx`",
    "peer": "a node with an endpoint that a trust list names",
    "result": "`taken-in`, `refused`, `again` or `no-answer`",
    "state": "`closed`, `half-open` or `open`",
    "jurisdiction": "a jurisdiction whose trust list is held",
    "party": "a node of a trust list that read its events since the process started",
    "key": "a key id of this node",
    "version": "the program's version",
    "node": "this node's id",
    "incident": "`log-inconsistent` or `trust-list-equivocation`",
    "check": "a check of `GET /ready`",
}
"""What the values of each label are."""

_FAST: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_MANY: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)


@dataclass(frozen=True, slots=True)
class Declared:
    """One metric; ``buckets`` are a histogram's upper bounds, in the unit that the name says."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = _FAST


def _by_name(*declared: Declared) -> dict[str, Declared]:
    return {each.name: each for each in declared}


METRICS: Final = _by_name(
    Declared("threeflow_incidents_open", "gauge",
             "Incidents that the operator has not closed: a log or a jurisdiction that says two things.",
             ("incident",)),
    Declared(
        "threeflow_intake_outcomes_total", "counter",
        "Documents that were judged, over any binding or fetched, by outcome and refusal code.",
        ("outcome", "code"),
    ),
    Declared("threeflow_intake_seconds", "histogram",
             "From a document's octets to its sealed outcome, the wait for the commit included."),
    Declared("threeflow_rest_requests_total", "counter", "REST requests that were answered.",
             ("operation", "status")),
    Declared("threeflow_rest_request_seconds", "histogram",
             "From a REST request's head to the end of its answer; long polls wait as they were asked to.",
             ("operation",)),
    Declared("threeflow_rest_refused_total", "counter",
             "REST requests refused as a whole: an unproven caller, too large a body, a wrong media type.",
             ("code",)),
    Declared("threeflow_commit_units", "histogram",
             "Documents, settlements and sweeps in one transaction.", (), _MANY),
    Declared("threeflow_commit_seconds", "histogram", "One transaction, from its begin to durable."),
    Declared("threeflow_commit_failures_total", "counter",
             "Transactions that failed and were taken again unit by unit."),
    Declared("threeflow_committer_waiting", "gauge", "Units that wait for the committer."),
    Declared("threeflow_committer_room", "gauge",
             "Units that may wait before callers are sent away (`limits.waiting_units`)."),
    Declared("threeflow_delivery_attempts_total", "counter",
             "Offers of one document to a peer, by what they earned.", ("peer", "result")),
    Declared("threeflow_delivery_seconds", "histogram", "One request to a peer.", ("peer",)),
    Declared("threeflow_outbox_owed", "gauge", "Documents that a peer is owed.", ("peer",)),
    Declared("threeflow_outbox_oldest_seconds", "gauge",
             "How long the oldest of them has been owed; 0 where none is.", ("peer",)),
    Declared("threeflow_outbox_dead", "gauge", "Dead letters (`threeflow dead-letters list`).", ("peer",)),
    Declared("threeflow_circuit", "gauge", "1 for the state of the circuit to a peer, else 0.",
             ("peer", "state")),
    Declared("threeflow_log_leaves", "gauge", "Size of the log of receipts."),
    Declared("threeflow_checkpoint_leaves", "gauge", "Leaves that the newest own checkpoint covers."),
    Declared("threeflow_checkpoint_age_seconds", "gauge",
             "Age of the newest own checkpoint; it grows without harm while no leaf is added."),
    Declared("threeflow_trust_list_age_seconds", "gauge", "Time since the newest list was issued.",
             ("jurisdiction",)),
    Declared("threeflow_trust_list_left_seconds", "gauge",
             "Time until the newest list expires; negative once it did.", ("jurisdiction",)),
    Declared("threeflow_key_left_seconds", "gauge",
             "Time until a key of this node is no longer valid by its list.", ("key",)),
    Declared("threeflow_event_lag", "gauge", "Events that a party has not read yet.", ("party",)),
    Declared("threeflow_documents_waiting", "gauge", "Documents that are pending."),
    Declared("threeflow_dossiers_to_fetch", "gauge", "Dossiers whose head came and whose bundle did not."),
    Declared("threeflow_database_up", "gauge", "1 where the database answered this scrape."),
    Declared("threeflow_database_octets", "gauge", "Size of the database, as it says itself."),
    Declared("threeflow_disk_free_octets", "gauge", "Free space where the embedded database lies."),
    Declared("threeflow_ready", "gauge",
             "1 where a check of readiness held when `GET /ready` was last asked.", ("check",)),
    Declared("threeflow_build_info", "gauge", "Always 1.", ("version", "node")),
)  # fmt: skip
