"""Profiles of the standard, as their files say them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

import threeflow_spec

__all__ = ["profiles"]


@cache
def profiles() -> Mapping[str, Mapping[str, Any]]:
    """All profiles by their id."""
    names = [each for each in threeflow_spec.names("v1/profiles/") if each.endswith(".yaml")]
    found = [yaml.safe_load(threeflow_spec.read(each)) for each in names]
    return {each["profile"]: each for each in found}
