"""The generated models are views: what a valid document says, they give back unchanged."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import threeflow_spec
from threeflow.v1 import models

ROOT = "v1/vectors/documents/"
TOOL = Path(__file__).parents[2] / "tools" / "generate_models.py"
DOCUMENTS = [
    name for name in threeflow_spec.names(ROOT) if name.endswith(".json") and not name.endswith("twins.json")
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_survives_its_model(name: str) -> None:
    document = json.loads(threeflow_spec.read(name))
    type_ = document["header"]["type"]
    model = getattr(models, "".join(word.capitalize() for word in type_.split("-")))
    view = model.model_validate(document)
    assert json.loads(view.model_dump_json(by_alias=True, exclude_unset=True)) == document


def test_the_models_are_those_that_the_schemas_give() -> None:
    done = subprocess.run([sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:2000] + done.stderr[-2000:]
