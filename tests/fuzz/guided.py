"""Fuzz the readers, guided by coverage (atheris): ``make fuzz SECONDS=1800``.

Each reader runs in a process of its own for its share of the time. Exit codes: 0 no finding, 1 a finding (its
octets are kept in the output folder), 2 atheris is absent.
"""

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "tests"), str(_ROOT)]

_READERS = ("strict", "envelope", "token", "trust", "document", "dossier")
_DONE = re.compile(r"Done (\d+) runs in (\d+) second")
_COVERAGE = re.compile(r"cov: (\d+) ft: (\d+)")


def one(name: str, folder: Path, seconds: int, seed: int) -> int:
    """Fuzz one reader in this process; atheris ends it."""
    import atheris

    with atheris.instrument_imports(include=["threeflow", "threeflow_conformance"]):
        from fuzz.edits import edits
        from fuzz.readers import READERS

    reader = READERS[name]
    seeds = reader.seeds()
    corpus = folder / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, octets in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(octets)

    def mutate(octets: bytes, most: int, draw: int) -> bytes:
        # Half of the edits are libFuzzer's own, half those that keep a text readable.
        if draw % 2:
            return bytes(atheris.Mutate(octets, most))
        return next(edits([octets or seeds[0]], 1, draw))[:most]

    largest = 2 * max(map(len, seeds)) + 64
    arguments = [
        sys.argv[0], f"-max_total_time={seconds}", f"-max_len={largest}", f"-seed={seed}", "-timeout=60",
        f"-artifact_prefix={folder}/finding-{name}-", "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    atheris.Setup(arguments, lambda octets: reader.accepts(octets) and None, custom_mutator=mutate)
    atheris.Fuzz()
    return 0


def told(name: str, output: str, code: int, seconds: float) -> dict[str, object]:
    """What one reader's run came to."""
    done, coverage = _DONE.search(output), _COVERAGE.findall(output)
    return {
        "reader": name,
        "runs": int(done.group(1)) if done else 0,
        "seconds": round(seconds),
        "coverage": int(coverage[-1][0]) if coverage else 0,
        "finding": code != 0 or done is None,
    }


def main() -> int:
    """Run all readers asked for, and print what was run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=60, help="time in all (default 60)")
    parser.add_argument("--only", choices=_READERS, action="append", help="this reader; may be repeated")
    parser.add_argument("--seed", type=int, default=1, help="seed of the edits (default 1)")
    parser.add_argument("--out", type=Path, default=_ROOT / "out" / "fuzz", help="corpus and findings")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--one", choices=_READERS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write("atheris is absent: pip install 'threeflow[fuzz]'\n")
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.one:
        return one(asked.one, asked.out, asked.seconds, asked.seed)
    names = asked.only or _READERS
    rows = [_child(name, asked, max(1, asked.seconds // len(names))) for name in names]
    if asked.json:
        sys.stdout.write(json.dumps(rows) + "\n")
    else:
        for row in rows:
            said = "FINDING" if row["finding"] else "no crash, no false accept"
            run = f"{row['reader']:<10} {row['runs']:>9} runs in {row['seconds']:>5} s"
            sys.stdout.write(f"{run}, coverage {row['coverage']:>5}  {said}\n")
    return int(any(row["finding"] for row in rows))


def _child(name: str, asked: argparse.Namespace, seconds: int) -> dict[str, object]:
    sys.stderr.write(f"==> {name}, {seconds} s\n")
    began = time.monotonic()
    command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds), "--seed", str(asked.seed)]
    run = subprocess.run(
        [*command, "--out", str(asked.out)], capture_output=True, text=True, errors="replace", check=False
    )
    output = run.stdout + run.stderr
    (asked.out / f"{name}.log").write_text(output)
    row = told(name, output, run.returncode, time.monotonic() - began)
    if row["finding"]:
        sys.stderr.write(output[-1500:] + "\n")
    return row


if __name__ == "__main__":
    sys.exit(main())
