"""The wheel carries everything that the installed program reads."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel built now, without a network."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (path,) = out.glob("threeflow-*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


@pytest.mark.slow
def test_the_wheel_carries_the_machine_half_of_the_standard(wheel: set[str], machine: Path) -> None:
    wanted = {
        f"threeflow_spec/v1/{path.relative_to(machine)}"
        for path in machine.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - wheel == set()
    for part in (
        "schemas/",
        "rules/",
        "codelists/",
        "profiles/",
        "exchange.yaml",
        "refusals.yaml",
        "openapi",
    ):
        assert any(name.startswith(f"threeflow_spec/v1/{part}") for name in wheel), part


@pytest.mark.slow
def test_the_wheel_carries_the_packages_and_nothing_that_is_named_generically(
    wheel: set[str], root: Path
) -> None:
    tops = {name.split("/")[0] for name in wheel if ".dist-info/" not in name}
    built = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert tops == {Path(each).name for each in built["targets"]["wheel"]["packages"]}
    assert tops >= {"threeflow_spec", "threeflow", "threeflow_gateway"}
    assert all(top.partition("_")[0] == "threeflow" for top in tops)
    assert {f"{top}/py.typed" for top in tops} <= wheel


@pytest.mark.slow
def test_the_wheel_carries_every_migration(wheel: set[str], root: Path) -> None:
    folder = "threeflow_gateway/store/migrations/versions"
    wanted = {f"{folder}/{path.name}" for path in (root / "gateway" / folder).glob("r*.py")}
    assert wanted
    assert wanted - wheel == set()


@pytest.mark.slow
def test_the_wheel_installs_the_command(wheel: set[str]) -> None:
    assert any(name.endswith("entry_points.txt") for name in wheel)
    assert any(name.endswith("licenses/LICENSE") for name in wheel)
