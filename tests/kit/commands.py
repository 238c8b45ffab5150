"""The installed command, called as a user calls it."""

import subprocess
import sys
from pathlib import Path


def threeflow(*words: object, timeout: float = 300.0) -> subprocess.CompletedProcess[str]:
    """Run `threeflow` in a process of its own; what it prints and its exit code are in the answer."""
    command = [str(Path(sys.executable).with_name("threeflow")), *(str(each) for each in words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
