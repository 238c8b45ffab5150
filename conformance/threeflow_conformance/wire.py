"""gRPC on the wire: octets of messages in, status and octets out; what they mean is told elsewhere."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import grpc
import grpc.aio

from threeflow_conformance.speak.calls import frames, unframed

__all__ = ["Channel", "SilenceError"]

_DETAILS = "grpc-status-details-bin"
_SILENT = frozenset(
    {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
)


class SilenceError(Exception):
    """The node did not answer a call, or nobody was there."""


class Channel:
    """A connection to one node; close it."""

    def __init__(self, address: str, seconds: float) -> None:
        self._seconds = seconds
        options = [("grpc.max_receive_message_length", -1), ("grpc.enable_http_proxy", 0)]
        self._channel = grpc.aio.insecure_channel(address, options=options)

    async def close(self) -> None:
        """Close it."""
        await self._channel.close()

    async def call(
        self, method: str, octets: bytes, headers: Mapping[str, str], *, streams: bool
    ) -> tuple[str, str, bytes]:
        """Return status, its message, and the octets of the answer, framed where it ``streams``, or of the details.

        Raises:
            SilenceError: no answer, as far as the library can tell.
        """
        metadata = tuple(headers.items())
        try:
            if not streams:
                unary: Any = self._channel.unary_unary(
                    method, request_serializer=None, response_deserializer=None
                )
                return "OK", "", await unary(octets, metadata=metadata, timeout=self._seconds)
            stream: Any = self._channel.stream_stream(
                method, request_serializer=None, response_deserializer=None
            )
            found = [each async for each in stream(_sent(octets), metadata=metadata, timeout=self._seconds)]
            return "OK", "", frames(*found)
        except grpc.aio.AioRpcError as error:
            details = next(
                (value for name, value in error.trailing_metadata() or () if name == _DETAILS), b""
            )
            octets = details if isinstance(details, bytes) else details.encode()
            if not octets and error.code() in _SILENT:
                raise SilenceError(f"{error.code().name}: {error.details()}") from error
            return error.code().name, error.details() or "", octets


async def _sent(octets: bytes) -> AsyncIterator[bytes]:
    for each in unframed(octets):
        yield each
