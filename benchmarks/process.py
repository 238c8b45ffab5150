"""Server processes under measurement: start, wait until they listen, and read their CPU time (Linux)."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import load

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60
SETTLE_SECONDS = 10
IDLE_SECONDS = 0.01


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(command: Sequence[str], port: int, log: Path) -> Iterator[int]:
    """Run a server until the block ends; yields its process id once the port answers.

    Raises:
        RuntimeError: it ended, or did not listen in time; the message holds the end of its log.
    """
    with log.open("wb") as file:
        child = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        _wait(child, port, log)
        yield child.pid
    finally:
        child.terminate()
        child.wait(timeout=30)


def _wait(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(
        f"the server did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all its descendants, ended ones that were waited for included.

    The scheduler counts nanoseconds but forgets threads that ended; the process table keeps those, in ticks
    of a hundredth of a second: the larger is nearer the truth.
    """
    total, tree = 0.0, [pid]
    for each in tree:
        fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        scheduled = 0
        for task in Path(f"/proc/{each}/task").iterdir():
            tree += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
            scheduled += int((task / "schedstat").read_text(encoding="ascii").split()[0])
        ended_children = sum(int(field) for field in fields[13:15]) / TICKS
        total += ended_children + max(scheduled / 1e9, sum(int(field) for field in fields[11:13]) / TICKS)
    return total


def settled_cpu(pid: int) -> float:
    """CPU time once the process has nothing left to do: what it puts off until after answers counts."""
    deadline = time.monotonic() + SETTLE_SECONDS
    before = cpu_seconds(pid)
    while time.monotonic() < deadline:
        time.sleep(0.25)
        now = cpu_seconds(pid)
        if now - before <= IDLE_SECONDS:
            return now
        before = now
    return before


def under_load(
    pid: int, port: int, connections: int, requests: list[bytes], folder: Path
) -> tuple[float, float, list[bytes]]:
    """Send requests from a second process: CPU seconds of the server, seconds of the load, the answers."""
    asked, answered = folder / "requests.bin", folder / "answers.bin"
    load.write(asked, requests)
    command = [
        sys.executable,
        "-m",
        "benchmarks.load",
        str(port),
        str(connections),
        str(asked),
        str(answered),
    ]
    before, began = settled_cpu(pid), time.monotonic()
    subprocess.run(command, check=True)
    seconds = time.monotonic() - began
    return settled_cpu(pid) - before, seconds, list(load.read(answered))


def per_call(action: Callable[[int], object], count: int) -> float:
    """CPU seconds of this process (all threads) for one call of ``action``."""
    for number in range(min(50, count)):
        action(number)
    before = time.process_time_ns()
    for number in range(count):
        action(number)
    return (time.process_time_ns() - before) / count / 1e9
