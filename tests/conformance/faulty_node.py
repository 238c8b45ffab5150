"""A gateway with one fault: ``python faulty_node.py --fault NAME --config FILE``, or ``--take-list FILE``."""

import argparse
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tests" / "conformance"), str(_ROOT / "conformance")]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fault", required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--take-list", type=Path)
    parser.add_argument("--environment", default="sandbox")
    asked = parser.parse_args()
    from faults import CRASHES, FAULTS

    {**FAULTS, **CRASHES}[asked.fault].plant()
    if asked.take_list is not None:
        from reference_node import take_list

        return int(take_list(asked.take_list, asked.environment))
    from threeflow_gateway.app import serve

    return serve(asked.config)


if __name__ == "__main__":
    sys.exit(main())
