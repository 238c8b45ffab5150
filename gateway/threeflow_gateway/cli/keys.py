"""``threeflow keys``: make keys."""

import argparse
from pathlib import Path
from typing import cast

from threeflow import names
from threeflow_gateway.cli.arguments import Subparsers, command, group
from threeflow_gateway.cli.output import GOOD, CannotRunError, Printer

DESCRIPTION = """\
Make a private key and write it to a new file that only its owner may read. The public half is printed, as
the trust list of the node's jurisdiction must name it. A node needs two keys: one for seals, one for
tokens."""

EXAMPLES = """\
  threeflow keys new --kid xa.carrier#seal-1 --out keys/seal.json
  threeflow keys new --kid xa.carrier#token-1 --use token --alg Ed25519 --out keys/token.json
"""


PUBLIC = """\
Write the public half of a key to a new file: what a node is given whose private keys a signer keeps
(threeflow signer), and what a trust list's description may name."""

PUBLIC_EXAMPLES = """\
  threeflow keys public keys/seal.json --out public/seal.json
"""


def add(commands: Subparsers) -> None:
    """Add the group."""
    keys = group(commands, "keys", text="make keys", description="Make the keys of a node.")
    shown = command(
        keys,
        "public",
        public,
        text="write the public half of a key",
        description=PUBLIC,
        examples=PUBLIC_EXAMPLES,
    )
    shown.add_argument("key", type=Path, metavar="KEY", help="private key file")
    shown.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the new file; never overwritten"
    )
    made = command(
        keys,
        "new",
        new,
        text="make a private key",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    made.add_argument(
        "--alg", choices=("ES256", "Ed25519"), default="ES256", help="algorithm (default: ES256)"
    )
    made.add_argument("--kid", required=True, help="name of the key: node-id#key-id")
    made.add_argument(
        "--use", choices=("seal", "token"), default="seal", help="what the key makes (default: seal)"
    )
    made.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the new key file; never overwritten"
    )


def new(args: argparse.Namespace, printer: Printer) -> int:
    """Make one key."""
    from threeflow.keys import Algorithm, SigningKey, Use

    if not names.is_kid(args.kid):
        raise CannotRunError(f"{args.kid!r} is no kid: write node-id#key-id, as in xa.carrier#seal-1")
    key = SigningKey.generate(cast(Algorithm, args.alg), args.kid, cast(Use, args.use))
    try:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        key.save(args.out)
    except OSError as error:
        raise CannotRunError(f"{args.out}: {error.strerror or error}") from None
    public = {
        "kid": key.kid,
        "use": key.use,
        "alg": key.alg,
        "jwk": dict(key.public.jwk),
        "thumbprint": key.public.thumbprint,
    }
    printer.result(
        {"file": str(args.out), "public": public},
        (
            f"wrote [bold]{args.out}[/]",
            f"kid        {key.kid}",
            f"use        {key.use}",
            f"thumbprint {key.public.thumbprint}",
        ),
    )
    return GOOD


def public(args: argparse.Namespace, printer: Printer) -> int:
    """Write the public half of one key."""
    from threeflow.errors import Refused
    from threeflow_gateway.signing import keyfiles

    try:
        key = keyfiles.load(args.key).public
        args.out.parent.mkdir(parents=True, exist_ok=True)
        with args.out.open("xb") as file:
            file.write(keyfiles.public_json(key))
    except (OSError, Refused) as problem:
        raise CannotRunError(str(problem)) from None
    printer.result(
        {"file": str(args.out), "kid": key.kid, "thumbprint": key.thumbprint},
        (f"wrote [bold]{args.out}[/]", f"kid        {key.kid}", f"thumbprint {key.thumbprint}"),
    )
    return GOOD
