"""`threeflow doctor`: each thing is broken in turn, and the finding is exactly that one."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import configure, in_process
from threeflow.keys import SigningKey
from threeflow_gateway.cli.cli import main
from threeflow_gateway.health.doctor import examine
from threeflow_gateway.health.doctor.findings import TO_DO
from threeflow_gateway.signing.keyfiles import public_json
from threeflow_gateway.store.database import Database


@dataclass
class Patient:
    """A node whose process answers as the test says; nothing of it listens."""

    folder: Path
    society: Society
    peer: bytes
    ready: int = 200
    skew: float = 0.0
    gone: bool = False

    @property
    def config(self) -> Path:
        return self.folder / "xa.customs" / "node.toml"

    @property
    def file(self) -> Path:
        return self.config.with_name("node.sqlite3")

    def sql(self, *said: str) -> None:
        database = Database(f"sqlite:///{self.file}")
        with database.altering() as connection:
            for each in said:
                connection.execute(text(each))
        database.close()

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/ready":
            if self.ready == 0:
                raise httpx.ConnectError("refused")
            reason = {"rule": "ready.disk", "message": {"en": "the disk is full", "zh": "磁盘已满"}}
            return httpx.Response(self.ready, json={"violations": [reason]} if self.ready != 200 else {})
        if self.gone:
            raise httpx.ConnectError("no route")
        date = datetime.now(UTC) + timedelta(seconds=self.skew)
        node = next(
            each for each, at in self.society.endpoints.items() if httpx.URL(at).port == request.url.port
        )
        body = self.peer.replace(b"NODE", node.encode()) if self.peer else self.statement(node)
        return httpx.Response(200, content=body, headers={"date": format_datetime(date, usegmt=True)})

    def statement(self, node: str) -> bytes:
        from threeflow import envelope, strict

        return envelope.seal(strict.dump({"header": {"issuer": node}}), self.society.keys[node].seal)

    def found(self, now: datetime | None = None) -> set[tuple[str, str]]:
        with httpx.Client(transport=httpx.MockTransport(self.answer)) as http:
            report = examine(self.config, now or datetime.now(UTC), http=http)
        for each in report.findings:
            assert all(each.what), each
            assert all(each.do) or each.level == "well", each
        return {(each.check, each.code) for each in report.findings if each.level != "well"}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Society]:
    folder, society = tmp_path_factory.mktemp("healthy"), Society()

    @synchronous
    async def live() -> None:
        async with in_process(folder, society, settings={"log": {"checkpoint_seconds": 3600.0}}) as (
            station,
            gateway,
        ):
            for _ in range(3):
                assert (await station.submit(Parcel().order)).state == "accepted"
            await gateway.node._checkpoints.make()

    live()
    # What it owes to peers that nobody plays is the matter of other tests.
    Patient(folder, society, b"").sql("DELETE FROM outbox")
    return folder, society


@pytest.fixture
def patient(healthy: tuple[Path, Society], tmp_path: Path) -> Patient:
    folder, society = healthy
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    config = tmp_path / "xa.customs" / "node.toml"
    config.write_text(config.read_text().replace(str(folder), str(tmp_path)))
    return Patient(tmp_path, society, b"")


def test_a_healthy_node_has_nothing(patient: Patient) -> None:
    assert patient.found() == set()
    _shelve(patient)
    assert patient.found() == set()


def _chmod(patient: Patient) -> None:
    next(patient.config.parent.glob("seal-*.json")).chmod(0o644)


def _tls(patient: Patient) -> None:
    key = patient.folder / "tls.pem"
    key.write_text("")
    key.chmod(0o644)
    said = {"port": 2, "endpoint": "https://127.0.0.1:2", "private_key": str(key)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in said.items()]
    patient.config.write_text("\n".join([patient.config.read_text(), "[grpc]", *lines]) + "\n")


def _signer(patient: Patient) -> None:
    for path in patient.config.parent.glob("*-1.json"):
        key = SigningKey.load(path)
        path.write_bytes(public_json(key.public))
    patient.config.write_text(patient.config.read_text() + '\n[signer]\nsocket = "nobody"\n')


def _other_key(patient: Patient) -> None:
    path = next(patient.config.parent.glob("seal-*.json"))
    path.unlink()
    SigningKey.generate("Ed25519", "xa.customs#seal-1", "seal").save(path)


def _owe(since: timedelta, state: str = "due", peer: str = "xb.customs") -> Callable[[Patient], None]:
    at = (datetime.now(UTC) - since).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    return lambda patient: patient.sql(
        "DELETE FROM outbox",
        "INSERT INTO outbox (peer, document, subject, state, attempts, next_at, reason, since) "
        f"VALUES ('{peer}', 1, 1, '{state}', 1, '{at}', 'because', '{at}')",
    )


def _shelve(patient: Patient) -> Path:
    """Move all documents to an archive."""
    archive = patient.config.with_name("archives") / "old"
    archive.parent.mkdir()
    patient.config.write_text(patient.config.read_text() + '\n[storage]\narchives = "archives"\n')
    config = str(patient.config)
    assert main(["archive", "write", "--config", config, "--out", str(archive)]) == 0
    assert main(["archive", "move", "--config", config, str(archive)]) == 0
    return archive


def _unset(patient: Patient) -> None:
    _shelve(patient)
    patient.config.write_text(patient.config.read_text().replace('archives = "archives"', ""))


def _flip(patient: Patient) -> None:
    archive = _shelve(patient)
    archive.write_bytes(archive.read_bytes().replace(b"signature", b"signaturf"))


def _pointer(patient: Patient) -> None:
    _shelve(patient)
    patient.sql("UPDATE document SET receipt = X'0009' WHERE leaf = 1")


def _incident(code: str) -> Callable[[Patient], None]:
    return lambda patient: patient.sql(
        "INSERT INTO incident (at, code, requirement, about, source, digest, held, shown, detail) "
        f"VALUES ('2026-01-01T00:00:00.000000Z', '{code}', '', 'xb', 'xb', '', '', '', '')"
    )


BROKEN: dict[str, tuple[Callable[[Patient], object], set[tuple[str, str]]]] = {
    "an unknown setting": (
        lambda p: p.config.write_text(p.config.read_text() + "\n[nonsense]\n"),
        {("configuration", "config-unreadable")},
    ),
    "another endpoint": (
        lambda p: p.config.write_text(p.config.read_text().replace('endpoint = "http', 'endpoint = "https')),
        {("configuration", "endpoint-differs")},
    ),
    "a key that others may read": (_chmod, {("keys", "key-open")}),
    "a certificate's key that others may read": (_tls, {("keys", "key-open")}),
    "no signer where one is named": (_signer, {("keys", "signer-gone")}),
    "a private key where a signer is named": (
        lambda p: p.config.write_text(p.config.read_text() + '\n[signer]\nsocket = "s"\n'),
        {("keys", "key-unreadable")},
    ),
    "no key": (
        lambda p: next(p.config.parent.glob("token-*.json")).unlink(), {("keys", "key-unreadable")}
    ),
    "another key than the list's": (_other_key, {("keys", "key-not-valid")}),
    "a trust file that is gone": (
        lambda p: (p.folder / "trust" / "xb.json").unlink(), {("trust", "trust-unreadable")}
    ),
    "a trust file that was changed": (
        lambda p: (p.folder / "trust" / "xb.json").write_bytes(Society().trust_file("xb")[:-9]),
        {("trust", "trust-unreadable")},
    ),
    "no list of its own": (
        lambda p: (p.folder / "trust" / "xa.json").unlink(),
        {("trust", "trust-unreadable"), ("trust", "trust-without-node"), ("keys", "key-not-valid")},
    ),
    "too little room": (
        lambda p: p.config.write_text(p.config.read_text() + f"\n[storage]\nfree_octets = {1 << 60}\n"),
        {("disk", "disk-full")},
    ),
    "room for little more": (
        lambda p: p.config.write_text(
            p.config.read_text() + f"\n[storage]\nfree_octets = {shutil.disk_usage(p.folder).free // 2}\n"
        ),
        {("disk", "disk-filling")},
    ),
    "no database": (lambda p: p.file.unlink(), {("database", "database-gone")}),
    "a database that is none": (
        lambda p: p.file.write_bytes(b"no database " * 999), {("database", "database-gone")}
    ),
    "tables of an earlier release": (
        lambda p: p.sql("UPDATE alembic_version SET version_num = '0001'"),
        {("database", "database-outdated")},
    ),
    "tables of a later release": (
        lambda p: p.sql("UPDATE alembic_version SET version_num = '9999'"), {("database", "database-newer")}
    ),
    "another node's database": (
        lambda p: p.sql("UPDATE head SET node = 'xa.hub'"), {("database", "database-other-node")}
    ),
    "documents in archives, and no folder of them": (_unset, {("archives", "archives-unset")}),
    "an archive that is gone": (
        lambda p: _shelve(p).unlink(), {("archives", "archive-gone")}
    ),
    "an archive that was cut": (
        lambda p: _shelve(p).write_bytes(b"{}\n"), {("archives", "archive-damaged")}
    ),
    "an archive that was changed": (_flip, {("archives", "archive-damaged")}),
    "a pointer that is none": (_pointer, {("database", "database-damaged")}),
    "a dead letter": (_owe(timedelta(), "dead"), {("outbox", "dead-letters")}),
    "owed for two hours": (_owe(timedelta(hours=2)), {("outbox", "owed-long")}),
    "owed to a node of no list": (_owe(timedelta(), peer="xc.customs"), {("outbox", "owed-unlisted")}),
    "a leaf that is gone": (
        lambda p: p.sql("UPDATE document SET leaf = 99 WHERE leaf = 1"), {("log", "log-inconsistent")}
    ),
    "a leaf that was changed": (
        lambda p: p.sql("UPDATE document SET leaf_hash = zeroblob(32) WHERE leaf = 1"),
        {("log", "log-inconsistent")},
    ),
    "a receipt that was changed": (
        lambda p: p.sql(
            "UPDATE document SET receipt = (SELECT receipt FROM document WHERE leaf = 0) WHERE leaf = 1"
        ),
        {("log", "log-inconsistent")},
    ),
    "a log that was cut": (
        lambda p: p.sql("UPDATE document SET leaf = NULL WHERE leaf = 2", "UPDATE head SET leaves = 2"),
        {("log", "log-inconsistent")},
    ),
    "a trust file that was put back": (
        lambda p: p.sql(
            "INSERT INTO trust_list SELECT jurisdiction, 2, file, anchor, envelope, at FROM trust_list "
            "WHERE jurisdiction = 'xb'"
        ),
        {("trust", "trust-file-behind")},
    ),
    "a peer's log that was rewritten": (
        _incident("log-inconsistent"), {("incidents", "peer-log-inconsistent")}
    ),
    "a jurisdiction that says two things": (
        _incident("trust-list-equivocation"), {("incidents", "trust-list-equivocation")}
    ),
    "a newest receipt of tomorrow": (
        lambda p: p.sql("UPDATE document SET received_at = '2999-01-01T00:00:00.000000Z'"),
        {("clock", "clock-behind-log")},
    ),
    "a peer's clock an hour ahead": (lambda p: setattr(p, "skew", 3600.0), {("clock", "clock-off")}),
    "a peer's clock an hour behind": (lambda p: setattr(p, "skew", -3600.0), {("clock", "clock-off")}),
    "peers that do not answer": (lambda p: setattr(p, "gone", True), {("peers", "peer-unreachable")}),
    "somebody else at the peers' address": (
        lambda p: setattr(p, "peer", Patient(p.folder, Society(), b"").statement("xb.customs")),
        {("peers", "peer-not-itself")},
    ),
    "a node that does not run": (lambda p: setattr(p, "ready", 0), {("node", "node-not-running")}),
    "a node that is not ready": (lambda p: setattr(p, "ready", 503), {("node", "node-not-ready")}),
}  # fmt: skip

LATER = {
    timedelta(hours=-1): {("clock", "clock-behind-list"), ("clock", "clock-behind-log")},
    timedelta(days=24): {("trust", "trust-ends-soon")},
    timedelta(days=31): {("trust", "trust-stale")},
    timedelta(days=40): {("trust", "trust-expired")},
    timedelta(days=350): {("trust", "trust-expired"), ("keys", "key-ends-soon")},
    timedelta(days=400): {("trust", "trust-expired"), ("keys", "key-not-valid")},
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found_and_nothing_else(patient: Patient, what: str) -> None:
    breaks, expected = BROKEN[what]
    breaks(patient)
    assert patient.found() == expected


@pytest.mark.parametrize("later", LATER, ids=str)
def test_time_that_passes_is_found(patient: Patient, later: timedelta) -> None:
    patient.skew = later.total_seconds()
    assert patient.found(datetime.now(UTC) + later) == LATER[later]


def test_every_finding_is_shown_by_a_test_and_documented() -> None:
    shown = {code for _, expected in BROKEN.values() for _, code in expected}
    shown |= {code for expected in LATER.values() for _, code in expected}
    assert TO_DO.keys() - shown == set()
    page = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "doctor.md").read_text("utf-8")
    assert [code for code in TO_DO if f"| `{code}` |" not in page] == []


def test_pages_of_the_database_that_were_overwritten_are_found(patient: Patient) -> None:
    octets = bytearray(patient.file.read_bytes())
    size = int.from_bytes(octets[16:18], "big")
    for page in range(2, len(octets) // size):
        octets[page * size : page * size + 64] = b"\xff" * 64
    patient.file.write_bytes(octets)
    assert {code for check, code in patient.found() if check == "database"} & {
        "database-damaged",
        "database-gone",
    }


def test_the_command_prints_what_to_do_and_says_by_its_exit_code_how_bad_it_is(
    patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["doctor", "--config", str(patient.config), "--offline"]
    assert main(words) == 0
    assert main([*words, "--json"]) == 0
    _owe(timedelta(), "dead")(patient)
    assert main(words) == 0
    assert main([*words, "--strict"]) == 1
    capsys.readouterr()
    _chmod(patient)
    assert main(words) == 1
    said = capsys.readouterr().out
    assert "chmod 600" in said
    assert "撤销他人权限" in said
    assert main([*words, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["worst"] == "problem"
    assert main(["doctor", "--config", str(patient.folder / "nowhere.toml")]) == 2


def test_nobody_has_to_have_run_the_node(tmp_path: Path) -> None:
    society = Society()
    society.endpoints |= {
        "xa.customs": "http://127.0.0.1:1",
        "xb.customs": "http://127.0.0.1:2",
        "xa.hub": "http://127.0.0.1:3",
    }
    configure(tmp_path, society, "xa.customs", 1)
    assert Patient(tmp_path, society, b"", ready=0).found() == {
        ("database", "database-gone"), ("node", "node-not-running"),
    }  # fmt: skip
