"""``threeflow serve``: run a gateway."""

import argparse
from pathlib import Path

from threeflow_gateway.cli.arguments import Subparsers, command
from threeflow_gateway.cli.output import CannotRunError, Printer

DESCRIPTION = """\
Run one gateway in the foreground until it is interrupted. The configuration names the node's id, its key
files, the trust lists that it starts from, its store and the address that it listens on; the roles come
from the trust list. With a section [grpc] the same process answers over gRPC too."""

EXAMPLES = """\
  threeflow serve --config node.toml
"""


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(commands, "serve", run, text="run a gateway", description=DESCRIPTION, examples=EXAMPLES)
    made.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="the node's configuration, TOML"
    )


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Serve until interrupted."""
    from threeflow_gateway.app import serve

    if not args.config.is_file():
        raise CannotRunError(f"{args.config}: no such file")
    return serve(args.config)
