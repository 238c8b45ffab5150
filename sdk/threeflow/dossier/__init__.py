"""Dossiers: cut for one purpose, exact to the octet, checked offline (spec page ``dossier``).

``build`` cuts one, ``read`` judges its form, ``verify`` says whether it is valid at a moment.
"""

from threeflow.dossier.bundle import Dossier, Entry, Proof, Sealed, read, seal_of
from threeflow.dossier.cut import Held, Order, Withheld, build
from threeflow.dossier.verdict import Problem, Verdict
from threeflow.dossier.verifier import verify

__all__ = [
    "Dossier",
    "Entry",
    "Held",
    "Order",
    "Problem",
    "Proof",
    "Sealed",
    "Verdict",
    "Withheld",
    "build",
    "read",
    "seal_of",
    "verify",
]
