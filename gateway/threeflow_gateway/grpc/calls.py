"""One call as it came, and how every call ends: with messages, or with a status that says why not."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Protocol, TypeVar

import grpc
import grpc.aio
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from threeflow.errors import Refused, Unavailable
from threeflow_gateway.binding.callers import Claim
from threeflow_gateway.binding.verbs import Call, Verbs
from threeflow_gateway.grpc import statuses
from threeflow_gateway.grpc.shapes import Shape, shape
from threeflow_gateway.observe.traces import HEADER

__all__ = ["Asked", "Behaviour", "Context", "behaviours", "read"]

_LOG = logging.getLogger(__name__)
_METHOD: Final = "POST"


class Context(Protocol):
    """What is used of the library's context of a call, and stood in for where the library is elsewhere."""

    def invocation_metadata(self) -> Iterable[tuple[str, str | bytes]] | None:
        """The metadata that came with the call."""

    def time_remaining(self) -> float | None:
        """Seconds until the deadline, if there is one."""

    async def read(self) -> object:
        """The octets of the next message, or something else at the end."""

    async def write(self, message: bytes, /) -> None:
        """Send one message; waits for a caller that is slow to take it."""

    async def abort(
        self,
        code: grpc.StatusCode,
        details: str = ...,
        trailing_metadata: tuple[tuple[str, bytes], ...] = ...,
    ) -> NoReturn:
        """End the call with a status.

        Raises:
            AbortError: always.
        """


M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: the method's full name, the octets of its request, and gRPC's own context."""

    method: str
    octets: bytes
    context: Context
    stalled_seconds: float

    async def admit(self, verbs: Verbs, *, dig: str | None = None, once: bool = True) -> Call:
        """Prove the caller; ``dig`` is what its token has to be bound to, ``once`` as in `Verbs.admit`.

        Raises:
            Refused: as `Verbs.admit`.
        """
        claim = Claim(self._said("authorization"), _METHOD, self.method, dig)
        trace = self._said(HEADER).decode("utf-8", "replace")
        return await verbs.admit("grpc", claim, once=once, trace=trace)

    def _said(self, wanted: str) -> bytes:
        """Return a member of the metadata; nothing where it is not there."""
        for name, said in self.context.invocation_metadata() or ():
            if name == wanted:
                return said.encode("utf-8", "replace") if isinstance(said, str) else said
        return b""

    async def write(self, message: Message) -> None:
        """Send one message of a stream; wait for a caller that is slow to take it.

        Raises:
            Unavailable: the caller took nothing for too long.
        """
        try:
            async with asyncio.timeout(self.stalled_seconds):
                await self.context.write(message.SerializeToString())
        except TimeoutError:
            raise Unavailable("the caller took no answer for too long") from None


def read(kind: type[M], octets: bytes) -> M:
    """Return the message that octets are.

    Raises:
        Refused: ``bad-request``.
    """
    try:
        return kind.FromString(octets)
    except DecodeError as error:
        raise Refused("bad-request", "TF-GRPC-6", f"the octets are no {kind.DESCRIPTOR.name}") from error


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What becomes of the calls of one method, by its full name with the leading slash.

    ``act`` takes the request's octets, empty for an exchange, and returns the answer's where there is one.
    """

    method: str
    shape: Shape
    act: Callable[[bytes, Context], Awaitable[bytes | None]]

    def handler(self) -> Any:
        """The library's handler. Requests come as octets: what cannot be read is a refusal here, and in
        gRPC's own hands would be UNKNOWN.
        """
        made = {
            Shape.UNARY: grpc.unary_unary_rpc_method_handler,
            Shape.ANSWERS: grpc.unary_stream_rpc_method_handler,
            Shape.EXCHANGE: grpc.stream_stream_rpc_method_handler,
        }
        return made[self.shape](self._exchange if self.shape is Shape.EXCHANGE else self.act)

    async def _exchange(self, _messages: object, context: Context) -> None:
        await self.act(b"", context)


def behaviours(described: ServiceDescriptor, verbs: object, *, stalled_seconds: float) -> list[Behaviour]:
    """Return those of a service; ``verbs`` has a method for each call, named in snake case."""
    return [_behaviour(described.full_name, each, verbs, stalled_seconds) for each in described.methods]


def _behaviour(service: str, method: MethodDescriptor, verbs: object, stalled: float) -> Behaviour:
    name = f"/{service}/{method.name}"
    work = getattr(verbs, "".join(f"_{each.lower()}" if each.isupper() else each for each in method.name)[1:])
    kind = GetMessageClass(method.input_type)

    async def unary(octets: bytes, context: Context) -> bytes:
        async def answered() -> bytes:
            answer: Message = await work(read(kind, octets), Asked(name, octets, context, stalled))
            return answer.SerializeToString()

        return await _ended(context, answered)

    async def answers(octets: bytes, context: Context) -> None:
        await _ended(context, lambda: work(read(kind, octets), Asked(name, octets, context, stalled)))

    async def exchange(_: bytes, context: Context) -> None:
        await _ended(context, lambda: work(Asked(name, b"", context, stalled)))

    acts = {Shape.UNARY: unary, Shape.ANSWERS: answers, Shape.EXCHANGE: exchange}
    return Behaviour(name, shape(method), acts[shape(method)])


T = TypeVar("T")


async def _ended(context: Context, work: Callable[[], Awaitable[T]]) -> T:
    """Do the work of a call; whatever goes wrong in it ends the call with a status that says so."""
    left = context.time_remaining()
    if left is not None and left <= 0:
        await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "the deadline was past when the call came")
    try:
        return await work()
    except grpc.aio.AbortError:
        raise
    except grpc.aio.BaseError as error:
        # Nobody is left to answer: as if the caller had cancelled.
        _LOG.debug("a caller went away: %s", error)
        raise asyncio.CancelledError from error
    except Exception as error:
        if not isinstance(error, statuses.EndedError | Refused | Unavailable):
            _LOG.error("a call failed", exc_info=error)
        status = statuses.of(error)
        await context.abort(status.code, status.message, ((statuses.DETAILS, status.details),))
        raise
