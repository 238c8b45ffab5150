"""Run outside the repository against the installed wheel: it carries what the program reads."""

import json
import sys
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

import yaml

import threeflow_spec
from threeflow.standard import Standard

assert Path(sys.prefix) in Path(threeflow_spec.__file__).parents, "the installed package was not used"
names = threeflow_spec.names("v1/")
for part in ("v1/schemas/", "v1/rules/", "v1/codelists/", "v1/profiles/"):
    held = [name for name in names if name.startswith(part)]
    assert held, part
    for name in held:
        content = threeflow_spec.read(name)
        json.loads(content) if name.endswith(".json") else yaml.safe_load(content)
    print(f"{part}: {len(held)} files")
assert threeflow_spec.read("v1/exchange.yaml")
print("standard", Standard.load().digest)

for each in requires("threeflow") or ():
    if "extra == 'gateway'" in each:
        name = each.partition(";")[0].partition("[")[0].split(">")[0].strip()
        try:
            found = distribution(name).version
        except PackageNotFoundError:
            continue
        raise SystemExit(f"{name} {found} came along, which only the gateway needs")
print("nothing of the gateway came along")
