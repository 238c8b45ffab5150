"""YAML files of the standard, read by libyaml where PyYAML carries it: a node starts that much sooner."""

from typing import Any, Final

import yaml

__all__ = ["LOADER", "read"]

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(octets: bytes | str) -> Any:
    """Return the one document of the text; raises ``yaml.YAMLError`` where it is no YAML."""
    return yaml.load(octets, Loader=LOADER)  # noqa: S506 (both loaders are safe ones)
