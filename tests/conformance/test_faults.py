"""Every fault of the catalogue can still be planted in the program as it is now."""

import os
import traceback

import pytest
from faults import CRASHES, FAULTS

import threeflow_gateway.app as _gateway_is_loaded


@pytest.mark.parametrize(
    "name", [name for name, each in FAULTS.items() if not each.role.startswith("issuer")] + list(CRASHES)
)
def test_a_fault_finds_what_it_changes(name: str) -> None:
    assert _gateway_is_loaded
    child = os.fork()
    if child == 0:
        try:
            {**FAULTS, **CRASHES}[name].plant()
        except Exception:  # noqa: BLE001 - whatever it is, the parent tells
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, f"{name} cannot be planted: what it changes has moved or gone"
