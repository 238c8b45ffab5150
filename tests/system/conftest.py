"""How hard `make chaos` is on the demo; without options the default test of a few kills runs."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("chaos")
    group.addoption("--kills", type=int, default=6, help="how often an exporting node is killed (default 6)")
    group.addoption("--invoices", type=int, default=12, help="how many invoices cross (default 12)")
    group.addoption("--chaos-seed", type=int, default=3, help="seed of orders and moments (default 3)")
    group.addoption(
        "--faults", type=int, default=27, help="how many requests between nodes suffer (default 27)"
    )
    group.addoption("--chance", type=float, default=0.6, help="how likely the next one suffers (default 0.6)")
    group.addoption("--orders", type=Path, help="the orders' file (default: the sample)")
    group.addoption(
        "--store-kills", type=int, default=3, help="how often each process and database is killed (default 3)"
    )
