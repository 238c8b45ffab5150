"""Faults of trust lists."""

from collections.abc import Callable
from typing import Any

from faults.plant import forgive, register_all


def _list_forgives(*requirements: str) -> Callable[[], None]:
    def plant() -> None:
        def instead(self: Any, *_args: Any, **_kwargs: Any) -> Any:
            return next(map(self.newest, self.jurisdictions()), None)

        forgive("threeflow.trust:TrustStore", "add", requirements, instead)

    return plant


register_all({
    f"a-list-that-breaks-{each.lower()}-is-taken": ((each,), _list_forgives(each))
    for each in ("TF-TRUST-2", "TF-TRUST-3", "TF-TRUST-4", "TF-TRUST-5", "TF-TRUST-6", "TF-TRUST-7", "TF-TRUST-8",
                 "TF-TRUST-9", "TF-TRUST-10", "TF-TRUST-15", "TF-SEAL-14")
})  # fmt: skip
