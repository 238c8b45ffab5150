"""``threeflow``: parse the arguments, call the command, turn what went wrong into an exit code."""

import argparse
import sys
from collections.abc import Callable, Sequence

from threeflow.errors import Refused, Unavailable
from threeflow_gateway.cli import (
    archive,
    audit,
    coverage,
    database,
    dead_letters,
    demo,
    doctor,
    erase,
    incidents,
    keys,
    lost,
    rules,
    seal,
    serve,
    signer,
    table,
    trust,
    validate,
    verify,
)
from threeflow_gateway.cli.output import ANSWER_IS_NO, COULD_NOT_RUN, CannotRunError, Printer

GROUPS = (
    demo,
    serve,
    signer,
    archive,
    audit,
    erase,
    database,
    dead_letters,
    doctor,
    incidents,
    keys,
    trust,
    validate,
    lost,
    seal,
    verify,
    rules,
    table,
    coverage,
)

DESCRIPTION = """\
Threeflow: the goods, funds and logistics data of a parcel travel together, sealed, from the country that
exports it to the country that imports it."""

EPILOG = """\
exit codes:
  0  good
  1  the answer is no (a document is refused, a dossier is not valid, a list is not trusted)
  2  could not run (a file is missing, the arguments make no sense)

examples:
  threeflow demo --limit 20 --out out/demo
  threeflow verify out/demo/dossiers/*.json --trust out/demo/trust/xa.json out/demo/trust/xb.json
  threeflow keys new --kid xa.carrier#seal-1 --out keys/seal.json
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="threeflow",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in GROUPS:
        group.add(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = parser().parse_args(argv)
    printer = Printer(as_json=args.json)
    run: Callable[[argparse.Namespace, Printer], int] = args.run
    try:
        return run(args, printer)
    except Refused as refused:
        printer.error(refused.code, f"{refused.requirement}: {refused.detail}")
        return ANSWER_IS_NO
    except CannotRunError as error:
        printer.error("could-not-run", str(error))
    except Unavailable as error:
        printer.error("unavailable", str(error))
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("threeflow"):
            raise
        # The library, and with it this command, is installed without what only a gateway needs.
        printer.error("could-not-run", f"this needs {error.name}: pip install 'threeflow[gateway]'")
    except KeyboardInterrupt:
        printer.error("interrupted", "stopped by the user")
    return COULD_NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
