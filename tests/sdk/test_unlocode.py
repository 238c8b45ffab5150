"""A full edition of UN/LOCODE joins the places that the standard ships, and changes none of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from threeflow import unlocode
from threeflow.codelists import CodeLists

COLUMNS = (
    "Change Country Location Name NameWoDiacritics Subdivision Status Function Date IATA Coordinates Remarks"
)
HEAD = COLUMNS.replace(" ", ",") + "\n"
ROWS = """\
,CN,KHN,Another name,Another name,36,AI,-2-45---,0401,,,
,CN,,.CHINA,,,,,,,,
X,CN,OLD,Gone,Gone,,XX,1-------,0401,,,
=,CN,,Old name = New name,,,,,,,,
+,PL,MAA,Małaszewicze,Malaszewicze,LU,RL,-23---B-,1401,,,
,PL,MAA,The same again,The same again,LU,RL,1-------,1401,,,
"""
# As UNECE publishes: no names of columns, function before status, every cell in quotes, Windows-1252.
PUBLISHED = """\
,"AX",,".ÅLAND ISLANDS",,,,,,,,
,"AX","MHQ","Maarianhamina (Mariehamn)","Maarianhamina (Mariehamn)",,"1--4----","AI","1207",,"6006N 01957E",
"+","DE","KOL","Köln, Eifeltor","Koln, Eifeltor","NW","-2---6--","RL","1407",,,"a ""remark"" too"
"""


def made(tmp_path: Path, *sources: bytes, more: tuple[str, ...] = ()) -> tuple[int, Path]:
    """The exit code for these files of one edition, and where the list would be."""
    files = [tmp_path / f"part{number}.csv" for number in range(1, len(sources) + 1)]
    for file, octets in zip(files, sources, strict=True):
        file.write_bytes(octets)
    target = tmp_path / "codelists" / "un-locode-2024-2.json"
    words = [*map(str, files), "--edition", "2024-2", "--out", str(target), *more]
    return unlocode.main(words), target


def test_an_edition_becomes_a_list_that_extends_the_subset(tmp_path: Path) -> None:
    code, _ = made(tmp_path, (HEAD + ROWS).encode())
    assert code == 0
    lists = CodeLists.load(tmp_path)
    places = lists.get("un-locode").codes
    assert places["PLMAA"].properties == {"kinds": "rail road border"}
    assert places["PLMAA"].name_en == "Małaszewicze"
    assert places["CNKHN"].name_en == "Nanchang"
    assert places["JPOSA"].name_en == "Osaka"
    assert "CNOLD" not in places
    assert "CN" not in places
    assert not CodeLists.load().contains("un-locode", "PLMAA")


def test_the_parts_of_an_edition_are_read_as_they_are_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, target = made(tmp_path, PUBLISHED.encode("cp1252"), b"\xef\xbb\xbf" + (HEAD + ROWS).encode())
    assert code == 0
    assert f"{target}: 4 places; 4 rows are none, 0 are odd" in capsys.readouterr().out
    places = CodeLists.load(tmp_path).get("un-locode").codes
    assert places["DEKOL"].name_en == "Köln, Eifeltor"
    assert places["DEKOL"].properties == {"kinds": "rail multimodal"}
    assert places["AXMHQ"].properties == {"kinds": "port airport"}


ODD = {
    "a short row": (",CN,KHN", "part1.csv:2: 3 columns, not 12"),
    "a place in small letters": (",CN,khn,a,a,,AI,1-------,,,,", "part1.csv:2: 'CNkhn' is no code"),
    "a country of three letters": (",CHN,KHN,a,a,,AI,1-------,,,,", "part1.csv:2: 'CHNKHN' is no code"),
    "a place without a name": (",CN,KHN,,,,AI,1-------,,,,", "part1.csv:2: CNKHN has no name"),
    "columns that are swapped": (",CN,KHN,a,a,,1-------,AI,,,,", "part1.csv:2: CNKHN has the function 'AI'"),
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_row_is_told_with_its_line_and_no_list_is_written(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row, says = ODD[what]
    octets = (HEAD + row + "\n" + ROWS).encode()
    code, target = made(tmp_path, octets)
    told = capsys.readouterr().err
    assert (code, says in told, "--leave-out" in told, target.exists()) == (1, True, True, False), told
    code, target = made(tmp_path, octets, more=("--leave-out",))
    assert (code, says in capsys.readouterr().err) == (0, True)
    assert CodeLists.load(tmp_path).contains("un-locode", "PLMAA")


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"a,b\n1,2\n", "part1.csv:1: 2 columns and no names"),
        (b"Country,Location\nCN,KHN\n", "part1.csv:1: no column Change, Name, Function"),
        (b"", "part1.csv: no rows"),
        (b"\x81\x00", "neither UTF-8 nor Windows-1252"),
    ],
)
def test_a_file_of_another_form_is_refused(
    octets: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, target = made(tmp_path, octets)
    assert (code, says in capsys.readouterr().err, target.exists()) == (2, True, False)


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = str(tmp_path / "x.json")
    assert unlocode.main([str(tmp_path / "none.csv"), "--edition", "1", "--out", target]) == 2
    assert "none.csv" in capsys.readouterr().err


def test_a_list_extends_only_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "codelists").mkdir()
    extension = {**unlocode.read((HEAD + ROWS).splitlines(), "1"), "extends": "no-such-list"}
    (tmp_path / "codelists" / "more.json").write_text(json.dumps(extension), encoding="utf-8")
    with pytest.raises(ValueError, match="extends the code list no-such-list"):
        CodeLists.load(tmp_path)


# Where trains of the corridors from China change gauge or are made up; codes of the published list.
TERMINALS = frozenset(
    [
        "CNAKL",
        "CNHRS",
        "CNMLX",
        "CNERC",
        "CNSFE",
        "CNNCH",
        "CNXIA",
        "CNZZZ",
        "CNCDU",
        "CNCQI",
        "KZALA",
        "KZPPK",
        "RURZH",
        "RUMOW",
        "RUOVB",
    ]
)


def test_the_standard_ships_the_rail_terminals_of_its_corridors() -> None:
    places = CodeLists.load().get("un-locode").codes
    assert places.keys() >= TERMINALS
    for code in TERMINALS:
        assert "rail" in places[code].properties["kinds"].split(), code
