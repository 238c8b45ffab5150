"""The catalogue of faulty nodes."""

from faults import (
    binding,
    bindings,
    clients,
    decisions,
    dossiers,
    effects,
    forms,
    outcomes,
    seals,
    strict_json,
    table,
    tokens,
    trust,
)
from faults.crashes import CRASHES
from faults.plant import FAULTS, Fault

__all__ = [
    "CRASHES",
    "FAULTS",
    "Fault",
    "binding",
    "bindings",
    "clients",
    "decisions",
    "dossiers",
    "effects",
    "forms",
    "outcomes",
    "seals",
    "strict_json",
    "table",
    "tokens",
    "trust",
]
