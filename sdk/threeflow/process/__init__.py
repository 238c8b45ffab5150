"""The process (TF-SUBJ, TF-TABLE): the exchange table, and the states that follow from it.

Pure: no IO, no clock, no document type by name.
"""

from threeflow.process.accounts import Balance, Mark
from threeflow.process.filed import Filed, Reference, file
from threeflow.process.fold import extend, fold
from threeflow.process.judge import Judgement, check_references, judge
from threeflow.process.ledger import Entry, Ledger, Line, Moved
from threeflow.process.node import TableError
from threeflow.process.portions import Portion
from threeflow.process.scope import Scope
from threeflow.process.state import Finding, State, Taken, Waiting
from threeflow.process.table import Kind, Row, Table, choice

__all__ = [
    "Balance",
    "Entry",
    "Filed",
    "Finding",
    "Judgement",
    "Kind",
    "Ledger",
    "Line",
    "Mark",
    "Moved",
    "Portion",
    "Reference",
    "Row",
    "Scope",
    "State",
    "Table",
    "TableError",
    "Taken",
    "Waiting",
    "check_references",
    "choice",
    "extend",
    "file",
    "fold",
    "judge",
]
