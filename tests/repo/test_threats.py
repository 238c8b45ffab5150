"""The threat model names requirements and tests that exist, for every letter of STRIDE."""

import json
import re
from pathlib import Path

import threeflow_spec

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "threat-model.md"
ROW = re.compile(r"^\| (T-[0-9]+) \| ([STRIDE]) \| [^|]+ \| ([^|]+) \| `([^`|]+)` \|$", re.MULTILINE)


def test_every_threat_has_a_requirement_and_a_test_that_exist() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = ROW.findall(page)
    assert len(rows) == len(re.findall(r"^\| T-", page, re.MULTILINE)) > 40
    assert len({number for number, *_ in rows}) == len(rows)
    assert {letter for _, letter, *_ in rows} == set("STRIDE")
    known = threeflow_spec.read("v1/requirements.json").decode()
    assert json.loads(known)
    for number, _, requirements, test in rows:
        for requirement in requirements.split(", "):
            assert f'"{requirement.strip()}"' in known, (number, requirement)
        path, _, name = test.partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), (number, test)


def test_the_data_flow_is_shipped() -> None:
    (picture,) = re.findall(r"\((\.\./assets/[^)]+\.svg)\)", PAGE.read_text(encoding="utf-8"))
    assert "<title" in (PAGE.parent / picture).read_text(encoding="utf-8")
