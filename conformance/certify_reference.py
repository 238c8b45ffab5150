"""Prepare a network, start the reference gateway in it, certify it, and stop it again.

python conformance/certify_reference.py --role customs:import --out out/conformance/customs-import

As issuer:platform and its like it is the client of examples/issuer that is certified, and the suite is its node.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx

from threeflow_conformance.cli import main as suite
from threeflow_conformance.speak.network import free_port

_READY_SECONDS = 60.0


def certify(role: str, out: Path, more: list[str]) -> int:
    """Return the suite's exit code; 2 where the gateway did not come up."""
    network = out / "network"
    shutil.rmtree(out, ignore_errors=True)
    if role.startswith("issuer:"):
        return _client(role, network, out, more)
    target = f"http://127.0.0.1:{free_port()}"
    grpc = f"127.0.0.1:{free_port()}"
    code = suite(["prepare", "--role", role, "--target", target, "--grpc", grpc, "--out", str(network)])
    if code:
        return code
    helper = str(Path(__file__).with_name("reference_node.py"))
    with (out / "gateway.log").open("wb") as log:
        node = subprocess.Popen([sys.executable, helper, str(network)], stdout=log, stderr=log)  # noqa: S603
    try:
        if not _up(target, node):
            sys.stderr.write((out / "gateway.log").read_text(errors="replace")[-2000:])
            return 2
        said = ["run", "--role", role, "--target", target, "--network", str(network), "--out", str(out)]
        return suite([*said, *more])
    finally:
        node.terminate()
        node.wait(20)


def _client(role: str, network: Path, out: Path, more: list[str]) -> int:
    code = suite(["prepare", "--role", role, "--out", str(network)])
    if code:
        return code
    client = [sys.executable, str(Path(__file__).resolve().parents[1] / "examples" / "issuer" / "client.py")]
    (network / "parameters.toml").write_text(f"client = {json.dumps(client)}\n", encoding="utf-8")
    return suite(["run", "--role", role, "--network", str(network), "--out", str(out), *more])


def _up(target: str, node: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + _READY_SECONDS
    with httpx.Client(timeout=2, trust_env=False) as client:
        while time.monotonic() < deadline and node.poll() is None:
            try:
                if client.get(target + "/ready").status_code == 200:
                    return True
            except httpx.TransportError:
                time.sleep(0.05)
    return False


def main() -> int:
    """Run from the command line; what is not known here goes to ``threeflow-conformance run``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--role", default="customs:import")
    parser.add_argument("--out", type=Path, default=Path("out/conformance"))
    asked, more = parser.parse_known_args()
    return certify(asked.role, asked.out, more)


if __name__ == "__main__":
    sys.exit(main())
