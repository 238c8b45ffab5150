"""``threeflow seal`` and ``threeflow open``: put a payload under a seal, and look inside one."""

import argparse
import json
from collections.abc import Iterator
from datetime import datetime

from rich.markup import escape

from threeflow import envelope, parts, strict
from threeflow.envelope import Envelope
from threeflow.errors import Refused
from threeflow.keys import SigningKey
from threeflow.trust import TrustStore, check_key
from threeflow_gateway.cli.arguments import Subparsers, command
from threeflow_gateway.cli.loading import trust_store
from threeflow_gateway.cli.output import GOOD, Printer, read, write

SEAL = """\
Put the octets of a file, exactly as they are, under one or several seals, and write the envelope. The file
is a payload of the standard; its issuer must be the node of the keys, and parts must be bound by its
header."""

SEAL_EXAMPLES = """\
  threeflow seal order.json --key keys/seal.json > order.envelope.json
  threeflow seal order.json --key keys/seal.json --part buyer.json --out order.envelope.json
"""

OPEN = """\
Show what an envelope holds. With --trust its seals are checked under listed keys that were valid when it
was issued; without, nothing is known of who sealed it, and the answer says so."""

OPEN_EXAMPLES = """\
  threeflow open order.envelope.json
  threeflow open order.envelope.json --trust trust/xa.json --json
  threeflow open order.envelope.json --payload > order.json
"""


def add(commands: Subparsers) -> None:
    """Add both commands."""
    sealing = command(commands, "seal", seal, text="seal a payload", description=SEAL, examples=SEAL_EXAMPLES)
    sealing.add_argument("file", metavar="FILE", help="the payload; - is standard input")
    sealing.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="KEY",
        help="private key file; repeat it for several seals",
    )
    sealing.add_argument(
        "--part", action="append", default=[], metavar="FILE", help="a part to attach (may be repeated)"
    )
    sealing.add_argument("--out", metavar="FILE", help="where to write (default: standard output)")
    opening = command(
        commands, "open", open_, text="look inside an envelope", description=OPEN, examples=OPEN_EXAMPLES
    )
    opening.add_argument("envelope", metavar="ENVELOPE", help="the envelope; - is standard input")
    opening.add_argument("--trust", nargs="+", default=[], metavar="TRUST", help="trust files")
    opening.add_argument(
        "--payload", action="store_true", help="write the payload's exact octets, nothing else"
    )


def seal(args: argparse.Namespace, printer: Printer) -> int:
    """Seal one payload."""
    payload = read(args.file)
    keys = [SigningKey.from_json(read(path)) for path in args.key]
    attached = [read(path) for path in args.part]
    value = strict.parse_object(payload)
    raw = envelope.seal(payload, *keys, parts=attached)
    env = envelope.read(raw)
    envelope.check_issuer(env, _header(value).get("issuer"))
    parts.read(value, attached)
    if args.out is None and not printer.as_json:
        write(None, raw)
        return GOOD
    if args.out is not None:
        write(args.out, raw)
    printer.result(
        {"file": args.out, "digest": env.digest, "kids": list(env.kids), "envelope": json.loads(raw)},
        (
            f"wrote [bold]{escape(args.out or '')}[/]",
            f"digest {env.digest}",
            f"sealed by {', '.join(env.kids)}",
        ),
    )
    return GOOD


def open_(args: argparse.Namespace, printer: Printer) -> int:
    """Open one envelope."""
    env = envelope.read(read(args.envelope))
    payload = strict.parse_object(env.payload)
    trust = trust_store(args.trust) if args.trust else None
    if trust is not None:
        _check(env, payload, trust)
    if args.payload:
        write(None, env.payload)
        return GOOD
    given = parts.read(payload, env.parts) if env.parts else {}
    printer.result(
        {
            "digest": env.digest,
            "kids": list(env.kids),
            "sealsChecked": trust is not None,
            "payload": payload,
            "parts": given,
        },
        _lines(env, payload, given, checked=trust is not None),
    )
    return GOOD


def _check(env: Envelope, payload: dict[str, object], trust: TrustStore) -> None:
    header = _header(payload)
    envelope.check_issuer(env, header.get("issuer"))
    envelope.check_seals(env, trust.verifying_key)
    try:
        issued = datetime.fromisoformat(str(header.get("issuedAt")))
    except ValueError:
        raise Refused(
            "header-malformed", "TF-DOC-2", "header.issuedAt is no time", "/header/issuedAt"
        ) from None
    for kid in env.kids:
        listed, current = trust.key(kid), trust.list_of(kid)
        if listed is not None and current is not None:
            check_key(listed, current, at=issued, witnessed_at=None)


def _header(payload: dict[str, object]) -> dict[str, object]:
    header = payload.get("header")
    if not isinstance(header, dict):
        raise Refused("header-malformed", "TF-DOC-2", "the payload has no header object", "/header")
    return header


def _lines(
    env: Envelope, payload: object, given: dict[str, dict[str, object]], *, checked: bool
) -> Iterator[str]:
    yield f"digest  {env.digest}"
    seals = "[green]hold[/]" if checked else "[yellow]not checked[/] (no --trust)"
    yield f"seals   {escape(', '.join(env.kids))}: {seals}"
    yield escape(json.dumps(payload, ensure_ascii=False, indent=2))
    for name, party in given.items():
        yield f"part {escape(name)}: {escape(json.dumps(party, ensure_ascii=False, indent=2))}"
