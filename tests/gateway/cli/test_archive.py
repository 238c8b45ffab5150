"""An archive is verified without the node, and every edit of it is found."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import in_process
from threeflow import archive, documents, envelope, receipts, strict
from threeflow_gateway.cli.cli import main
from threeflow_gateway.store.archiving import extent
from threeflow_gateway.store.database import Database

PAPERS = 40


@pytest.fixture(scope="module")
def society() -> Society:
    return Society()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, society: Society) -> Path:
    made = tmp_path_factory.mktemp("archived")

    @synchronous
    async def live() -> None:
        async with in_process(made, society, settings={"log": {"checkpoint_seconds": 3600.0}}) as (
            station,
            gateway,
        ):
            for _ in range(PAPERS):
                assert (await station.submit(Parcel().order)).taken_in
            await gateway.node._checkpoints.make()
            assert (await station.submit(Parcel().order)).taken_in

    live()
    config = made / "xa.customs" / "node.toml"
    assert main(["archive", "write", "--config", str(config), "--out", str(made / "all")]) == 0
    return made


def _lines(folder: Path) -> list[bytes]:
    return (folder / "all").read_bytes().splitlines(keepends=True)


def test_an_archive_holds_what_a_checkpoint_covers_and_no_node_is_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = [str(folder / "trust" / f"{each}.json") for each in ("xa", "xb")]
    assert main(["archive", "verify", str(folder / "all"), "--trust", *trust, "--json"]) == 0
    (said,) = json.loads(capsys.readouterr().out)
    assert (said["node"], said["first"], said["last"]) == ("xa.customs", 0, PAPERS - 1)
    assert len(_lines(folder)) == PAPERS + 1
    assert main(["archive", "verify", str(folder / "all"), "--trust", trust[1]]) == 1
    # It is not written over.
    config = str(folder / "xa.customs" / "node.toml")
    assert main(["archive", "write", "--config", config, "--out", str(folder / "all")]) == 2
    assert not (folder / "all.part").exists()


def test_pieces_of_a_log_follow_one_another(folder: Path, society: Society) -> None:
    config = str(folder / "xa.customs" / "node.toml")
    assert main(["archive", "write", "--config", config, "--out", str(folder / "rest"), "--first", "25"]) == 0
    with (folder / "rest").open("rb") as lines:
        report = archive.verify(lines, society.store())
    assert (report.first, report.last, report.entries, report.faults) == (25, PAPERS - 1, 15, ())
    assert main(["archive", "write", "--config", config, "--out", str(folder / "no"), "--first", "40"]) == 2
    database = Database(f"sqlite:///{folder / 'xa.customs' / 'node.sqlite3'}")
    assert extent(database, first=0, before="2000-01-01") is None
    assert extent(database, first=0, before="2999-01-01").last == PAPERS - 1  # type: ignore[union-attr]
    database.close()


def test_personal_data_does_not_go_into_an_archive(folder: Path) -> None:
    for line in _lines(folder)[1:]:
        assert set(json.loads(json.loads(line)["document"])) == {"payload", "signatures"}


def _edit(line: int, change: Callable[[dict[str, Any]], object]) -> Callable[[list[bytes]], None]:
    def work(lines: list[bytes]) -> None:
        said = json.loads(lines[line])
        change(said)
        lines[line] = strict.dump(said) + b"\n"

    return work


def _spoil(said: dict[str, Any]) -> None:
    document = json.loads(said["document"])
    document["signatures"][0].update(signature="A" * 86)
    said.update(document=json.dumps(document))


def _swap(lines: list[bytes]) -> None:
    lines[3], lines[4] = lines[4], lines[3]


EDITS: dict[str, Callable[[list[bytes]], object]] = {
    "a line is left out": lambda lines: lines.pop(7),
    "the last line is left out": lambda lines: lines.pop(),
    "two lines change places": _swap,
    "a line is there twice": lambda lines: lines.insert(5, lines[5]),
    "another leaf": _edit(5, lambda said: said.update(leaf=9)),
    "a path that is cut": _edit(5, lambda said: said["path"].pop()),
    "a path of others": lambda lines: _edit(5, lambda said: said.update(path=json.loads(lines[6])["path"]))(
        lines
    ),
    "a document of others": lambda lines: _edit(
        5, lambda said: said.update(document=json.loads(lines[6])["document"])
    )(lines),
    "a receipt of others": lambda lines: _edit(
        5, lambda said: said.update(receipt=json.loads(lines[6])["receipt"])
    )(lines),
    "a seal that is spoiled": _edit(5, _spoil),
    "a document that is no text": _edit(5, lambda said: said.update(document=json.loads(said["document"]))),
    "no JSON": lambda lines: lines.__setitem__(5, b"{\n"),
    "fewer leaves than the head says": _edit(0, lambda said: said.update(last=99)),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_of_an_archive_is_found(folder: Path, society: Society, edit: str) -> None:
    lines = _lines(folder)
    assert archive.verify(lines, society.store()).faults == ()
    EDITS[edit](lines)
    assert archive.verify(lines, society.store()).faults != ()


def test_a_witness_of_another_jurisdiction_keeps_what_a_stolen_key_sealed_before(
    folder: Path, society: Society
) -> None:
    lines = _lines(folder)
    said = json.loads(lines[0])
    checkpoint = envelope.read(said["checkpoint"].encode())
    stated: Any = strict.parse_object(checkpoint.payload)
    about = receipts.Acknowledged(
        "xa.customs", stated["header"]["id"], checkpoint.digest, "checkpoint", checkpoint.kids
    )

    def witnessed(by: str) -> list[bytes]:
        made = receipts.build(
            id=stated["header"]["id"], issuer=by, environment=society.environment,
            issued_at=documents.timestamp(datetime.now(UTC)), receivers=["xa.customs"], document=about,
            outcome="accepted", salt=bytes(16), log_id=None, index=None,
        )  # fmt: skip
        sealed = envelope.seal(strict.dump(made), society.keys[by].seal)
        top = {**said, "witnesses": [sealed.decode()]}
        return [strict.dump(top) + b"\n", *lines[1:]]

    before = {by: witnessed(by) for by in ("xb.customs", "xa.hub")}
    theft = datetime.now(UTC) + timedelta(hours=1)
    later = Society(endpoints=society.endpoints)
    later.keys, later.anchors = society.keys, society.anchors
    later.publish("xa", key_states={society.keys["xa.platform"].seal.kid: {"compromised_since": theft}})
    store = later.store()
    assert archive.verify(before["xb.customs"], store).faults == ()
    for unseen in (before["xa.hub"], lines):
        found = archive.verify(unseen, store).faults
        assert len(found) == PAPERS
        assert all("xa.platform is compromised" in each for each in found)
