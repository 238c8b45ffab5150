"""Write the vector files again, or say with ``--check`` whether they are what the generator makes.

Usage, from the top folder: ``python -m tools.vectors [--check]``. Exit code 0 good, 1 drift.
"""

import argparse
import json
import sys
from pathlib import Path

from tools.vectors import log, process, seal, strict_json, token, trust

TARGET = Path(__file__).resolve().parents[2] / "spec" / "threeflow_spec" / "v1" / "vectors"


def main(argv: list[str]) -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description="make the vectors of bytes, trust and process")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file differs")
    check = parser.parse_args(argv).check
    drift = 0
    for module in (strict_json, seal, token, trust, log, process):
        for name, content in module.files().items():
            path = TARGET / name
            text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                print(f"{name} is not what the generator makes", file=sys.stderr)
                drift = 1
    return drift


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
