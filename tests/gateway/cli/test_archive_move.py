"""`threeflow archive move`: what it refuses, what it says, and that it may be ended at any moment."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.shelf import NAME, SETTINGS, Shelf
from kit.stations import in_process
from threeflow_gateway.cli.cli import main
from threeflow_gateway.store import tables, volumes
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.moved import pointers
from threeflow_gateway.store.volumes import AwayError, Pointer, Volumes

PAPERS = 450


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with an archive of all that it took in."""
    folder = tmp_path_factory.mktemp("filled")

    @synchronous
    async def live() -> None:
        async with in_process(folder, Society(), settings=SETTINGS) as (station, gateway):
            client = station.as_("xa.platform")
            for _ in range(PAPERS // 50):
                taken = await client.submit_batch([client.seal(Parcel().order) for _ in range(50)])
                assert all(each.state == "accepted" for each in taken)
            await gateway.node._checkpoints.make()

    live()
    place = folder / "xa.customs"
    (place / "archives").mkdir()
    config = str(place / "node.toml")
    assert main(["archive", "write", "--config", config, "--out", str(place / "archives" / NAME)]) == 0
    return folder


class Node:
    """A copy of the node, for one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "xa.customs"
        self.config = self.folder / "node.toml"
        self.archive = self.folder / "archives" / NAME

    def move(self, *words: object, archive: object = None) -> int:
        asked = ["archive", "move", "--config", self.config, archive or self.archive, *words, "--json"]
        return main([str(each) for each in asked])

    def database(self) -> Database:
        return Database(f"sqlite:///{self.folder / 'node.sqlite3'}", archives=self.archive.parent)

    def moved(self) -> int:
        database = self.database()
        with database.reading() as connection:
            found = len(list(pointers(connection))) // 2
        database.close()
        return found

    def texts(self) -> list[tuple[bytes, bytes]]:
        """Every envelope and receipt, as readers get them."""
        query = select(tables.document.c.envelope, tables.document.c.receipt).order_by(tables.document.c.no)
        database = self.database()
        with database.reading() as connection:
            found = [(row.envelope, row.receipt) for row in connection.execute(query)]
        database.close()
        return found


@pytest.fixture
def node(filled: Path, tmp_path: Path) -> Node:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    config = tmp_path / "xa.customs" / "node.toml"
    config.write_text(config.read_text().replace(str(filled), str(tmp_path)))
    return Node(tmp_path)


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_file_that_the_node_would_not_find_is_refused(
    node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = shutil.copy(node.archive, tmp_path / NAME)
    link = node.archive.with_name("link")
    link.symlink_to(other)
    for archive, why in ((other, "does not stand in"), (link, "is no file"), ("nowhere", "is no file")):
        assert node.move(archive=archive) == 2
        assert why in said(capsys)["error"]["message"]
    node.config.write_text(node.config.read_text().replace('archives = "archives"', ""))
    assert node.move() == 2
    assert "storage.archives" in said(capsys)["error"]["message"]
    assert node.moved() == 0


def _edit(line: int, change: Callable[[dict[str, Any]], object]) -> Callable[[list[bytes]], None]:
    def work(lines: list[bytes]) -> None:
        found = json.loads(lines[line])
        change(found)
        lines[line] = json.dumps(found, separators=(",", ":")).encode() + b"\n"

    return work


def _swap(lines: list[bytes]) -> None:
    lines[3], lines[4] = lines[4], lines[3]


EDITS: dict[str, tuple[Callable[[list[bytes]], object], str]] = {
    "another form": (_edit(0, lambda each: each.update(archive="threeflow-archive-1")), "of the form"),
    "another node": (_edit(0, lambda each: each.update(node="xb.customs")), "no checkpoint of the node"),
    "a line left out": (lambda lines: lines.pop(7), "leaf 6 is not this line"),
    "the last line left out": (lambda lines: lines.pop(), f"up to {PAPERS - 1} is missing"),
    "lines that changed places": (_swap, "leaf 2 is not this line"),
    "another layout": (_edit(5, lambda each: each.update(more=1)), "leaf 4 is not this line"),
    "another document": (
        lambda lines: _edit(5, lambda each: each.update(document=json.loads(lines[6])["document"]))(lines),
        "leaf 4: the database holds another document",
    ),
    "another receipt": (
        lambda lines: _edit(5, lambda each: each.update(receipt=json.loads(lines[6])["receipt"]))(lines),
        "leaf 4: the database holds another receipt",
    ),
    "another path": (_edit(5, lambda each: each["path"].pop()), "leaf 4: the path does not lead"),
    "a line cut short": (lambda lines: lines.__setitem__(5, lines[5][:-9] + b"\n"), "leaf 4 cannot be read"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_archive_that_is_not_what_the_database_holds_takes_nothing_out_of_it(
    node: Node, edit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change, why = EDITS[edit]
    lines = node.archive.read_bytes().splitlines(keepends=True)
    change(lines)
    node.archive.write_bytes(b"".join(lines))
    assert node.move() == 1
    told = said(capsys)
    assert not told["good"]
    assert why in told["faults"][0]
    assert node.moved() == 0


def test_an_archive_of_another_log_takes_nothing_out_of_the_database(
    node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = node.database()
    with database.writing() as connection:
        connection.execute(tables.checkpoint.delete())
    assert node.move() == 1
    assert said(capsys)["faults"][0].endswith(f"of {PAPERS} leaves is none that this node made")
    with database.writing() as connection:
        connection.execute(tables.head.update().values(node="xb.customs"))
    database.close()
    assert node.move() == 1
    assert "the log of xa.customs" in said(capsys)["faults"][0]
    assert node.moved() == 0


def test_nothing_is_taken_out_before_the_archive_is_on_the_disk(
    node: Node, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, settled = os.fsync, []

    def fsync(file: int) -> None:
        settled.append(str(Path(f"/proc/self/fd/{file}").readlink()))
        if failing:
            raise OSError(5, "Input/output error", settled[-1])
        real(file)

    monkeypatch.setattr(volumes.os, "fsync", fsync)
    failing = True
    assert node.move() == 2
    assert "Input/output error" in said(capsys)["error"]["message"]
    assert node.moved() == 0
    failing, settled = False, []
    assert node.move() == 0
    assert settled == [str(node.archive), str(node.archive.parent)]
    assert node.moved() == PAPERS


def test_the_database_gives_its_room_back_where_that_is_asked(
    node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    file, texts = node.folder / "node.sqlite3", node.texts()
    before = file.stat().st_size
    assert node.move() == 0
    freed = said(capsys)["freedOctets"]
    assert file.stat().st_size == before
    assert node.move("--vacuum") == 0
    assert file.stat().st_size < before - freed / 2
    assert node.texts() == texts
    assert node.move("--back") == 0
    node.archive.unlink()
    assert node.texts() == texts


def test_a_name_of_any_letters_is_found_again(node: Node) -> None:
    texts = node.texts()
    named = node.archive.rename(node.archive.with_name("档案 2026 " + "x" * 200))
    assert node.move(archive=named.name) == 0
    assert node.texts() == texts
    assert node.move("--back", archive=named) == 0
    assert node.moved() == 0


def test_a_command_that_is_killed_in_the_middle_leaves_all_to_be_read(node: Node) -> None:
    texts = node.texts()
    command = [sys.executable, "-m", "threeflow_gateway.cli.cli", "archive", "move"]
    for back in ((), ("--back",)):
        begun = node.moved()
        child = subprocess.Popen([*command, "--config", str(node.config), str(node.archive), *back])
        while node.moved() == begun:
            assert child.poll() is None
            time.sleep(0.001)
        child.send_signal(signal.SIGKILL)
        child.wait()
        between = node.moved()
        assert 0 < between < PAPERS
        assert node.texts() == texts
        assert main(["database", "verify", "--config", str(node.config)]) == 0
        assert node.move(*back) == 0
        assert node.moved() == (0 if back else PAPERS)
        assert node.texts() == texts


def test_a_pointer_says_what_it_was_made_of_and_nothing_else_is_one(tmp_path: Path) -> None:
    made = Pointer("2026.ndjson", 1 << 40, 4096, bytes(range(32)))
    assert Pointer.read(made.octets) == made
    octets = made.octets
    spoiled = (
        b"", b"\0", octets[:40], octets[:50], octets[:50] + b"../x", octets[:50] + b"\xff",
        b"{" + octets[1:], b"\0\2" + octets[2:], octets[:42] + b"\xff" * 8 + octets[50:],
    )  # fmt: skip
    for bad in spoiled:
        with pytest.raises(AwayError):
            Pointer.read(bad)
    for name in ("", ".", "..", "a/b", "a\0b", "x" * 256):
        with pytest.raises(ValueError, match="no name of an archive"):
            Pointer(name, 0, 1, bytes(32)).octets  # noqa: B018
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe", "nothing"):
        with pytest.raises(AwayError) as told:
            Volumes(tmp_path).fetch(Pointer(name, 0, 9, bytes(32)))
        assert str(tmp_path / name) in told.value.reason
        assert name not in str(told.value)
    with pytest.raises(AwayError, match="archive"):
        Volumes(None).octets(octets)


def test_octets_that_would_be_read_as_a_pointer_are_never_written_as_a_document(node: Node) -> None:
    database = node.database()
    with database.writing() as connection, pytest.raises(Exception, match="zero octet"):
        connection.execute(tables.document.update().values(receipt=b"\0" * 60))
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tables.document)).scalar() == PAPERS + 1
    database.close()


@synchronous
async def test_documents_of_two_archives_are_read_each_from_its_own(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shelf = Shelf(tmp_path, capfd)
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        first = [(await station.submit(Parcel().order)).raw for _ in range(4)]
        await shelf.write(gateway)
        first += [(await station.submit(Parcel().order)).raw for _ in range(3)]
        await gateway.node._checkpoints.make()
        rest = shelf.folder / "rest"
        await shelf.run("archive", "write", "--config", shelf.config, "--out", rest, "--first", "2")
        said = await shelf.move(rest)
        assert (said["moved"], said["movedBefore"]) == (7, 2)
        with shelf.database() as database, database.reading() as connection:
            named = [each.archive for each in pointers(connection)]
            texts = connection.execute(
                select(tables.document.c.receipt).where(tables.document.c.leaf >= 0).order_by("leaf")
            ).scalars()
            assert list(texts) == first
        assert named == [NAME] * 8 + ["rest"] * 6
        assert (await shelf.move("--back"))["back"] == 4
        assert list((await shelf.moved()).values()) == [(False, False)] * 4 + [(True, True)] * 3
