"""``threeflow signer``: keep private keys in a process of its own and sign for a node."""

import argparse
import os
import signal
from pathlib import Path

from threeflow_gateway.cli.arguments import Subparsers, command
from threeflow_gateway.cli.output import GOOD, CannotRunError, Printer

DESCRIPTION = """\
Keep the private keys of a node in a process of its own, and sign for it over a Unix socket. The node is given
the public halves (threeflow keys public) and the socket (signer.socket in node.toml), and never sees a
private key. Run the signer as another user than the node, and let that user in with --allow: the kernel says
who connects. A key signs nothing but what names it, and a token key no document. It runs until it is
interrupted."""

EXAMPLES = """\
  threeflow signer --socket /run/threeflow-signer/socket --key seal.json --key token.json
  threeflow signer --socket /run/threeflow-signer/socket --key seal.json --key token.json --allow threeflow
"""


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(
        commands, "signer", run, text="keep private keys and sign for a node", description=DESCRIPTION,
        examples=EXAMPLES,
    )  # fmt: skip
    made.add_argument(
        "--socket", type=Path, required=True, metavar="PATH",
        help="Unix socket to open, in a folder where nobody else may write",
    )  # fmt: skip
    made.add_argument(
        "--key", type=Path, required=True, action="append", metavar="FILE",
        help="private key file that its owner alone may read (may be repeated)",
    )  # fmt: skip
    made.add_argument(
        "--allow", action="append", default=[], metavar="USER",
        help="name or id of a user who may have signed (may be repeated; default: who runs the signer)",
    )  # fmt: skip


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Sign until interrupted."""
    from threeflow.errors import Refused
    from threeflow_gateway.observe import logs
    from threeflow_gateway.signing import keyfiles
    from threeflow_gateway.signing.process import SignerServer

    logs.configure("INFO", "text")
    users = {_user(each) for each in args.allow} or {os.geteuid()}
    try:
        keys = [keyfiles.load(path) for path in args.key]
        server = SignerServer(args.socket, keys, users)
    except (OSError, Refused, ValueError) as problem:
        raise CannotRunError(str(problem)) from None
    printer.result(
        {"socket": str(args.socket), "keys": sorted(server.keys), "users": sorted(users)},
        [f"signing at [bold]{args.socket}[/] with {', '.join(sorted(server.keys))}"],
    )
    # The loop that serves is this thread's own: to be interrupted is the way to stop it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return GOOD


def _user(named: str) -> int:
    import pwd

    if named.isdigit():
        return int(named)
    try:
        return pwd.getpwnam(named).pw_uid
    except KeyError:
        raise CannotRunError(f"there is no user {named}") from None
