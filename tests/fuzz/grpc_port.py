"""Calls to the gRPC port: right ones as a client sends them, and what a stranger makes of their octets."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import grpc
import grpc.aio

from fuzz.edits import edits
from kit.papers import Parcel
from kit.remote import Remote
from threeflow import envelope, strict
from threeflow.v1 import document_service_pb2 as documents
from threeflow.v1 import log_service_pb2 as logs
from threeflow.v1 import node_service_pb2 as nodes
from threeflow.v1 import subject_service_pb2 as subjects

__all__ = ["FAILURES", "Call", "GrpcPort", "record"]

FAILURES = {
    grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}  # fmt: skip
"""What no input may earn: each says that the node fell over, or hung."""

SUBMIT = "DocumentService/SubmitDocument"
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """One unary call: method, message octets, and whether its token is right."""

    method: str
    octets: bytes
    dig: bytes | None


class GrpcPort:
    """Makes calls for one station's gRPC endpoint."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._key = remote.station.society.keys["xa.platform"].seal

    def good(self) -> bytes:
        """An envelope that must be taken in."""
        return envelope.seal(strict.dump(Parcel().order), self._key)

    @staticmethod
    def submission(octets: bytes) -> Call:
        """The call that submits these octets as an envelope."""
        return Call(SUBMIT, documents.SubmitDocumentRequest(envelope=octets).SerializeToString(), octets)

    def signed(self, count: int, seed: int) -> Iterator[Call]:
        """So many calls under right tokens, of which the message or the envelope is odd."""
        draw = random.Random(seed)
        sealed = self.good()
        messages: list[tuple[str, bytes]] = [
            (SUBMIT, documents.SubmitDocumentRequest(envelope=sealed).SerializeToString()),
            ("DocumentService/FetchDocument", _found().SerializeToString()),
            ("SubjectService/FetchSubject", subjects.FetchSubjectRequest(kind="case").SerializeToString()),
            ("LogService/ProveInclusion", logs.ProveInclusionRequest(size=1).SerializeToString()),
            ("NodeService/FetchStandardFile", nodes.FetchStandardFileRequest(name="a").SerializeToString()),
        ]
        for octets in edits([sealed, strict.dump(Parcel().order)], count, seed):
            if draw.random() < 0.5:
                yield self.submission(octets)
            else:
                method, message = draw.choice(messages)
                yield Call(method, next(edits([message], 1, draw.randrange(2**32))), None)

    async def answered(self, call: Call) -> str:
        """The name of the status that a call ended with."""
        token = self._remote.token(call.method, call.dig)
        sent = self._remote.channel.unary_unary(f"/threeflow.v1.{call.method}")
        try:
            await sent(call.octets, metadata=(("authorization", token),), timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            return str(error.code().name)
        return "OK"


def _found() -> documents.FetchDocumentRequest:
    return documents.FetchDocumentRequest(issuer="xa.platform", id="11111111-1111-4111-8111-111111111111")


async def record(port: int, remote: Remote, envelopes: list[bytes]) -> list[bytes]:
    """What a right client sends over a connection of its own for each envelope, octet for octet."""
    recorded: list[bytearray] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept = bytearray()
        recorded.append(kept)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        back = asyncio.create_task(_copy(far_reader, writer, bytearray()))
        await _copy(reader, far_writer, kept)
        await back

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        for each in envelopes:
            client = Remote(remote.station, address)
            request = documents.SubmitDocumentRequest(envelope=each)
            try:
                await client.unary(SUBMIT, request, documents.SubmitDocumentResponse, dig=each)
            finally:
                await client.channel.close()
    finally:
        server.close()
    return [bytes(each) for each in recorded]


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            kept += piece
            writer.write(piece)
            await writer.drain()
    with suppress(ConnectionError, OSError):
        writer.close()
