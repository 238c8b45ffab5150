"""The compatibility guard: what changed in the standard since a release, and whether its users break."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

import yaml
from tools.compat import lists, openapi, protos, rules, schemas, table
from tools.compat.change import Change
from tools.compat.release import MACHINE, Tree

__all__ = ["compare"]

# The loader in C reads the same and is ten times as quick; it is not built everywhere.
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def compare(old: Tree, new: Tree) -> list[Change]:
    """Return every difference between two states of the standard, breaking ones first."""
    grave = ("breaking", "additive", "editorial")
    # A file that is the same on both sides has nothing to say, and reading it all again takes its time.
    before = {name: octets for name, octets in old.items() if new.get(name) != octets}
    after = {name: octets for name, octets in new.items() if old.get(name) != octets}
    found = dict.fromkeys(_compared(before, after))
    if _protos(before) != _protos(after):
        found |= dict.fromkeys(protos.compare(_protos(old), _protos(new)))
    return sorted(found, key=lambda each: (grave.index(each.verdict), each.part, each.where, each.what))


def _compared(old: Tree, new: Tree) -> Iterator[Change]:
    for name, judge in WHOLE.items():
        path = f"{MACHINE}/{name}"
        if path in old or path in new:
            yield from judge(_parsed(path, old[path]), _parsed(path, new[path]))
    for folder, compare_all in FOLDERS.items():
        yield from compare_all(_all(old, folder), _all(new, folder))


def _all(tree: Tree, folder: str) -> Mapping[str, Any]:
    """Return every parsed file of a folder by its path below it, without the endings."""
    prefix = PurePosixPath(MACHINE, folder)
    return {
        str(PurePosixPath(name).relative_to(prefix)).partition(".")[0]: _parsed(name, octets)
        for name, octets in tree.items()
        if PurePosixPath(name).is_relative_to(prefix)
    }


def _parsed(name: str, octets: bytes) -> Any:
    return json.loads(octets) if name.endswith(".json") else yaml.load(octets, Loader=LOADER)  # noqa: S506


def _protos(tree: Tree) -> dict[str, bytes]:
    return {name.removeprefix("proto/"): octets for name, octets in tree.items() if name.startswith("proto/")}


WHOLE: Final[dict[str, Callable[[Any, Any], Iterator[Change]]]] = {
    "openapi.yaml": openapi.compare,
    "exchange.yaml": table.compare,
    "refusals.yaml": lists.compare_refusals,
}
FOLDERS: Final[dict[str, Callable[[Any, Any], Iterator[Change]]]] = {
    "schemas": schemas.compare_files,
    "rules": rules.compare_packs,
    "codelists": lists.compare_codelists,
}
