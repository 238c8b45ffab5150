"""The command line: one file a command group; ``cli.py`` parses and calls."""

from threeflow_gateway.cli.cli import main

__all__ = ["main"]
