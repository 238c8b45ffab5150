"""``threeflow demo``: real orders cross from one jurisdiction to another over real gateways."""

import argparse
from pathlib import Path

from threeflow_gateway.cli.arguments import Subparsers, command
from threeflow_gateway.cli.output import CannotRunError, Printer

DESCRIPTION = """\
Start gateways of two jurisdictions on this machine, make keys, exchange trust lists and an agreement, and
let every party send its own sealed documents: order, payment, waybill, declaration, customs' acts, dossier,
import declaration. At the end every order has one outcome, and DIR holds summary.json, report.html, the
dossiers and the trust lists.

Without --orders it uses a small sample that the project made up. A file has one line of an invoice a row;
what it does not hold (codes, weights, origin, payments, waybills) is derived from the seed, and the output
marks it so."""

EXAMPLES = """\
  threeflow demo
  threeflow demo --orders orders.csv.gz --limit 500 --seed 7 --out out/demo
"""


def add(commands: Subparsers) -> None:
    """Add the command."""
    made = command(
        commands,
        "demo",
        run,
        text="let orders cross between two jurisdictions on this machine",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    made.add_argument(
        "--orders", type=Path, metavar="FILE", help="orders as CSV, also gzipped (default: the sample)"
    )
    made.add_argument(
        "--limit", type=_positive, metavar="N", help="take the first N invoices in the file's order"
    )
    made.add_argument(
        "--seed", type=int, default=1, metavar="S", help="what is derived or planted (default: 1)"
    )
    made.add_argument(
        "--out", type=Path, default=Path("out/demo"), metavar="DIR", help="where to write (default: out/demo)"
    )
    made.add_argument("--keep", action="store_true", help="leave the gateways running until interrupted")


def run(args: argparse.Namespace, printer: Printer) -> int:
    """Run the demo; its exit code is not 0 where an invoice is not accounted for."""
    from threeflow_gateway.demo.run import run_demo

    if args.orders is not None and not args.orders.is_file():
        raise CannotRunError(f"{args.orders}: no such file")
    return run_demo(
        orders=args.orders,
        limit=args.limit,
        seed=args.seed,
        out=args.out,
        as_json=printer.as_json,
        keep=args.keep,
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a limit is at least 1")
    return number
