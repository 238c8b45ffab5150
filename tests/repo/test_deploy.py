"""What an operator starts from is sound as far as can be told without an engine."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from threeflow_gateway.cli.cli import parser

UNITS = ("threeflow.service", "threeflow-signer.service")


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "gateway" / "deploy"


@pytest.mark.parametrize("name", UNITS)
def test_the_unit_is_one_that_systemd_takes(folder: Path, tmp_path: Path, name: str) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / name
    text = (folder / name).read_text()
    # The program is not installed here: what is judged is the rest.
    unit.write_text(text.replace("/opt/threeflow/bin/threeflow", "/bin/true"))
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)], capture_output=True, check=False, text=True
    )
    said = [line for line in done.stderr.splitlines() if name in line]
    assert said == []


def test_the_commands_that_unit_container_and_services_run_exist(folder: Path) -> None:
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"]
    started, signs = (_started((folder / name).read_text()) for name in UNITS)
    (own,) = [line for line in (folder / "Containerfile").read_text().splitlines() if line.startswith("CMD ")]
    for words in (started, signs, json.loads(own.removeprefix("CMD ")), services["upgrade"]["command"]):
        assert callable(parser().parse_args(words).run)


def test_the_services_are_two_processes_of_one_node_after_one_upgrade(folder: Path) -> None:
    held = yaml.safe_load((folder / "compose.yaml").read_text())
    services = held["services"]
    assert services["gateway"]["deploy"]["replicas"] == 2
    assert services["gateway"]["depends_on"]["upgrade"]["condition"] == "service_completed_successfully"
    for each in services.values():
        assert set(each.get("depends_on", ())) <= set(services)
        named = {name if isinstance(name, str) else name["source"] for name in each.get("secrets", ())}
        assert named <= set(held["secrets"])
    assert "server gateway:8443" in (folder / "nginx.conf").read_text()


def _started(unit: str) -> list[str]:
    """The words of the command that a unit starts."""
    (line,) = [each for each in unit.replace("\\\n", "").splitlines() if each.startswith("ExecStart=")]
    return line.split()[1:]
