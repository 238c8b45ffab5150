"""The one writer's transactions: begun and committed on a thread of their own, worked in where that is cheap.

Beginning may wait for another process and committing waits for the disk, so neither is done on the event
loop. What lies between asks an embedded database, which answers from memory: on a second thread it would
hand the interpreter back and forth at every row, which costs more than the row. A database across a network
is asked from the thread.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import Connection

from threeflow_gateway.store.database import Database

__all__ = ["Writer"]

Made = TypeVar("Made")


class Writer:
    """Gives one transaction after another; used by one task alone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._busy = asyncio.Lock()

    def stands(self, connection: Connection) -> bool:
        """Say whether a transaction was not ended from below."""
        return self._database.in_transaction(connection)

    @asynccontextmanager
    async def between(self) -> AsyncIterator[None]:
        """Give a moment in which no transaction is decided."""
        async with self._busy:
            yield

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Give the writer's connection: durable once the block ends, rolled back where it raises."""
        async with self._busy, self._begun() as connection:
            yield connection

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[Connection]:
        transaction = self._database.writing()
        connection = await self._elsewhere(transaction.__enter__)
        try:
            yield connection
        except BaseException as error:
            ended = error
            await self._elsewhere(lambda: transaction.__exit__(type(ended), ended, ended.__traceback__))
            raise
        await self._elsewhere(lambda: transaction.__exit__(None, None, None))

    async def work(self, step: Callable[[], Made]) -> Made:
        """Run a step of the transaction; what the event loop has waiting gets its turn after it."""
        if not self._database.embedded:
            return await self._elsewhere(step)
        made = step()
        await asyncio.sleep(0)
        return made

    def close(self) -> None:
        """End the thread; to be called when no transaction runs."""
        self._thread.shutdown()

    async def _elsewhere(self, step: Callable[[], Made]) -> Made:
        return await asyncio.get_running_loop().run_in_executor(self._thread, step)
