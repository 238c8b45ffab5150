"""Where signatures come from: key files closed to others, or a signer that may hang, die, err and be back."""

import asyncio
import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.raw import code_of, post
from kit.signers import SignerProcess, merged
from kit.stations import Fleet, Station, configure, in_process
from threeflow import base64url, envelope, token
from threeflow.errors import Refused, Unavailable
from threeflow.keys import SigningKey
from threeflow_gateway.app import Gateway, serve
from threeflow_gateway.config import load
from threeflow_gateway.signing import keyfiles
from threeflow_gateway.signing.remote import Keeper, RemoteKey

NODE = "xa.customs"


@pytest.fixture
def society() -> Society:
    made = Society()
    for index, member in enumerate(each for each in made.members if each.gateway):
        made.endpoints[member.id] = f"http://127.0.0.1:{index + 1}"
    return made


@pytest.fixture
def signer(society: Society) -> Iterator[SignerProcess]:
    made = SignerProcess(society, NODE)
    yield made
    made.close()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601])
@pytest.mark.parametrize("use", ["seal-seal-1", "token-token-1"])
def test_a_node_does_not_start_on_a_key_file_that_others_may_touch(
    tmp_path: Path, society: Society, capfd: pytest.CaptureFixture[str], use: str, mode: int
) -> None:
    config = configure(tmp_path, society, NODE, 1)
    file = config.with_name(f"{use}.json")
    file.chmod(mode)
    assert serve(config) == 2
    said = capfd.readouterr().err
    assert f"permissions {mode:04o}" in said
    assert f"chmod 600 {file}" in said
    assert "只允许其所有者读取" in said
    file.chmod(0o400)
    Gateway(load(config))


def test_a_node_with_a_signer_takes_no_private_key(tmp_path: Path, society: Society) -> None:
    config = configure(tmp_path, society, NODE, 1, {"signer": {"socket": "s"}})
    with pytest.raises(Refused, match="holds a private key"):
        Gateway(load(config))


def test_a_node_whose_signer_is_not_there_says_so_at_start(
    tmp_path: Path, society: Society, signer: SignerProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    config = configure(tmp_path, society, NODE, 1, signer.settings(tmp_path / NODE))
    assert serve(config) == 2
    assert f"the signer at {signer.socket} is gone" in capfd.readouterr().err


@pytest.mark.requirement("TF-SEAL-8", "TF-TOKEN-11", "TF-INTAKE-28")
@synchronous
async def test_receipts_refusals_statement_checkpoints_and_tokens_come_from_the_signer(
    tmp_path: Path,
) -> None:
    fleet = Fleet(tmp_path, (NODE, "xb.customs", "xa.hub"))
    signer = SignerProcess(fleet.society, NODE)
    port = int(fleet.society.endpoints[NODE].rpartition(":")[2])
    configure(tmp_path, fleet.society, NODE, port, signer.settings(tmp_path / NODE))
    for each in (tmp_path / NODE).glob("*-1.json"):
        each.unlink()
    try:
        await asyncio.to_thread(signer.start)
        for node in (NODE, "xb.customs"):
            await asyncio.to_thread(fleet.processes[node].start)
        station = fleet.stations[NODE]
        parcel = Parcel()
        assert (await station.submit(parcel.order)).state == "accepted"
        refused = await station.submit(_spoiled(parcel.payment))
        assert (refused.sealed, refused.code) == (True, "schema-violated")
        assert (await station.as_(NODE).statement())["header"]["issuer"] == NODE  # type: ignore[index]

        async def witnessed() -> bool:
            # What the peer took in of this node came under its tokens: its checkpoints.
            held = await asyncio.to_thread(_checkpoints, tmp_path / "xb.customs" / "node.sqlite3")
            return NODE in held

        await eventually(witnessed)
    finally:
        await fleet.close()
        assert signer.stop() == 0
        signer.close()


@pytest.mark.requirement("TF-REST-8")
@synchronous
async def test_a_dead_signer_binds_nothing_and_one_that_is_back_needs_no_hand(
    tmp_path: Path, society: Society, signer: SignerProcess
) -> None:
    signer.start()
    settings = merged(signer.settings(tmp_path / NODE), {"trust": {"reload_seconds": 0}})
    async with in_process(tmp_path, society, NODE, settings) as (station, gateway):
        first, second = Parcel().order, Parcel().order
        receipt = await station.submit(first)
        signer.kill()
        for paper in (second, _spoiled(Parcel().payment)):
            answer = await post(station, station.as_("xa.platform").seal(paper))
            assert (answer.status_code, code_of(answer)) == (503, "unavailable")
            assert answer.json()["retryable"] is True
            assert "the signer at" in answer.json()["detail"]
        # What was acknowledged needs no new signature.
        assert (await station.submit(first)).raw == receipt.raw
        assert [each.check for each in await gateway.node.readiness.ask()] == ["keys"]
        before = gateway.node.statement
        society.publish("xa")
        (tmp_path / "trust" / "xa.json").write_bytes(society.trust_file("xa"))
        assert await gateway.node.reload_trust()
        assert gateway.node.statement == before
        signer.start()
        assert (await station.submit(second)).state == "accepted"
        assert await gateway.node.readiness.ask() == ()

        async def restated() -> bool:
            return gateway.node.statement != before

        await eventually(restated)


@pytest.mark.requirement("TF-REST-8")
@synchronous
async def test_a_signer_that_hangs_holds_up_nobody_for_long(
    tmp_path: Path, society: Society, signer: SignerProcess
) -> None:
    signer.start()
    settings = signer.settings(tmp_path / NODE, timeout_seconds=0.5)
    async with in_process(tmp_path, society, NODE, settings) as (station, _):
        papers = [Parcel().order for _ in range(20)]
        signer.hang()
        slowest = asyncio.create_task(_slowest_health(station))
        began = time.monotonic()
        answers = await asyncio.gather(
            *(post(station, station.as_("xa.platform").seal(each)) for each in papers),
            *(post(station, station.as_("xa.platform").seal(_spoiled(each))) for each in papers[:5]),
        )
        took = time.monotonic() - began
        slowest.cancel()
        assert {(each.status_code, code_of(each)) for each in answers} == {(503, "unavailable")}
        # Twenty that wait for half a second one after another would take ten.
        assert took < 6
        assert max(SLOWEST) < 0.4
        signer.go_on()

        async def taken() -> bool:
            outcomes = await asyncio.gather(*(station.submit(each) for each in papers))
            return all(each.state == "accepted" for each in outcomes)

        await eventually(taken)


@synchronous
async def test_a_signer_with_another_key_under_the_name_is_told_apart(
    tmp_path: Path, society: Society, signer: SignerProcess
) -> None:
    signer.start()
    async with in_process(tmp_path, society, NODE, signer.settings(tmp_path / NODE)) as (station, gateway):
        signer.kill()
        other = Society().keys[NODE]
        signer.start([other.seal, other.token])
        answer = await post(station, station.as_("xa.platform").seal(Parcel().order))
        assert (answer.status_code, code_of(answer)) == (503, "unavailable")
        assert "holds another key" in answer.json()["detail"]
        (lack,) = await gateway.node.readiness.ask()
        assert (lack.check, "does not hold the key" in lack.en) == ("keys", True)


def test_a_key_signs_nothing_but_what_names_it_and_goes_with_its_use(
    society: Society, signer: SignerProcess
) -> None:
    signer.start()
    keeper = Keeper(signer.socket, timeout_seconds=5)
    seal, tokens = (RemoteKey(keeper, key.public) for key in signer.keys)

    def signed(key: RemoteKey, typ: str, kid: str = "") -> bool:
        protected = envelope.protect(key.alg, kid or key.kid, typ)
        octets = f"{protected}.{base64url.encode(b'{}')}".encode()
        try:
            return key.public.verify(key.sign(octets), octets)
        except Unavailable:
            return False

    assert signed(seal, envelope.TYP)
    assert signed(tokens, token.TYP)
    assert not signed(seal, token.TYP)
    assert not signed(tokens, envelope.TYP)
    assert not signed(seal, envelope.TYP, kid=f"{NODE}#seal-2")
    for octets in (b"", b".", b"x.y", b"no jws"):
        with pytest.raises(Unavailable, match="does not sign"):
            seal.sign(octets)
    stranger = RemoteKey(keeper, society.keys["xa.hub"].seal.public)
    with pytest.raises(Unavailable, match="no key"):
        stranger.sign(b"a.b")
    keeper.close()


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'{"sign":1,"kid":2}', b'{"sign":"\xc3\xa9.x","kid":"k"}', b"\xff"]
)
def test_a_line_that_is_none_is_answered_and_the_next_one_served(signer: SignerProcess, line: bytes) -> None:
    signer.start()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(signer.socket))
        answers = connection.makefile("rb")
        connection.sendall(line + b"\n" + b'{"keys":true}\n')
        assert "error" in json.loads(answers.readline())
        assert len(json.loads(answers.readline())["keys"]) == 2
        answers.close()


def test_a_user_who_is_not_named_gets_nothing_signed(society: Society) -> None:
    signer = SignerProcess(society, NODE, "--allow", str(os.geteuid() + 1))
    try:
        signer.start()
        key = RemoteKey(Keeper(signer.socket, timeout_seconds=5), signer.keys[0].public)
        with pytest.raises(Unavailable, match="gone"):
            key.check()
    finally:
        signer.close()


def test_the_public_half_is_read_back_and_nothing_else_is(tmp_path: Path) -> None:
    key = SigningKey.generate("ES256", f"{NODE}#seal-9", "seal")
    file = tmp_path / "public.json"
    file.write_bytes(keyfiles.public_json(key.public))
    assert keyfiles.load_public(file) == key.public
    assert b'"d"' not in file.read_bytes()
    for change in ({"more": 1}, {"kid": "x"}, {"alg": "none"}, {"use": "both"}, {"jwk": {}}):
        file.write_text(json.dumps({**json.loads(keyfiles.public_json(key.public)), **change}))
        with pytest.raises(Refused):
            keyfiles.load_public(file)


SLOWEST: list[float] = []


async def _slowest_health(station: Station) -> None:
    SLOWEST.clear()
    while True:
        began = time.monotonic()
        await post(station, b"", target="/health", method="GET", authorization="")
        SLOWEST.append(time.monotonic() - began)
        await asyncio.sleep(0.02)


def _spoiled(paper: dict[str, Any]) -> dict[str, Any]:
    return {**paper, "surprise": True}


def _checkpoints(path: Path) -> set[str]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return {
            issuer for (issuer,) in database.execute("select issuer from document where type='checkpoint'")
        }
