"""Faulty nodes: each weakens one check or effect of the reference gateway, and names what must turn red.

A fault is a function that changes the program of a gateway before it starts, in a process of its own.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

FAULTS: dict[str, "Fault"] = {}


@dataclass(frozen=True)
class Fault:
    """One way to be wrong; any of ``requirements`` turning red tells it, in a run as ``role``."""

    name: str
    requirements: tuple[str, ...]
    plant: Callable[[], None]
    role: str = "customs:export"


def fault(
    *requirements: str, role: str = "customs:export"
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def register(plant: Callable[[], None]) -> Callable[[], None]:
        name = plant.__name__.replace("_", "-")
        FAULTS[name] = Fault(name, requirements, plant, role)
        return plant

    return register


def module_of(name: str) -> Any:
    return importlib.import_module(name)


def put(place: str, name: str, value: Any) -> None:
    owner: Any = module_of(place.partition(":")[0])
    for step in filter(None, place.partition(":")[2].split(".")):
        owner = getattr(owner, step)
    setattr(owner, name, value)


def wrap(place: str, name: str, make: Callable[[Any], Any]) -> None:
    owner: Any = module_of(place.partition(":")[0])
    for step in filter(None, place.partition(":")[2].split(".")):
        owner = getattr(owner, step)
    setattr(owner, name, make(getattr(owner, name)))


def forgive(place: str, name: str, wanted: tuple[str, ...], instead: Callable[..., Any]) -> None:
    """Where the function refuses with one of these requirements or codes, go on with something else."""
    from threeflow.errors import Refused

    def make(real: Any) -> Any:
        def forgiving(*args: Any, **kwargs: Any) -> Any:
            try:
                return real(*args, **kwargs)
            except Refused as refused:
                if refused.requirement in wanted or refused.code in wanted:
                    return instead(*args, **kwargs)
                raise

        return forgiving

    wrap(place, name, make)


def register_all(
    table: Mapping[str, tuple[tuple[str, ...], Callable[[], None]]], role: str = "customs:export"
) -> None:
    for name, (requirements, plant) in table.items():
        FAULTS[name] = Fault(name, requirements, plant, role)
