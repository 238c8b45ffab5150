"""A node that is asked to stop under load ends what it acknowledged, and tells the others to come again."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import grpc
import httpx
import orjson
import pytest

from kit.asynchronous import eventually, synchronous
from kit.commands import threeflow
from kit.papers import Parcel
from kit.raw import JOSE, bearer, code_of
from kit.remote import Remote, ended
from kit.stations import Fleet, Station, free_ports
from threeflow import base64url
from threeflow.v1 import document_service_pb2 as documents

pytestmark = [pytest.mark.slow, pytest.mark.long]
NODE, SENDER, SUBMIT = "xa.customs", "xa.platform", "DocumentService/SubmitDocument"
CALLERS = 8

Ask = Callable[[bytes], Awaitable[bytes | str]]
"""Submits an envelope: the receipt, or in a word what came instead."""


class Load:
    """Callers who submit one order after another until the node answers no more."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.receipts: dict[bytes, bytes] = {}
        self.others: Counter[str] = Counter()

    async def caller(self, ask: Ask) -> None:
        while True:
            sealed = self.station.as_(SENDER).seal(Parcel().order)
            said = await ask(sealed)
            if isinstance(said, bytes):
                self.receipts[sealed] = said
                continue
            self.others[said] += 1
            if said == "gone":
                return
            await asyncio.sleep(0.05)

    async def rest(self) -> None:
        """A caller over one kept connection."""
        async with httpx.AsyncClient(timeout=30) as http:

            async def ask(sealed: bytes) -> bytes | str:
                token = bearer(self.station, SENDER, sealed, claims={"jti": base64url.encode(sealed[-24:])})
                headers = {"authorization": f"Bearer {token}", "content-type": JOSE}
                try:
                    answer = await http.post(
                        f"{self.station.endpoint}/v1/documents", content=sealed, headers=headers
                    )
                except httpx.TransportError:
                    return "gone"
                if answer.status_code == 201:
                    return answer.content
                retryable = orjson.loads(answer.content).get("retryable")
                return f"{answer.status_code} {code_of(answer)} retryable={retryable}"

            await self.caller(ask)

    async def grpc(self, address: str) -> None:
        """A caller over one channel."""
        remote = Remote(self.station, address)

        async def ask(sealed: bytes) -> bytes | str:
            call = remote.channel.unary_unary(f"/threeflow.v1.{SUBMIT}")
            request = documents.SubmitDocumentRequest(envelope=sealed).SerializeToString()
            try:
                answer = await call(
                    request, metadata=(("authorization", remote.token(SUBMIT, sealed)),), timeout=30
                )
            except grpc.aio.AioRpcError as error:
                how = ended(error)
                if how.detail is None:
                    # The library's own words: nobody took the call, or it was cut before it was begun.
                    over = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
                    return "gone" if how.status in over else how.status.name
                return f"{how.status.name} {how.detail.code} retryable={how.detail.retryable}"
            return documents.SubmitDocumentResponse.FromString(answer).receipt

        try:
            await self.caller(ask)
        finally:
            await remote.channel.close()


@pytest.mark.requirement("TF-INTAKE-25", "TF-INTAKE-5", "TF-GRPC-16")
@pytest.mark.parametrize("seconds", [0.4, 1.5])
@synchronous
async def test_sigterm_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path, seconds: float) -> None:
    (port,) = free_ports(1)
    settings = {
        "delivery": {"enabled": False},
        "grpc": {"port": port, "endpoint": f"http://127.0.0.1:{port}", "plaintext": True},
    }
    fleet = Fleet(tmp_path, (NODE, "xa.hub", "xb.customs"), settings)
    process, load = fleet.processes[NODE], Load(fleet.stations[NODE])
    await asyncio.to_thread(process.start)
    try:
        callers = [asyncio.create_task(load.rest()) for _ in range(CALLERS)]
        callers += [asyncio.create_task(load.grpc(f"127.0.0.1:{port}")) for _ in range(CALLERS)]

        async def under_way() -> bool:
            return len(load.receipts) >= 2 * CALLERS

        await eventually(under_way)
        await asyncio.sleep(seconds)
        began = time.monotonic()
        await asyncio.to_thread(process.stop)
        took = time.monotonic() - began
        async with asyncio.timeout(60):
            await asyncio.gather(*callers)
        sys.stdout.write(
            f"{len(load.receipts)} receipts, then {dict(load.others)}, stopped in {took:.1f} s\n"
        )
        unclear = set(load.others) - {
            "gone", "503 unavailable retryable=True", "UNAVAILABLE unavailable retryable=True",
        }  # fmt: skip
        assert unclear == set(), load.others
        assert took < 25
        assert "Traceback" not in (tmp_path / NODE / "log.txt").read_text()
        assert threeflow("database", "verify", "--config", process.config).returncode == 0
        await asyncio.to_thread(process.start)
        client = fleet.stations[NODE].as_(SENDER)
        again = await client.submit_batch(list(load.receipts)[-400:])
        assert [each.raw for each in again] == list(load.receipts.values())[-400:]
    finally:
        await fleet.close()
