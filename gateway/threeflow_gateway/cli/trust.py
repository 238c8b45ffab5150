"""``threeflow trust``: make a jurisdiction's trust list, and look at trust files."""

import argparse
from datetime import datetime
from pathlib import Path

from threeflow.keys import SigningKey
from threeflow.trust import KeyStatus, ListedKey, TrustList, TrustStore, freshness, key_status
from threeflow_gateway.cli import trust_description
from threeflow_gateway.cli.arguments import Subparsers, command, group, moment
from threeflow_gateway.cli.loading import now, trust_store
from threeflow_gateway.cli.output import GOOD, CannotRunError, Printer, read, write

MAKE = """\
Seal the next trust list of a jurisdiction from a description of its nodes, and write the trust file: the
fingerprint of the first anchor and all lists, oldest first. Sequence and digest of the list before come
from --previous; without it the list is the first. The file is checked as every verifier will check it
before it is written.

The description is TOML or JSON:

  jurisdiction = "xa"
  environment = "sandbox"
  territories = ["GB"]

  [[nodes]]
  id = "xa.customs"
  name = "Customs of XA"
  roles = ["customs"]
  endpoint = "https://customs.xa.example"   # or: via = "xa.hub"
  keys = ["keys/seal.json", {file = "keys/token.json", notAfter = "2027-01-01T00:00:00Z"}]

  [[nodes.offices]]
  list = "xa-office"
  code = "XA100"
  positions = ["export"]
  competences = ["declaration", "inspection", "release"]

A key is a key file (only its public half is read) or the public half itself (kid, use, alg, jwk). It may say
notBefore, notAfter, retiredAt and compromisedSince; what it does not say is kept from the list before."""

MAKE_EXAMPLES = """\
  threeflow trust make xa.toml --anchor keys/anchor.json --out trust/xa.json
  threeflow trust make xa.toml --anchor keys/anchor.json --previous trust/xa.json --out trust/xa.json
"""

SHOW = """\
Show what trust files say: jurisdictions, their lists, nodes, roles, offices, and what each key is worth now
or at another moment. The anchor's fingerprint is what is compared by telephone or on paper."""

SHOW_EXAMPLES = """\
  threeflow trust show trust/xa.json trust/xb.json
  threeflow trust show trust/xa.json --at 2026-03-02T12:00:00Z --json
"""


def add(commands: Subparsers) -> None:
    """Add the group."""
    made = group(
        commands, "trust", text="make and look at trust lists", description="Whom the network trusts."
    )
    making = command(
        made, "make", make, text="seal the next trust list", description=MAKE, examples=MAKE_EXAMPLES
    )
    making.add_argument("description", metavar="DESCRIPTION", help="the jurisdiction's nodes, TOML or JSON")
    making.add_argument("--anchor", required=True, metavar="KEY", help="private key file of the anchor")
    making.add_argument(
        "--old-anchor",
        metavar="KEY",
        help="the anchor of the list before, which has to seal a new anchor's list too",
    )
    making.add_argument(
        "--next-anchor", metavar="KEY", help="key file of the anchor to announce for the list after this one"
    )
    making.add_argument("--previous", metavar="FILE", help="trust file with the lists before")
    making.add_argument(
        "--days", type=int, default=365, help="days until the list expires (default: 365)", metavar="N"
    )
    making.add_argument("--out", required=True, metavar="FILE", help="the trust file to write")
    showing = command(made, "show", show, text="show trust files", description=SHOW, examples=SHOW_EXAMPLES)
    showing.add_argument("files", nargs="+", metavar="TRUST", help="trust files")
    showing.add_argument(
        "--at", type=moment, metavar="TIME", help="moment at which keys are judged, RFC 3339 (default: now)"
    )


def make(args: argparse.Namespace, printer: Printer) -> int:
    """Make the next list of a jurisdiction."""
    if args.days < 1:
        raise CannotRunError("a list is good for at least one day")
    described = trust_description.read(
        args.description, read(args.description), Path(args.description).parent
    )
    before = trust_store([args.previous]) if args.previous else None
    keys = [_key(args.anchor), *([_key(args.old_anchor)] if args.old_anchor else [])]
    announced = _key(args.next_anchor).public if args.next_anchor else None
    octets = trust_description.next_file(
        described, before, keys, announced=announced, now=now(), days=args.days
    )
    write(args.out, octets)
    store = trust_store([args.out])
    newest = store.newest(described.jurisdiction)
    assert newest is not None
    printer.result(
        {"file": args.out} | _list(store, newest, now()),
        (
            f"wrote [bold]{args.out}[/]",
            f"jurisdiction {newest.jurisdiction}, sequence {newest.sequence}, {len(newest.nodes)} nodes",
            f"expires      {newest.expires_at.isoformat()}",
            f"anchor       {_fingerprint(store, newest)}",
        ),
    )
    return GOOD


def show(args: argparse.Namespace, printer: Printer) -> int:
    """Show every jurisdiction of the files."""
    store = trust_store(args.files)
    at = args.at or now()
    newest = [found for name in store.jurisdictions() if (found := store.newest(name)) is not None]
    printer.result([_list(store, each, at) for each in newest])
    for each in newest:
        printer.remark(
            f"[bold]{each.jurisdiction}[/] ({', '.join(each.territories)}), {each.environment}, "
            f"sequence {each.sequence}, expires {each.expires_at.isoformat()} ({freshness(each, at)})",
            f"anchor {_fingerprint(store, each)}",
        )
        printer.table(
            each.jurisdiction,
            ("node", "roles", "reached at", "key", "use", "status"),
            (
                (
                    node.id,
                    ", ".join(node.roles),
                    node.endpoint or node.via or "–",
                    key.kid.partition("#")[2],
                    key.key.use,
                    _status(store, key, each, at),
                )
                for node in each.nodes
                for key in node.keys
            ),
        )
    return GOOD


def _key(path: str) -> SigningKey:
    return SigningKey.from_json(read(path))


def _fingerprint(store: TrustStore, newest: TrustList) -> str:
    return store.lists(newest.jurisdiction)[0].anchor.thumbprint


def _status(store: TrustStore, key: ListedKey, newest: TrustList, at: datetime) -> KeyStatus:
    return key_status(store.key(key.kid) or key, newest, at=at, witnessed_at=None)


def _list(store: TrustStore, newest: TrustList, at: datetime) -> dict[str, object]:
    return {
        "jurisdiction": newest.jurisdiction,
        "territories": list(newest.territories),
        "environment": newest.environment,
        "sequence": newest.sequence,
        "digest": newest.digest,
        "issuedAt": newest.issued_at.isoformat(),
        "expiresAt": newest.expires_at.isoformat(),
        "freshness": freshness(newest, at),
        "anchor": _fingerprint(store, newest),
        "nodes": [
            {
                "id": node.id,
                "name": node.name,
                "roles": list(node.roles),
                "endpoint": node.endpoint,
                "via": node.via,
                "offices": [
                    {
                        "list": office.list,
                        "code": office.code,
                        "positions": list(office.positions),
                        "competences": list(office.competences),
                    }
                    for office in node.offices
                ],
                "keys": [
                    {
                        "kid": key.kid,
                        "use": key.key.use,
                        "alg": key.key.alg,
                        "thumbprint": key.key.thumbprint,
                        "status": _status(store, key, newest, at),
                    }
                    for key in node.keys
                ],
            }
            for node in newest.nodes
        ],
    }
