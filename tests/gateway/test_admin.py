"""The admin surface: off unless named, open to its own user alone, and never in the way of the node."""

import asyncio
import stat
from pathlib import Path

import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.stations import in_process
from threeflow.errors import Unavailable
from threeflow_gateway.admin.client import AdminError, ask


@synchronous
async def test_without_a_setting_there_is_no_socket(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()):
        assert not [each for each in (tmp_path / "xa.customs").iterdir() if each.is_socket()]


@synchronous
async def test_the_socket_is_open_to_its_owner_alone_and_gone_after_the_end(tmp_path: Path) -> None:
    socket = tmp_path / "xa.customs" / "admin"
    async with in_process(tmp_path, Society(), settings={"admin": {"socket": "admin"}}):
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert not socket.exists()


@synchronous
async def test_a_socket_that_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    society = Society()
    settings = {"admin": {"socket": "admin"}}
    socket = tmp_path / "xa.customs" / "admin"
    async with in_process(tmp_path, society, settings=settings):
        socket.rename(socket.with_name("left"))
        socket.with_name("left").rename(socket)
    stale = await asyncio.start_unix_server(lambda _reader, _writer: None, socket)
    stale.close()
    async with in_process(tmp_path, society, settings=settings):
        assert (await asyncio.to_thread(ask, socket, "reload-trust"))["newer"] is False


@synchronous
async def test_a_folder_where_others_may_write_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(PermissionError, match="others may write here"):
        async with in_process(tmp_path, Society(), settings={"admin": {"socket": str(shared / "admin")}}):
            pass


@synchronous
async def test_reload_trust_takes_a_newer_list(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings={"admin": {"socket": "admin"}}) as (_, gateway):
        before = gateway.node.trust.digests()
        society.publish("xa")
        society.save(tmp_path / "trust")
        answer = await asyncio.to_thread(ask, tmp_path / "xa.customs" / "admin", "reload-trust")
        assert answer["newer"] is True
        assert set(answer["lists"]) == set(gateway.node.trust.digests()) != set(before)


@synchronous
async def test_an_unknown_operation_or_a_bad_line_is_answered_with_what_there_is(tmp_path: Path) -> None:
    socket = tmp_path / "xa.customs" / "admin"
    async with in_process(tmp_path, Society(), settings={"admin": {"socket": "admin"}}):
        with pytest.raises(AdminError, match="reload-trust"):
            await asyncio.to_thread(ask, socket, "shut-down")
        reader, writer = await asyncio.open_unix_connection(socket)
        for line in (b"\n", b"[]\n", b'"x"\n', b"{\n", b"\xff\n"):
            writer.write(line)
            assert b'"bad-request"' in await reader.readline(), line
        writer.close()


def test_a_node_that_does_not_run_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no node answers"):
        ask(tmp_path / "admin", "reload-trust")
