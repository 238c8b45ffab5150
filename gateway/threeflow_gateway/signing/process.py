"""The signer: a process that keeps private keys and signs for those whom the kernel proves to be allowed.

It signs nothing but what a key is for: the protected header of what it is asked to sign has to name the key,
its algorithm, and the type that goes with its use. So a token key never seals a document, whoever asks.
"""

import contextlib
import logging
import os
import socket
import socketserver
import stat
import struct
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from threeflow import base64url, envelope, token
from threeflow.errors import Refused
from threeflow.keys import SigningKey
from threeflow_gateway.signing.lines import LONGEST_LINE

__all__ = ["SignerServer"]

_LOG = logging.getLogger(__name__)
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_CREDENTIALS: Final = struct.Struct("3i")
_TYPES: Final = {"seal": envelope.TYP, "token": token.TYP}


class SignerServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Serves keys at a Unix socket, a thread for each connection."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path, keys: Sequence[SigningKey], users: Collection[int]) -> None:
        """Open the socket; one that a process left behind is replaced. ``users`` are user ids.

        Raises:
            OSError: the socket cannot be made, or others may write to its folder.
            ValueError: two keys bear one name.
        """
        self.keys = {each.kid: each for each in keys}
        if len(self.keys) != len(keys):
            raise ValueError("two keys bear one name")
        self.users = frozenset(users)
        self._path = path
        if path.parent.stat().st_mode & _OTHERS_WRITE:
            raise PermissionError(f"{path.parent}: others may write here, so no signer is opened in it")
        if path.is_socket():
            path.unlink()
        mask = os.umask(0o177)
        try:
            super().__init__(str(path), _Connection)
        finally:
            os.umask(mask)
        if self.users - {os.geteuid()}:
            # Who connects is proven by the kernel: the mode only lets the other users as far as that.
            path.chmod(0o666)

    def server_close(self) -> None:
        """Close the socket and remove it."""
        super().server_close()
        self._path.unlink(missing_ok=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell the log what ended a connection; others go on."""
        _LOG.exception("a connection ended")


class _Connection(socketserver.StreamRequestHandler):
    server: SignerServer

    def handle(self) -> None:
        held = self.request.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, user, _ = _CREDENTIALS.unpack(held)
        if user not in self.server.users:
            _LOG.warning("the user %d is not allowed to have anything signed", user)
            return
        with contextlib.suppress(ConnectionError):
            while line := self.rfile.readline(LONGEST_LINE):
                self.wfile.write(orjson.dumps(self._answer(line)) + b"\n")

    def _answer(self, line: bytes) -> dict[str, object]:
        try:
            said = orjson.loads(line)
            if said == {"keys": True}:
                return {"keys": {kid: key.public.thumbprint for kid, key in self.server.keys.items()}}
            if set(said) != {"sign", "kid"}:
                return {"error": "say {sign, kid} or {keys}"}
            key = self.server.keys[said["kid"]]
            octets = said["sign"].encode("ascii")
        except KeyError:
            return {"error": f"no key {said['kid']} is held"}
        except (ValueError, TypeError, AttributeError):
            return {"error": "no object in ASCII, one a line"}
        return _signed(key, octets)


def _signed(key: SigningKey, octets: bytes) -> dict[str, object]:
    protected, dot, payload = octets.decode("ascii").partition(".")
    try:
        named = envelope.read_protected(protected, _TYPES[key.use])
    except Refused as refused:
        return {"error": f"{key.kid} does not sign this: {refused.detail}"}
    if named != (key.alg, key.kid) or not dot or not payload:
        return {"error": f"{key.kid} signs nothing but what names it"}
    return {"signature": base64url.encode(key.sign(octets))}
