"""`threeflow doctor`: every part of a node is looked at, and what is wrong is said with what to do.

`examine` looks and changes nothing; the node may run or not.
"""

from threeflow_gateway.health.doctor.examination import CHECKS, Report, examine
from threeflow_gateway.health.doctor.findings import Finding, Level

__all__ = ["CHECKS", "Finding", "Level", "Report", "examine"]
