"""Keys whose private halves a signer keeps, asked over its Unix socket.

A signer that is not there is found out at once; one that hangs, after ``timeout_seconds``. Then nobody else
waits for it until a short pause is over: each caller is told to come again (``Unavailable``), and the first
one after the pause finds it back. A signature is used only where it verifies under the key that the node was
given.
"""

import logging
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from threeflow import base64url
from threeflow.errors import Unavailable
from threeflow.keys import Algorithm, Use, VerifyingKey
from threeflow_gateway.signing.lines import LONGEST_LINE

__all__ = ["Keeper", "RemoteKey"]

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 1.0
_MOST_IDLE: Final = 4


class Keeper:
    """The signer at one socket; used by any number of threads."""

    def __init__(self, path: Path, *, timeout_seconds: float) -> None:
        self._path = path
        self._timeout = timeout_seconds
        self._idle: list[socket.socket] = []
        self._lock = threading.Lock()
        self._until = 0.0
        self._failing = False

    def ask(self, said: Mapping[str, object]) -> Mapping[str, Any]:
        """Send one line and return the answer.

        Raises:
            Unavailable: nobody answers, not in time, or the signer says that it cannot.
        """
        if time.monotonic() < self._until:
            raise self._gone("it did not answer in time")
        try:
            answer = self._asked(orjson.dumps(said) + b"\n")
        except TimeoutError as problem:
            self._until = time.monotonic() + _PAUSE_SECONDS
            raise self._gone(f"it did not answer within {self._timeout:g} s") from problem
        except (OSError, ValueError) as problem:
            raise self._gone(str(problem)) from problem
        if self._failing:
            self._failing = False
            _LOG.warning("the signer at %s answers again", self._path)
        if not isinstance(answer, dict) or "error" in answer:
            what = answer.get("error") if isinstance(answer, dict) else "it answers no object"
            raise Unavailable(f"the signer at {self._path} does not sign: {what}")
        return answer

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            for each in self._idle:
                each.close()
            self._idle.clear()

    def _gone(self, why: str) -> Unavailable:
        if not self._failing:
            self._failing = True
            _LOG.error("the signer at %s is gone: %s", self._path, why)
        return Unavailable(f"the signer at {self._path} is gone: {why}")

    def _asked(self, line: bytes) -> Any:
        kept = self._take()
        if kept is not None:
            try:
                return self._talk(kept, line)
            except TimeoutError:
                raise
            except (OSError, ValueError):
                # The signer was started anew since: to sign again does no harm, so ask again on a new line.
                pass
        return self._talk(self._connected(), line)

    def _talk(self, connection: socket.socket, line: bytes) -> Any:
        try:
            connection.settimeout(self._timeout)
            connection.sendall(line)
            answer = orjson.loads(_line(connection, time.monotonic() + self._timeout))
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if len(self._idle) < _MOST_IDLE:
                self._idle.append(connection)
                return answer
        connection.close()
        return answer

    def _take(self) -> socket.socket | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _connected(self) -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        try:
            made.settimeout(self._timeout)
            made.connect(str(self._path))
        except BaseException:
            made.close()
            raise
        return made


class RemoteKey:
    """One key of a keeper: a ``threeflow.keys.Signer`` of which the node knows the public half only."""

    remote: Final = True

    def __init__(self, keeper: Keeper, public: VerifyingKey) -> None:
        self._keeper = keeper
        self.public = public

    @property
    def kid(self) -> str:
        """The name of the key, ``node-id#key-id``."""
        return self.public.kid

    @property
    def alg(self) -> Algorithm:
        """The algorithm of the key."""
        return self.public.alg

    @property
    def use(self) -> Use:
        """What the key may make: seals or caller tokens."""
        return self.public.use

    def sign(self, octets: bytes) -> bytes:
        """Return the 64-octet signature over the ASCII octets of a JWS.

        Raises:
            Unavailable: the signer does not answer, or signs with another key.
        """
        answer = self._keeper.ask({"sign": octets.decode("ascii"), "kid": self.kid})
        try:
            signature = base64url.decode(answer["signature"])
        except (KeyError, TypeError, ValueError) as problem:
            raise Unavailable(f"the signer gave no signature of {self.kid}: {problem}") from problem
        if not self.public.verify(signature, octets):
            raise Unavailable(f"the signer holds another key as {self.kid} than the node was given")
        return signature

    def check(self) -> None:
        """Ask whether the signer holds exactly this key now; nothing is signed.

        Raises:
            Unavailable: it does not answer, or holds no such key.
        """
        held = self._keeper.ask({"keys": True}).get("keys")
        if not isinstance(held, dict) or held.get(self.kid) != self.public.thumbprint:
            raise Unavailable(f"the signer does not hold the key {self.kid} that the node was given")


def _line(connection: socket.socket, until: float) -> bytes:
    """Read one line, and no longer than until then."""
    found = bytearray()
    while not found.endswith(b"\n"):
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("no whole line in time")
        connection.settimeout(left)
        some = connection.recv(65_536)
        if not some:
            raise ConnectionError("the signer hung up")
        found += some
        if len(found) > LONGEST_LINE:
            raise ValueError("the answer is too long")
    return bytes(found)
