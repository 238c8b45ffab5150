"""What the commands of the suite are called, and what may be said with each."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from threeflow_conformance.speak.roles import ROLES

__all__ = ["parser"]

Does = Callable[[argparse.Namespace], int]
_EXIT_CODES = (
    "exit codes: 0 the node conforms, 1 it does not, 2 the run (or the command) could not be carried out"
)


def parser(does: Mapping[str, Does]) -> argparse.ArgumentParser:
    """Return the parser of all commands; ``does`` names what each does."""
    made_all = argparse.ArgumentParser(
        prog="threeflow-conformance", description="Certify a Threeflow node from outside.", epilog=_EXIT_CODES
    )
    commands = made_all.add_subparsers(required=True, metavar="COMMAND")
    made = _command(
        commands, "prepare", does["prepare"], "write a fresh network and what the operator loads before a run"
    )
    _role_and_target(made)
    made.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="the folder of the network; a new one for every run",
    )
    made.add_argument(
        "--keys",
        type=Path,
        metavar="FORM",
        help="public keys of the node, as node/node.json shows them (default: keys are made)",
    )
    made.add_argument(
        "--grpc", metavar="HOST:PORT", help="where the node is to serve gRPC too, as node/node.json then says"
    )
    ran = _command(commands, "run", does["run"], "judge a node and write the reports")
    _role_and_target(ran)
    ran.add_argument(
        "--network", type=Path, required=True, metavar="DIR", help="the folder that prepare wrote"
    )
    ran.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the reports go")
    ran.add_argument(
        "--grpc",
        metavar="HOST:PORT",
        help="judge the node over gRPC too, which it serves there (default: as the parameter form says)",
    )
    ran.add_argument(
        "--profile",
        metavar="P",
        help="the profile of the standard by which the node judges, which the certificate then names "
        "(default: as the parameter form says)",
    )
    ran.add_argument(
        "--parameters",
        type=Path,
        metavar="FILE",
        help="the parameter form (default: parameters.toml in the network's folder)",
    )
    ran.add_argument("--waivers", type=Path, metavar="FILE", help="waivers of the implementer, TOML")
    ran.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="ID",
        help="a requirement or a check (may be repeated); no certificate is given",
    )
    ran.add_argument(
        "--fuzz-seconds",
        type=float,
        default=0,
        metavar="S",
        help="signed fuzzing over the OpenAPI for about so long",
    )
    listed = _command(commands, "list", does["list"], "list the checks, or how every requirement is shown")
    listed.add_argument("--requirements", action="store_true", help="requirements instead of checks")
    listed.add_argument(
        "--gaps",
        action="store_true",
        help="requirements and rows of the exchange table that nothing shows; exit code 1 where there are any",
    )
    listed.add_argument(
        "--role", choices=sorted(ROLES), default="customs:export", help="the role whose checks are listed"
    )
    shown = _command(commands, "show", does["show"], "show one requirement: its words and what shows it")
    shown.add_argument("requirement", metavar="REQUIREMENT")
    again = _command(
        commands, "report", does["report"], "write the pages of a run again from its report.json"
    )
    again.add_argument("folder", type=Path, metavar="DIR")
    again.add_argument(
        "--lang", choices=("en", "zh"), help="print the page in this language instead of writing"
    )
    proof = _command(commands, "verify", does["verify"], "check a certificate offline")
    proof.add_argument("certificate", type=Path, metavar="CERTIFICATE")
    proof.add_argument(
        "--certifier",
        required=True,
        metavar="KEY",
        help="certifier.json or its fingerprint, obtained out of band",
    )
    anew = _command(
        commands, "rejudge", does["rejudge"], "find every verdict of a run again from its transcript alone"
    )
    anew.add_argument("folder", type=Path, metavar="DIR")
    return made_all


def _command(commands: Any, name: str, does: Any, words: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=words, description=words.capitalize() + ".", epilog=_EXIT_CODES
    )
    made.set_defaults(does=does)
    return made


def _role_and_target(made: argparse.ArgumentParser) -> None:
    made.add_argument("--role", required=True, choices=sorted(ROLES), help="the role that the node claims")
    made.add_argument(
        "--target",
        metavar="URL",
        help="the endpoint under which the trust lists name the node; for the roles issuer:… where the suite listens "
        "(default: a free port)",
    )
