"""Faults of reading strict JSON."""

import json
from collections.abc import Callable
from typing import Any

from faults.plant import forgive, register_all


def _strict_forgives(requirement: str) -> Callable[[], None]:
    def plant() -> None:
        def lenient(octets: bytes) -> Any:
            return json.loads(octets.decode("utf-8-sig", "replace"), strict=False)

        for name in ("parse", "parse_object"):
            forgive("threeflow.strict", name, (requirement,), lenient)

    return plant


register_all({
    f"json-that-breaks-{each.lower()}-is-read": ((each,), _strict_forgives(each))
    for each in ("TF-CONV-2", "TF-CONV-3", "TF-CONV-4", "TF-CONV-5", "TF-CONV-6")
})  # fmt: skip
