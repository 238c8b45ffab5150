"""gRPC calls as a stranger would make them: any octets, any metadata, any token."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import Message
from google.rpc import status_pb2

from kit.members import Society
from kit.raw import bearer
from kit.stations import Station, free_ports, in_process
from threeflow import digest
from threeflow.v1.refusal_detail_pb2 import RefusalDetail
from threeflow_gateway.app import Gateway

PACKAGE = "threeflow.v1"
OWN_PROCESS = False
"""Whether `both` has the port in a process of its own, unless its settings say; for a test to set."""


@dataclass(frozen=True)
class Ended:
    """How a call ended that did not go well."""

    status: grpc.StatusCode
    message: str
    detail: RefusalDetail | None


def ended(error: grpc.aio.AioRpcError) -> Ended:
    """Read the status of a call and what stands in its details."""
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            detail = RefusalDetail()
            assert status_pb2.Status.FromString(value).details[0].Unpack(detail)
            return Ended(error.code(), error.details() or "", detail)
    return Ended(error.code(), error.details() or "", None)


class Remote:
    """The gRPC endpoint of a station, called with octets."""

    def __init__(
        self, station: Station, address: str, credentials: grpc.ChannelCredentials | None = None
    ) -> None:
        self.station = station
        self.port = int(address.rpartition(":")[2])
        # Without probing, the windows of flow control stay small, so that a caller that stalls is soon felt.
        options = [
            ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
            ("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 16_384),
        ]  # fmt: skip
        self.channel = (
            grpc.aio.insecure_channel(address, options)
            if credentials is None
            else grpc.aio.secure_channel(address, credentials, options)
        )

    def token(
        self, method: str, envelope: bytes | None = None, *, caller: str = "xa.platform", **changed: Any
    ) -> str:
        """A caller token for a method, `Service/Method`, with any claim changed."""
        claims = {
            "jti": secrets.token_urlsafe(16), "htm": "POST", "htu": f"/{PACKAGE}.{method}",
            **changed.pop("claims", {}),
        }  # fmt: skip
        return "Bearer " + bearer(self.station, caller, envelope, claims=claims, **changed)

    async def unary(
        self,
        method: str,
        request: Message | bytes,
        answer: type[Message] | None = None,
        *,
        dig: bytes | None = None,
        caller: str = "xa.platform",
        metadata: tuple[tuple[str, str | bytes], ...] | None = None,
        seconds: float = 60,
    ) -> Any:
        """Call one method; without `metadata` under a fresh token of the caller."""
        octets = request if isinstance(request, bytes) else request.SerializeToString()
        said = (("authorization", self.token(method, dig, caller=caller)),) if metadata is None else metadata
        call = self.channel.unary_unary(f"/{PACKAGE}.{method}")
        answered = await call(octets, metadata=said, timeout=seconds)
        return answered if answer is None else answer.FromString(answered)

    async def failing(self, method: str, request: Message | bytes, **how: Any) -> Ended:
        """Call one method that must not go well, and say how it ended."""
        try:
            answered = await self.unary(method, request, **how)
        except grpc.aio.AioRpcError as error:
            return ended(error)
        raise AssertionError(f"{method} answered {answered!r}")

    async def stream(self, method: str, request: Message, answer: type[Message], **how: Any) -> list[Any]:
        """All answers of a method that streams them."""
        said = how.pop("metadata", None) or (("authorization", self.token(method, **how)),)
        call = self.channel.unary_stream(f"/{PACKAGE}.{method}")
        return [
            answer.FromString(each)
            async for each in call(request.SerializeToString(), metadata=said, timeout=60)
        ]


@asynccontextmanager
async def both(
    folder: Path,
    society: Society,
    node: str = "xa.customs",
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> AsyncIterator[tuple[Station, Remote, Gateway]]:
    """A gateway in this process that answers over both bindings, gRPC in plaintext on loopback."""
    (port,) = free_ports(1)
    wanted: dict[str, Mapping[str, Any]] = dict(settings or {})
    wanted["grpc"] = {
        "port": port, "endpoint": f"http://127.0.0.1:{port}", "plaintext": True, "grace_seconds": 0.5,
        "own_process": OWN_PROCESS,
        **wanted.get("grpc", {}),
    }  # fmt: skip
    async with in_process(folder, society, node, wanted) as (station, gateway):
        assert gateway.grpc is not None
        await gateway.grpc.start()
        remote = Remote(station, f"127.0.0.1:{gateway.grpc.port}")
        try:
            yield station, remote, gateway
        finally:
            await remote.channel.close()
            await gateway.grpc.close()


def dig_of(envelope: bytes) -> str:
    """The claim that binds a token to an envelope."""
    return digest.of(envelope)
