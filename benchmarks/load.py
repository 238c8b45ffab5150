"""Send prepared requests over a fixed number of kept-alive connections, in a process of its own.

Run as ``python -m benchmarks.load PORT CONNECTIONS REQUESTS ANSWERS``. The file of requests is a sequence of
a four-octet length and as many octets; the file of answers the same, in the order of the requests, with the
status as two octets in front. Each connection sends its next request when the answer to the last is whole.
"""

import asyncio
import struct
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import cast

import httptools
import uvloop

TIMEOUT_SECONDS = 240


def write(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file of requests."""
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(struct.pack(">I", len(chunk)))
            file.write(chunk)


def read(path: Path) -> Iterator[bytes]:
    """Read a file of requests or answers."""
    octets, place = path.read_bytes(), 0
    while place < len(octets):
        (length,) = struct.unpack_from(">I", octets, place)
        yield octets[place + 4 : place + 4 + length]
        place += 4 + length


class Connection(asyncio.Protocol):
    """One kept-alive connection that works through its share of the requests."""

    def __init__(
        self, share: Iterator[tuple[int, bytes]], answers: list[bytes], done: asyncio.Future[None]
    ) -> None:
        self._share, self._answers, self._done = share, answers, done
        self._number = -1
        self._body = bytearray()
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """Feed the parser; it calls back when an answer is whole."""
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        """A connection that ends before its share does fails the run."""
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server closed a connection"))

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the answer."""
        self._body += body

    def on_message_complete(self) -> None:
        """Keep the answer and go on."""
        status: int = self._parser.get_status_code()
        self._answers[self._number] = struct.pack(">H", status) + bytes(self._body)
        self._body.clear()
        self._parser = httptools.HttpResponseParser(self)
        self._next()

    def _next(self) -> None:
        assert self._transport
        following = next(self._share, None)
        if following is None:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._number, request = following
        self._transport.write(request)


async def run(port: int, connections: int, requests: list[bytes]) -> list[bytes]:
    """Send all requests and return all answers.

    Raises:
        ConnectionError: the server closed a connection early.
        TimeoutError: the run did not end in time.
    """
    loop = asyncio.get_running_loop()
    answers = [b""] * len(requests)
    share = iter(list(enumerate(requests)))
    waiting = list[asyncio.Future[None]]()
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        waiting.append(done)
        await loop.create_connection(partial(Connection, share, answers, done), "127.0.0.1", port)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await asyncio.gather(*waiting)
    return answers


def main(argv: list[str]) -> int:
    """Run one load and write the answers."""
    port, connections, requests, target = int(argv[0]), int(argv[1]), Path(argv[2]), Path(argv[3])
    write(target, uvloop.run(run(port, connections, list(read(requests)))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
