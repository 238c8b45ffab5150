"""The machine-readable half of the Threeflow standard, as files: schemas, table, rules, lists, vectors."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

__all__ = ["names", "read"]

_ROOT: Final[Traversable] = files(__name__)


def read(name: str) -> bytes:
    """Return the octets of one file of the standard, named by its path, as in ``v1/exchange.yaml``.

    Raises:
        FileNotFoundError: the standard has no such file.
    """
    parts = name.split("/")
    if "" in parts or ".." in parts or "." in parts:
        raise FileNotFoundError(name)
    return _ROOT.joinpath(*parts).read_bytes()


def names(prefix: str = "") -> list[str]:
    """Return the paths of all files of the standard below ``prefix``, sorted, with ``/`` between parts."""
    found: list[str] = []
    _collect(_ROOT, "", found)
    return sorted(name for name in found if name.startswith(prefix))


def _collect(folder: Traversable, path: str, found: list[str]) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "__pycache__":
                _collect(entry, f"{path}{entry.name}/", found)
        elif not entry.name.endswith((".py", ".pyc", ".typed")):
            found.append(path + entry.name)
