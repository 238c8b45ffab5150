"""Indices that a revision adds to a table which is in use: made beside its writers, where there are any.

A plain CREATE INDEX keeps every writer of its table waiting until all rows are read. PostgreSQL makes one
beside them, but in no transaction, so that one whose making was interrupted stays behind, written to by all
and of use to nobody.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Index, MetaData, Table, text
from sqlalchemy.schema import CreateIndex, DropIndex

__all__ = ["AddedIndex"]

_USABLE: Final = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


@dataclass(frozen=True, slots=True)
class AddedIndex:
    """An index over columns that its table has before the revision; ``where`` says which rows, empty: all."""

    name: str
    table: str
    columns: tuple[str, ...]
    where: str = ""

    def make(self, connection: Connection) -> None:
        """Make it in the transaction of the revision."""
        connection.execute(CreateIndex(self._index(concurrently=False)))

    def make_beside_writers(self, connection: Connection) -> None:
        """Make it on a connection to PostgreSQL outside transactions, unless it is there and usable.

        What an interrupted upgrade left of it is dropped first.

        Raises:
            OperationalError: it was interrupted; the next call finishes it.
        """
        usable = connection.execute(_USABLE, {"name": self.name}).scalar_one_or_none()
        if usable:
            return
        index = self._index(concurrently=True)
        if usable is not None:
            connection.execute(DropIndex(index))
        connection.execute(CreateIndex(index))

    def _index(self, *, concurrently: bool) -> Index:
        table = Table(self.table, MetaData(), *(Column[Any](each) for each in self.columns))
        rows = text(self.where) if self.where else None
        return Index(
            self.name, *table.columns, sqlite_where=rows, postgresql_where=rows,
            postgresql_concurrently=concurrently,
        )  # fmt: skip
