"""The client of ``examples/issuer`` with one fault: ``python faulty_client.py --fault NAME``, a task on its input."""

import argparse
import importlib.util
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tests" / "conformance")]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fault", required=True)
    asked = parser.parse_args()
    from faults import FAULTS

    spec = importlib.util.spec_from_file_location("client", _ROOT / "examples" / "issuer" / "client.py")
    assert spec is not None
    assert spec.loader is not None
    client = importlib.util.module_from_spec(spec)
    sys.modules["client"] = client
    spec.loader.exec_module(client)
    FAULTS[asked.fault].plant()
    return int(client.main())


if __name__ == "__main__":
    sys.exit(main())
