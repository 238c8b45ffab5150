"""The helper that keeps the reference gateway starts it anew each time it is told, and always ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from threeflow_conformance import parameters, prepare

_HELPER = Path(__file__).resolve().parents[2] / "conformance" / "reference_node.py"
_SIGNALS = 5000
_GATEWAY = "import pathlib, time; pathlib.Path({path!r}).open('a').write('x'); time.sleep(600)"


def _until(holds: object, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_every_signal_is_heard(tmp_path: Path) -> None:
    prepare.prepare(tmp_path / "network", "hub", "http://127.0.0.1:9", parameters.Parameters())
    starts, gateway = tmp_path / "starts", tmp_path / "gateway.py"
    starts.touch()
    gateway.write_text(_GATEWAY.format(path=str(starts)), encoding="utf-8")
    words = [
        sys.executable,
        str(_HELPER),
        str(tmp_path / "network"),
        "--gateway",
        f"{sys.executable} {gateway}",
    ]
    helper = subprocess.Popen(words)
    try:
        _until(lambda: starts.stat().st_size)
        for _ in range(_SIGNALS):
            # Many, at odd moments: a lock held where one of them comes would hold the helper for ever.
            os.kill(helper.pid, signal.SIGHUP)
            time.sleep(0.0002)
        before = starts.stat().st_size
        os.kill(helper.pid, signal.SIGHUP)
        _until(lambda: starts.stat().st_size > before)
        helper.terminate()
        assert helper.wait(60) == 0
    finally:
        if helper.poll() is None:
            helper.kill()
