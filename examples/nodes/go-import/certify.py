"""Certify the node: prepare a network, start the node in it, let the suite judge it, and stop it again.

    python examples/nodes/go-import/certify.py --node BINARY --out FOLDER [options of the suite's run]

Nothing of the suite is imported: it is called as anybody would call it, by its command.
"""

import argparse
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STANDARD = ROOT / "spec/threeflow_spec/v1"
ROLE = "customs:import"
READY_SECONDS = 60.0


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def suite(*words: str) -> int:
    """Run one command of the suite; its exit code."""
    command = [sys.executable, "-m", "threeflow_conformance", *words]
    return subprocess.run(command, check=False).returncode


def certify(node: Path, out: Path, more: list[str]) -> int:
    """Return the suite's exit code; 2 where the node did not come up."""
    shutil.rmtree(out, ignore_errors=True)
    network = out / "network"
    target = f"http://127.0.0.1:{free_port()}"
    code = suite("prepare", "--role", ROLE, "--target", target, "--out", str(network))
    if code:
        return code
    folder = network / "node"
    command = [str(node), "-standard", str(STANDARD)]
    environment = json.loads((folder / "node.json").read_bytes())["environment"]
    take = [*command, "-environment", environment, "take-list", "{file}"]
    with (out / "node.log").open("wb") as log:
        running = subprocess.Popen([*command, "keep", str(folder)], stdout=log, stderr=log)
    restart = ["kill", "-HUP", str(running.pid)]
    form = f"restart = {json.dumps(restart)}\ntake_list = {json.dumps(take)}\n"
    (network / "parameters.toml").write_text(form, encoding="utf-8")
    try:
        if not up(target, running):
            sys.stderr.write((out / "node.log").read_text(errors="replace")[-2000:])
            return 2
        run = ["run", "--role", ROLE, "--target", target, "--network", str(network), "--out", str(out)]
        return suite(*run, *more)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(20)


def up(target: str, running: "subprocess.Popen[bytes]") -> bool:
    """Whether the node is ready in time."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        try:
            with urllib.request.urlopen(target + "/ready", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


def main() -> int:
    """Run from the command line; what is not known here goes to ``threeflow-conformance run``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--node", type=Path, required=True, help="the built node")
    parser.add_argument("--out", type=Path, default=Path("out/conformance/go-import"))
    asked, more = parser.parse_known_args()
    return certify(asked.node.resolve(), asked.out, more)


if __name__ == "__main__":
    sys.exit(main())
