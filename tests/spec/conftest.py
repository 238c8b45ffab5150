"""What the tests of the standard share."""

from typing import Any

import pytest
import yaml

import threeflow_spec


@pytest.fixture(scope="session")
def openapi() -> dict[str, Any]:
    """The hand-written description of the REST binding."""
    described: dict[str, Any] = yaml.safe_load(threeflow_spec.read("v1/openapi.yaml"))
    return described
