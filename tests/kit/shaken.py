"""`python -m kit.shaken`: the demo, with a fault proxy in front of each gateway."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from kit.fault_proxy import FaultProxy, Faults
from threeflow_gateway.demo import network
from threeflow_gateway.demo.run import run_demo


class Proxies:
    """The proxies of a run, on a thread and event loop of their own."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._proxies: list[FaultProxy] = []

    def publish(self, ports: Mapping[str, int]) -> dict[str, str]:
        """Start a proxy for each gateway; return the addresses that the trust lists are to name."""
        self._thread.start()
        started = {
            node: asyncio.run_coroutine_threadsafe(self._start(node, port, ports), self._loop)
            for node, port in ports.items()
        }
        return {node: f"http://127.0.0.1:{each.result()}" for node, each in started.items()}

    def close(self) -> None:
        """Stop all."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self, node: str, port: int, ports: Mapping[str, int]) -> int:
        proxy = FaultProxy(node, ports.keys(), port, self._faults)
        self._proxies.append(proxy)
        return await proxy.start()

    async def _close(self) -> None:
        for each in self._proxies:
            await each.close()


def main() -> int:
    """Run the demo; write what was done to it into `faults.json`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--orders", type=Path)
    parser.add_argument("--faults", type=int, required=True)
    parser.add_argument("--chance", type=float, required=True)
    args = parser.parse_args()
    faults = Faults(args.faults, args.seed, args.chance)
    proxies = Proxies(faults)
    network.published = proxies.publish
    network.LOG = 'level = "DEBUG"\nformat = "json"'
    try:
        code = run_demo(orders=args.orders, limit=args.limit, seed=args.seed, out=args.out)
    finally:
        proxies.close()
    told = {
        "faults": dict(sorted(faults.done.items())),
        "metByPartitions": faults.met,
        "passed": faults.passed,
    }
    (args.out / "faults.json").write_text(json.dumps(told, indent=1))
    return code


if __name__ == "__main__":
    sys.exit(main())
