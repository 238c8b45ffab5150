"""Tests of the suite share the nodes of ``mutation`` and the faults of ``faults``."""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
for _each in (_HERE, _HERE.parents[1] / "conformance"):
    if str(_each) not in sys.path:
        sys.path.insert(0, str(_each))
