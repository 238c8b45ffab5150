"""gRPC to one node: a fresh caller token an attempt, repeats where safe, failures with what they say.

Every verb is safe to repeat, as over REST: a document's outcome is bound to its octets (TF-INTAKE-5) and the
rest only reads.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

import grpc
import grpc.aio
from google.protobuf.message import Message
from google.rpc import status_pb2

from threeflow.transport import Identity, Patience
from threeflow.v1.refusal_detail_pb2 import RefusalDetail

__all__ = ["DETAILS", "Channel", "Failed", "address", "endpoint_in", "plain"]

DETAILS: Final = "grpc-status-details-bin"
_PACKAGE: Final = "/threeflow.v1."
# A server that stops cancels calls that reached it and that it did not begin.
_PASSING: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
    }
)

M = TypeVar("M", bound=Message)


class Failed(Exception):  # noqa: N818 - as Refused
    """A call ended with a status that is not OK; ``detail`` is what the node says of a refusal."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        super().__init__(f"{error.code().name} {error.details() or ''}".strip())
        self.code: grpc.StatusCode = error.code()
        self.detail = _detail(error)

    @property
    def number(self) -> int:
        """The status as its number."""
        number: int = self.code.value[0]
        return number

    @property
    def passing(self) -> bool:
        """Whether the same call may go well later."""
        if self.detail is not None:
            return self.detail.retryable
        return self.code in _PASSING


class Channel:
    """Calls the methods of the endpoint of one node."""

    def __init__(
        self,
        endpoint: str,
        identity: Identity,
        *,
        patience: Patience,
        now: Callable[[], datetime],
        credentials: grpc.ChannelCredentials | None,
    ) -> None:
        """Open nothing yet; the first call connects.

        Raises:
            ValueError: the endpoint is no address of a gRPC binding.
        """
        place, secure = address(endpoint)
        self.endpoint = endpoint
        self.identity = identity
        self.patience = patience
        self._now = now
        # What is too large is for the caller to bear: a bundle and a receipt have no limit of gRPC's own.
        options: list[tuple[str, Any]] = [
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
            ("grpc.enable_retries", 0),
        ]
        self._channel = (
            grpc.aio.secure_channel(place, credentials or grpc.ssl_channel_credentials(), options)
            if secure
            else grpc.aio.insecure_channel(place, options)
        )

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def call(
        self, method: str, said: Message, kind: type[M], *, dig: bytes | None = None, anonymous: bool = False
    ) -> M:
        """Call ``Service/Method`` and return its answer; ``dig`` are the octets that the token is bound to.

        Raises:
            Failed: the last attempt did not go well.
        """
        call: Any = self._channel.unary_unary(_PACKAGE + method)
        octets = said.SerializeToString()
        attempt = 1
        while True:
            try:
                metadata = await self._metadata(method, dig, anonymous)
                answered = await call(octets, metadata=metadata, timeout=self.patience.answer)
            except grpc.aio.AioRpcError as error:
                failed = Failed(error)
                if not failed.passing or attempt >= self.patience.attempts:
                    raise failed from error
            else:
                return kind.FromString(answered)
            await asyncio.sleep(self.pause(attempt))
            attempt += 1

    async def stream(
        self, method: str, said: Message, kind: type[M], *, anonymous: bool = False
    ) -> AsyncIterator[M]:
        """Call a method that streams its answers, once.

        Raises:
            Failed: it ended with a status that is not OK.
        """
        call: Any = self._channel.unary_stream(_PACKAGE + method)
        answers = call(said.SerializeToString(), metadata=await self._metadata(method, None, anonymous))
        async for each in self._read(answers, kind):
            yield each

    async def exchange(self, method: str, said: AsyncIterator[Message], kind: type[M]) -> AsyncIterator[M]:
        """Call a method that streams both ways, once.

        Raises:
            Failed: it ended with a status that is not OK.
        """

        async def octets() -> AsyncIterator[bytes]:
            async for each in said:
                yield each.SerializeToString()

        call: Any = self._channel.stream_stream(_PACKAGE + method)
        answers = call(octets(), metadata=await self._metadata(method, None, anonymous=False))
        async for each in self._read(answers, kind):
            yield each

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after an attempt that failed."""
        jitter = 0.5 + secrets.randbelow(1000) / 1000
        doubled: float = self.patience.pause * 2.0 ** (attempt - 1) * jitter
        return min(doubled, self.patience.longest_pause)

    async def _read(self, answers: Any, kind: type[M]) -> AsyncIterator[M]:
        try:
            async for each in answers:
                yield kind.FromString(each)
        except grpc.aio.AioRpcError as error:
            raise Failed(error) from error
        finally:
            answers.cancel()

    async def _metadata(self, method: str, dig: bytes | None, anonymous: bool) -> tuple[tuple[str, str], ...]:
        if anonymous:
            return ()
        made = await self.identity.token("POST", _PACKAGE + method, dig, self._now())
        return (("authorization", f"Bearer {made}"),)


def address(endpoint: str) -> tuple[str, bool]:
    """Return host and port of a gRPC endpoint, and whether it is served under TLS (TF-GRPC-1).

    Raises:
        ValueError: it is no such address.
    """
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or parts.port is None or parts.path.strip("/") or parts.query:
        raise ValueError(f"{endpoint} is no gRPC endpoint: https://host:port, or http://host:port")
    return parts.netloc, parts.scheme == "https"


def endpoint_in(statement: Mapping[str, object]) -> str:
    """Return the gRPC endpoint that a node's statement names (TF-GRPC-1).

    Raises:
        LookupError: it names none.
    """
    for each in cast(Sequence[Mapping[str, str]], statement["bindings"]):
        if each["binding"] == "grpc":
            return each["endpoint"]
    raise LookupError("the node's statement names no gRPC binding")


def plain(message: Message) -> dict[str, Any]:
    """Return a message as its JSON has it: all members, numbers as numbers, what is absent as None."""
    found: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.is_repeated:
            found[field.json_name] = _many(field, value)
        elif field.message_type is not None:
            if message.HasField(field.name):
                found[field.json_name] = plain(value)
        else:
            found[field.json_name] = value if not field.has_presence or message.HasField(field.name) else None
    return found


def _many(field: Any, value: Any) -> Any:
    if field.message_type is None:
        return list(value)
    return dict(value) if field.message_type.GetOptions().map_entry else [plain(each) for each in value]


def _detail(error: grpc.aio.AioRpcError) -> RefusalDetail | None:
    for name, value in error.trailing_metadata() or ():
        if name == DETAILS and isinstance(value, bytes):
            detail = RefusalDetail()
            for packed in status_pb2.Status.FromString(value).details:
                if packed.Unpack(detail):
                    return detail
    return None
