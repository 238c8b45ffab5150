"""Run one load and print how many seconds it took, the start of the process left out.

Run as ``python -m benchmarks.timed MODULE PORT AT_ONCE REQUESTS ANSWERS``.
"""

import sys
import time
from pathlib import Path

import uvloop
from benchmarks import load, load_grpc


def main(argv: list[str]) -> int:
    """Send, write the answers, and print the seconds."""
    module, port, at_once = argv[0], int(argv[1]), int(argv[2])
    asked = list(load.read(Path(argv[3])))
    if module == "benchmarks.load":
        work = load.run(port, at_once, asked)
    else:
        work = load_grpc.run(port, at_once, [load_grpc.split(each) for each in asked])
    began = time.monotonic()
    answers = uvloop.run(work)
    print(time.monotonic() - began)
    load.write(Path(argv[4]), answers)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
