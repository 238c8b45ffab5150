"""The admin surface: one JSON object a line in, one out, over a Unix socket that its owner alone may open.

It shares no port, no token and no code path with what peers call, and does nothing but call named operations.
A request is ``{"do": "reload-trust", …arguments}``; an answer is ``{"result": …}`` or ``{"error": {…}}``.
"""

import asyncio
import logging
import os
import stat
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from threeflow.errors import Refused, Unavailable

__all__ = ["Admin", "Operation"]

_LOG = logging.getLogger(__name__)
_LONGEST_LINE: Final = 1_048_576
_OPEN_TO_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH

Operation = Callable[[Mapping[str, Any]], Awaitable[object]]
"""Takes the request's arguments, returns what JSON can hold; raises Refused, Unavailable or ValueError."""


class Admin:
    """Serves named operations on a Unix socket."""

    def __init__(self, path: Path, operations: Mapping[str, Operation]) -> None:
        self._path = path
        self._operations = operations
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Open the socket; one that a process left behind is replaced.

        Raises:
            OSError: the socket cannot be made, or others may write to its folder.
        """
        folder = self._path.parent
        if folder.stat().st_mode & _OPEN_TO_OTHERS:
            raise PermissionError(f"{folder}: others may write here, so no admin socket is opened in it")
        if self._path.is_socket():
            self._path.unlink()
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path, limit=_LONGEST_LINE)
        finally:
            os.umask(mask)

    async def close(self) -> None:
        """Close the socket and remove it."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(orjson.dumps(await self._answer(line), default=str) + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError) as problem:
            _LOG.info("an admin connection ended: %s", problem)
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Mapping[str, object]:
        try:
            asked = orjson.loads(line)
            name = asked.pop("do")
            operation = self._operations[name]
        except (orjson.JSONDecodeError, KeyError, AttributeError, TypeError):
            known = ", ".join(sorted(self._operations))
            return _error("bad-request", f"say which of these to do: {known}")
        try:
            return {"result": await operation(asked)}
        except Refused as refused:
            return _error(refused.code, f"{refused.requirement}: {refused.detail}")
        except Unavailable as error:
            return _error("unavailable", str(error))
        except (KeyError, TypeError, ValueError) as error:
            return _error("bad-request", f"{name}: {error}")
        except Exception as error:  # noqa: BLE001 - whatever went wrong, who asked is told and the node goes on
            _LOG.exception("the admin operation %s failed", name)
            return _error("failed", f"{name}: {error}")


def _error(code: str, message: str) -> dict[str, object]:
    return {"error": {"code": code, "message": message}}
