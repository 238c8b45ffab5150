"""A full edition of UN/LOCODE joins the places that the standard ships, and changes none of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from threeflow import unlocode
from threeflow.codelists import CodeLists

EDITION = """\
Change,Country,Location,Name,NameWoDiacritics,Subdivision,Status,Function,Date,IATA,Coordinates,Remarks
,CN,KHN,Another name,Another name,36,AI,-2-45---,0401,,,
,CN,,.CHINA,,,,,,,,
X,CN,OLD,Gone,Gone,,XX,1-------,0401,,,
+,PL,MAA,Małaszewicze,Malaszewicze,LU,RL,-23---B-,1401,,,
"""


def test_an_edition_becomes_a_list_that_extends_the_subset(tmp_path: Path) -> None:
    (tmp_path / "codelists").mkdir()
    source, made = tmp_path / "edition.csv", tmp_path / "codelists" / "un-locode-2024-2.json"
    source.write_text(EDITION, encoding="utf-8")
    assert unlocode.main([str(source), "--edition", "2024-2", "--out", str(made)]) == 0
    lists = CodeLists.load(tmp_path)
    places = lists.get("un-locode").codes
    assert places["PLMAA"].properties == {"kinds": "rail road border"}
    assert places["CNKHN"].name_en == "Nanchang"
    assert places["JPOSA"].name_en == "Osaka"
    assert "CNOLD" not in places
    assert "CN" not in places
    assert not CodeLists.load().contains("un-locode", "PLMAA")


def test_a_file_of_another_form_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "edition.csv"
    source.write_text("a,b\n1,2\n", encoding="utf-8")
    assert unlocode.main([str(source), "--edition", "1", "--out", str(tmp_path / "x.json")]) == 2
    assert "no column Change" in capsys.readouterr().err


def test_a_list_extends_only_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "codelists").mkdir()
    extension = {**unlocode.read(EDITION.splitlines(), "1"), "extends": "no-such-list"}
    (tmp_path / "codelists" / "more.json").write_text(json.dumps(extension), encoding="utf-8")
    with pytest.raises(ValueError, match="extends the code list no-such-list"):
        CodeLists.load(tmp_path)
